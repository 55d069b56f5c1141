"""An export is proven on rows of train: what it would answer wrongly is refused, or written another way."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.component import REGISTRY
from dlx.errors import UsageError
from dlx.nn.losses import Loss, SquaredError
from dlx.nn.tape import Tape
from dlx.runs.export.formats import TARGETS, export
from dlx.runs.export.frozen import freeze
from dlx.runs.export.proof import _between, proven, rows_of_least_spread
from dlx.runs.predictions.predict import model_of
from dlx.runs.reading.references import open_run
from dlx.training.model import Model
from dlx.types import Array
from dlx.words import Task
from tests.runs.export.test_formats import RUNNERS, model, rows

pytestmark = pytest.mark.usefixtures("blank_pictures")


@pytest.fixture
def answering() -> Iterator[Callable[[str, Any], Model]]:
    """Makes a model whose loss, as one of a plugin, answers with this function of its logits."""
    names = []

    def with_answer(name: str, function: Any) -> Model:
        class Answering(Loss):
            task = Task.REGRESSION

            def record(self, tape: Tape, Z: Array, Y: Array, weights: Array | None = None) -> Any:
                _, backward = SquaredError().record(tape, Z, Y)
                A = tape.empty("A", *Z.shape)
                tape.call(lambda: np.copyto(A, function(Z)))
                return A, backward

            def mistakes(self, Z: Array, Y: Array) -> float:
                return 0.0

        Answering.name = name
        REGISTRY["loss"][name] = Answering
        names.append(name)
        plain = model("tanh", "regression")
        arrays = {**plain.network.parameters, "shift": plain.shift, "scale": plain.scale}
        return Model(arrays, {**plain.facts, "loss": name})

    yield with_answer
    for name in names:
        del REGISTRY["loss"][name]


@pytest.mark.parametrize("to", TARGETS)
@pytest.mark.parametrize(("name", "function"), [("exp", np.exp), ("tanh", np.tanh), ("softplus", np.logaddexp)])
def test_what_a_loss_answers_with_is_exported(
    to: str, name: str, function: Any, tmp_path: Path, answering: Callable[[str, Any], Model]
) -> None:
    of = answering(f"ends_in_{name}", (lambda Z: np.logaddexp(0, Z)) if name == "softplus" else function)
    outputs = RUNNERS[to](freeze(of), tmp_path, rows())
    np.testing.assert_allclose(outputs, of.outputs(rows()), rtol=1e-4, atol=1e-5)
    assert not np.allclose(outputs, model("tanh", "regression").outputs(rows()), rtol=0.1)


def test_an_answer_that_no_format_has_is_refused(answering: Callable[[str, Any], Model]) -> None:
    with pytest.raises(UsageError, match="ends_in_cubes answers with something that the formats do not have"):
        freeze(answering("ends_in_cubes", lambda Z: Z**3))


def trained(folder: Path, call_dlx: Callable[..., Any], column: list[str]) -> str:
    """A run on a table with two columns, of which the cells of the first are given."""
    rng = np.random.default_rng(0)
    other = rng.standard_normal(len(column))
    order = np.argsort(np.argsort(np.array(column, np.float64)))
    labels = np.where(order > len(column) / 2, "yes", "no")
    lines = [f"{a},{b:.4f},{label}" for a, b, label in zip(column, other, labels, strict=True)]
    (folder / "table.csv").write_text("odd,x,y\n" + "\n".join(lines) + "\n")
    source = {"name": "file", "path": "table.csv", "target": "y", "columns": {"odd": {"kind": "number"}}}
    spec = {"data": {"source": source}, "architecture": {"hidden": [4]}, "training": {"epochs": 20}}
    (folder / "spec.yaml").write_text(json.dumps(spec | {"optimizer": {"name": "adam", "learning_rate": 0.02}}))
    result = call_dlx("train", "spec.yaml", "--out", "run", "--quiet", cwd=folder)
    assert result.code == 0, result.stderr
    return str(folder / "run")


COLUMNS = {
    "seconds": lambda rng: [str(1_700_000_000 + i) for i in rng.integers(0, 3000, 90)],
    "days": lambda rng: [f"202{i // 28 % 4}03{1 + i % 28:02d}" for i in rng.integers(0, 112, 90)],
    "amperes": lambda rng: [f"{x:.6e}" for x in 3e-9 * rng.standard_normal(90)],
    "atoms": lambda rng: [f"{x:.6e}" for x in 5e24 + 3e23 * rng.standard_normal(90)],
}


@pytest.mark.parametrize("kind", COLUMNS)
def test_odd_columns_keep_their_digits(kind: str, tmp_path: Path, call_dlx: Callable[..., Any]) -> None:
    run = trained(tmp_path, call_dlx, COLUMNS[kind](np.random.default_rng(1)))
    onnxruntime = pytest.importorskip("onnxruntime")
    [path] = export(run, "onnx")
    session = onnxruntime.InferenceSession(path)
    [features] = session.get_inputs()
    dtype = {"tensor(float)": np.float32, "tensor(double)": np.float64}[features.type]
    table = np.genfromtxt(tmp_path / "table.csv", delimiter=",", skip_header=1, usecols=(0, 1))
    [probabilities] = session.run(None, {"features": table.astype(dtype)})
    answers = call_dlx("predict", "run", "table.csv", cwd=tmp_path).stdout.splitlines()[1:]
    expected = [[float(cell) for cell in line.split(",")[1:]] for line in answers]
    np.testing.assert_allclose(probabilities, expected, atol=1e-5)


def test_what_is_not_proven_names_the_column(tmp_path: Path, call_dlx: Callable[..., Any]) -> None:
    run = trained(tmp_path, call_dlx, COLUMNS["seconds"](np.random.default_rng(1)))
    of, directory = model_of(run), open_run(run)
    exact = freeze(of)
    blurred = replace(exact, shift=exact.shift.astype(np.float32), scale=exact.scale.astype(np.float32))
    assert proven([exact], of, directory) is exact
    assert proven([blurred, exact], of, directory) is exact
    with pytest.raises(UsageError, match="the numbers of odd lose their digits in float32"):
        proven([blurred], of, directory)
    doubled = replace(exact, operations=(*exact.operations[:-1], replace(exact.dense[-1], W=2 * exact.dense[-1].W)))
    with pytest.raises(UsageError, match="too coarse for its W"):
        proven([doubled], of, directory)


def test_a_run_without_its_data_is_proven_on_numbers_like_them(tmp_path: Path, call_dlx: Callable[..., Any]) -> None:
    run = trained(tmp_path, call_dlx, COLUMNS["amperes"](np.random.default_rng(1)))
    (tmp_path / "table.csv").unlink()
    assert [path.suffix for path in export(run, "pytorch")] == [".py", ".npz"]


def nearly_a_step(units: int, epsilon: float) -> Model:
    """A network of float32 with a layer norm over units whose Z are large."""
    rng = np.random.default_rng(4)
    W = 30 * rng.standard_normal((units, 6))
    arrays: dict[str, Array] = {"shift": np.full(6, 99.9), "scale": np.full(6, 1.1), "W1": W, "b1": np.ones((units, 1))}
    arrays |= {"gamma1": np.ones((units, 1)), "beta1": np.zeros((units, 1))}
    arrays |= {"W2": np.concatenate([np.ones((2, 1)), np.zeros((2, units - 1))], axis=1), "b2": rng.normal(size=(2, 1))}
    norm = {"batch_norm": None, "norm": {"name": "layer_norm", "epsilon": epsilon}}
    layers = [{"units": units, "activation": {"name": "tanh"}, "bias": True} | norm]
    layers.append({"units": 2, "activation": None, "bias": True, "batch_norm": None})
    return Model(arrays, {**model("tanh", "regression").facts, "layers": layers})


def test_a_norm_that_is_nearly_a_step_is_tried_between_rows_of_train() -> None:
    """No row of train lies at the step; the rows in between do, and there float32 decides what comes out."""
    of = nearly_a_step(2, 1e-5)
    X = 100 + np.random.default_rng(5).standard_normal((200, 6))
    network, expected = freeze(of), of.outputs(X).astype(np.float64)
    first, second = of.network.parameters["W1"].astype(np.float64)
    lead = (X - 99.9) @ (first - second)  # of the first unit over the second one
    crossing = lead[:64] * lead[136:] < 0
    between = rows_of_least_spread(network, of, X, 1)
    np.testing.assert_allclose(((between - 99.9) @ (first - second))[crossing], 0, atol=1e-3)
    refusal = _between(network, of, X, expected)
    assert "layer norm 1 over 2 units divides by almost 0 between rows of train" in refusal
    for better in (nearly_a_step(2, 1e4), nearly_a_step(8, 1e-5)):
        assert not _between(freeze(better), better, X, better.outputs(X).astype(np.float64))
