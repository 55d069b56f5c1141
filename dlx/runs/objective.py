"""What minimizing an objective leaves behind: its variables w, where they have been, and the picture of that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dlx.diagnose.steps.next_step import NextStep
from dlx.errors import UsageError
from dlx.runs.files.file_names import CURVES, TRAIL, TRAIL_PICTURE
from dlx.show import pictures
from dlx.show.charts.curves import training_curves
from dlx.show.drawing_process import DrawingProcess
from dlx.text import command

if TYPE_CHECKING:
    from dlx.runs.files.directory import RunDirectory
    from dlx.spec.sections import Spec
    from dlx.training.minimization import Minimization
    from dlx.types import Array

MOST_SHOWN = 10  # variables that run.json and the summary tell one by one


def no_network(source: str, objective: str, why: str) -> UsageError:
    """The refusal of what takes a network."""
    return UsageError(f"{source}: minimizes the objective {objective}: {why}")


def refuse_objective(source: object, spec: Spec, why: str) -> None:
    """Raise that where a spec minimizes an objective."""
    if spec.objective is not None:
        raise no_network(str(source), spec.objective.name, why)


class MinimizationRun:
    """The run of an objective: J(w), and the trail of w; without examples there are no errors to diagnose."""

    task, draws_boundary, refit = "objective", False, None

    def __init__(self, experiment: Minimization) -> None:
        self.experiment, self.landscape = experiment, experiment.landscape
        self.diagnosis: None = None

    def facts(self) -> dict[str, Any]:
        """There are no data; of the objective its name, how many variables it has, w where they are few, and J(w)."""
        w = self.landscape.w
        objective = {
            "name": self.landscape.objective.name,
            "variables": w.size,
            "w": w.tolist() if w.size <= MOST_SHOWN else None,
            "cost": self.experiment.cost(),
        }
        return {"data": {}, "objective": objective}

    def forecast(self) -> dict[str, Any]:
        """The objective's name, and how many variables it has."""
        return {"objective": self.landscape.objective.name, "variables": self.landscape.w.size}

    def look_at_data(self) -> None:
        """There is nothing to judge."""

    def course(self) -> dict[str, Any]:
        """The trail has it."""
        return {}

    def write(self, run: RunDirectory, facts: Mapping[str, Any], light: bool) -> dict[str, Any]:
        """Write w, which objective it is of, and a row for each point of the trail, in full precision."""
        spec, w = self.experiment.spec, self.landscape.w
        meta = {
            "name": spec.name,
            "dtype": spec.dtype,
            "plugins": list(spec.plugins),
            "objective": self.landscape.objective.model_dump(mode="json"),
        }
        run.write_model({"w": w}, meta)
        steps, points = self._trail()
        names = ["step", *(f"w{i + 1}" for i in range(w.size))]
        rows = [[step, *point] for step, point in zip(steps, points, strict=True)]
        run.write(TRAIL, "".join(",".join(map(str, row)) + "\n" for row in (names, *rows)).encode())
        return {"objective": self.facts()["objective"]}

    def draw(self, run: RunDirectory, process: DrawingProcess) -> None:
        """The curve of the cost, and of one or two variables the trail on J."""
        name = self.experiment.spec.name
        if self.experiment.position.last is not None:
            run.write(CURVES, process.draw(pictures.curves, training_curves(run.metrics(), self.task), title=name))
        if self.landscape.w.size <= 2:
            steps, points = self._trail()
            picture = process.draw(pictures.path, steps, points, self.landscape.costs, title=name)
            run.write(TRAIL_PICTURE, picture)

    def _trail(self) -> tuple[list[int], Array]:
        return self.experiment.trail.table(self.experiment.position.step)

    def next_steps(self, run: RunDirectory) -> list[NextStep]:
        """Check the gradient, or go another way."""
        check = NextStep(command("gradcheck", run.path), "check the gradient")
        return [check, NextStep(command("train", run.config, "KEY=VALUE"), "go another way")]
