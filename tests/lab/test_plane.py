"""The plane: what it shows is what the trained network says, of two inputs and along principal components."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

import numpy as np
import pytest

from dlx.errors import UsageError
from dlx.lab.plane import GRID, AnswerPlane
from dlx.runs.preparation import prepare_supervised
from dlx.spec.sections import Spec
from dlx.training.fit import take_steps
from dlx.training.model import Model, describe
from dlx.training.supervised import Supervised


def trained(data: dict[str, Any], **sections: Any) -> Supervised:
    spec = {
        "data": data,
        "architecture": {"hidden": [8]},
        "optimizer": {"name": "adam", "learning_rate": 0.01},
        **sections,
    }
    experiment = prepare_supervised(Spec.model_validate(spec).complete())
    take_steps(experiment, 40)
    return experiment


def grid(view: dict[str, Any]) -> np.ndarray:
    """The points of the picture as the data have them, the lowest row first."""
    xs, ys = (np.linspace(view["low"][axis], view["high"][axis], GRID) for axis in (0, 1))
    return np.array([[x, y] for y in ys for x in xs])


def decoded(text: str) -> np.ndarray:
    return np.frombuffer(b64decode(text), np.uint8)


@pytest.mark.parametrize("source", ["moons", "blobs"])
@pytest.mark.parametrize("normalize", ["standard", "minmax", "none"])
def test_regions_are_what_the_model_predicts(source: str, normalize: str) -> None:
    data = {"train": {"name": source, "m": 90, "noise": 0.3} if source == "moons" else {"name": source, "m": 90}}
    experiment = trained({**data, "normalize": normalize})
    plane = AnswerPlane(experiment)
    view, picture = plane.document(), plane.picture()
    outputs = Model(*describe(experiment)).outputs(grid(view)).astype(float)
    probabilities = outputs if outputs.shape[1] > 1 else np.concatenate([1 - outputs, outputs], axis=1)
    sure = np.sort(probabilities, axis=1)[:, -1] - np.sort(probabilities, axis=1)[:, -2] > 1e-3
    assert (decoded(picture["codes"]) == probabilities.argmax(axis=1))[sure].all()
    chance = 1 / probabilities.shape[1]
    tones = 255 * (probabilities.max(axis=1) - chance) / (1 - chance)
    assert np.abs(decoded(picture["tones"]) - tones).max() <= 1.01
    assert view["kind"] == "regions"
    examples = view["examples"]["train"]
    assert np.array(examples["places"]) == pytest.approx(np.asarray(experiment.dataset.parts["train"].X[:]), abs=1e-4)
    assert examples["y"] == experiment.dataset.parts["train"].y.tolist()


def test_more_inputs_lie_on_their_first_principal_components() -> None:
    experiment = trained({"source": "digits", "split": {"train": 300, "dev": 100, "test": 1397}, "normalize": "minmax"})
    plane = AnswerPlane(experiment)
    view = plane.document()
    X = plane.inputs["train"][0].astype(float)
    values, vectors = np.linalg.eigh(np.cov(X.T))
    assert view["share"] == pytest.approx(values[-2:].sum() / values.sum(), rel=1e-4)
    assert np.abs(plane.directions @ vectors[:, ::-1][:, :2]) == pytest.approx(np.eye(2), abs=1e-4)
    places = np.array(view["examples"]["train"]["places"])
    assert places.var(axis=0, ddof=1) == pytest.approx(values[:-3:-1], rel=1e-3)
    assert len(decoded(plane.picture()["codes"])) == GRID**2


def test_a_picture_follows_the_training_and_does_not_touch_it() -> None:
    data = {"source": {"name": "moons", "m": 90, "noise": 0.2}, "split": {"train": 60, "dev": 30}}
    looked, alone = (trained(data, architecture={"hidden": [8], "batch_norm": True}) for _ in range(2))
    plane = AnswerPlane(looked)
    first = plane.picture()
    for _ in range(30):
        take_steps(looked, 1)
        plane.picture()
    take_steps(alone, 30)
    assert plane.picture() != first
    assert looked.parameters.theta.tobytes() == alone.parameters.theta.tobytes()
    assert looked.statistics.vector.tobytes() == alone.statistics.vector.tobytes()


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_a_unit_shows_what_it_computes(activation: str) -> None:
    architecture = {"hidden": [5, 4], "activation": activation}
    experiment = trained({"train": {"name": "moons", "m": 90, "noise": 0.3}}, architecture=architecture)
    plane = AnswerPlane(experiment)
    points = grid(plane.document())[:1000]
    answers = plane.picture()
    for layer, A in enumerate(Model(*describe(experiment)).hidden(points), start=1):
        for unit, row in enumerate(A.astype(float)):
            plane.look_at(layer, unit)
            picture = plane.picture()
            values = picture["low"] + (picture["high"] - picture["low"]) * decoded(picture["tones"])[:1000] / 255
            assert values == pytest.approx(row, abs=(picture["high"] - picture["low"]) / 250 + 1e-9)
    plane.look_away()
    assert plane.picture() == answers
    for layer, unit in ((0, 0), (3, 0), (1, 5), (1, -1)):
        with pytest.raises(UsageError):
            plane.look_at(layer, unit)


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_every_unit_has_a_small_picture_of_what_it_computes(activation: str) -> None:
    architecture = {"hidden": [5, 4], "activation": activation}
    plane = AnswerPlane(trained({"train": {"name": "moons", "m": 90, "noise": 0.3}}, architecture=architecture))
    plane.picture()
    few = plane.unit_pictures.grid
    points = grid(plane.document()).reshape(GRID, GRID, 2)[:: GRID // few, :: GRID // few].reshape(-1, 2)
    hidden = Model(*describe(plane.experiment)).hidden(points)
    for A, tones in zip(hidden, plane.unit_pictures.tones(), strict=True):
        for row, picture in zip(A.astype(float), decoded(tones).reshape(len(A), few * few), strict=True):
            assert picture.astype(float) == pytest.approx(255 * (row - row.min()) / (np.ptp(row) or 1.0), abs=1.1)
