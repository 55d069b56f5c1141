"""A catalog: the sentences of dlx in another language, also those that values were put into before they were stored.

A key with ``{0}``, ``{1}`` … is the sentence of an f-string: what is shown is compared with it, and what stands in these
places is put into its translation, translated in turn where it is a sentence too. So whatever was written in English, by
whichever run, can be read in another language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from gettext import GNUTranslations
from pathlib import Path

FOLDER = Path(__file__).parent
PLACE = re.compile(r"\{(\d+)\}")
LETTERS = re.compile(r"[^\W\d_]")
NUMBER = r"[-+−]?[\d.,]*(?:\d|∞)(?:e[-+]?\d+)?(?: %)?"
FEWEST = 4  # letters of a key whose places take anything; one of fewer stands between numbers only
JOINTS = ("; ", ": ", ". ", ", ", " (", ") ", ")")  # between what is translated piece by piece
AND = " and "
LABEL = "label"  # the context of words that stand alone, and are no part of a sentence: there they may be names
LISTED = re.compile(r"\d.*|\S*[\d._]\S*")  # numbers, parts with their numbers, and keys of a spec
Rated = tuple[int, str]  # how many letters were translated, and what has become of the text


class _Messages(GNUTranslations):
    """The catalog as gettext reads it, with its keys."""

    def translations(self, context: str = "") -> dict[str, str]:
        """By their keys, all that have this context."""
        start = self.CONTEXT % (context, "") if context else ""
        pairs = {key: text for key, text in vars(self)["_catalog"].items() if key.startswith(start) and key}
        of_others = "\x04" if not context else "\0"
        return {key.removeprefix(start): text for key, text in pairs.items() if of_others not in key}


@dataclass(frozen=True)
class Template:
    """A key with places, and its translation."""

    key: str
    translation: str

    @cached_property
    def letters(self) -> int:
        """How many the key has."""
        return letters(PLACE.sub("", self.key))

    @cached_property
    def pieces(self) -> list[str]:
        """What stands between the places."""
        return [piece for piece in PLACE.split(self.key)[::2] if piece]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What a text of this key looks like: behind a word at its end something else may stand."""
        place = "(.*?)" if self.letters >= FEWEST else f"({NUMBER})"
        texts = map(re.escape, PLACE.split(self.key)[::2])
        return re.compile(place.join(texts) + "(?: (.*))?" * self.key[-1].isalpha(), re.DOTALL)

    def values(self, text: str) -> Sequence[str] | None:
        """What stands in the places of a text, and behind it; None where it is none of this key."""
        if not all(piece in text for piece in self.pieces):
            return None
        match = self.pattern.fullmatch(text)
        return [value or "" for value in match.groups()] if match else None


class Catalog:
    """The translations of a language."""

    def __init__(self, messages: _Messages) -> None:
        self._labels = messages.translations(LABEL)
        self._exact = messages.translations()
        self._templates = [Template(key, text) for key, text in self._exact.items() if PLACE.search(key)]
        self._rated: dict[str, Rated] = {}

    def translated(self, text: str) -> str:
        """The text in that language, as far as it is known; blanks around it stay."""
        words = text.strip()
        if not words:
            return text
        translation = self._labels.get(words) or self.rated(words)[1]
        return translation if words == text else text.replace(words, translation, 1)

    def rated(self, text: str) -> Rated:
        """The same, with the number of its letters that are: the translation with most of them is taken."""
        if text not in self._rated:
            self._rated[text] = (0, text)  # while it is looked for
            self._rated[text] = max(self._candidates(text), key=lambda rated: rated[0])
        return self._rated[text]

    def _candidates(self, text: str) -> Iterator[Rated]:
        yield 0, text
        if text in self._exact:
            yield letters(text) + 1, self._exact[text]
            return
        if not LETTERS.search(text):
            return
        for template in self._templates:
            if (values := template.values(text)) is not None:
                rated = [self.rated(value) for value in values]
                yield template.letters + sum(count for count, _ in rated), _filled(template, rated)
        yield from self._in_pieces(text)
        yield from self._as_sentence(text)

    def _in_pieces(self, text: str) -> Iterator[Rated]:
        """What stands on both sides of a joint, each by itself."""
        for joint in JOINTS:
            for at in _places_of(joint, text):
                (before, left), (after, right) = self.rated(text[:at]), self.rated(text[at + len(joint) :])
                if before + after:
                    yield before + after, f"{left}{joint}{right}"
        for at in _places_of(AND, text):
            sides = text[:at], text[at + len(AND) :]
            rated = [self.rated(side) for side in sides]
            if all(count or LISTED.fullmatch(side) for side, (count, _) in zip(sides, rated, strict=True)):
                ((before, left), (after, right)) = rated
                yield before + after + letters(AND), f"{left} {_conjunction(right)} {right}"

    def _as_sentence(self, text: str) -> Iterator[Rated]:
        """A sentence that begins with a capital, or ends with a period, of which the key has neither."""
        if (whole := self._exact.get(f"{text}.")) is not None:
            yield letters(text), whole.removesuffix(".")
        core = text.strip().removesuffix(".")
        lower = core[:1].lower() + core[1:]
        for key in (core, lower):
            count, translation = self.rated(key)
            if count and key != text:
                first = translation[:1].upper() if key != core else translation[:1]
                start, end = text.partition(core)[::2]
                yield count, f"{start}{first}{translation[1:]}{end}"


@cache
def catalog(code: str) -> Catalog:
    """That of a language, read once."""
    with (FOLDER / f"{code}.mo").open("rb") as file:
        return Catalog(_Messages(file))


def letters(text: str) -> int:
    """How many letters a text has."""
    return len(LETTERS.findall(text))


def _places_of(joint: str, text: str) -> Iterator[int]:
    at = text.find(joint)
    while at >= 0:
        if 0 < at < len(text) - len(joint) or joint == ")":
            yield at
        at = text.find(joint, at + 1)


def _filled(template: Template, rated: Sequence[Rated]) -> str:
    """The translation with these values, and what stands behind it."""
    text = PLACE.sub(lambda place: rated[int(place[1])][1], template.translation)
    places = len(PLACE.findall(template.key))
    return " ".join([text, *(rest for _, rest in rated[places:] if rest)])


def _conjunction(following: str) -> str:
    """Spanish has another one in front of the same sound."""
    return "e" if re.match(r"h?i(?![aeou])", following, re.IGNORECASE) else "y"
