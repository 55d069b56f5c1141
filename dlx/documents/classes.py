"""What a network takes for what, ``classes`` of diagnosis.json: confusions, errors of classes, the worst examples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dlx.stats.measured import LabelValue


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
