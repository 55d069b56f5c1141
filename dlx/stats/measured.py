"""What is measured of a network beside its error, as documents have it: metrics, and what carries an error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

PartMetrics: TypeAlias = Mapping[str, Mapping[str, "MeasuredMetric"]]  # by part, by name


@dataclass(frozen=True)
class LabelValue:
    """A metric of one class, label or target; None is a number that is not defined, or not finite."""

    label: Any
    value: float | None
    low: float | None
    high: float | None
    m: int | None = None


@dataclass(frozen=True, repr=False)
class MeasuredMetric:
    """A metric of all m examples; None is a number that is not defined, or not finite.

    classes, targets: of each class, label or target by itself; None of a metric that has no such values.
    """

    value: float | None
    low: float | None
    high: float | None
    m: int | None = None
    classes: list[LabelValue] | None = None
    targets: list[LabelValue] | None = None

    def __repr__(self) -> str:
        numbers = ("None" if number is None else f"{number:.4g}" for number in (self.value, self.low, self.high))
        return "MeasuredMetric({}, {} to {}, m={})".format(*numbers, self.m)

    def to_document(self) -> dict[str, Any]:
        """As JSON has it: classes and targets only where there are any."""
        document = {"value": self.value, "low": self.low, "high": self.high, "m": self.m}
        parts = {"classes": self.classes, "targets": self.targets}
        return document | {key: values for key, values in parts.items() if values is not None}


@dataclass(frozen=True)
class Carriers:
    """The few residuals of m that carry an error, and their share of its square.

    rows: their numbers in the source, from 1, the largest first; none where they are not known, or not to be looked at.
    """

    residuals: int
    m: int
    share: float
    rows: list[int] = field(default_factory=list)

    def to_document(self) -> dict[str, Any]:
        """As JSON has it: rows only where there are any."""
        return {key: value for key, value in vars(self).items() if key != "rows" or value}
