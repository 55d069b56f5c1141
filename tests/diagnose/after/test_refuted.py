"""What was found in data before a training is a note once every error is near the best; what hides errors stays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dlx.diagnose.after.history import TrainingHistory
from dlx.diagnose.after.refuted import unrefuted
from dlx.diagnose.causes import CAUSES
from dlx.spec.sections import Spec
from dlx.stats.intervals import error_rate
from dlx.words import Status, Task

SPEC = Spec.model_validate({"data": {"source": "moons"}, "diagnosis": {"optimal_error": 0.05, "tolerance": 0.02}})


def course(train: float, dev: float, status: Status = Status.COMPLETED) -> TrainingHistory:
    errors = {"train": error_rate(train, 500), "dev": error_rate(dev, 500)}
    return TrainingHistory(SPEC.complete(), Task.BINARY, 500, {"epoch": np.arange(3.0)}, {}, errors, status)


def severities(of: TrainingHistory, *names: str) -> list[str]:
    return [entry.severity for entry in unrefuted(of, [CAUSES[name].finding("seen") for name in names])]


@pytest.mark.parametrize(
    ("train", "dev", "severity"),
    [
        (0.05, 0.06, "note"),
        (0.02, 0.03, "note"),
        (0.05, 0.09, "warning"),
        (0.1, 0.1, "warning"),
        (0.0, 0.05, "warning"),
    ],
)
def test_an_error_near_the_best_refutes_what_would_have_made_it_large(train: float, dev: float, severity: str) -> None:
    names = ("parts_differ", "few_examples", "missing_as_numbers", "labels_unrelated")
    assert severities(course(train, dev), *names) == [severity] * 4


def test_what_makes_an_error_small_is_not_refuted_by_it() -> None:
    names = ("target_leak", "near_copies_across_parts", "duplicates_across_parts")
    assert severities(course(0.05, 0.05), *names) == ["warning"] * 3


def test_a_training_that_diverged_refutes_nothing() -> None:
    assert severities(course(0.05, 0.05, Status.DIVERGED), "parts_differ") == ["warning"]
    without_dev = replace(course(0.05, 0.05), errors={"train": error_rate(0.05, 500)})
    assert severities(without_dev, "parts_differ") == ["warning"]
