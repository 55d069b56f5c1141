"""The page of the reference about JSON documents: what ``--json`` prints and files of a run hold, key by key."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from dlx.documents.comparison import ComparisonDocument
from dlx.documents.diagnosis import DiagnosisDocument, SpecDiagnosis
from dlx.documents.folds import FoldsDocument
from dlx.documents.learning_curve import LearningCurve
from dlx.documents.range_test import RangeTest
from dlx.documents.study import StudyDocument
from dlx.documents.tuning import TuningDocument
from dlx.training.stored import is_key

# The documents that are records, by what prints them, and the file that holds them.
RECORDS: dict[str, tuple[type, str]] = {
    "dlx diagnose RUN": (DiagnosisDocument, "diagnosis.json"),
    "dlx diagnose SPEC": (SpecDiagnosis, ""),
    "dlx diagnose RUN --learning-curve": (LearningCurve, "learning_curve.json"),
    "dlx compare": (ComparisonDocument, ""),
    "dlx tune": (TuningDocument, "tune.json"),
    "dlx tune --learning-rate": (RangeTest, ""),
    "dlx study": (StudyDocument, "study.json"),
    "dlx train, with data.folds": (FoldsDocument, "folds.json"),
}
# The others, by command: their keys beside schema_version.
FURTHER: dict[str, str] = {
    "train": "name, status, seed, overrides, started, ended, parameters, final, best, kept_epoch, data, run",
    "average": "file, column, values, averages",
    "config check": "valid, problems",
    "doctor": "versions, packages, blas, cores, executable, installed_in, encoding, terminal, environment",
    "evaluate": "run, data, m, cost, error, metrics, in_train",
    "explain": "explanations",
    "export": "run, format, files",
    "guide": "pages",
    "list": "components, sections",
    "new": "spec, path",
    "predict": "run, data, predictions",
    "report": "run, path",
    "runs": "runs",
    "runs tag": "run, tags",
    "trust --list": "trusted",
    "watch RUN": "run, name, status, epochs, last",
    "watch SEARCH": "run, name, status, trials, best",
}
WORDS = {int: "a whole number", float: "a number", str: "a text", bool: "true or false", NoneType: "null"}
SEVERAL = {int: "whole numbers", float: "numbers", str: "texts"}


def documents_page() -> str:
    """Every document, then the records that they are made of."""
    lines = ["Each has `schema_version`. Where a number is infinite or unknown, it is `null`.", ""]
    parts: dict[str, type] = {}
    for source, (record, file) in RECORDS.items():
        where = f", and the file `{file}` of its directory" if file else ""
        lines += [f"## {source}", "", f"`{source.partition(',')[0]} --json`{where}.", "", *_entries(record, parts), ""]
    lines += ["## The other commands", "", "What they print at the top; `train` prints `run.json`.", ""]
    lines += [f"- `dlx {command} --json`: {_quoted(names)}" for command, names in FURTHER.items()]
    lines += ["", "## The records in them", ""]
    written: set[str] = set()
    while left := [name for name in sorted(parts) if name not in written]:
        for name in left:
            written.add(name)
            lines += [f"### {name}", "", _first_sentence(parts[name]), "", *_entries(parts[name], parts), ""]
    return "\n".join(lines)


def _quoted(names: str) -> str:
    return ", ".join(f"`{name}`" for name in names.split(", "))


def _entries(record: type, parts: dict[str, type]) -> Iterator[str]:
    """The keys of a record, together where its docstring speaks of them together.

    Records that are met on the way are put among ``parts``.
    """
    hints, groups = get_type_hints(record), dict[str, list[str]]()
    meanings = _meanings(record)
    for field in fields(record):
        if is_key(field):
            groups.setdefault(meanings.get(field.name, field.name), []).append(field.name)
    for meaning, names in groups.items():
        keys = ", ".join(f"`{name}` ({_in_words(hints[name], parts)})" for name in names)
        yield f"- {keys}: {meaning}" if meaning != names[0] else f"- {keys}"


def _in_words(hint: Any, parts: dict[str, type]) -> str:
    """What may stand there."""
    arguments, origin = get_args(hint), get_origin(hint)
    if isinstance(hint, UnionType):
        return " or ".join(_in_words(each, parts) for each in arguments)
    if origin is Literal:
        return " or ".join(f"`{value}`" for value in arguments)
    if origin in (list, tuple) and arguments[0] in SEVERAL:
        return f"a list of {SEVERAL[arguments[0]]}"
    if origin in (list, tuple):
        return f"a list of {_in_words(arguments[0], parts)}"
    if origin in (dict, Mapping):
        return f"by name {_in_words(arguments[1], parts)}"
    if is_dataclass(hint) and isinstance(hint, type):
        parts[hint.__name__] = hint
        return f"[{hint.__name__}](#{hint.__name__.lower()})"
    if isinstance(hint, type) and issubclass(hint, str) and hint is not str:
        return " or ".join(f"`{member}`" for member in hint)  # type: ignore[attr-defined]  # it is an enumeration
    return WORDS.get(hint, "a value" if hint is Any else "a mapping")


def _meanings(record: type) -> dict[str, str]:
    """What the docstring says of the fields."""
    _, _, text = (inspect.getdoc(record) or "").partition("Args:\n")
    paragraphs = re.findall(r"^ {4}(\w[\w, ]*): (.*(?:\n {8}.*)*)", text, re.MULTILINE)
    return {name: _in_json(text) for names, text in paragraphs for name in names.split(", ")}


def _first_sentence(record: type) -> str:
    return _in_json((inspect.getdoc(record) or "").partition("\n\n")[0])


def _in_json(text: str) -> str:
    """A text of a docstring as readers of JSON take it."""
    return re.sub(r"\bNone\b", "null", " ".join(text.split())).replace("``", "`")
