"""An experiment: exact batch-norm statistics, first parameters from a file, and what only the data can tell."""

from __future__ import annotations

import tracemalloc
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.component import REGISTRY
from dlx.errors import DataError, EnvironmentProblem, SpecError
from dlx.nn.losses import Logistic
from dlx.spec.sections import Spec
from dlx.training.build import build_supervised, dataset_of, least_memory
from dlx.training.fit import fit
from dlx.training.records import EpochRecord
from dlx.training.supervised import Supervised

MOONS: dict[str, Any] = {
    "dtype": "float64",
    "data": {"train": {"name": "moons", "m": 60, "noise": 0.2}},
    "architecture": {"hidden": [6, 5]},
}


def experiment(**sections: Any) -> Supervised:
    return build_supervised(Spec.model_validate(MOONS | sections).complete())


def rows(trained: Supervised) -> list[EpochRecord]:
    return [record for record in fit(trained) if isinstance(record, EpochRecord)]


def test_exact_statistics_make_the_frozen_network_that_of_the_full_batch() -> None:
    """Batch norm over the whole train set in training is batch norm by exact statistics in evaluation."""
    norm = {"statistics": "exact"}
    records = rows(
        experiment(architecture={"hidden": [6, 5], "batch_norm": norm}, training={"epochs": 5, "batch_size": "full"})
    )
    for before, after in pairwise(records):
        assert after.cost == pytest.approx(before.train_cost, rel=1e-9)


def test_running_averages_are_another_thing() -> None:
    records = rows(
        experiment(architecture={"hidden": [6, 5], "batch_norm": True}, training={"epochs": 5, "batch_size": "full"})
    )
    assert records[1].cost != pytest.approx(records[0].train_cost, rel=1e-6)


def test_a_run_starts_where_a_file_says(tmp_path: Path, exact_start: None) -> None:
    first = experiment(architecture={"hidden": [6, 5], "batch_norm": True}, training={"epochs": 3})
    rows(first)
    parameters: dict[str, Any] = dict(first.network.parameters)
    np.savez(tmp_path / "first.npz", **parameters)
    second = experiment(
        architecture={"hidden": [6, 5], "batch_norm": True},
        initializer={"name": "file", "path": str(tmp_path / "first.npz")},
    )
    np.testing.assert_array_equal(second.network.parameters.theta, first.network.parameters.theta)


@pytest.mark.parametrize(
    ("arrays", "complaint"),
    [
        ({}, "has no W1"),
        ({"W1": np.zeros((3, 3))}, r"W1 has shape \(3, 3\), the network needs \(6, 2\)"),
        ({"W1": np.full((6, 2), np.nan)}, "W1 is not finite"),
    ],
)
def test_a_file_that_does_not_fit_is_refused(arrays: dict[str, Any], complaint: str, tmp_path: Path) -> None:
    np.savez(tmp_path / "first.npz", **arrays)
    with pytest.raises(DataError, match=complaint):
        experiment(initializer={"name": "file", "path": str(tmp_path / "first.npz")})


def test_a_file_that_is_no_npz_is_refused(tmp_path: Path) -> None:
    (tmp_path / "first.npz").write_bytes(b"nonsense")
    with pytest.raises(DataError, match="cannot be read"):
        experiment(initializer={"name": "file", "path": str(tmp_path / "first.npz")})


def test_early_stopping_without_a_dev_set_is_refused_once_the_data_tell() -> None:
    sections = {"data": {"source": "digits"}, "training": {"early_stopping": True}}
    with pytest.raises(SpecError, match="watches the dev set"):
        experiment(**sections)


def test_dropout_leaves_the_order_of_the_examples_alone() -> None:
    plain, dropped = experiment(), experiment(regularization={"keep_prob": 0.5})
    for _ in range(3):
        np.testing.assert_array_equal(plain.batches.order(), dropped.batches.order())
        for each in (plain, dropped):
            each.end_epoch(None)


def test_the_step_of_a_spec_ends_with_the_update() -> None:
    lines = experiment(optimizer={"name": "momentum"}).step_lines()
    assert lines[0] == "Z1 = dot(W1, X.T)"
    assert lines[-4:] == [
        "v = multiply(v, 0.9)",
        "v = add(v, dtheta)",
        "scratch = multiply(v, alpha)",
        "theta = subtract(theta, scratch)",
    ]


@pytest.mark.parametrize(
    ("sections", "said"),
    [
        (
            {"architecture": {"hidden": [10**7, 10**7]}},
            r"architecture\.hidden: 100,000,0.* parameters, ",
        ),
        (
            {"architecture": {"hidden": [10**8] * 900}},
            r"architecture\.hidden: .* and batches in 901 layers, take .* are free",
        ),
    ],
)
def test_a_network_that_cannot_fit_is_refused_before_it_is_made(sections: dict[str, Any], said: str) -> None:
    with pytest.raises(EnvironmentProblem, match=said):
        experiment(**sections)


@pytest.mark.parametrize(
    "sections",
    [
        *({"architecture": {"hidden": [3000, 1], "activation": name}} for name in ("identity", "relu", "tanh", "gelu")),
        {"architecture": {"hidden": [3000]}, "training": {"epochs": 1, "batch_size": "full"}},
        {"architecture": {"hidden": [700, 700]}, "optimizer": "gradient_descent"},
        {"architecture": {"hidden": [3000], "batch_norm": True}, "regularization": {"keep_prob": 0.8}},
    ],
)
def test_the_least_memory_is_taken(sections: dict[str, Any]) -> None:
    split = {"source": {"name": "moons", "m": 1500}, "split": {"train": 1100, "dev": 300, "test": 100}}
    whole = {"data": split, "training": {"epochs": 1, "batch_size": 16}} | sections
    spec = Spec.model_validate(whole).complete()
    dataset = dataset_of(spec)
    tracemalloc.start()
    try:
        trained = build_supervised(spec, dataset=dataset)
        rows(trained)
        trained.evaluation("test").run()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert 0.4 * peak < least_memory(spec, dataset) < peak


