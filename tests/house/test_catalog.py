"""The catalogs: complete, with the same values in every sentence, and what is compiled is what is written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from string import Formatter
from typing import Any

import pytest

from dlx.cli.commands import COMMANDS
from dlx.cli.loading import load_command
from dlx.cli.rows import allowed_in_language
from dlx.documents.diagnosis import SpecDiagnosis
from dlx.documents.findings import Finding
from dlx.guide.explain import of_key
from dlx.language import ENGLISH, LANGUAGES, translated
from dlx.language.catalog import FOLDER, LABEL, OF_PAGE, PLACE, catalog
from dlx.search.study.section import StudyFile
from dlx.search.tune.section import TuneFile
from dlx.show import terminal
from dlx.spec.keys import keys
from dlx.spec.sections import Spec
from experiments.catalog.sources import Message, messages, sentences
from tests.english import in_english

OTHERS = [code for code in LANGUAGES if code != ENGLISH]
VALUES = ("37", "1.5", "0.002", "44 %", "5", "6", "7", "8")


@pytest.fixture(scope="module")
def everything() -> list[Message]:
    return messages()


def places(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(text.replace("${", "$[")) if name is not None)


@pytest.mark.parametrize("code", OTHERS)
def test_every_text_has_its_translation(code: str, everything: list[Message]) -> None:
    texts = {(message.key, message.context) for message in everything}
    known = catalog(code)
    there: dict[tuple[str, str | None], str] = {(key, None): text for key, text in known.sentences.items()}
    there |= {(key, LABEL): text for key, text in known.labels.items()}
    there |= {(key, OF_PAGE): text for key, text in known.of_page.items()}
    assert len(texts) > 900
    assert texts - there.keys() == set(), "make catalog names what is to be translated"
    assert there.keys() - texts == set(), "nothing of dlx says that any more: make catalog"
    assert all(there.values())


@pytest.mark.parametrize("code", OTHERS)
def test_a_translation_has_the_values_of_its_sentence(code: str) -> None:
    for key, text in (*catalog(code).sentences.items(), *catalog(code).of_page.items()):
        if PLACE.search(key):
            assert places(text) == places(key), key
        numbers = sorted(re.findall(r"\d+", PLACE.sub("", key)))
        assert sorted(re.findall(r"\d+", PLACE.sub("", text))) == numbers, key
        assert set(re.findall(r"--[a-z-]+|\b\w+\.\w+", key)) <= set(re.findall(r"--[a-z-]+|\b\w+\.\w+", text)), key


@pytest.mark.parametrize("code", OTHERS)
def test_every_sentence_is_recognized_with_values(code: str, everything: list[Message]) -> None:
    known = catalog(code)
    for message in everything:
        if message.context is None:
            assert known.translated(filled(message.key)) == filled(known.sentences[message.key]), message.key


def filled(text: str) -> str:
    """A sentence with values in its places; of two beside each other the second is a word."""
    values = list(VALUES)
    for second in re.findall(r"(?<=[\w}])\{(\d)\}", text):
        values[int(second)] = " (x)"
    return PLACE.sub(lambda place: values[int(place[1])], text)


@pytest.mark.parametrize("code", OTHERS)
def test_findings_are_shown_without_english(
    code: str, everything: list[Message], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sentences of a diagnosis as the evidence of findings, as remedies and as advice, on the screen."""
    monkeypatch.setenv("DLX_LANG", code)
    texts = [filled(m.key) for m in everything if m.file.startswith("dlx/diagnose/") and not m.context][::5]
    findings = [
        Finding(
            "dead_units", "warning", number % 3 or None, None, 0.0, 1.0, f"{text}; all the same {text}", text, "Dropout"
        )
        for number, text in enumerate(texts)
    ]
    advice = [f"dead_units: {text}; meanwhile try data.augment" for text in texts]
    terminal.diagnosis("a", SpecDiagnosis(findings=findings, next=advice), {})
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 3 * len(texts)
    assert in_english(lines) == []


@pytest.mark.parametrize("code", OTHERS)
def test_the_help_of_every_command_is_translated(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DLX_LANG", code)
    english = re.compile(r"\b(the|of|is|are|and|which|Usage|Options|Show this|required)\b")
    for name in COMMANDS:
        for page in helps(name, load_command(name)):
            head, _, _ = page.partition(f"\n{catalog(code).sentences['Examples']}:")
            assert not english.search(head), page


def helps(name: str, command: Any) -> Iterator[str]:
    """The help of a command, and of those below it."""
    context = command.context_class(command, info_name=name)
    yield command.get_help(context)
    for below, further in getattr(command, "commands", {}).items():
        yield further.get_help(command.context_class(further, info_name=below, parent=context))


@pytest.mark.parametrize("code", OTHERS)
def test_what_is_compiled_is_what_is_written(code: str) -> None:
    pofile = pytest.importorskip("babel.messages.pofile")
    with (FOLDER / f"{code}.po").open("rb") as file:
        written = pofile.read_po(file, locale=code, abort_invalid=True)
    assert not written.obsolete
    assert [message.id for message in written if message.id and message.fuzzy] == []
    sentences = {message.id: message.string for message in written if message.id and message.context is None}
    labels = {message.id: message.string for message in written if message.context == LABEL}
    of_page = {message.id: message.string for message in written if message.context == OF_PAGE}
    assert (sentences, labels) == (catalog(code).sentences, catalog(code).labels)
    assert of_page == catalog(code).of_page


@pytest.mark.parametrize(
    ("code", "keys"),
    [
        ("WHY = 'so few steps have hardly begun'", ["so few steps have hardly begun"]),
        ("f'{n} step{\"s\" * (n > 1)} in all'", ["{0} steps in all", "{0} step in all"]),
        ('f\'labels went {"down" if a else "up"} by {b}\'', ["labels went down by {0}", "labels went up by {0}"]),
        ("f'{evidence}, since epoch {n:,} it rose'", ["{0}, since epoch {1} it rose"]),
        ("f'; all {what}'", []),
        ("'''A module says what it is.'''", []),
        ("raise DataError(f'no such file: {path}')", []),
        ("element('p', text, class_='badge high')", []),
        ("x = 'dead_units'", []),
    ],
)
def test_a_sentence_in_the_program_is_noticed(code: str, keys: list[str]) -> None:
    assert [message.key for message in sentences(code, "dlx/diagnose/new.py")] == keys


@pytest.mark.parametrize("code", OTHERS)
def test_what_may_stand_at_a_key_is_translated(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the names of all components of a kind stand, which come and go."""
    monkeypatch.setenv("DLX_LANG", code)
    entries = [of_key(key) for record in (Spec, TuneFile, StudyFile) for key in keys(record).values()]
    texts = {allowed_in_language(entry.allowed or "").rpartition(";")[2] for entry in entries}
    texts |= {translated(text) for entry in entries for text in entry.short_forms}
    assert in_english([text for text in texts if "|" not in text], ["none"]) == []  # beside the words of choices
