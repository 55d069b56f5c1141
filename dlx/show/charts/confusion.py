"""The confusion matrix of a part: what is taken for what, how often, and the error of each class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dlx.diagnose.verdict import in_words
from dlx.stats.intervals import Estimate


@dataclass(frozen=True)
class ClassRow:
    """A class: its counts by what it is taken for, empty where nobody counted, and its error, None without examples."""

    label: str
    counts: Sequence[int]
    error: Estimate | None
    m: int


@dataclass(frozen=True)
class Mistake:
    """How many examples of a class are taken for another, and which share of the class that is."""

    label: str
    predicted: str
    count: int
    share: float


@dataclass(frozen=True)
class Confusion:
    """The classes in the order of their numbers, and the mistakes, the most frequent first."""

    part: str
    rows: Sequence[ClassRow]
    mistakes: Sequence[Mistake]
    is_counted: bool

    def worst_first(self) -> list[ClassRow]:
        """The classes that have examples, that of the highest error first."""
        measured = [(-row.error.value, number) for number, row in enumerate(self.rows) if row.error is not None]
        return [self.rows[number] for _, number in sorted(measured)]


def confusion(document: Mapping[str, Any]) -> Confusion:
    """That of ``classes`` in ``diagnosis.json``."""
    errors, matrix = document["errors"], document["confusion"]
    rows = [
        ClassRow(str(entry["label"]), counts, Estimate.from_document(entry) if entry["m"] else None, entry["m"])
        for entry, counts in zip(errors, matrix or [()] * len(errors), strict=True)
    ]
    sizes = {entry["label"]: entry["m"] for entry in errors}
    mistakes = [
        Mistake(str(pair["label"]), str(pair["predicted"]), pair["count"], pair["count"] / sizes[pair["label"]])
        for pair in document["confused"]
    ]
    return Confusion(in_words(document["part"]), rows, mistakes, matrix is not None)
