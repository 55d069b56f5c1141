"""The forecast of a search: what cannot be searched, and what it would train."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from dlx.errors import Problem, SpecError
from dlx.search.plan import Plan
from dlx.search.tune.methods import METHODS, Method
from dlx.search.tune.section import Search, TuneFile
from dlx.search.tune.sobol import MOST_DIMENSIONS
from dlx.search.tune.space import Dimension, Space
from dlx.spec.quantities import metric_of
from dlx.training.build import build
from dlx.training.minimization import Minimization
from dlx.training.supervised import Supervised

FIRST = 3  # settings that are printed

Document = dict[str, Any]


def method_of(
    search: Search, space: Space, is_allowed: Callable[[Dimension, float], bool] = lambda dimension, position: True
) -> Method:
    """The method that a plan names, ready to choose."""
    draw, rounds = search.draw, search.rounds
    return METHODS[search.method](space, search.trials, search.seed, draw, rounds, is_allowed)


def unheeded(plan: Plan[TuneFile]) -> Iterator[Problem]:
    """Keys that say something to another method than the one that is named.

    A key with its default says nothing, nor does ``halving: false`` where nothing is stopped early anyway.
    """
    search, defaults = plan.options.search, Search.model_fields
    for key in sorted(set().union(*(method.keys for method in METHODS.values())) - METHODS[search.method].keys):
        value = getattr(search, key)
        if value != defaults[key].default and value is not None:
            names = " and ".join(name for name, method in METHODS.items() if key in method.keys)
            node, _ = plan.places.nearest(("search", key))
            yield Problem(node.place, f"search.{key}", f"{search.method} has none: it is of {names}")


def check(plan: Plan[TuneFile], space: Space, *, resumed: bool = False) -> str | None:
    """Refuse what cannot be searched, before anything is trained; returns the task of the data.

    A search that is ``resumed`` goes on as it began, also where its plan has keys of another method.

    Raises:
        SpecError: a grid has too few trials, Sobol's points too many dimensions, the objective no dev set.
        DataError: the data cannot be read.
    """
    search, problems = plan.options.search, [] if resumed else list(unheeded(plan))

    def refuse(key: str, what: str) -> None:
        node, _ = plan.places.nearest(("search", key))
        problems.append(Problem(node.place, f"search.{key}", what))

    least = method_of(search, space).least_trials
    if least > search.trials:
        refuse("trials", f"a {search.method} over this space takes at least {least:,}, got {search.trials:,}")
    if search.draw == "sobol" and len(space.dimensions) > MOST_DIMENSIONS:
        refuse("draw", f"Sobol's points have up to {MOST_DIMENSIONS} dimensions, the space has {len(space.dimensions)}")
    spec, metric = plan.base.spec, metric_of(search.objective)  # which has a key of its own to be refused at
    spec = spec.model_copy(update={"metrics": tuple(stated for stated in spec.metrics or () if stated != metric)})
    experiment = build(spec, plan.base.origins, initialize=False)
    if lacking := _lacking(experiment, search.objective):
        refuse("objective", lacking)
    if problems:
        raise SpecError(problems)
    return experiment.task


def _lacking(experiment: Supervised | Minimization, column: str) -> str | None:
    """Why there is nothing in a column of metrics.csv; None where there is something."""
    metric = metric_of(column)
    if isinstance(experiment, Minimization):
        return None if column == "train_cost" else f"what is minimized has no {column}: its J is `train_cost`"
    if column.startswith("dev") and "dev" not in experiment.dataset.parts:
        return f"there is no dev set to measure {column} on (set data.split.dev in the spec)"
    if metric is not None and experiment.task not in metric.tasks:
        return f"{metric.name} is for {' and '.join(metric.tasks)}, the labels ask for {experiment.task}"
    return None


def foretold(plan: Plan[TuneFile], space: Space) -> Document:
    """What a search would do: how many trainings of how many epochs at most, and the first settings."""
    search, epochs = plan.options.search, plan.base.spec.training.epochs
    method = method_of(search, space)
    trials = method.most_trials
    trainings = trials * search.seeds + (search.finalists + 1) * search.fresh_seeds
    return {
        "name": plan.name,
        "method": search.method,
        "dimensions": {dimension.key: dimension.scale for dimension in space.dimensions},
        "trials": trials,
        "trainings": trainings,
        "epochs_at_most": trainings * epochs,
        "first_settings": [space.values(point) for point in method.first_points(FIRST)],
    }
