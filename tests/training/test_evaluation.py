"""Evaluation: what a network answers is in the unit of the user, whatever its loss learns."""

from __future__ import annotations

import copy
import pickle
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


def test_a_copy_of_a_model_answers_alike_and_a_step_has_none(tmp_path: Path) -> None:
    sections = {"data": {"source": {"name": "moons", "m": 60}}, "architecture": {"hidden": [3], "batch_norm": True}}
    experiment = build_supervised(Spec.model_validate({**sections, "training": {"epochs": 3}}).complete())
    for _ in fit(experiment):
        pass
    model, X = Model(*describe(experiment)), np.random.default_rng(0).normal(size=(50, 2))
    model.temperature, model.threshold = 2.0, 0.3
    for again in (pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):
        assert np.array_equal(again.outputs(X), model.outputs(X))
        assert (again.temperature, again.threshold) == (2.0, 0.3)
    for part in (experiment, experiment.network, experiment.network.parameters):
        with pytest.raises(TypeError, match="neither copied nor pickled"):
            pickle.dumps(part)
        with pytest.raises(TypeError, match="neither copied nor pickled"):
            copy.deepcopy(part)
