"""A file for ``dlx tune``, read into its plan and the space that it describes, checked against its spec."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from dlx.errors import MOST_SHOWN, Place, Problem, SpecError
from dlx.search.plan import Plan, read_plan
from dlx.search.tune.forecast import unheeded
from dlx.search.tune.section import Number, Range, TuneFile
from dlx.search.tune.space import LAYERS, UNITS, Dimension, Scale, Space
from dlx.spec.overrides import nested
from dlx.spec.quantities import metric_of
from dlx.spec.tree import Node, dotted, excerpt, tree_of
from dlx.spec.trust import NamedBy

MOST_DIMENSIONS, MOST_OPTIONS = 50, 100
SCALES: tuple[Scale, ...] = ("uniform", "log_uniform", "one_minus_log_uniform", "choice")
FIXED = {  # what would change what is measured, or how, instead of how well the network does
    "name": "is only a name",
    "seed": "is luck: `seeds` repeats each setting with other random numbers",
    "randomness": "is luck: `seeds` repeats each setting with other random numbers",
    "diagnosis": "changes no training",
    "plugins": "belongs to the spec",
    "task": "follows from the data",
    "data.source": "changes what the errors are measured on",
    "data.split": "changes what the errors are measured on",
    "data.dev": "changes what the errors are measured on",
    "data.test": "changes what the errors are measured on",
    "data.train_dev": "changes what the errors are measured on",
}


def load_tune(
    path: Path | Node, overrides: Sequence[str] = (), *, named_by: NamedBy = NamedBy.FILE
) -> tuple[Plan[TuneFile], Space]:
    """The plan of a search and its space.

    Raises:
        SpecError: with everything that is wrong with the file, its spec, and what the spec refuses of the space.
    """
    read, problems = read_plan(path, overrides, TuneFile, named_by)
    plan = _measuring(read)
    return plan, _SpaceReader(plan, problems).space()


def _measuring(plan: Plan[TuneFile]) -> Plan[TuneFile]:
    """The plan, its spec measuring the metric that is searched for in every row."""
    metric, spec = metric_of(plan.options.search.objective), plan.base.spec
    if metric is None or metric.name in {measured.name for measured in spec.row_metrics}:
        return plan
    spec = spec.model_copy(update={"metrics": (*(spec.metrics or ()), metric)})
    return replace(plan, base=replace(plan.base, spec=spec))


class _SpaceReader:
    """From the ranges of a plan to a space, collecting what is wrong."""

    def __init__(self, plan: Plan[TuneFile], problems: list[Problem]) -> None:
        self.plan = plan
        self.problems = problems

    def space(self) -> Space:
        ranges = self.plan.options.search.space
        if len(ranges) > MOST_DIMENSIONS:
            node, _ = self.plan.places.nearest(("search", "space"))
            what = f"has {len(ranges):,} hyperparameters (allowed {MOST_DIMENSIONS})"
            raise SpecError([Problem(node.place, "search.space", what)])
        dimensions: list[Dimension] = []
        for key, range_ in ranges.items():
            if len(self.problems) <= MOST_SHOWN:
                dimensions += self._dimensions(key, range_)
        if self.problems:
            every = [*self.problems, *unheeded(self.plan)]
            raise SpecError(sorted(every, key=lambda problem: problem.place.order()))
        hidden = next((key for key, range_ in ranges.items() if range_.layers is not None), None)
        return Space(tuple(dimensions), hidden)

    def _dimensions(self, key: str, range_: Range) -> Iterator[Dimension]:
        fixed = next((name for name in FIXED if key == name or key.startswith(f"{name}.")), None)
        if fixed is not None:
            self._refuse(key, f"cannot be searched: {fixed} {FIXED[fixed]}")
        elif range_.layers is not None or range_.units is not None:
            yield from self._hidden(key, range_)
        elif dimension := self._dimension(key, range_):
            yield dimension

    def _hidden(self, key: str, range_: Range) -> Iterator[Dimension]:
        others = [name for name in SCALES if getattr(range_, name) is not None]
        if key != "architecture.hidden" or others or range_.layers is None or range_.units is None:
            what = "layers and units stand together, under architecture.hidden, and without another scale"
            self._refuse(key, what)
            return
        ends: tuple[tuple[str, Scale, Any], ...] = (
            (LAYERS, "uniform", range_.layers),
            (UNITS, "log_uniform", range_.units),
        )
        for part, scale, (low, high) in ends:
            lowest = 0 if part == LAYERS else 1
            whole = isinstance(low, int) and isinstance(high, int) and low >= lowest
            if not whole or low >= high:
                self._refuse(key, f"expected [low, high], whole numbers from {lowest} up, got {_pair(low, high)}", part)
            else:
                yield Dimension(f"{key}.{part}", scale, low, high, integer=True)

    def _dimension(self, key: str, range_: Range) -> Dimension | None:
        """Of a scale or a choice; None where something is wrong with it, which has then been noted."""
        stated = [name for name in SCALES if getattr(range_, name) is not None]
        if len(stated) != 1:
            got = " and ".join(stated) or "none"
            self._refuse(key, f"expected one of {', '.join(SCALES)} (or layers and units), got {got}")
            return None
        scale = stated[0]
        if scale == "choice":
            return self._choice(key, range_)
        low, high = getattr(range_, scale)
        fault = _fault(scale, low, high)
        if fault:
            self._refuse(key, fault, scale)
            return None
        if not self._accepted(key, (scale, 0), low) or not self._accepted(key, (scale, 1), high):
            return None
        integer = range_.integer if range_.integer is not None else self._only_whole(key, scale, low, high)
        if integer and not (isinstance(low, int) and isinstance(high, int)):
            self._refuse(key, f"whole numbers have whole ends, got {_pair(low, high)}", scale)
            return None
        return Dimension(key, scale, low, high, integer, points=range_.points)

    def _choice(self, key: str, range_: Range) -> Dimension | None:
        options = range_.choice or ()
        if len(options) < 2:
            self._refuse(key, f"a choice has two options or more, got {len(options)}", "choice")
            return None
        if len(options) > MOST_OPTIONS:
            self._refuse(key, f"a choice has up to {MOST_OPTIONS} options, got {len(options):,}", "choice")
            return None
        if any(option in options[:index] for index, option in enumerate(options)):
            self._refuse(key, "two options are the same", "choice")
            return None
        before = len(self.problems)
        for index, option in enumerate(options):
            if len(self.problems) <= MOST_SHOWN:
                self._accepted(key, ("choice", index), option)
        return Dimension(key, "choice", choices=_without_places(options)) if len(self.problems) == before else None

    def _accepted(self, key: str, where: tuple[str | int, ...], value: object) -> bool:
        """Whether the spec takes this value; what it says otherwise is noted, at the value's place."""
        node, _ = self.plan.places.nearest(("search", "space", key, *where))
        try:
            self.plan.resolved(_change(key, value, node.place))
        except SpecError as error:
            for problem in self.plan.undoubted(error.problems):
                what = problem.what if problem.key == key else f"{problem.key}: {problem.what}"
                self.problems.append(Problem(node.place, self._key(key), what))
            return False
        return True

    def _only_whole(self, key: str, scale: Scale, low: Number, high: Number) -> bool:
        """Whether the spec takes whole numbers only: it refuses one between these."""
        if not (isinstance(low, int) and isinstance(high, int)):
            return False
        try:
            self.plan.resolved(_change(key, low + (high - low) / 3.1, self.plan.places.place))
        except SpecError:
            return True
        return False

    def _refuse(self, key: str, what: str, part: str = "") -> None:
        node, _ = self.plan.places.nearest(("search", "space", key, *([part] if part else [])))
        self.problems.append(Problem(node.place if part else node.key, self._key(key), what))

    def _key(self, key: str) -> str:
        return dotted(("search", "space", key))


def _without_places(options: tuple[Any, ...]) -> tuple[Any, ...]:
    """The options as plain data; a text from a file knows its place, which is not needed any more."""
    plain_options: list[Any] = json.loads(json.dumps(options))
    return tuple(plain_options)


def _fault(scale: Scale, low: Number, high: Number) -> str | None:
    """What is wrong with the ends of a scale."""
    if low >= high:
        return f"expected [low, high] with low below high, got {_pair(low, high)}"
    if scale == "log_uniform" and low <= 0:
        return f"a log scale begins above 0, got {_pair(low, high)} (uniform may begin at 0)"
    if scale == "one_minus_log_uniform" and high >= 1:
        return f"the scale of 1 − β ends below 1, got {_pair(low, high)}"
    return None


def _pair(low: Number, high: Number) -> str:
    return excerpt([low, high])


def _change(key: str, value: object, place: Place) -> Node:
    return nested(key, tree_of(value, place), place)
