"""Before training: layers without a bend, targets in large units, and images changed beyond recognition."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.diagnose.before.activations import is_linear
from dlx.diagnose.before.checks import before
from dlx.diagnose.findings import Finding
from dlx.nn.activations import Activation
from dlx.spec.sections import Spec
from dlx.training.build import build_supervised

CIRCLES = {"source": {"name": "circles", "m": 700, "noise": 0.1, "factor": 0.5}, "split": {"train": 400, "dev": 300}}
APART = {"source": {"name": "blobs", "m": 700, "centers": [[-3, 0], [3, 0]]}, "split": {"train": 400, "dev": 300}}
ADAM = {"name": "adam", "learning_rate": 0.01}
TRAINING = {"epochs": 60, "batch_size": 32}
NEW = {"no_activation", "targets_not_normalized", "augmentation_too_strong"}


def found(**sections: Any) -> dict[str, Finding]:
    """The findings of these kinds, and any others that are more than notes, by name."""
    spec = Spec.model_validate({"optimizer": ADAM, "training": TRAINING, **sections}).complete()
    return {one.name: one for one in before(build_supervised(spec)) if one.name in NEW or one.severity != "note"}


def layers(activation: str) -> dict[str, Any]:
    return {"hidden": [32, 32], "activation": activation}


def regression(folder: Path, factor: float) -> dict[str, Any]:
    """y = sin(2·x₁) + x₂, times a factor."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((700, 3))
    y = factor * (np.sin(2 * X[:, 0]) + X[:, 1])
    path = folder / "table.npz"
    np.savez(path, X_train=X[:400], y_train=y[:400], X_dev=X[400:], y_dev=y[400:])
    return {"source": {"name": "file", "path": str(path)}}


def images(*augment: dict[str, Any]) -> dict[str, Any]:
    data = {"source": "digits", "split": {"train": 1000, "dev": 400}, "normalize": "minmax", "augment": list(augment)}
    training = {"epochs": 20, "batch_size": 32}
    return {
        "data": data,
        "architecture": {"hidden": [64]},
        "optimizer": ADAM | {"learning_rate": 0.003},
        "training": training,
    }


@pytest.mark.parametrize("name", Activation.members())
def test_only_the_identity_is_linear(name: str) -> None:
    assert is_linear(Activation.parse(name)) == (name == "identity")


def test_layers_without_a_bend_are_found_where_a_bend_helps() -> None:
    told = found(data=CIRCLES, architecture=layers("identity"))
    assert set(told) == {"no_activation"}
    assert told["no_activation"].severity == "warning"
    assert found(data=CIRCLES, architecture=layers("tanh")) == {}


def test_they_are_a_note_where_a_plane_is_enough() -> None:
    told = found(data=APART, architecture=layers("identity"))
    assert {name: one.severity for name, one in told.items()} == {"no_activation": "note"}


def test_targets_too_large_for_the_learning_rate_are_found(tmp_path: Path) -> None:
    told = found(data=regression(tmp_path, 3000), architecture=layers("relu"))
    assert set(told) == {"targets_not_normalized"}
    assert told["targets_not_normalized"].value == pytest.approx(3000 * np.sqrt(0.5 + 1), rel=0.1)


@pytest.mark.parametrize(("factor", "rate"), [(1, 0.01), (3000, 30)])
def test_targets_that_are_learned_are_none(factor: float, rate: float, tmp_path: Path) -> None:
    optimizer = ADAM | {"learning_rate": rate}
    assert "targets_not_normalized" not in found(
        data=regression(tmp_path, factor), architecture=layers("relu"), optimizer=optimizer
    )


def test_images_beyond_recognition_are_found() -> None:
    assert set(found(**images({"name": "rotate", "degrees": 180}, {"name": "shift", "pixels": 3}))) == {
        "augmentation_too_strong"
    }


@pytest.mark.parametrize("change", [{"name": "rotate", "degrees": 10}, {"name": "shift", "pixels": 1}], ids=str)
def test_mild_changes_are_left_alone(change: dict[str, Any]) -> None:
    assert found(**images(change)) == {}
