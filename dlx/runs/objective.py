"""What minimizing an objective leaves behind: its variables w, where they have been, and the picture of that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dlx.show import pictures
from dlx.show.charts.curves import training_curves

if TYPE_CHECKING:
    from dlx.nn.landscape import Landscape
    from dlx.runs.directory import RunDirectory
    from dlx.training.experiment import Experiment
    from dlx.training.path import Trail
    from dlx.types import Array

MOST_SHOWN = 10  # variables that run.json and the summary tell one by one


def objective_facts(experiment: Experiment) -> dict[str, Any]:
    """What run.json says: the objective's name, how many variables it has, w where they are few, and J(w)."""
    landscape, _ = _of(experiment)
    w = landscape.w
    return {
        "name": landscape.objective.name,
        "variables": w.size,
        "w": w.tolist() if w.size <= MOST_SHOWN else None,
        "cost": experiment.evaluate("train")[0],
    }


def describe_objective(experiment: Experiment) -> tuple[dict[str, Array], dict[str, Any]]:
    """The arrays and facts of the model file: w, and which objective it is of."""
    landscape, _ = _of(experiment)
    facts = {
        "name": experiment.spec.name,
        "dtype": experiment.spec.dtype,
        "plugins": list(experiment.spec.plugins),
        "objective": landscape.objective.model_dump(mode="json"),
    }
    return {"w": landscape.w}, facts


def trail_text(experiment: Experiment) -> str:
    """The file of the trail: a row for each point, in full precision."""
    landscape, trail = _of(experiment)
    steps, points = trail.table(experiment.position.step)
    names = ["step", *(f"w{i + 1}" for i in range(landscape.w.size))]
    rows = [[step, *point] for step, point in zip(steps, points, strict=True)]
    return "".join(",".join(map(str, row)) + "\n" for row in (names, *rows))


def draw_trail(experiment: Experiment, run: RunDirectory) -> None:
    """The curve of the cost, and of one or two variables the trail on J."""
    (landscape, trail), name = _of(experiment), experiment.spec.name
    if experiment.position.last is not None:
        run.write_curves(pictures.curves(training_curves(run.metrics(), "objective"), title=name))
    if landscape.w.size <= 2:
        steps, points = trail.table(experiment.position.step)
        run.write_trail_picture(pictures.path(steps, points, landscape.costs, title=name))


def _of(experiment: Experiment) -> tuple[Landscape, Trail]:
    assert experiment.landscape is not None  # the caller has an objective
    assert experiment.trail is not None
    return experiment.landscape, experiment.trail
