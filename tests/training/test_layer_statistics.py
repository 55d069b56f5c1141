"""layers.csv: what is sampled, when, and by numbers that plain NumPy finds again from θ before and after a step."""

from __future__ import annotations

from itertools import pairwise
from math import atanh, log, sqrt
from typing import Any

import numpy as np
import pytest

from dlx.errors import Diverged
from dlx.nn.activations import Activation
from dlx.spec.sections import Spec
from dlx.training.build import build_supervised
from dlx.training.fit import fit, take_steps
from dlx.training.layer_statistics import contradicted, limits
from dlx.training.records import EpochRecord, LayerRecord
from dlx.training.supervised import Supervised

Array = np.ndarray[Any, np.dtype[Any]]

MOONS: dict[str, Any] = {
    "dtype": "float64",
    "data": {"source": {"name": "moons", "m": 100, "noise": 0.2}, "split": {"train": 60, "dev": 40}},
    "architecture": {"hidden": [{"units": 6, "activation": "tanh"}, 3, 12]},
    "initializer": {"name": "normal", "scale": 1.5},
    "training": {"epochs": 8, "batch_size": 16},
}


def experiment(**sections: Any) -> Supervised:
    return build_supervised(Spec.model_validate(MOONS | sections).complete())


def sampled(trained: Supervised) -> dict[int, list[LayerRecord]]:
    """The records of each sampled epoch."""
    records: dict[int, list[LayerRecord]] = {}
    for record in fit(trained):
        if isinstance(record, LayerRecord):
            records.setdefault(record.epoch, []).append(record)
    return records


def weights(trained: Supervised) -> list[Array]:
    return [trained.network.parameters[f"W{layer}"].copy() for layer in (1, 2, 3, 4)]


def relu(Z: Array) -> Array:
    return np.maximum(Z, 0)


def forward(trained: Supervised) -> tuple[list[Array], Array]:
    """Z (m, n) of each layer over all of train, and the labels, by plain NumPy."""
    dataset, theta = trained.dataset, trained.network.parameters
    A, Zs = (dataset.parts["train"].X - dataset.shift) * dataset.scale, []
    for layer, g in ((1, np.tanh), (2, relu), (3, relu), (4, None)):
        Zs.append(A @ theta[f"W{layer}"].T + theta[f"b{layer}"].T)
        A = g(Zs[-1]) if g else A
    return Zs, dataset.parts["train"].y


def test_a_record_tells_of_the_network_as_it_is_after_the_epoch() -> None:
    trained = experiment()
    for record in fit(trained):
        if isinstance(record, LayerRecord) and record.epoch > 0:
            Zs, y = forward(trained)
            Z = Zs[record.layer - 1]
            assert record.z_mean == pytest.approx(Z.mean())
            assert record.z_std == pytest.approx(np.sqrt(Z.var(axis=0).mean()))
            assert record.weight_norm == pytest.approx(np.linalg.norm(weights(trained)[record.layer - 1]))
            assert record.dead == ((Z <= 0).all(axis=0).mean() if record.layer in (2, 3) else 0)
            assert record.saturated == ((np.tanh(Z) ** 2 > 0.95).mean() if record.layer == 1 else 0)
            if record.layer == 4:
                surest = np.argsort(np.abs(Z[:, 0]))[30:]
                assert record.contradicted == ((Z[surest, 0] > 0) != y[surest]).mean()
            else:
                assert record.contradicted is None


def test_some_units_of_the_example_are_dead_and_some_outputs_saturated() -> None:
    """Otherwise the test above would compare zeros."""
    records = sampled(experiment())
    assert {record.dead for records_of in records.values() for record in records_of} > {0.0}
    assert all(0.05 < records_of[0].saturated < 0.95 for records_of in records.values())


def test_the_last_step_of_an_epoch_is_measured() -> None:
    """Gradient descent changes W by α·dW, whatever the batch; the loop by hand knows W before it."""
    trained, by_hand = experiment(), experiment()
    records = sampled(trained)
    before = [weights(by_hand)]
    for _ in range(8 * 4):
        take_steps(by_hand, 1)
        before.append(weights(by_hand))
    for epoch in (1, 2, 3, 8):
        for record, old, new in zip(records[epoch], before[4 * epoch - 1], before[4 * epoch], strict=True):
            moved = np.linalg.norm(new - old)
            assert record.update_ratio == pytest.approx(moved / np.linalg.norm(old))
            assert record.gradient_norm == pytest.approx(moved / 0.01, rel=1e-6)
            assert record.weight_norm == pytest.approx(np.linalg.norm(new))


def test_before_the_first_step_there_is_a_sample_too() -> None:
    trained = experiment()
    first = weights(trained)
    records = sampled(trained)[0]
    assert [record.layer for record in records] == [1, 2, 3, 4]
    assert [record.weight_norm for record in records] == pytest.approx([np.linalg.norm(W) for W in first])
    assert {(record.gradient_norm, record.update_ratio) for record in records} == {(None, None)}


def test_weights_of_zero_have_no_ratio() -> None:
    records = sampled(experiment(initializer="zeros"))[1]
    assert [record.update_ratio for record in records] == [None] * 4


def test_many_batches_tell_the_same_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = sampled(experiment())
    monkeypatch.setattr("dlx.training.evaluation.EVALUATION_BATCH", 7)
    for epoch, records in sampled(experiment()).items():
        if epoch > 0:  # of which only one batch is shown
            for one, other in zip(records, whole[epoch], strict=True):
                assert vars(one) == pytest.approx(vars(other), nan_ok=True)


