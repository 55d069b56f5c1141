"""The constant answer: no other answer that is the same for all examples costs less, with weights and without."""

from __future__ import annotations

from math import log
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.data.dataset import Dataset
from dlx.data.loading import load_dataset
from dlx.data.section import Data
from dlx.diagnose.data.labels import label_findings
from dlx.diagnose.models.constant import constant_answer
from dlx.nn.losses import Loss, loss_for
from dlx.types import Array
from dlx.words import Task


def dataset(folder: Path, y: Array, w: Array | None = None, task: Task | None = None, **data: Any) -> Dataset:
    arrays: dict[str, Any] = {"X": np.arange(float(len(y)))[:, np.newaxis], "y": y} | ({} if w is None else {"w": w})
    np.savez(folder / "x.npz", **arrays)
    source = {"name": "file", "path": str(folder / "x.npz")} | ({} if w is None else {"sample_weight": "w"})
    return load_dataset(Data.model_validate({"source": source} | data), task, np.random.default_rng(0))


def test_balanced_classes_cost_as_if_there_were_as_many_of_each(tmp_path: Path) -> None:
    y = np.array([0] * 18 + [1] * 2)
    plain, balanced = dataset(tmp_path, y), dataset(tmp_path, y, class_weight="balanced")
    for data, cost in ((plain, -0.9 * log(0.9) - 0.1 * log(0.1)), (balanced, log(2))):
        assert constant_answer(data, data.parts["train"], loss_for(Task.BINARY)) == pytest.approx((cost, 0.1))


def test_several_labels_cost_the_sum_of_theirs(tmp_path: Path) -> None:
    y = np.array([[1, 0], [0, 0], [1, 1], [0, 0]])
    data = dataset(tmp_path, y)
    cost = log(2) - 0.25 * log(0.25) - 0.75 * log(0.75)
    assert constant_answer(data, data.parts["train"], loss_for(Task.MULTILABEL)) == pytest.approx((cost, 0.375))


@pytest.mark.parametrize(
    ("loss", "weights", "cost"),
    [
        ("squared_error", None, 17.0),  # the mean is 3
        ("absolute", None, 3.0),  # from the median 0 … 2
        ("absolute", [0, 0, 0, 1], 0.0),
        ("squared_error", [1, 1, 2, 0], 1.0),  # 0, 0, 2, 2
    ],
)
def test_a_regression_costs_what_its_best_constant_leaves(
    loss: str, weights: list[float] | None, cost: float, tmp_path: Path
) -> None:
    y = np.array([0.0, 0.0, 2.0, 10.0])
    w = None if weights is None else np.array(weights)
    data = dataset(tmp_path, y, w, Task.REGRESSION)
    least, error = constant_answer(data, data.parts["train"], Loss.parse(loss))
    assert least == pytest.approx(cost)
    assert error == pytest.approx(np.sqrt(17.0))


def test_findings_about_several_labels(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, (60, 3))
    assert [finding.name for finding in label_findings(dataset(tmp_path, y))] == []
    y[:, 1] = 0
    [finding] = label_findings(dataset(tmp_path, y))
    assert (finding.name, finding.severity) == ("class_imbalance", "warning")
    assert "no example of train has the label 1" in finding.evidence
    y[:] = [1, 0, 1]
    assert [finding.name for finding in label_findings(dataset(tmp_path, y))] == ["constant_labels"]
