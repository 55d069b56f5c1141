"""Evaluation: what a network answers is in the unit of the user, whatever its loss learns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dlx.spec.sections import Spec
from dlx.stats.metrics.metric import measure
from dlx.training.build import build_supervised
from dlx.training.fit import fit
from dlx.training.model import Model, describe


@pytest.mark.parametrize(("loss", "scaling"), [("poisson", "none"), ("squared_error", "standard"), ("huber", "log")])
def test_answers_are_those_of_the_model_in_the_unit_of_the_target(tmp_path: Path, loss: str, scaling: str) -> None:
    rng = np.random.default_rng(4)
    X = rng.normal(size=(200, 2))
    y = 1.0 + rng.poisson(np.exp(1 + X[:, 0]))
    np.savez(tmp_path / "counts.npz", X=X, y=y)
    sections = {
        "task": "regression",
        "data": {"source": {"name": "file", "path": str(tmp_path / "counts.npz")}, "normalize_targets": scaling},
        "loss": loss,
        "architecture": {"hidden": [4]},
        "training": {"epochs": 3},
    }
    experiment = build_supervised(Spec.model_validate(sections).complete())
    for _ in fit(experiment):
        pass
    answers = experiment.evaluation("train").answers()
    model = Model(*describe(experiment))
    np.testing.assert_allclose(answers.y[:, 0], y, rtol=1e-5)
    np.testing.assert_allclose(answers.outputs, model.outputs(X), rtol=1e-4)
    assert measure(answers, ())["rmse"].value == pytest.approx(experiment.evaluation("train").run()[1], rel=1e-4)
