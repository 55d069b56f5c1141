"""Fitting at a pace: training reports as often as it is asked to, and ends with the same bits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dlx.spec.sections import Spec
from dlx.training.build import build_supervised
from dlx.training.fit import Pace, fit
from dlx.training.records import EpochRecord, Progress
from dlx.training.supervised import Supervised

MOONS: dict[str, Any] = {
    "data": {"source": {"name": "moons", "m": 70, "noise": 0.2}, "split": {"train": 50, "dev": 20}},
    "architecture": {"hidden": [6, 5]},
    "regularization": {"keep_prob": 0.8},
    "optimizer": {"name": "adam", "learning_rate": 0.02},
}


def experiment(**training: Any) -> Supervised:
    return build_supervised(Spec.model_validate({**MOONS, "training": training}).complete())


def whole(**training: Any) -> tuple[list[dict[str, Any]], bytes]:
    """The rows and θ of a training that nobody holds up."""
    trained = experiment(**training)
    return [
        row(record) for record in fit(trained) if isinstance(record, EpochRecord)
    ], trained.parameters.theta.tobytes()


def row(record: EpochRecord) -> dict[str, Any]:
    return {name: value for name, value in record.document().items() if name != "seconds"}


@pytest.mark.parametrize("engine", ["numpy", "auto"])
@pytest.mark.parametrize(
    "training", [{"batch_size": 16}, {"batch_size": "full"}, {"batch_size": 8, "evaluate_every": 3}]
)
def test_a_pace_that_changes_on_the_way_changes_no_bit(training: dict[str, Any], engine: str) -> None:
    training = {**training, "epochs": 12, "engine": engine}
    trained, pace, rng, rows = experiment(**training), Pace(steps=1), np.random.default_rng(1), []
    for record in fit(trained, pace):
        pace.steps = None if rng.random() < 0.2 else int(rng.integers(1, 9))
        if isinstance(record, EpochRecord):
            rows.append(row(record))
    assert (rows, trained.parameters.theta.tobytes()) == whole(**training)


def test_so_many_steps_are_taken_and_no_more() -> None:
    trained, pace = experiment(batch_size=16, epochs=4), Pace(seconds=60.0, steps=1)
    steps = [trained.position.step for record in fit(trained, pace) if isinstance(record, Progress)]
    assert steps == [step for step in range(1, 16) if step % 4]  # the last step of an epoch has a row
