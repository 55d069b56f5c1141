"""Ten tasks of a new user, each with what `dlx guide python` says and no more."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dlx
from dlx.component import REGISTRY
from dlx.nn.activations import Activation, Derivative
from dlx.nn.optimizers import Optimizer, State
from dlx.nn.tape import Tape
from dlx.types import Array

pandas = pytest.importorskip("pandas")

M = 160
SPEC: dict[str, Any] = {
    "name": "pets",
    "data": {"source": {"impute": "median"}, "split": {"train": 0.5, "dev": 0.25, "test": 0.25}},
    "architecture": {"hidden": [4]},
    "optimizer": {"name": "adam", "learning_rate": 0.03},
    "training": {"epochs": 4, "batch_size": 16},
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, blank_pictures: None) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def frame() -> Any:
    """One in eight is a cat; numbers with gaps, and a category."""
    rng = np.random.default_rng(0)
    kind = np.where(rng.random(M) < 1 / 8, "cat", "dog")
    weight = np.where(kind == "cat", 4.0, 20.0) + 4 * rng.normal(size=M)
    weight[::20] = np.nan
    colour = pandas.Categorical(rng.choice(["black", "white"], M))
    return pandas.DataFrame({"weight": weight, "age": rng.integers(1, 15, M), "colour": colour, "kind": kind})


def test_1_from_a_frame_of_ones_own_to_predictions(frame: Any) -> None:
    spec = dlx.new(frame, target="kind")
    spec["training"] |= {"epochs": 3, "refit": False, "early_stopping": None}
    run = dlx.train(spec, frame)
    unlabelled = frame.drop(columns="kind")
    assert set(run.predict(unlabelled)) <= {"cat", "dog"} == set(run.classes)
    np.testing.assert_allclose(run.predict_proba(unlabelled[:1]).sum(), 1, rtol=1e-6)
    assert "impute: median" in str(spec)


def test_2_a_rare_class_is_weighed(frame: Any) -> None:
    settings = {"data.class_weight": "balanced", "metrics": ["balanced_error"]}
    run = dlx.train(SPEC, frame, target="kind", **settings)
    metrics = run.diagnose().metrics
    assert metrics is not None
    recall = [label.value for label in metrics["dev"]["recall"].classes or ()]
    expected = 1 - float(np.mean([value for value in recall if value is not None]))
    assert metrics["dev"]["balanced_error"].value == pytest.approx(expected)
    assert "dev_balanced_error" in run.metrics


def test_3_a_training_goes_on_where_it_was_left(frame: Any) -> None:
    loop = dlx.fit(SPEC, frame, target="kind")
    next(record for record in loop if record.epoch == 2)
    loop.close()
    assert loop.run.status == "interrupted"
    longer = loop.run.resume().resume(**{"training.epochs": 6})
    assert (longer.status, list(longer.metrics["epoch"])) == ("completed", [1, 2, 3, 4, 5, 6])


def test_4_two_optimizers_over_five_seeds(frame: Any) -> None:
    variants = {"adam": {}, "momentum": {"optimizer": {"name": "momentum", "learning_rate": 0.03}}}
    study = dlx.study({"base": SPEC, "seeds": 5, "variants": variants}, frame, target="kind")
    first, second = study.variants
    assert len(first.trials) == len(second.trials) == 5
    assert second.difference is not None
    assert second.difference.value == pytest.approx(second.errors["dev"].value - first.errors["dev"].value)


def test_5_a_search_and_the_network_of_its_best(frame: Any) -> None:
    space = {"optimizer.learning_rate": {"log_uniform": [1e-3, 1e-1]}}
    plan = {"base": SPEC, "search": {"method": "random", "trials": 2, "seeds": 1, "space": space}}
    search = dlx.tune(plan, frame, target="kind", **{"base.training.epochs": 2})
    assert search.best is not None
    assert search.best_spec is not None
    rate = dlx.train(search.best_spec).spec["optimizer"]["learning_rate"]
    assert rate == search.best.settings["optimizer.learning_rate"]
    assert f"optimizer.learning_rate={rate}" in str(search)


def test_6_and_7_a_report_and_a_network_for_pytorch(frame: Any) -> None:
    run = dlx.train(SPEC, frame, target="kind")
    assert "pets" in run.report().read_text(encoding="utf-8")
    module, weights = run.export("pytorch", "network")
    assert (module.name, weights.name) == ("network.py", "network.npz")
    if find_spec("torch"):
        torch = import_module("torch")
        rows = torch.zeros((1, run.parameters["W1"].shape[1]))
        assert run.to_pytorch()(rows).shape == (1, 2)


@pytest.fixture
def own_classes() -> Iterator[None]:
    before = {kind: dict(members) for kind, members in REGISTRY.items()}
    yield
    for kind, members in before.items():
        REGISTRY[kind] = members


@pytest.mark.filterwarnings("ignore:optimizer 'sign' is a class of")
@pytest.mark.usefixtures("own_classes")
def test_8_an_optimizer_of_ones_own(frame: Any) -> None:
    class Sign(Optimizer):
        """θ ← θ − α·sign(dθ)."""

        name = "sign"

        def record(self, tape: Tape, theta: Array, d_theta: Array, state: State) -> None:
            step = tape.empty("step", *theta.shape)
            tape.call(np.sign, d_theta, out=step)
            tape.call(np.multiply, step, state["alpha"], out=step)
            tape.call(np.subtract, theta, step, out=theta)

    settings = {"optimizer": Sign(learning_rate=0.0625), "training": {"epochs": 1, "batch_size": "full"}}
    zeros = {"initializer": "zeros", "dtype": "float64"}
    run = dlx.train({**SPEC, **zeros, **settings}, frame, target="kind")
    moved = {float(value) for name in ("W1", "b1", "W2", "b2") for value in run.parameters[name].ravel()}
    assert moved <= {-0.0625, 0, 0.0625}
    assert len(moved) > 1


@pytest.mark.filterwarnings("ignore:activation 'doubled' is a class of")
@pytest.mark.usefixtures("own_classes")
def test_9_the_gradient_of_a_layer_of_ones_own_is_checked(frame: Any) -> None:
    class Doubled(Activation):
        """A = 2·Z, with a derivative of 1."""

        name = "doubled"

        def forward(self, tape: Tape, Z: Array) -> tuple[Array, Derivative]:
            A = tape.empty("A", *Z.shape)
            tape.call(np.multiply, Z, tape.constant(2), out=A)

            def derivative(dZ: Array) -> None:
                tape.call(np.copyto, dZ, tape.constant(1))

            return A, derivative

    spec = {**SPEC, "architecture": {"hidden": [2], "activation": "doubled"}}
    report = dlx.gradcheck(spec, frame, target="kind", examples=4)
    assert not report.passed
    assert report.fault is not None
    assert report.fault.operation.startswith("doubled")
    assert "constant factor 0.5" in str(report)
    assert f"{__file__}:" in str(report)


def test_10_a_pipeline_of_scikit_learn(frame: Any) -> None:
    pytest.importorskip("sklearn")
    from sklearn.compose import make_column_transformer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder

    from dlx.sklearn import DlxClassifier

    columns = make_column_transformer((OneHotEncoder(), ["colour"]), remainder="passthrough", sparse_threshold=0)
    network = DlxClassifier((4,), epochs=5, class_weight="balanced", random_state=0)
    examples = frame.dropna()
    fitted = make_pipeline(columns, network).fit(examples.drop(columns="kind"), examples["kind"])
    assert fitted.score(examples.drop(columns="kind"), examples["kind"]) > 0.5
