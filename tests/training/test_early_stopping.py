"""Early stopping watches an error, a cost or a metric, whichever way is better, and keeps the best row."""

from __future__ import annotations

from collections.abc import Sequence
from math import nan
from typing import Any

import pytest

from dlx.errors import SpecError
from dlx.runs.preparation import prepare_supervised
from dlx.spec.sections import Spec
from dlx.training.fit import fit
from dlx.training.records import EpochRecord
from dlx.training.supervised import Supervised

MOONS = {"source": {"name": "moons", "m": 300, "noise": 0.3, "seed": 1}, "split": {"train": 200, "dev": 100}}


def experiment(monitor: str, patience: int = 2, **sections: Any) -> Supervised:
    plain = {
        "data": MOONS,
        "architecture": {"hidden": [4]},
        "training": {"epochs": 12, "early_stopping": {"patience": patience, "monitor": monitor}},
    }
    return prepare_supervised(Spec.model_validate(plain | sections).complete())


def row(epoch: int, dev_cost: float, **metrics: float) -> EpochRecord:
    return EpochRecord(epoch, epoch, 0.1, 1.0, 1.0, 0.5, dev_cost, 0.5, 1.0, 1.0, metrics)


def seen(monitor: str, rows: Sequence[EpochRecord]) -> tuple[int, list[bool]]:
    """The best epoch, and after each row whether training stops."""
    best = experiment(monitor).best
    stops = []
    for record in rows:
        best.see(record)
        stops.append(best.stops())
    assert best.position.best is not None
    return best.position.best.epoch, stops


def test_a_metric_that_should_be_high_is_best_where_it_is_highest() -> None:
    rows = [row(k, 1.0, dev_f1=value) for k, value in enumerate([0.2, 0.6, 0.5, 0.6], start=1)]
    assert seen("dev_f1", rows) == (2, [False, False, False, True])


def test_a_metric_that_should_be_low_is_best_where_it_is_lowest() -> None:
    rows = [row(k, 1.0, dev_brier=value) for k, value in enumerate([0.2, 0.1, 0.3, 0.2], start=1)]
    assert seen("dev_brier", rows) == (2, [False, False, False, True])


def test_of_rows_with_the_same_metric_the_one_with_the_lower_cost_is_kept() -> None:
    rows = [row(k, cost, dev_f1=0.5) for k, cost in enumerate([1.0, 0.5, 0.7], start=1)]
    assert seen("dev_f1", rows) == (2, [False, False, False])


def test_a_metric_that_is_not_defined_improves_nothing() -> None:
    rows = [row(1, 1.0, dev_f1=0.1), row(2, 1.0, dev_f1=nan), row(3, 1.0, dev_f1=nan)]
    assert seen("dev_f1", rows) == (1, [False, False, True])


@pytest.mark.parametrize("metric", ["roc_auc", "log_loss"])
def test_the_rows_of_a_training_have_what_is_watched_and_what_is_stated(metric: str) -> None:
    trained = experiment(f"dev_{metric}", patience=20, metrics=["f1"])
    rows = [record for record in fit(trained) if isinstance(record, EpochRecord)]
    names = [f"{part}_{name}" for name in ("f1", metric) for part in ("train", "dev")]
    assert list(trained.spec.metric_columns) == names
    assert all(list(record.metrics) == names for record in rows)
    values = [record.metrics[f"dev_{metric}"] for record in rows]
    assert trained.position.best is not None
    best = trained.position.best.metrics[f"dev_{metric}"]
    assert best == (max if metric == "roc_auc" else min)(values)
    if metric == "log_loss":  # which is the cost of a network without penalty
        assert [record.metrics["dev_log_loss"] for record in rows] == pytest.approx(
            [record.dev_cost for record in rows], rel=1e-5
        )


def test_metrics_change_no_step() -> None:
    plain = experiment("dev_error", patience=20)
    measured = experiment("dev_error", patience=20, metrics=["roc_auc", "brier"])
    for record in (*fit(plain), *fit(measured)):
        assert record is not None
    assert (plain.parameters.theta == measured.parameters.theta).all()


def test_a_metric_of_another_task_is_refused_at_its_key() -> None:
    with pytest.raises(SpecError, match=r"training\.early_stopping\.monitor: r2 is for regression"):
        experiment("dev_r2")
    with pytest.raises(SpecError, match="metrics: mae is for regression, the labels ask for binary"):
        experiment("dev_error", metrics=["mae"])


def test_a_quantity_that_is_none_is_refused_with_the_nearest() -> None:
    with pytest.raises(ValueError, match="did you mean dev_roc_auc"):
        experiment("dev_rocauc")


def test_a_row_comes_back_from_its_document() -> None:
    record = row(3, 0.5, dev_f1=0.25, train_f1=0.5)
    document = record.document()
    assert document["dev_f1"] == 0.25
    assert "metrics" not in document
    assert EpochRecord.from_document(document) == record
