"""The confusion matrix of a part: what is taken for what, how often, and the error of each class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dlx.diagnose.verdict import in_words
from dlx.documents.classes import ClassesDocument
from dlx.stats.intervals import Estimate
from dlx.stats.measured import LabelValue


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


def confusion(document: ClassesDocument) -> Confusion:
    """That of the classes of a diagnosis."""
    errors, matrix = document.errors, document.confusion
    rows = [
        ClassRow(str(entry.label), counts, _error(entry), entry.m or 0)
        for entry, counts in zip(errors, matrix or [[]] * len(errors), strict=True)
    ]
    sizes = {entry.label: entry.m or 1 for entry in errors}
    mistakes = [
        Mistake(str(pair.label), str(pair.predicted), pair.count, pair.count / sizes[pair.label])
        for pair in document.confused
    ]
    return Confusion(in_words(document.part), rows, mistakes, matrix is not None)


def _error(entry: LabelValue) -> Estimate | None:
    """None of a class without examples."""
    if not entry.m or entry.value is None or entry.low is None or entry.high is None:
        return None
    return Estimate(entry.value, entry.low, entry.high, entry.m)
