"""The document of a learning-rate range test: which rates bring the cost down, and which one is suggested."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

# A sweep up to a rate leads about as far as ten steps at that rate do: of 24 steps a decade Σα is 10·α.
REACH = 10
# The rates of 50 healthy specs of the fault bench lay below 0.46 of where the cost grows.
SAFE = 2.0


@dataclass(frozen=True)
class TestedRates:
    """What a range test has found; each rate is None where there is no such rate.

    suggested: ``optimizer.learning_rate`` to train with.
    falls_from, steepest, grows_from: the rates from which the cost falls, where it falls most, and from which it grows.
    probes, steps: how many sweeps it took, and how many steps in all.
    may_stay: whether nothing was found that speaks against the rate of the spec; None in files of an older dlx.
    """

    suggested: float | None
    falls_from: float | None
    steepest: float | None
    grows_from: float | None
    probes: int
    steps: int
    may_stay: bool | None = None

    @property
    def highest(self) -> float:
        """The largest rate that is surely below those at which the cost grows."""
        return inf if self.grows_from is None else self.grows_from / SAFE

    def lowest(self, steps: int) -> float:
        """The least rate that gets as far in so many steps as a sweep does at the suggested one."""
        return 0.0 if self.suggested is None else self.suggested / max(1.0, steps / REACH)

    def allows(self, rate: float, steps: int) -> bool:
        """Whether nothing is known against a rate for so many steps; nothing is where none is suggested."""
        return self.suggested is None or self.lowest(steps) <= rate <= self.highest


@dataclass(frozen=True)
class RangeTest:
    """A range test, ``dlx tune --learning-rate --json``: what it has found, and the curve that it was read from.

    learning_rate: that of the spec.
    training_steps: those of its whole training.
    is_objective: whether an objective is minimized, rather than a network trained.
    first: the cost before any step.
    rates, costs: the median of the averaged costs over α, up to where they exploded.
    """

    name: str
    optimizer: str
    learning_rate: float
    training_steps: int
    is_objective: bool
    tested: TestedRates
    first: float
    rates: list[float]
    costs: list[float]

    @property
    def can_stay(self) -> bool:
        """Whether the spec has another rate than the suggested one, with which it gets as far all the same."""
        has_other = self.tested.suggested not in (None, self.learning_rate)
        return has_other and self.tested.allows(self.learning_rate, self.training_steps)
