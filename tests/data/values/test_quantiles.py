"""The quantile transform, beside scikit-learn's, and as train alone decides it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlx.data.loading import load_dataset
from dlx.data.section import Data
from dlx.data.values.quantiles import MOST, fitted, steps, transformed

# QuantileTransformer(n_quantiles=101, subsample=None) of scikit-learn 1.9 on these numbers, none of which is tied.
VALUES = np.exp(np.sin(np.arange(1, 301) * 1.7) * 3)
AT = np.array([0.01, 0.1, 0.5, 1.0, 2.5, 7.0, 19.0, 30.0])
SHARES = [0.0, 0.216507784833, 0.429024273418, 0.501371288036, 0.595170825155, 0.719684425824, 0.936610507078, 1.0]


def test_shares_are_those_of_scikit_learn() -> None:
    assert transformed(AT, *fitted(VALUES)) == pytest.approx(SHARES, abs=1e-9)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=200))
def test_a_larger_number_has_no_smaller_share(numbers: list[float]) -> None:
    values = np.sort(np.array(numbers))
    shares = transformed(values, *fitted(values))
    assert (np.diff(shares) >= 0).all()
    assert 0 <= shares[0] <= shares[-1] <= 1


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=200), st.lists(st.floats(-60, 60), min_size=1))
def test_the_steps_of_an_export_give_the_same(train: list[int], numbers: list[float]) -> None:
    quantiles, shares = fitted(np.array(train, np.float64))
    low, high, slope = steps(quantiles, shares)
    assert len(low) == MOST - 1
    values = np.array(numbers)
    summed = shares[0] + (slope * (np.clip(values[:, None], low, high) - low)).sum(axis=1)
    np.testing.assert_allclose(summed, transformed(values, quantiles, shares), atol=1e-9)


def test_train_alone_decides_the_quantiles(tmp_path: Path) -> None:
    rows = [f"{np.exp(number / 5):.6g},{number % 2}" if number % 9 else f",{number % 2}" for number in range(60)]
    (tmp_path / "x.csv").write_text("\n".join(["a,y", *rows]))
    columns = {"a": {"transform": "quantile"}}
    source = {"path": str(tmp_path / "x.csv"), "target": "y", "impute": "median", "columns": columns, "name": "file"}
    data = Data.model_validate({"source": source, "split": {"train": 0.5, "dev": 0.5}, "normalize": "none"})
    dataset = load_dataset(data, None, np.random.default_rng(1))
    train, dev = dataset.parts["train"], dataset.parts["dev"]
    raw = np.array([float(row.split(",")[0] or "nan") for row in rows])
    column = raw[train.rows]
    expected = transformed(raw, *fitted(column[~np.isnan(column)]))
    there = ~np.isnan(raw)
    for part in (train, dev):
        np.testing.assert_array_equal(part.X[:][there[part.rows], 0], expected[part.rows][there[part.rows]])
    assert dataset.features == ("quantile(a)",)
    assert json.dumps(dataset.preprocessing)  # as a model keeps it