def test_watching_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    watched, alone = experiment(), experiment()
    rows = [record for record in fit(watched) if isinstance(record, EpochRecord)]
    monkeypatch.setattr("dlx.training.sampling.LayerSampling.is_due", lambda self: False)
    again = [record for record in fit(alone) if isinstance(record, EpochRecord)]
    np.testing.assert_array_equal(watched.network.parameters.theta, alone.network.parameters.theta)
    assert [vars(row) | {"seconds": 0} for row in rows] == [vars(row) | {"seconds": 0} for row in again]


def epochs_sampled(**training: Any) -> list[int]:
    return list(sampled(experiment(architecture={"hidden": [2]}, training=training)))


def test_samples_grow_apart_and_the_first_and_last_rows_have_one() -> None:
    epochs = epochs_sampled(epochs=1500, batch_size="full")
    assert epochs[:4] == [0, 1, 2, 3]
    assert epochs[-1] == 1500
    assert all(later >= min(1500, max(earlier + 150, 1.15 * earlier)) for earlier, later in pairwise(epochs[3:]))


def test_so_many_rows_have_no_more_than_70_samples() -> None:
    """The rule alone, walked through without training: epochs of many steps, a row for each."""
    trained = experiment(training={"epochs": 15_000, "batch_size": 1})
    trained.position.samples, position, epochs = 1, trained.position, []
    for epoch in range(1, 15_001):
        position.epoch = epoch
        if trained.sampling.is_due():
            position.last = EpochRecord(epoch, epoch, 0.1, 1.0, 1.0, 0.5, 1.0, 0.5, 1.0, 0.0)
            trained.watch.clear()
            trained._evaluation("train").show(trained.watch)
            trained.sampling.count()
            epochs.append(epoch)
    assert epochs[-1] == 15_000
    assert 40 < len(epochs) <= 70


def test_samples_fall_on_rows() -> None:
    assert epochs_sampled(epochs=700, batch_size="full", evaluate_every=100) == [0, 1, 101, 201, 401, 601, 700]


def test_the_row_that_early_stopping_ends_with_is_sampled() -> None:
    trained = experiment(
        optimizer={"name": "adam", "learning_rate": 0.1},
        training={"epochs": 500, "batch_size": 16, "early_stopping": {"patience": 5}},
    )
    records = sampled(trained)
    assert trained.position.finished == "early_stopped"
    assert trained.position.last is not None
    last = records[trained.position.last.epoch]
    assert all(record.update_ratio is not None for record in last)


@pytest.mark.parametrize(
    ("activation", "dead", "flat"),
    [
        ("relu", 0.0, None),
        ("leaky_relu", None, None),
        ("identity", None, None),
        ("tanh", None, atanh(sqrt(0.95))),  # 1 − A² = 0.05
        ("sigmoid", None, 2 * atanh(sqrt(0.95))),  # A(1 − A) = (1 − tanh²(z/2))/4
        ("softplus", log(1e-6), None),  # g′ = σ(z) ≈ exp(z)
        ("elu", log(1e-6), None),  # g′ = exp(z)
    ],
)
def test_where_an_activation_learns_no_more(activation: str, dead: float | None, flat: float | None) -> None:
    found = limits(Activation.parse(activation))
    assert found.dead == pytest.approx(-np.inf if dead is None else dead, abs=0.02)
    assert found.high == pytest.approx(np.inf if flat is None else flat, abs=1e-4)
    assert found.low == pytest.approx(-found.high)


def test_gelu_and_swish_die_far_below_0() -> None:
    assert -8 < limits(Activation.parse("gelu")).dead < -3
    assert -20 < limits(Activation.parse("swish")).dead < -10


def test_overlapping_classes_contradict_where_there_is_doubt_and_wrong_labels_everywhere() -> None:
    rng, z = np.random.default_rng(1), np.random.default_rng(2).normal(size=4000) * 3
    overlapping = rng.random(4000) > 1 / (1 + np.exp(-np.abs(z)))
    assert contradicted(np.abs(z), overlapping) < 0.04 < 0.1 < overlapping.mean()
    assert contradicted(np.abs(z), rng.random(4000) < 0.2) == pytest.approx(0.2, abs=0.02)


def test_rises_of_the_cost_are_counted() -> None:
    trained = experiment(
        optimizer={"name": "gradient_descent", "learning_rate": 3.0},
        training={"epochs": 60, "batch_size": "full"},
    )
    costs = [record.cost for record in fit(trained) if isinstance(record, EpochRecord)]
    shares = [after / before - 1 for before, after in pairwise(costs)]
    risen = [epoch for epoch, share in enumerate(shares, start=2) if share > 1e-3]
    position = trained.position
    assert position.first_cost == costs[0]
    assert 0 < position.rises == len(risen)
    assert position.first_rise == risen[0]
    assert position.largest_rise == pytest.approx(max(shares))


@pytest.mark.parametrize(("clip_norm", "share"), [(1e-6, 1.0), (1e6, 0.0)])
def test_clipped_steps_are_counted(clip_norm: float, share: float) -> None:
    trained = experiment(optimizer={"name": "gradient_descent", "clip_norm": clip_norm})
    list(fit(trained))
    assert trained.position.clipped == share * trained.position.step


def test_a_divergence_is_kept_with_its_place() -> None:
    trained = experiment(task="regression", optimizer={"name": "gradient_descent", "learning_rate": 1e6})
    with pytest.raises(Diverged):
        list(fit(trained))
    seen = trained.position.diverged
    assert seen is not None
    assert seen["epoch"] == trained.position.epoch
    assert seen["step"] == trained.position.step + 1
    assert seen["layer"] in (1, 2, 3, 4, None)
