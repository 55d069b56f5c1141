"""Exported networks give what dlx itself predicts, in every format, for every activation and task."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise, product
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import onnx
import pytest

from dlx.component import REGISTRY
from dlx.errors import UsageError
from dlx.nn.activations import Activation
from dlx.runs.export.formats import TARGETS
from dlx.runs.export.frozen import Frozen, freeze
from dlx.training.model import Model
from dlx.types import Array

pytestmark = pytest.mark.usefixtures("blank_pictures")

CLASSES = {"binary": ["no", "yes"], "multiclass": ["a", "b", "c"], "multilabel": ["p", "q"], "regression": []}
OUTPUTS = {
    "binary": (1, "logistic"),
    "multiclass": (3, "softmax"),
    "multilabel": (2, "logistic_per_label"),
    "regression": (2, "squared_error"),
}
FEATURES, HIDDEN = 6, (8, 5)


def model(activation: str, task: str, norm: str | None = None) -> Model:
    """A network of random numbers, with statistics and a normalization as training leaves them."""
    rng = np.random.default_rng(0)
    n_y, loss = OUTPUTS[task]
    sizes = (FEATURES, *HIDDEN, n_y)
    arrays: dict[str, Array] = {"shift": rng.normal(size=FEATURES), "scale": rng.uniform(0.5, 2, FEATURES)}
    for layer, (n_in, n_out) in enumerate(pairwise(sizes), start=1):
        arrays |= {f"W{layer}": rng.normal(size=(n_out, n_in)), f"b{layer}": rng.normal(size=(n_out, 1))}
        arrays |= {f"gamma{layer}": rng.uniform(0.5, 2, (n_out, 1)), f"beta{layer}": rng.normal(size=(n_out, 1))}
        arrays |= {f"mu{layer}": rng.normal(size=(n_out, 1)), f"sigma_squared{layer}": rng.uniform(0.1, 1, (n_out, 1))}
        arrays[f"t{layer}"] = np.full((1, 1), 3.0)
    norms: dict[str | None, dict[str, Any]] = {
        None: {"batch_norm": None},
        "batch_norm": {"batch_norm": [0.9, 1e-5, False]},
        "layer_norm": {"batch_norm": None, "norm": {"name": "layer_norm", "epsilon": 1e-3}},
    }
    hidden = {"activation": activation, "bias": norm != "batch_norm"} | norms[norm]
    layers = [{"units": units, **hidden} for units in HIDDEN]
    layers.append({"units": n_y, "activation": None, "bias": True, "batch_norm": None})
    columns = [["x", None], ["colour", ["blue", "red"]], ["y", None], ["z", None], ["w", None]]
    facts = {
        "name": "random",
        "dtype": "float32",
        "task": task,
        "loss": loss,
        "classes": CLASSES[task],
        "n_x": FEATURES,
        "layers": layers,
        "preprocessing": {"columns": columns},
    }
    return Model(arrays, facts)


def rows() -> Array:
    return np.random.default_rng(1).normal(size=(1000, FEATURES)).astype(np.float32)


def expected(of: Model, features: Array | None = None) -> Array:
    """What ``dlx predict`` tells of the rows: a column for each class, or the values."""
    A = of.outputs(rows() if features is None else features)
    return np.column_stack([1 - A, A]) if of.facts["task"] == "binary" else A


def imported(path: Path) -> ModuleType:
    described = importlib.util.spec_from_file_location(path.stem, path)
    assert described is not None
    assert described.loader is not None
    module = importlib.util.module_from_spec(described)
    described.loader.exec_module(module)
    return module


def from_onnx(network: Frozen, folder: Path, X: Array) -> Array:
    onnxruntime = pytest.importorskip("onnxruntime")  # there is none for Macs with Intel
    session = onnxruntime.InferenceSession(TARGETS["onnx"].files(network, "model")[".onnx"])
    result: Array
    [result] = session.run(None, {"features": X})
    return result


def written(network: Frozen, to: str, folder: Path) -> ModuleType:
    for ending, content in TARGETS[to].files(network, "model").items():
        (folder / f"model{ending}").write_bytes(content)
    return imported(folder / "model.py")


def from_pytorch(network: Frozen, folder: Path, X: Array) -> Array:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: its module is written but not run here")
    with torch.no_grad():
        result: Array = written(network, "pytorch", folder).load()(torch.from_numpy(X)).numpy()
    return result


def from_keras(network: Frozen, folder: Path, X: Array) -> Array:
    pytest.importorskip("keras", reason="Keras is not installed: its module is written but not run here")
    module = written(network, "keras", folder)
    result: Array = module.load().predict(X, verbose=0)
    return result


RUNNERS: dict[str, Callable[[Frozen, Path, Array], Array]] = {
    "onnx": from_onnx,
    "pytorch": from_pytorch,
    "keras": from_keras,
}
built_in = [name for name, member in Activation.members().items() if member.__module__ == "dlx.nn.activations"]


@pytest.mark.parametrize("to", TARGETS)
def test_the_outputs_agree(to: str, tmp_path: Path) -> None:
    norms = {"relu": "batch_norm", "tanh": "batch_norm", "gelu": "layer_norm", "identity": "layer_norm"}
    for activation, task in product(built_in, OUTPUTS):
        of = model(activation, task, norms.get(activation))
        found = RUNNERS[to](freeze(of), tmp_path, rows())
        rounding = 1e-6 * np.abs(expected(of)).max()
        np.testing.assert_allclose(found, expected(of), rtol=1e-5, atol=rounding, err_msg=f"{activation}, {task}")


@pytest.mark.parametrize("to", TARGETS)
@pytest.mark.parametrize("factor", [1e9, 1e-9, 1e-25])
def test_inputs_of_any_size(to: str, factor: float, tmp_path: Path) -> None:
    of = model("relu", "multiclass")
    arrays = {**of.network.parameters, "shift": of.shift * factor, "scale": of.scale / factor}
    of, X = Model(arrays, of.facts), rows() * np.float32(factor)
    np.testing.assert_allclose(RUNNERS[to](freeze(of), tmp_path, X), expected(of, X), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("to", TARGETS)
def test_layer_norm_is_an_operation_of_its_own(to: str) -> None:
    network = freeze(model("relu", "binary", "layer_norm"))
    assert [type(operation).__name__ for operation in network.operations] == [
        *("Dense", "Formula", "Formula") * 2,
        "Dense",
    ]
    content = b"".join(TARGETS[to].files(network, "model").values())
    assert {"onnx": b"LayerNormalization", "pytorch": b"nn.LayerNorm(5, eps=0.001)"}.get(
        to, b"LayerNormalization(epsilon=0.001"
    ) in content


@pytest.mark.parametrize("to", TARGETS)
@pytest.mark.parametrize("task", OUTPUTS)
def test_missing_values_are_filled_as_for_a_prediction(to: str, task: str, tmp_path: Path) -> None:
    of, replacements = model("relu", task), np.array([2.0, 0.0, 1.0, -3.0, 0.5, 40.0])
    of.facts["preprocessing"]["imputation"] = replacements.tolist()
    X = rows()
    missing = np.random.default_rng(2).random(X.shape) < 0.2
    filled = np.where(missing, replacements, X)
    X[missing] = np.nan
    found = RUNNERS[to](freeze(of), tmp_path, X)
    np.testing.assert_allclose(found, expected(of, filled), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("to", TARGETS)
@pytest.mark.parametrize("name", ["standard", "log"])
def test_values_are_in_the_unit_of_the_targets(to: str, name: str, tmp_path: Path) -> None:
    plain = model("tanh", "regression")
    scaling = {"name": name, "shift": [3.0, -2.0], "scale": [2.0, 0.5]}
    preprocessing = plain.facts["preprocessing"] | {"target_scaling": scaling}
    arrays = {**plain.network.parameters, "shift": plain.shift, "scale": plain.scale}
    of = Model(arrays, {**plain.facts, "preprocessing": preprocessing})
    found = RUNNERS[to](freeze(of), tmp_path, rows())
    np.testing.assert_allclose(found, expected(of), rtol=1e-4, atol=1e-5)
    assert not np.allclose(found, expected(plain), rtol=0.1)


@pytest.mark.parametrize("to", TARGETS)
def test_counts_are_exp_of_the_outputs(to: str, tmp_path: Path) -> None:
    plain = model("tanh", "regression")
    arrays = {**plain.network.parameters, "shift": plain.shift, "scale": plain.scale}
    of = Model(arrays, {**plain.facts, "loss": "poisson"})
    found = RUNNERS[to](freeze(of), tmp_path, rows())
    np.testing.assert_allclose(found, np.exp(expected(plain)), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("to", TARGETS)
def test_features_without_names(to: str, tmp_path: Path) -> None:
    of = model("relu", "multiclass")
    of.facts["preprocessing"]["columns"] = []
    np.testing.assert_allclose(RUNNERS[to](freeze(of), tmp_path, rows()), expected(of), rtol=1e-5, atol=1e-6)


def test_numbers_beyond_float32_are_refused() -> None:
    of = model("relu", "multiclass")
    of = Model({**of.network.parameters, "shift": of.shift, "scale": of.scale}, {**of.facts, "dtype": "float64"})
    of.network.parameters["W2"][0, 0] = 1e39
    with pytest.raises(UsageError, match="W2 of the trained network has numbers that float32 cannot hold"):
        freeze(of)


@pytest.mark.parametrize("to", TARGETS)
def test_rows_that_float32_would_blur_are_float64(to: str, tmp_path: Path) -> None:
    plain = model("tanh", "multiclass")
    plain.shift[1], plain.scale[1] = 1.7e9, 1 / 3600  # time stamps of a few hours
    of = Model({**plain.network.parameters, "shift": plain.shift, "scale": plain.scale}, plain.facts)
    network = freeze(of)
    assert (network.row_type, freeze(model("tanh", "multiclass")).row_type) == ("float64", "float32")
    X = rows().astype(np.float64)
    X[:, 1] = 1.7e9 + 3600 * X[:, 1]
    np.testing.assert_allclose(RUNNERS[to](network, tmp_path, X), expected(of, X), rtol=1e-4, atol=1e-6)


def test_the_onnx_file_names_features_and_classes() -> None:
    file = onnx.load_from_string(TARGETS["onnx"].files(freeze(model("relu", "multiclass")), "model")[".onnx"])
    said = {entry.key: json.loads(entry.value) for entry in file.metadata_props}
    assert said["features"] == ["x", "colour=blue", "colour=red", "y", "z", "w"]
    assert said["classes"] == ["a", "b", "c"]


@pytest.mark.parametrize("to", ["pytorch", "keras"])
def test_generated_code_is_python_whatever_the_names_are(to: str) -> None:
    names = ['"""\nimport os', "a\\", "'", "é"]
    of = model("gelu", "multiclass")
    of.facts["preprocessing"]["columns"] = [[name, None] for name in names] + [["y", None], ["z", None]]
    code = TARGETS[to].files(freeze(of), "model")[".py"].decode()
    compile(code, "model.py", "exec")
    [line] = [line for line in code.splitlines() if line.startswith("FEATURES = ")]
    assert eval(line.removeprefix("FEATURES = ")) == [*names, "y", "z"]


