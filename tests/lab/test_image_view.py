"""Images and units: what is drawn is what the data hold and the network computes, and units that rest are marked."""

from __future__ import annotations

from base64 import b64decode
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dlx
from dlx.errors import UsageError
from dlx.lab.image_view import ImageView
from dlx.lab.stage import Stage
from dlx.lab.units import UnitStates
from dlx.spec.loader import load_spec
from dlx.training.supervised import Supervised
from dlx.types import Array

DIGITS = """data: {source: digits, split: {train: 200, dev: 50}, normalize: standard}
architecture: {hidden: [8]}
optimizer: {name: adam, learning_rate: 0.01}
training: {epochs: 2}
"""


def bytes_of(text: str) -> Array:
    return np.frombuffer(b64decode(text), np.uint8)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    (tmp_path / "digits.yaml").write_text(DIGITS)
    return Stage(load_spec(tmp_path / "digits.yaml"))


def test_images_are_those_of_the_data(stage: Stage) -> None:
    assert isinstance(stage.view, ImageView)
    document = stage.view.document()
    assert (document["part"], document["shape"], len(document["labels"])) == ("dev", [8, 8], 50)
    shown = np.round(bytes_of(document["pixels"]).reshape(50, 64) * (16 / 255)).astype(np.uint8)  # of 0 to 16
    with np.load(Path(dlx.__file__).parent / "data" / "digits.npz") as file:
        X, y = file["X"].reshape(-1, 64), file["y"]
    known = {row.tobytes(): label for row, label in zip(X.astype(np.uint8), y, strict=True)}
    assert [known[row.tobytes()] for row in shown] == document["labels"]


def test_answers_are_those_that_the_error_counts(stage: Stage) -> None:
    stage.trainer.advance(60.0)
    picture = stage.frame(is_at_rest=True)["picture"]
    wrong = (bytes_of(picture["codes"]) != np.array(stage.view.document()["labels"])).sum()  # type: ignore[union-attr]
    assert wrong == pytest.approx(50 * (stage.trainer.rows[-1].dev_error or 0))


def test_a_unit_is_looked_at(stage: Stage) -> None:
    stage.look([1, 3])
    picture = stage.frame(is_at_rest=True)["picture"]
    assert picture["unit"] == [1, 3]
    assert len(bytes_of(picture["tones"])) == 50
    with pytest.raises(UsageError, match="no unit"):
        stage.look([1, 8])
    stage.look(None)
    assert "codes" in stage.frame(is_at_rest=True)["picture"]


@pytest.mark.parametrize(
    ("activation", "name", "value", "word"),
    [("relu", "b1", -1e3, "dead"), ("tanh", "b1", 1e3, "saturated"), ("relu", "b1", 0.0, ""), ("tanh", "b1", 0.0, "")],
)
def test_a_unit_that_rests_is_marked(
    stage: Stage, tmp_path: Path, activation: str, name: str, value: float, word: str, spec: Any
) -> None:
    experiment = Stage(load_spec(spec, [f"architecture.activation={activation}"])).experiment
    assert isinstance(experiment, Supervised)
    experiment.parameters[name][1] = value
    words = UnitStates(experiment).words()
    assert [len(layer) for layer in words] == [4]
    assert words[0][1] == word
