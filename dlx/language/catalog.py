"""A catalog: the sentences of dlx in another language, also those that values were put into before they were stored.

A key with ``{0}``, ``{1}`` … is the sentence of an f-string: what is shown is compared with it, and what stands in
these places is put into its translation, translated in turn where it is a sentence too. So whatever was written in
English, by whichever run, can be read in another language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from gettext import GNUTranslations
from pathlib import Path

FOLDER = Path(__file__).parent
PLACE = re.compile(r"\{(\d+)\}")
LETTERS = re.compile(r"[^\W\d_]")
# Also a duration, as `10 min 0 s`.
NUMBER = re.compile(r"[-+−]?[\d.,]*(?:\d|∞)(?:e[-+]?\d+)?(?: %| (?:µs|ms|s|min|h|d)(?: \d+ (?:s|min|h))?)?")
FEWEST = 3  # letters of a key whose places take anything; one of fewer stands between numbers only
OF_COUNT = re.compile(r"\{0\} \w+")  # such as `{0} steps`, in front of which there is a number
COUNT = re.compile(r"[-+−]?\d.*", re.DOTALL)
JOINTS = ("; ", ": ", ". ", ", ", " (", ") ", "(", ")")  # between what is translated piece by piece
AND = " and "
WORD_BEGINS = re.compile(r"(?=[ ;,)]|\.?$)")
# In front of the verb of what is said of a name, such as a quoted value, which stands by itself, or behind one word.
OF_NAME = re.compile(r"(?:\w+ )?\S+")
VERB = re.compile(r" (?=(?:is|are|has|have|cannot|does|lies|gives|takes|stands|names|differ) )")
LABEL = "label"  # the context of words that stand alone, and are no part of a sentence: there they may be names
OF_PAGE = "page"  # of what the page of the lab says: it looks its texts up, and none is recognized
MOST_REMEMBERED = 20_000  # texts that were put together of sentences and values, before all are forgotten
LISTED = re.compile(r"\d.*|\S*[\d._]\S*|train|train-dev|dev|test")  # numbers, parts, and keys of a spec
# Letters outside names: of so many LEAST are translated, or a text is of somebody else, and is not changed in places.
LONG, LEAST = 40, 0.5
NAME = re.compile(r"\S*[._=/\d]\S*")
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
        """What stands before, between and behind the places."""
        return PLACE.split(self.key)[::2]

    def may_be(self, text: str) -> bool:
        """Whether all its pieces are in a text."""
        return all(piece in text for piece in self.pieces)

    def readings(self, text: str) -> Iterator[list[str]]:
        """Each way in which a text can be of this key: what stands in the places, and perhaps what stands behind."""
        first, *others = self.pieces
        if text.startswith(first) and self.may_be(text):
            readings = self._readings(text, len(first), others)
            values_of = COUNT if OF_COUNT.fullmatch(self.key) else None if self.letters >= FEWEST else NUMBER
            places = len(others)
            yield from (v for v in readings if values_of is None or all(map(values_of.fullmatch, v[:places])))

    def _readings(self, text: str, start: int, pieces: Sequence[str]) -> Iterator[list[str]]:
        """Those from a place on, behind which these pieces stand."""
        piece, *others = pieces
        if not others:
            if text.endswith(piece) and len(text) - len(piece) >= start:
                yield [text[start : len(text) - len(piece)]]
            piece = f"{piece} " if piece[-1:].isalpha() else ""  # behind a word something else may stand
        elif not piece:  # two places beside each other, of which the second begins a word, or is empty
            ends = (match.start() for match in WORD_BEGINS.finditer(text, start))
            yield from ([text[start:at], *values] for at in ends for values in self._readings(text, at, others))
        for at in places_of(piece, text, start) if piece else ():
            rest = at + len(piece)
            if text.startswith("%", rest):  # which belongs to the number in front of it
                continue
            behind = self._readings(text, rest, others) if others else [[text[rest:]]]
            yield from ([text[start:at], *values] for values in behind)


class Catalog:
    """The translations of a language."""

    def __init__(self, messages: _Messages) -> None:
        self.labels, self.of_page = messages.translations(LABEL), messages.translations(OF_PAGE)
        self.sentences = messages.translations()
        self._exact = {**self.sentences, **self.labels}
        self._translated = {**self._exact}

    @cached_property
    def _templates(self) -> list[Template]:
        """Those with most letters first: of equal readings the first is taken."""
        templates = [Template(key, text) for key, text in self.sentences.items() if PLACE.search(key)]
        return sorted(templates, key=lambda template: -template.letters)

    def translated(self, text: str, of: str = "") -> str:
        """The text in that language, as far as it is known; blanks around it stay."""
        if of and (agreeing := self.labels.get(f"{of}: {text}")):
            return agreeing
        if not LETTERS.search(text):
            return text
        words = text.strip()
        if len(self._translated) > MOST_REMEMBERED:
            self._translated = {**self._exact}
        if words and words not in self._translated:
            count, translation = self._reader(words).rated(words)
            outside = letters(NAME.sub("", words))
            is_known = outside < LONG or count >= LEAST * outside
            self._translated[words] = translation if is_known else words
        return _in_place_of(words, text, self._translated.get(words, ""))

    def best(self, text: str) -> str:
        """The same of a text that is known to be of dlx, whatever else is in it."""
        return self._reader(text).rated(text)[1]

    def _reader(self, text: str) -> SentenceReader:
        return SentenceReader(self.sentences, [template for template in self._templates if template.may_be(text)])


class SentenceReader:
    """Reads one text, and all that stands in the places of its templates, which are those that may be in it."""

    def __init__(self, sentences: Mapping[str, str], templates: Sequence[Template]) -> None:
        self.sentences, self.templates = sentences, templates
        self._rated: dict[str, Rated] = {}

    def rated(self, text: str) -> Rated:
        """The translation that has most letters of the text, with their number."""
        words = text.strip()
        if words not in self._rated:
            self._rated[words] = self._best(words)
        count, translation = self._rated[words]
        return count, _in_place_of(words, text, translation)

    def _best(self, text: str) -> Rated:
        """Of the translations with most letters the first; none can have more than all."""
        best, most = (0, text), letters(text)
        for candidate in self._candidates(text):
            if candidate[0] > best[0]:
                best = candidate
            if best[0] >= most:
                break
        return best

    def _candidates(self, text: str) -> Iterator[Rated]:
        if text in self.sentences:
            yield letters(text), self.sentences[text]
        if not LETTERS.search(text):
            return
        for template in self.templates:
            for values in template.readings(text):
                rated = [self.rated(value) for value in values]
                yield template.letters + sum(count for count, _ in rated), _filled(template, rated)
        yield from self._in_pieces(text)
        yield from self._as_sentence(text)

    def _in_pieces(self, text: str) -> Iterator[Rated]:
        """What stands on both sides of a joint, each by itself."""
        for joint in JOINTS:
            for at in places_of(joint, text):
                (before, left), (after, right) = self.rated(text[:at]), self.rated(text[at + len(joint) :])
                if before + after:
                    yield before + after, f"{left}{joint}{right}"
        for at in places_of(AND, text):
            sides = text[:at], text[at + len(AND) :]
            rated = [self.rated(side) for side in sides]
            if all(count or LISTED.fullmatch(side) for side, (count, _) in zip(sides, rated, strict=True)):
                ((before, left), (after, right)) = rated
                yield before + after + letters(AND), f"{left} {_conjunction(right)} {right}"
        for verb in VERB.finditer(text):
            if OF_NAME.fullmatch(name := text[: verb.start()]):
                count, right = self.rated(text[verb.end() :])
                if count:
                    yield count, f"{self.rated(name)[1]} {right}"

    def _as_sentence(self, text: str) -> Iterator[Rated]:
        """A sentence that begins with a capital, or ends with a period, of which the key has neither."""
        if (whole := self.sentences.get(f"{text}.")) is not None:
            yield letters(text), whole.removesuffix(".")
        core = text.removesuffix(".")
        lower = core[:1].lower() + core[1:]
        for key in sorted({core, lower} - {text}):
            count, translation = self.rated(key)
            if count:
                first = translation[:1].upper() if key != core else translation[:1]
                yield count, f"{first}{translation[1:]}{text[len(core) :]}"


@cache
def catalog(code: str) -> Catalog:
    """That of a language, read once."""
    with (FOLDER / f"{code}.mo").open("rb") as file:
        return Catalog(_Messages(file))


def letters(text: str) -> int:
    """How many letters a text has."""
    return len(LETTERS.findall(text))


def places_of(piece: str, text: str, start: int = 0) -> Iterator[int]:
    """Where a piece of a text begins, from there on."""
    at = text.find(piece, start)
    while at >= 0:
        yield at
        at = text.find(piece, at + 1)


def _in_place_of(words: str, text: str, translation: str) -> str:
    """A text with the translation of its words in place of them, so that blanks around them stay."""
    return text.replace(words, translation, 1) if words else text


def _filled(template: Template, rated: Sequence[Rated]) -> str:
    """The translation with these values, and what stands behind it."""
    text = PLACE.sub(lambda place: rated[int(place[1])][1], template.translation)
    places = len(PLACE.findall(template.key))
    return " ".join([text, *(rest for _, rest in rated[places:] if rest)])


def _conjunction(following: str) -> str:
    """Spanish has another one in front of the same sound."""
    return "e" if re.match(r"h?i(?![aeou])", following, re.IGNORECASE) else "y"
