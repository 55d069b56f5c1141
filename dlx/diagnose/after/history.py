"""The course of a training: what its tables, errors and counts tell, as one record that findings are read from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import isfinite, nan, sqrt
from typing import Any

import numpy as np

from dlx.diagnose.models.baseline import Baseline
from dlx.diagnose.models.baselines import ConstantErrors
from dlx.diagnose.trend import recent_fall
from dlx.nn.norms.norm import Norm
from dlx.spec.sections import LayerSection, Spec
from dlx.stats.intervals import Estimate
from dlx.types import Array
from dlx.words import Status, Task, error_text, figure

# An error is behind when it is worse than could be expected by this many tolerances, and by more than chance, in
# standard errors. Of 265 well trained networks, drawn by chance on eight kinds of data, none lay behind by more than
# 0.54 on train and 1.11 on dev. The healthy trainings of the other files are these.
BEHIND, BEHIND_ON_DEV, CHANCE = 0.75, 1.25, 2.5

Columns = Mapping[str, "Array"]


@dataclass(frozen=True)
class TrainingHistory:
    """One training, ended or not.

    spec: complete.
    task, m: of its data; m are the examples of train.
    rows, layers: the columns of metrics.csv and layers.csv, NaN where a cell is empty.
    errors: of the kept network, by part.
    status: as in run.json.
    kept_epoch: whose parameters were kept.
    facts: what every step was asked for, as `course_facts` gives it; a run of an older dlx has none.
    reference: what could be expected on the same data, where that is known.
    constant: what the best constant answer reaches, where that is known.
    """

    spec: Spec
    task: Task
    m: int
    rows: Columns
    layers: Columns
    errors: Mapping[str, Estimate]
    status: Status
    kept_epoch: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    reference: Baseline | None = None
    constant: ConstantErrors | None = None

    @classmethod
    def read(
        cls,
        metrics: Mapping[str, list[float]],
        layers: Mapping[str, list[float]],
        facts: Mapping[str, Any],
        spec: Spec,
        errors: Mapping[str, Estimate],
        reference: Baseline | None = None,
        constant: ConstantErrors | None = None,
    ) -> TrainingHistory:
        """The course of a run, from the columns of its tables and from its ``run.json``."""
        return cls(
            spec=spec,
            task=Task(facts["data"]["task"]),
            m=facts["data"]["examples"]["train"],
            rows=_arrays(metrics),
            layers=_arrays(layers),
            errors=errors,
            status=Status(facts["status"]),
            kept_epoch=facts.get("kept_epoch"),
            facts=facts.get("course", {}),
            reference=reference,
            constant=constant,
        )

    # Of the training as a whole

    @cached_property
    def batch_size(self) -> int:
        """Examples in a mini-batch."""
        size = self.spec.training.batch_size
        return self.m if size == "full" else min(size, self.m)

    @property
    def is_full_batch(self) -> bool:
        """Whether every step sees all of train, and sees it unchanged: then the cost has no noise."""
        drops = any((layer.keep_prob or 1) < 1 for layer in self.hidden)
        return self.batch_size == self.m and not drops and not self.spec.data.augment

    @property
    def steps_per_epoch(self) -> int:
        """Mini-batches in an epoch."""
        return -(-self.m // self.batch_size)

    @property
    def epochs(self) -> int:
        """Those that were trained and have a row, or come before one."""
        return int(self.rows["epoch"][-1]) if len(self.rows["epoch"]) else 0

    @property
    def steps(self) -> int:
        """Steps up to the last row."""
        return int(self.rows["step"][-1]) if len(self.rows["step"]) else 0

    @property
    def hidden(self) -> tuple[LayerSection, ...]:
        """The hidden layers as the spec has them."""
        return self.spec.architecture.hidden

    @property
    def norms(self) -> list[Norm]:
        """Those of the hidden layers."""
        return self.spec.architecture.norms()

    @property
    def norm_of_batches(self) -> Norm | None:
        """The first that looks at the other examples of its batch, and so is another one in evaluation."""
        return next((norm for norm in self.norms if norm.least_batch > 1), None)

    # Of the cost

    def cost(self, part: str = "train") -> Array:
        """Of the frozen network, row by row."""
        return self.rows[f"{part}_cost"]

    def fall(self, share: float) -> float:
        """By which share of itself the train cost fell over the last ``share`` of the epochs; NaN for a single row."""
        return recent_fall(self.rows["epoch"], self.cost(), share)

    # Of the layers

    @cached_property
    def by_layer(self) -> dict[int, Columns]:
        """The rows of layers.csv of each layer, hidden layers first, the output last."""
        numbers = self.layers["layer"] if "layer" in self.layers else np.empty(0)
        return {
            int(number): {name: column[numbers == number] for name, column in self.layers.items()}
            for number in np.unique(numbers)
        }

    @property
    def hidden_layers(self) -> dict[int, Columns]:
        """The same without the output."""
        return {number: columns for number, columns in self.by_layer.items() if number <= len(self.hidden)}

    @property
    def has_start(self) -> bool:
        """Whether the layers were sampled before the first step."""
        return any(len(columns["epoch"]) and columns["epoch"][0] == 0 for columns in self.by_layer.values())

    def ratio(self, number: int) -> float:
        """The median ‖ΔW‖/‖W‖ of a step in this layer; NaN where none is known."""
        ratios = self.by_layer[number]["update_ratio"]
        ratios = ratios[~np.isnan(ratios)]
        return float(np.median(ratios)) if len(ratios) else nan

    def largest_early_ratio(self, number: int) -> float:
        """The largest ‖ΔW‖/‖W‖ of the sampled steps in the first rows but the very first, which may well be large."""
        early = self.by_layer[number]["update_ratio"][2:4]
        return float(np.nanmax(early)) if len(early) and not np.isnan(early).all() else nan

    def growth(self, number: int) -> float:
        """‖W‖ at the end over ‖W‖ at the start, of this layer."""
        norms = self.by_layer[number]["weight_norm"]
        return float(norms[-1] / norms[0]) if self.has_start and len(norms) and norms[0] > 0 else nan

    def peak(self, number: int) -> float:
        """The largest ‖W‖ of any sample over ‖W‖ at the start, of this layer."""
        norms = self.by_layer[number]["weight_norm"]
        return float(norms.max() / norms[0]) if self.has_start and len(norms) and norms[0] > 0 else nan

    # Of the errors

    @property
    def tolerance(self) -> float:
        """Of the diagnosis."""
        tolerance = self.spec.diagnosis.tolerance
        return 0.02 if tolerance is None else tolerance

    def expected(self, part: str) -> float:
        """The error that could be expected on train or dev: that of the reference, at least the optimal error."""
        return max(self.spec.diagnosis.optimal_error, getattr(self.reference, part, None) or 0.0)

    def behind(self, part: str, times: float = BEHIND) -> bool:
        """Whether the network errs more on train or dev than could be expected, by clearly more than chance."""
        if part not in self.errors or self.spec.data.class_weight == "balanced":  # which is not to err least often
            return False
        error, chance = self.errors[part].value, 0.0
        if not self.task.is_regression and self.reference is not None:  # which would err so often on its sample too
            chance = CHANCE * sqrt(error * (1 - min(error, 1)) / self.reference.sample_size)
        return error - self.expected(part) > max(times * self.tolerance, chance)

    @property
    def has_fitted_later(self) -> bool:
        """Whether it came to fit train after the epoch that was kept: then what it errs there is the choice of dev."""
        errors = self.rows["train_error"]
        if not len(errors) or self.kept_epoch is None or self.kept_epoch >= self.epochs or "dev" not in self.errors:
            return False
        return float(errors[-1]) - self.expected("train") <= BEHIND * self.tolerance

    @property
    def largest_rise(self) -> float:
        """Of the cost from one epoch to the next, as a share of it."""
        return float(self.facts.get("largest_rise", 0.0))

    def beside(self, evidence: str) -> str:
        """The evidence, followed by the errors that make it matter."""
        parts = [part for part in ("train", "dev") if self.behind(part)] or ["train"]
        return f"{evidence}; {self.error_sentence(parts[0])}"

    def error_sentence(self, part: str = "train") -> str:
        """Such as `the train error is 12 %, that of five nearest neighbours 2 %`."""
        sentence, reached = (
            f"the {part} error is {self.error(self.errors[part].value)}",
            getattr(self.reference, part, None),
        )
        return (
            sentence
            if reached is None or not self.reference
            else f"{sentence}, that of {self.reference.by} {self.error(reached)}"
        )

    def error(self, value: float) -> str:
        """An error as a reader expects it: in per cent, or in the unit of the target."""
        return error_text(value, self.task) if isfinite(value) else figure(value)


def _arrays(columns: Mapping[str, list[float]]) -> dict[str, Array]:
    return {name: np.array(values, dtype=np.float64) for name, values in columns.items()}
