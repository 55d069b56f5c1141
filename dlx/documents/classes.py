"""What a network takes for what, ``classes`` of diagnosis.json: confusions, errors of classes, the worst examples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dlx.errors import DataError
from dlx.stats.measured import LabelValue, MeasuredMetric, PartMetrics


@dataclass(frozen=True)
class ConfusedPair:
    """A class, the other one that examples of it are taken for, and how many are."""

    label: Any
    predicted: Any
    count: int


@dataclass(frozen=True)
class WorstExample:
    """An example that the network is very wrong about: its class, the answer, how sure that is, and the loss.

    Args:
        index: its place in the part, from 0.
        label, predicted: the classes.
        probability, loss: of the predicted, and −ln of that of the true class; None where they are not finite.
        row: its number in the source, from 1; None where the source has no rows.
    """

    index: int
    label: Any
    predicted: Any
    probability: float | None
    loss: float | None
    row: int | None = None

    def to_document(self) -> dict[str, Any]:
        """As JSON has it; the row is there only where the source has rows."""
        document = {key: value for key, value in vars(self).items() if key != "row"}
        return document if self.row is None else document | {"row": self.row}


MOST_COLUMNS = 12  # of a table that is printed


@dataclass(frozen=True)
class ClassesDocument:
    """What a network takes for what on a part, in the user's labels.

    Args:
        part: that was looked at.
        labels: of the classes.
        confusion: row the true and column the predicted class; None of very many classes.
        errors: of each class; without a value where the part has none of it.
        confused: the pairs that are most often taken for each other.
        worst: the examples of the highest loss, the highest first.
    """

    part: str
    labels: list[Any]
    confusion: list[list[int]] | None
    errors: list[LabelValue]
    confused: list[ConfusedPair]
    worst: list[WorstExample]

    def __str__(self) -> str:
        """The confusion table of the part, or the pairs that are most often confused where it would be too large."""
        if self.confusion is None or len(self.labels) > MOST_COLUMNS:
            pairs = [f"{pair.label} taken for {pair.predicted}  {pair.count:,}" for pair in self.confused]
            return "\n".join([f"{self.part}, most often confused:", *pairs])
        rows = [[self.part, *map(str, self.labels)]]
        rows += [
            [str(label), *(f"{count:,}" for count in row)]
            for label, row in zip(self.labels, self.confusion, strict=True)
        ]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ["  ".join(f"{cell:>{width}}" for cell, width in zip(row, widths, strict=True)) for row in rows]
        return "\n".join(["rows are what it is, columns what it is taken for", *lines])


def check_labels(path: Path, metrics: PartMetrics | None) -> None:
    """Raise `DataError` where metrics of the document at ``path`` have other labels than those beside them."""
    for part, by_name in (metrics or {}).items():
        for kind in ("classes", "targets"):
            labels = [(name, [entry.label for entry in entries]) for name, entries in _entries(by_name, kind)]
            for name, own in labels:
                if own != labels[0][1]:
                    raise DataError(
                        f"{path}: is damaged: metrics.{part}.{name}.{kind} has other labels than "
                        f"metrics.{part}.{labels[0][0]}.{kind}"
                    )


def _entries(metrics: Mapping[str, MeasuredMetric], kind: str) -> Iterator[tuple[str, list[LabelValue]]]:
    """The names of the metrics that have values of classes, or of targets, and these."""
    for name, metric in metrics.items():
        entries = metric.classes if kind == "classes" else metric.targets
        if entries is not None:
            yield name, entries
