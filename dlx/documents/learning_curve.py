"""The document of a learning curve, ``learning_curve.json``: the errors of each size, the law, and what it says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite

from dlx.documents.brief import Brief
from dlx.stats.intervals import Estimate
from dlx.words import Status, error_text


@dataclass(frozen=True)
class Interval:
    """A value and the ends of its interval."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, estimate: Estimate) -> Interval:
        """That of an estimate."""
        return cls(estimate.value, estimate.low, estimate.high)


@dataclass(frozen=True)
class CurveTraining:
    """One training of a size: its key, and its errors."""

    trial: str
    train: float
    dev: float


@dataclass(frozen=True)
class CurvePoint:
    """A size m: how many epochs it was trained for, the mean errors, and each training alone."""

    m: int
    epochs: int
    train: Interval
    dev: Interval
    trainings: list[CurveTraining]


@dataclass(frozen=True)
class FailedTraining:
    """A training that cannot be used, and why."""

    m: int
    replicate: int
    status: Status
    message: str


@dataclass(frozen=True)
class TrainingCount:
    """How many trainings there are, of how many, and those that failed; for the rest there was no time."""

    done: int
    of: int
    failed: list[FailedTraining]


@dataclass(frozen=True)
class FittedLaw:
    """The power law that agrees best with the points; m0 is the largest size."""

    law: str
    m0: int
    a: float
    b: Interval
    c: Interval
    chi_squared: float


@dataclass(frozen=True)
class CurveTarget:
    """The error that was asked for, the examples that it needs, and the verdict; None where no law could be fitted."""

    error: float
    examples: Interval | None
    verdict: str | None


@dataclass(frozen=True)
class FittedError:
    """The error of the law at m examples, with its interval."""

    m: int
    value: float
    low: float
    high: float


@dataclass(frozen=True, repr=False)
class LearningCurve(Brief):
    """What training on growing parts of a train set has told; too few sizes have neither fit nor curve."""

    run: str
    name: str
    task: str
    m: int
    m_dev: int
    replicates: int
    points: list[CurvePoint]
    trainings: TrainingCount
    fit: FittedLaw | None
    target: CurveTarget
    curve: list[FittedError]

    def details(self) -> Iterator[tuple[str, str]]:
        """The dev error at each size, and how many examples the target would take."""
        for point in self.points:
            yield f"m = {point.m:,}", f"dev error {error_text(point.dev.value, self.task)}"
        wanted = f"a dev error of {error_text(self.target.error, self.task)}"
        if (examples := self.target.examples) is not None and self.target.verdict is not None:
            count = f"{examples.value:,.0f} examples, " if isfinite(examples.value) else ""
            yield "target", f"{wanted}: {count}{self.target.verdict}"
