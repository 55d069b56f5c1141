"""Networks of float64 are exported in float64 where float32 is too coarse for them, and then give the same digits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dlx.errors import UsageError
from dlx.nn.activations import Activation
from dlx.runs.export.formats import TARGETS, _candidates
from dlx.runs.export.frozen import freeze
from dlx.runs.export.proof import _between
from dlx.training.model import Model
from tests.runs.export.test_formats import RUNNERS, expected, model, rows
from tests.runs.export.test_proof import nearly_a_step

ACTIVATIONS = [name for name in Activation.members() if Activation.members()[name].__module__.startswith("dlx.")]


def in_double(of: Model) -> Model:
    """The same network, as trained in float64."""
    network = of.network
    arrays = {**network.parameters, **network.statistics, "shift": of.shift, "scale": of.scale}
    return Model(arrays, {**of.facts, "dtype": "float64"})


@pytest.mark.parametrize("to", ["onnx", "pytorch"])
@pytest.mark.parametrize(
    ("activation", "task"),
    [(name, ("binary", "multiclass", "regression", "multilabel")[i % 4]) for i, name in enumerate(ACTIVATIONS)],
)
def test_layers_of_float64_keep_its_digits(activation: str, task: str, to: str, tmp_path: Path) -> None:
    of, X = in_double(model(activation, task, "layer_norm")), rows().astype(np.float64)
    frozen = freeze(of, layer_type="float64")
    assert (frozen.row_type, frozen.layer_type) == ("float64", "float64")
    outputs = RUNNERS[to](frozen, tmp_path, X)
    assert outputs.dtype == np.float64
    np.testing.assert_allclose(outputs, expected(of, X), rtol=1e-7, atol=1e-9)  # ε of a norm is float32 in ONNX


def test_what_float32_is_too_coarse_for_is_exported_in_float64() -> None:
    """The network is refused that is trained in float32, and was in float64, too."""
    of, X = in_double(nearly_a_step(2, 1e-5)), 100 + np.random.default_rng(5).standard_normal((200, 6))
    coarse, exact, double = _candidates(of)
    assert [network.layer_type for network in (coarse, exact, double)] == ["float32", "float32", "float64"]
    outputs = of.outputs(X)
    assert "train with dtype=float64" in _between(coarse, of, X, outputs)
    assert not _between(double, of, X, outputs)
    assert [network.layer_type for network in _candidates(nearly_a_step(2, 1e-5))] == ["float32", "float32"]


def test_keras_has_no_layers_of_float64() -> None:
    frozen = freeze(in_double(model("tanh", "binary")), layer_type="float64")
    with pytest.raises(UsageError, match="export it to ONNX or PyTorch"):
        TARGETS["keras"].files(frozen, "net")