@pytest.mark.parametrize("part", ["train", "dev"])
def test_a_toy_set_that_cannot_fit_is_refused_before_it_is_drawn(part: str) -> None:
    huge = {"name": "moons", "m": 10**12}
    with pytest.raises(
        DataError, match=rf"data\.{part}: moons with m = 1,000,000,000,000: takes 64,000\.0 GB .* take fewer"
    ):
        experiment(data={"train": "moons", part: huge})


@pytest.mark.parametrize("loss", ["logistic", "softmax"])
@pytest.mark.parametrize("batch_norm", [False, True])
def test_an_example_of_weight_2_counts_as_two(loss: str, batch_norm: bool, tmp_path: Path) -> None:
    """The cost and its gradient are those of a train set that has such examples twice; batch norm has them once."""
    rng, task = np.random.default_rng(2), {"logistic": "binary", "softmax": "multiclass"}[loss]
    X, y, w = rng.standard_normal((30, 3)), rng.integers(0, 2, 30), rng.integers(0, 3, 30)
    rows = np.repeat(np.arange(30), w)
    np.savez(tmp_path / "weighted.npz", X=X, y=y, w=w)
    np.savez(tmp_path / "repeated.npz", X=X[rows], y=y[rows])
    gradients, costs = [], []
    for name, weight in (("weighted", {"sample_weight": "w"}), ("repeated", {})):
        source = {"name": "file", "path": str(tmp_path / f"{name}.npz")} | weight
        trained = experiment(
            task=task,
            data={"train": source, "normalize": "none"},
            architecture={"hidden": [6, 5], "batch_norm": batch_norm},
            training={"batch_size": "full"},
        )
        step = trained.batches.next(trained.batch_size)
        step.run()
        gradients.append(trained.parameters.d_theta.copy())
        costs.append((step.cost(), trained.evaluate("train")[0]))
    if batch_norm:
        assert not np.allclose(gradients[0], gradients[1])
    else:
        np.testing.assert_allclose(gradients[0], gradients[1], rtol=1e-9, atol=1e-12)
        assert costs[0] == pytest.approx(costs[1])
        assert costs[0][0] == pytest.approx(costs[0][1])


def test_errors_stay_unweighted(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    X, y = rng.standard_normal((30, 3)), rng.integers(0, 2, 30)
    np.savez(tmp_path / "x.npz", X=X, y=y, w=rng.exponential(1, 30))
    source = {"name": "file", "path": str(tmp_path / "x.npz")}
    plain, weighted = (experiment(data={"train": source | more}) for more in ({}, {"sample_weight": "w"}))
    assert plain.evaluate("train")[1] == weighted.evaluate("train")[1]
    assert plain.evaluate("train")[0] != weighted.evaluate("train")[0]


@pytest.mark.parametrize(
    ("sections", "message"),
    [
        ({"data": {"class_weight": {"2": 1.0}}}, r"data.class_weight: there is no class '2' \(allowed 0, 1"),
        (
            {"task": "regression", "data": {"class_weight": "balanced"}},
            "data.class_weight: is for classes of which an example has one, the labels ask for regression",
        ),
        (
            {"loss": "huber"},
            r"loss: huber is for regression, .* binary \(allowed logistic\), or state `task: regression`",
        ),
        ({"loss": "softmax"}, r"the labels ask for binary \(allowed logistic.*\), or state `task: multiclass`"),
        ({"task": "multiclass", "loss": "huber"}, r"the labels ask for multiclass \(allowed softmax\)$"),
        ({"loss": "softmax", "task": "multiclass"}, None),
        ({"task": "regression", "loss": "logistic"}, r"the labels ask for regression \(allowed .*poisson"),
        ({"task": "regression", "loss": "poisson", "data": {}}, None),
    ],
)
def test_weights_and_losses_must_fit_the_task(sections: dict[str, Any], message: str | None) -> None:
    data = MOONS["data"] | sections.get("data", {})
    if message is None:
        experiment(**sections | {"data": data})
        return
    with pytest.raises(SpecError, match=message):
        experiment(**sections | {"data": data})


def test_counts_are_not_negative(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", X=np.eye(3), y=np.array([0.0, -1.0, 2.0]))
    data = {"train": {"name": "file", "path": str(tmp_path / "x.npz")}}
    with pytest.raises(SpecError, match="loss: poisson needs targets of 0 or more; the least one of train is -1"):
        experiment(data=data, task="regression", loss="poisson")


def test_a_loss_without_weights_is_refused_where_there_are_some(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(REGISTRY, "loss", dict(REGISTRY["loss"]))

    class Older(Logistic):
        """As plugins have written losses."""

        name = "older"

        def record(self, tape: Any, Z: Any, Y: Any) -> Any:  # type: ignore[override]
            return super().record(tape, Z, Y)

    rows(experiment(loss="older", training={"epochs": 2}))
    data = MOONS["data"] | {"class_weight": "balanced"}
    with pytest.raises(SpecError, match="loss: older takes no weights of examples: its `record` has no argument"):
        experiment(loss="older", data=data)