@pytest.fixture
def sine() -> Iterator[str]:
    """The name of an activation that a plugin defines, known only as long as a test runs."""

    class Sine(Activation):
        """A = sin(Z)."""

        name = "sine_of_a_plugin"

        def forward(self, tape: Any, Z: Array) -> Any:
            return Z, None

    yield Sine.name
    del REGISTRY["activation"][Sine.name]


@pytest.mark.parametrize("to", TARGETS)
def test_an_activation_of_a_plugin_has_no_counterpart(to: str, sine: str) -> None:
    with pytest.raises(UsageError, match=f"{sine} has no counterpart in"):
        TARGETS[to].files(freeze(model(sine, "binary")), "model")


def test_the_command(call_dlx: Callable[..., Any], tmp_path: Path) -> None:
    spec = "data: {source: {name: moons, m: 100}}\narchitecture: {hidden: [4]}\ntraining: {epochs: 2}\n"
    (tmp_path / "spec.yaml").write_text(spec)
    assert call_dlx("train", "spec.yaml", "--out", "run", "--quiet", cwd=tmp_path).code == 0
    document = json.loads(call_dlx("export", "run", "--to", "onnx", "--json", cwd=tmp_path).stdout)
    assert document["files"] == ["run/model_onnx.onnx"]
    files = call_dlx("export", "run", "--to", "pytorch", "--out", "net", cwd=tmp_path).stdout.split()
    assert files == ["net.py", "net.npz"]
    assert all((tmp_path / file).is_file() for file in files)
    wrong = call_dlx("export", "run", "--to", "pytorhc", cwd=tmp_path)
    assert wrong.code == 2
    assert "did you mean pytorch?" in wrong.stderr


def test_without_the_package_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(Exception, match=r"needs onnx, which is not installed: pip install 'onnx>="):
        TARGETS["onnx"].files(freeze(model("relu", "binary")), "model")
