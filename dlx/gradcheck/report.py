"""What a gradient check found, as records and as the document that `dlx gradcheck --json` prints."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from dlx.documents.brief import Brief
from dlx.nn.gradcheck import GREAT, Verdict

HERE_ONLY: Literal["great here only"] = "great here only"


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
    referee has judged. Where kinks leave nothing to judge there is neither difference nor worst entry. What is great
    where the check began, and runs through a gradient that is wrong elsewhere, is great here only.
    """

    name: str
    difference: float | None
    verdict: Verdict | Literal["not judged", "great here only"]
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

    ``place`` is the file and line of an operation that is not one of dlx; ``at`` says where it shows, if not where the
    check began; ``spoils`` names the parameters whose gradients are wrong because of it.
    """

    operation: str
    layer: int | None
    parameter: str | None
    signature: str
    sentence: str
    place: str | None
    at: str | None = None
    spoils: tuple[str, ...] = ()

    def __str__(self) -> str:
        place = f", {self.place}" if self.place else ""
        return f"{self.operation}: {self.sentence} ({self.signature}){place}"

    @property
    def clarity(self) -> int:
        """0 where it says what is wrong, 1 where in a gradient, 2 in which operation, 3 where not even that."""
        if self.operation == "chain":
            return 3
        return 2 if self.signature in ("unknown", "some entries") else int(self.signature.startswith("one "))


@dataclass(frozen=True)
class Alone:
    """An operation by itself, on inputs far beyond those of the batch: its largest difference in one entry."""

    operation: str
    passed: bool
    difference: float
    fault: Fault | None


@dataclass(frozen=True)
class Point:
    """The check at one θ; ``not_analytic`` is the call because of which there is no referee.

    ``rounded`` counts what differs by what the step itself rounds. ``elsewhere`` are other θ and batches, ``alone`` the
    operations by themselves; where only these have failed, what is wrong there stands in the point itself.
    """

    when: str
    cost: float
    difference: float
    parameters: tuple[Parameter, ...]
    directions: int
    size: int
    referee: Refereed | None
    not_analytic: str | None
    fault: Fault | None = None
    rounded: int = 0
    elsewhere: tuple[Point, ...] = ()
    alone: tuple[Alone, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether everything that was judged is great, and something was."""
        verdicts = {parameter.verdict for parameter in self.parameters} - {"not judged"}
        is_great = self.difference <= GREAT and verdicts == {"great"}
        others = [place.passed for place in self.elsewhere] + [part.passed for part in self.alone]
        return is_great and all(others)

    def with_others(self, elsewhere: tuple[Point, ...], alone: tuple[Alone, ...]) -> Point:
        """The same with what came out elsewhere and of operations alone, and the clearest of all faults."""
        wrong_places = [place for place in elsewhere if not place.passed]
        wrong_parts = [part for part in alone if not part.passed]
        faults = [self.fault, *(place.fault for place in wrong_places), *(part.fault for part in wrong_parts)]
        clearest = min(filter(None, faults), key=lambda fault: fault.clarity, default=None)
        point = replace(self, elsewhere=elsewhere, alone=alone, fault=clearest)
        if point.passed:
            return point
        spoiled = {name for fault in faults if fault for name in fault.spoils}
        parameters = tuple(map(_harshest, self.parameters, *(place.parameters for place in elsewhere)))
        parameters = tuple(_qualified(parameter, spoiled) for parameter in parameters)
        differences = [*(place.difference for place in wrong_places), *(part.difference for part in wrong_parts)]
        difference = differences[0] if self.passed else self.difference
        return replace(point, difference=difference, parameters=parameters)

    @property
    def covered(self) -> dict[str, int]:
        """How much of θ the differences cover, and how many of them were left out for a kink."""
        entries = sum(parameter.entries for parameter in self.parameters)
        kinks = sum(parameter.kinks for parameter in self.parameters)
        return {"parameters": self.size, "entries": entries, "directions": self.directions, "kinks": kinks}


def _harshest(here: Parameter, *elsewhere: Parameter) -> Parameter:
    """The first that is wrong elsewhere if it is not here, covered as here."""
    wrong = (other for other in elsewhere if other.verdict in ("look", "worry"))
    if here.verdict in ("look", "worry") or (other := next(wrong, None)) is None:
        return here
    return replace(other, entries=here.entries, kinks=here.kinks)


def _qualified(parameter: Parameter, spoiled: set[str]) -> Parameter:
    """No praise for a gradient that a fault elsewhere spoils."""
    is_refuted = parameter.verdict == "great" and parameter.name in spoiled
    return replace(parameter, verdict=HERE_ONLY) if is_refuted else parameter


@dataclass(frozen=True, repr=False)
class Report(Brief):
    """The checks of one network at each θ that was asked for; of an objective there are no examples.

    ``too_large`` are batches that training takes and no check has looked at, since they would fill the memory.
    """

    first = ("passed", "fault")

    name: str
    epsilon: float
    examples: int
    points: tuple[Point, ...]
    too_large: tuple[int, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether it passed everywhere."""
        return all(point.passed for point in self.points)

    @property
    def decisive(self) -> Point:
        """The first θ at which it failed, or the one with the largest difference."""
        failed = [point for point in self.points if not point.passed]
        return failed[0] if failed else max(self.points, key=lambda point: point.difference)

    @property
    def fault(self) -> Fault | None:
        """The mistake that was placed, where it failed, with the operation, the layer and what the error looks like."""
        return self.decisive.fault

    def details(self) -> Iterator[tuple[str, str]]:
        """Where it failed, and by how much."""
        return details_of(self.decisive)

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
            "elsewhere": [
                {"at": place.when, "passed": place.passed, "difference": place.difference}
                for place in decisive.elsewhere
            ],
            "too_large": list(self.too_large),
            "alone": [
                {"operation": part.operation, "passed": part.passed, "difference": part.difference}
                for part in decisive.alone
            ],
            "points": [
                {"at": point.when, "passed": point.passed, "difference": point.difference} for point in self.points
            ],
            "parameters": [asdict(parameter) for parameter in decisive.parameters],
            "fault": asdict(decisive.fault) if decisive.fault else None,
        }


def details_of(point: Point) -> Iterator[tuple[str, str]]:
    """What is wrong at a θ where the check has failed, as lines, each with a name: where, by how much, and why."""
    if point.passed:
        return
    yield "difference", f"{point.difference:.1e} of the whole dθ, {point.when}"
    wrong = [each for each in point.parameters if each.worst is not None and each.verdict in ("look", "worry")]
    for each in sorted(wrong, key=lambda parameter: parameter.difference or 0.0)[-1:]:
        assert each.worst is not None
        entry = f"{each.name}[{', '.join(map(str, each.worst.index))}]"
        yield "worst entry", f"{entry}: analytic {each.worst.analytic:.8g}, numeric {each.worst.numeric:.8g}"
