"""What a gradient check found, as records and as the document that `dlx gradcheck --json` prints."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from dlx.nn.gradcheck import GREAT, Verdict

SCHEMA_VERSION = 1


@dataclass(frozen=True)
class Worst:
    """The entry of a parameter that disagrees most."""

    index: tuple[int, ...]
    analytic: float
    numeric: float


@dataclass(frozen=True)
class Parameter:
    """W1, b1, gamma1 … with the difference between its analytic and numeric gradient.

    The verdict is the harshest of those on the whole parameter, its directions and each of its entries.
    """

    name: str
    difference: float
    verdict: Verdict
    worst: Worst | None
    entries: int
    kinks: int


@dataclass(frozen=True)
class Fault:
    """The first operation, from the cost backwards, whose gradient is wrong, and what the error looks like.

    ``place`` is the file and line of an operation that is not one of dlx.
    """

    operation: str
    layer: int | None
    parameter: str | None
    signature: str
    sentence: str
    place: str | None


@dataclass(frozen=True)
class Point:
    """The check at one θ."""

    when: str
    cost: float
    difference: float
    parameters: tuple[Parameter, ...]
    directions: int
    size: int
    fault: Fault | None = None

    @property
    def passed(self) -> bool:
        """Whether everything is great."""
        return self.difference <= GREAT and all(parameter.verdict == "great" for parameter in self.parameters)

    @property
    def covered(self) -> dict[str, int]:
        """How much of θ was looked at, and how many entries were left out for a kink."""
        entries = sum(parameter.entries for parameter in self.parameters)
        kinks = sum(parameter.kinks for parameter in self.parameters)
        return {"parameters": self.size, "entries": entries, "directions": self.directions, "kinks": kinks}


@dataclass(frozen=True)
class Report:
    """The checks of one network at each θ that was asked for."""

    name: str
    epsilon: float
    examples: int
    points: tuple[Point, ...]

    @property
    def passed(self) -> bool:
        """Whether it passed everywhere."""
        return all(point.passed for point in self.points)

    @property
    def decisive(self) -> Point:
        """The first θ at which it failed, or the one with the largest difference."""
        failed = [point for point in self.points if not point.passed]
        return failed[0] if failed else max(self.points, key=lambda point: point.difference)

    def document(self) -> dict[str, Any]:
        """The JSON document: the decisive θ in full, the others by their difference."""
        point = self.decisive
        return {
            "schema_version": SCHEMA_VERSION,
            "name": self.name,
            "passed": self.passed,
            "difference": point.difference,
            "epsilon": self.epsilon,
            "examples": self.examples,
            "covered": point.covered,
            "at": point.when,
            "points": [{"at": one.when, "passed": one.passed, "difference": one.difference} for one in self.points],
            "parameters": [asdict(parameter) for parameter in point.parameters],
            "fault": asdict(point.fault) if point.fault else None,
        }
