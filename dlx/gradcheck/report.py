"""What a gradient check found, as records and as the document that `dlx gradcheck --json` prints."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from dlx.nn.gradcheck import GREAT, Verdict


@dataclass(frozen=True)
class Worst:
    """The entry of a parameter that disagrees most."""

    index: tuple[int, ...]
    analytic: float
    numeric: float


@dataclass(frozen=True)
class Parameter:
    """W1, b1, gamma1 … with the difference between its analytic and numeric gradient.

    The verdict is the harshest of those on the whole parameter, its directions, each of its entries and what the
    referee has judged. Where kinks leave nothing to judge there is neither difference nor worst entry.
    """

    name: str
    difference: float | None
    verdict: Verdict | Literal["not judged"]
    worst: Worst | None
    entries: int
    kinks: int


@dataclass(frozen=True)
class Refereed:
    """How many entries and directions the complex step has judged, and its largest difference from dθ in one."""

    entries: int
    directions: int
    difference: float

    def document(self) -> dict[str, Any]:
        """Its part of the JSON document."""
        return {"method": "complex step", **asdict(self)}


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
    """The check at one θ; ``not_analytic`` is the call because of which there is no referee."""

    when: str
    cost: float
    difference: float
    parameters: tuple[Parameter, ...]
    directions: int
    size: int
    referee: Refereed | None
    not_analytic: str | None
    fault: Fault | None = None

    @property
    def passed(self) -> bool:
        """Whether everything that was judged is great, and something was."""
        verdicts = {parameter.verdict for parameter in self.parameters} - {"not judged"}
        return self.difference <= GREAT and verdicts == {"great"}

    @property
    def covered(self) -> dict[str, int]:
        """How much of θ the differences cover, and how many of them were left out for a kink."""
        entries = sum(parameter.entries for parameter in self.parameters)
        kinks = sum(parameter.kinks for parameter in self.parameters)
        return {"parameters": self.size, "entries": entries, "directions": self.directions, "kinks": kinks}


@dataclass(frozen=True)
class Report:
    """The checks of one network at each θ that was asked for; of an objective there are no examples."""

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
        decisive = self.decisive
        return {
            "name": self.name,
            "passed": self.passed,
            "difference": decisive.difference,
            "epsilon": self.epsilon,
            "examples": self.examples,
            "covered": decisive.covered,
            "referee": decisive.referee.document() if decisive.referee else None,
            "not_analytic": decisive.not_analytic,
            "at": decisive.when,
            "points": [
                {"at": point.when, "passed": point.passed, "difference": point.difference} for point in self.points
            ],
            "parameters": [asdict(parameter) for parameter in decisive.parameters],
            "fault": asdict(decisive.fault) if decisive.fault else None,
        }
