"""What a gradient check found, as records and as the document that `dlx gradcheck --json` prints."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from dlx.gradcheck.checked import Checked
from dlx.gradcheck.conditions import sizes_in_words
from dlx.gradcheck.fault import ALONE, Alone, Fault
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
    where the check began, and runs through a gradient that is wrong elsewhere, is great here only. ``at`` is the batch
    in which difference and worst entry were met, if that is not the one with which the check began.
    """

    name: str
    difference: float | None
    verdict: Verdict | Literal["not judged", "great here only"]
    worst: Worst | None
    entries: int
    kinks: int
    at: str | None = None


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
class Point:
    """The check at one θ; ``not_analytic`` is the call because of which there is no referee.

    ``rounded`` counts what differs by what the step itself rounds. ``elsewhere`` are other θ and batches, ``alone`` the
    operations by themselves; where only these have failed, what is wrong there stands in the point itself, with ``at``
    saying where the difference was met. ``examples`` and ``distance`` are of its batch, and of its θ from the first
    one, in root mean squares of each parameter.
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
    examples: int = 0
    distance: float = 0.0
    at: str | None = None

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
        wrong = [*([] if self.passed else [self]), *wrong_places]
        telling = [place for place in wrong if place.examples != 1] or wrong  # one example may fit many mistakes
        faults = [*(place.fault for place in telling), *(part.fault for part in wrong_parts)]
        clearest = min(filter(None, faults), key=lambda fault: (fault.clarity, not fault.is_of_inputs), default=None)
        point = replace(self, elsewhere=elsewhere, alone=alone)
        if point.passed:
            return point
        faults += [place.fault for place in wrong]
        spoiled = {name for fault in faults if fault for name in fault.spoils}
        rows = (
            zip(*(place.parameters for place in elsewhere), strict=True) if elsewhere else [()] * len(self.parameters)
        )
        places = [place.when for place in elsewhere]
        parameters = [_harshest(here, others, places) for here, others in zip(self.parameters, rows, strict=True)]
        met: list[tuple[float, str | None]] = [(place.difference, place.when) for place in wrong_places]
        met += [(part.difference, f"{part.operation} {ALONE}") for part in wrong_parts]
        difference, at = met[0] if self.passed else (self.difference, None)
        return replace(
            point,
            fault=clearest and replace(clearest, sentence=clearest.sentence + self._condition(clearest, elsewhere)),
            difference=difference,
            at=at,
            parameters=tuple(_qualified(parameter, spoiled) for parameter in parameters),
        )

    def _condition(self, fault: Fault, elsewhere: tuple[Point, ...]) -> str:
        """The sizes of batches that a fault shows in, if not in all, or else where it shows."""
        if fault.at == ALONE:
            return ""
        places = [self, *elsewhere]
        right, wrong = ([place.examples for place in places if place.passed is is_right] for is_right in (True, False))
        words = sizes_in_words(right, wrong)
        return f", {words or fault.at}" if words or fault.at else ""

    def details(self) -> Iterator[tuple[str, str]]:
        """Where the check has failed: the mistake, the place, and the entry that is most wrong."""
        if self.passed:
            return
        if self.fault is not None:
            yield "mistake", str(self.fault)
        yield "met", self.at or self.when
        wrong = [each for each in self.parameters if each.worst is not None and each.verdict in ("look", "worry")]
        for each in sorted(wrong, key=lambda parameter: parameter.difference or 0.0)[-1:]:
            assert each.worst is not None
            entry = f"{each.name}[{', '.join(map(str, each.worst.index))}]"
            yield "worst entry", f"{entry}: analytic {each.worst.analytic:.8g}, numeric {each.worst.numeric:.8g}"

    @property
    def covered(self) -> dict[str, int]:
        """How much of θ the differences cover, and how many of them were left out for a kink."""
        entries = sum(parameter.entries for parameter in self.parameters)
        kinks = sum(parameter.kinks for parameter in self.parameters)
        return {"parameters": self.size, "entries": entries, "directions": self.directions, "kinks": kinks}


def _harshest(here: Parameter, others: tuple[Parameter, ...], places: list[str]) -> Parameter:
    """The first that is wrong elsewhere if it is not here, covered as here."""
    if here.verdict in ("look", "worry"):
        return here
    for other, place in zip(others, places, strict=True):
        if other.verdict in ("look", "worry"):
            return replace(other, entries=here.entries, kinks=here.kinks, at=place)
    return here


def _qualified(parameter: Parameter, spoiled: set[str]) -> Parameter:
    """No praise for a gradient that a fault elsewhere spoils."""
    is_refuted = parameter.verdict == "great" and parameter.name in spoiled
    return replace(parameter, verdict=HERE_ONLY) if is_refuted else parameter


@dataclass(frozen=True, repr=False)
class Report(Checked):
    """The checks of one network at each θ that was asked for; of an objective there are no examples.

    ``too_large`` are batches that training takes and no check has looked at, since they would fill the memory.
    """

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
    def difference(self) -> float:
        """That of the decisive θ."""
        return self.decisive.difference

    @property
    def decisive(self) -> Point:
        """The first θ at which it failed, or the one with the largest difference."""
        failed = [point for point in self.points if not point.passed]
        return failed[0] if failed else max(self.points, key=lambda point: point.difference)

    @property
    def fault(self) -> Fault | None:
        """The mistake that was placed, where it failed, with the operation, the layer and what the error looks like."""
        return self.decisive.fault

    @property
    def subject(self) -> str:
        """The spec, the batch and ε."""
        on = f", {self.examples:,} example{'s' * (self.examples != 1)}" if self.examples else ""
        return f"{self.name}{on}, ε = {self.epsilon:g}"

    def details(self) -> Iterator[tuple[str, str]]:
        """The mistake, where it was met, and the entry that is most wrong."""
        return self.decisive.details()

    def document(self) -> dict[str, Any]:
        """The JSON document: the decisive θ in full, the others by their difference.

        ``difference_at`` of a difference, and ``at`` of a parameter, is null where it was met with the batch and the θ
        that the check began with, and else the place, as ``elsewhere`` has it.
        """
        decisive = self.decisive
        return {
            "name": self.name,
            "passed": self.passed,
            "difference": decisive.difference,
            "difference_at": decisive.at,
            "epsilon": self.epsilon,
            "examples": self.examples,
            "covered": decisive.covered,
            "referee": decisive.referee.document() if decisive.referee else None,
            "not_analytic": decisive.not_analytic,
            "at": decisive.when,
            "elsewhere": [
                {"at": place.when, "examples": place.examples, "theta_moved_by": place.distance, **_outcome(place)}
                for place in decisive.elsewhere
            ],
            "too_large": list(self.too_large),
            "alone": [{"operation": part.operation, **_outcome(part)} for part in decisive.alone],
            "points": [{"at": point.when, **_outcome(point), "difference_at": point.at} for point in self.points],
            "parameters": [asdict(parameter) for parameter in decisive.parameters],
            "fault": asdict(decisive.fault) if decisive.fault else None,
        }


def _outcome(part: Point | Alone) -> dict[str, Any]:
    return {"passed": part.passed, "difference": part.difference}
