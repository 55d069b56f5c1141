"""The derivation of settings: from a point of the space to its values, its spec and its trials."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dlx.errors import Problem, SpecError
from dlx.search.plan import Plan
from dlx.search.trials.replicates import replicate
from dlx.search.trials.trial import Trial
from dlx.search.tune.candidate import Candidate, Measurement
from dlx.search.tune.designs import Point
from dlx.search.tune.section import TuneFile
from dlx.search.tune.space import Dimension, Space
from dlx.spec.loader import derive
from dlx.spec.sections import Spec
from dlx.words import Status


@dataclass
class Derivation:
    """What the points of a space stand for.

    Args:
        plan, space: what is searched.
    """

    plan: Plan[TuneFile]
    space: Space
    _limits: dict[tuple[str, float], bool] = field(default_factory=dict)

    def is_allowed(self, dimension: Dimension, position: float) -> bool:
        """Whether the spec takes the value there."""
        is_allowed = self._limits.get((dimension.key, position))
        if is_allowed is None:
            middle = self.space.values([0.0 if other.is_choice else 0.5 for other in self.space.dimensions])
            try:
                self._derived(middle | {dimension.key: dimension.value(position)})
                is_allowed = True
            except (SpecError, OverflowError):
                is_allowed = False
            self._limits[dimension.key, position] = is_allowed
        return is_allowed

    def candidate(self, index: int, number: int, point: Point) -> Candidate:
        """The setting at a point, with its trials; one whose values do not go together has failed already.

        Args:
            index: of the setting.
            number: of its round.
            point: a position for each dimension.

        Raises:
            SpecError: values of the first round do not go together.
        """
        values = self.space.values(point)
        point = tuple(self.space.point(values))
        try:
            spec = self._derived(values)
        except SpecError as error:
            if number == 1:
                raise self._conflict(values, error) from None
            message = "; ".join(problem.what for problem in error.problems)
            return Candidate(index, number, point, values, None, (), Measurement(status=Status.FAILED, message=message))
        trials = tuple(Trial.of(replicate(spec, seed)) for seed in range(self.plan.options.search.seeds))
        return Candidate(index, number, point, values, spec, trials)

    def _conflict(self, values: Mapping[str, Any], error: SpecError) -> SpecError:
        """The same as a problem of the file."""
        node, _ = self.plan.places.nearest(("search", "space"))
        settings = ", ".join(f"{key}={value}" for key, value in values.items())
        conflict = f"these do not go together: {settings}"
        whats = [f"{conflict}: {problem.key}: {problem.what}" for problem in error.problems]
        return SpecError([Problem(node.place, "search.space", what) for what in whats])

    def _derived(self, values: Mapping[str, Any]) -> Spec:
        return derive(self.plan.base.spec, self.space.overrides(values))
