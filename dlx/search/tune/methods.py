"""Methods: how the settings of a search are chosen, round by round, each from the results of the rounds before."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from math import prod
from typing import TYPE_CHECKING, ClassVar

from dlx.search.tune.designs import Point, Region, grid, grid_sizes, random_points, smallest_grid, sobol_points, whole
from dlx.search.tune.space import Dimension, Space
from dlx.search.tune.zoom import zoomed

if TYPE_CHECKING:
    from dlx.search.tune.candidate import Candidate

BATCH = 8  # settings that TPE is asked for at a time, whatever the number of workers
REDRAWN = (1, 4, 16)  # times as many draws as trials, where a small space is drawn the same setting of again
ENOUGH_TO_TELL = 20  # trials of a first round that tell which hyperparameters mattered

Round = tuple[int, list[Point]]  # its number, from 1, and the points that it tries


@dataclass
class Method(ABC):
    """One way to choose settings.

    Defining a subclass with a ``name`` registers it: the key ``search.method`` of a plan takes it from then on.

    Args:
        space: that is searched.
        trials: settings in all.
        seed: of the draws.
        draw: how points are drawn in a region.
        rounds: how many there are, where a method has several.
        is_allowed: whether the spec takes the value at a position of a dimension.
    """

    name: ClassVar[str] = ""
    keys: ClassVar[frozenset[str]] = frozenset()  # of `search` in a plan, that this method heeds and others do not
    space: Space
    trials: int
    seed: int
    draw: str = "random"
    rounds: int = 1
    is_allowed: Callable[[Dimension, float], bool] = lambda dimension, position: True
    regions: list[Region] = field(default_factory=list)  # of the rounds so far
    messages: list[str] = field(default_factory=list)

    def __init_subclass__(cls) -> None:
        if "name" in cls.__dict__:
            if cls.name in METHODS:
                raise TypeError(f"there are two methods named {cls.name!r}")
            METHODS[cls.name] = cls

    @property
    def round_count(self) -> int:
        """How many rounds are announced."""
        return 1

    @property
    def least_trials(self) -> int:
        """How many settings it needs at least."""
        return 1

    @property
    def most_trials(self) -> int:
        """How many settings it tries at most."""
        return self.trials

    @abstractmethod
    def choose(self, candidates: Sequence[Candidate]) -> Iterator[Round]:
        """The rounds; ``candidates`` grows and holds the results of a round when the next one is requested."""

    def first_points(self, count: int) -> list[Point]:
        """The points that it tries first."""
        _, points = next(self.choose([]))
        return points[:count]

    def telling(self, candidates: Sequence[Candidate]) -> Sequence[Candidate]:
        """Those that tell how much each hyperparameter matters."""
        return candidates


METHODS: dict[str, type[Method]] = {}


class Grid(Method):
    """All combinations of values that lie evenly on each scale."""

    name = "grid"
    keys = frozenset({"halving"})

    @property
    def least_trials(self) -> int:
        return smallest_grid(self.space.dimensions)

    @property
    def most_trials(self) -> int:
        return prod(grid_sizes(self.space.dimensions, self.trials))

    def choose(self, candidates: Sequence[Candidate]) -> Iterator[Round]:
        self.regions.append(whole(self.space.dimensions))
        yield 1, grid(self.space.dimensions, self.trials)


class Random(Method):
    """Draws from the whole space (Bergstra & Bengio 2012); no setting is tried twice."""

    name = "random"
    keys = frozenset({"halving", "draw"})

    def choose(self, candidates: Sequence[Candidate]) -> Iterator[Round]:
        dimensions = self.space.dimensions
        draw = random_points if self.draw == "random" else sobol_points
        for number in range(1, self.round_count + 1):
            region = self._region(number, candidates)
            self.regions.append(region)
            count = self.trials // self.round_count + (number <= self.trials % self.round_count)
            if points := self._untried(partial(draw, dimensions, region, self.seed, number), count, candidates):
                yield number, points
        if (tried := len(candidates)) < self.trials:
            self.messages.append(f"{tried:,} of {self.trials:,} trials: there was no other setting left to draw")

    def _region(self, number: int, candidates: Sequence[Candidate]) -> Region:
        """Where a round draws from."""
        return whole(self.space.dimensions)

    def _untried(self, draws: Callable[[int], list[Point]], count: int, candidates: Sequence[Candidate]) -> list[Point]:
        """So many points whose values no candidate has had yet; fewer where a small space has no more to draw."""
        tried_values = {repr(candidate.values) for candidate in candidates}
        fresh: dict[str, Point] = {}
        for times in REDRAWN:
            for point in draws(times * count):
                if (values := repr(self.space.values(point))) not in tried_values:
                    fresh.setdefault(values, point)
            if len(fresh) >= count:
                break
        return list(fresh.values())[:count]


class CoarseToFine(Random):
    """Draws from the whole space, and in each later round from the region of the best so far."""

    name = "coarse_to_fine"
    keys = frozenset({"halving", "draw", "rounds"})

    @property
    def round_count(self) -> int:
        return self.rounds

    def _region(self, number: int, candidates: Sequence[Candidate]) -> Region:
        if number == 1:
            return whole(self.space.dimensions)
        usable = (candidate for candidate in candidates if candidate.usable)
        ranked = [candidate.point for candidate in sorted(usable, key=lambda candidate: candidate.rank)]
        region, widened = zoomed(self.space.dimensions, self.regions[-1], ranked, self.is_allowed)
        self.messages += [str(widening) for widening in widened]
        return region

    def telling(self, candidates: Sequence[Candidate]) -> Sequence[Candidate]:
        """Later rounds crowd where the best are, and would make little of what has led there: so it is the first one,
        which covers the space evenly, where it is large enough.
        """
        first = [candidate for candidate in candidates if candidate.round == 1]
        return first if len(first) >= ENOUGH_TO_TELL else candidates


class TreeParzen(Method):
    """Optuna's TPE, asked for a batch of points at a time."""

    name = "tpe"

    def choose(self, candidates: Sequence[Candidate]) -> Iterator[Round]:
        from dlx.search.tune.tpe import Tpe

        tpe, left, number = Tpe(self.space.dimensions, self.seed), self.trials, 0
        while left > 0:
            number += 1
            points = tpe.ask(min(BATCH, left))
            yield number, points
            tpe.tell(points, [candidate.measured.value for candidate in candidates[-len(points) :]])
            left -= len(points)
