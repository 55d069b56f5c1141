"""Target scaling: fitted on train alone, each target by itself, and undone without loss."""

from __future__ import annotations

import json
from pathlib import Path
from statistics import fmean, pstdev
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dlx.data.batches import Reader
from dlx.data.dataset import Dataset
from dlx.data.loading import load_dataset
from dlx.data.section import Data
from dlx.data.targets.target_scaling import TargetNormalization, TargetScaling
from dlx.errors import DataError, SpecError
from dlx.spec.sections import Spec
from dlx.training.build import build
from dlx.types import Array

NAMES: tuple[TargetNormalization, ...] = get_args(TargetNormalization)
TARGETS = arrays(np.float64, st.tuples(st.integers(2, 20), st.integers(1, 3)), elements=st.floats(1e-3, 1e6))
Y = np.array([[3.0, 100.0], [5.0, 400.0], [13.0, 100.0], [4.0, 900.0]])
DEV = np.array([[2.0, 50.0], [20.0, 10.0]])


def dataset(folder: Path, name: str, y: Array = Y, dev: Array = DEV) -> Dataset:
    path = folder / "data.npz"
    np.savez(path, X_train=np.arange(len(y)), y_train=y, X_dev=np.arange(len(dev)), y_dev=dev)
    data = {"source": {"name": "file", "path": str(path)}, "normalize_targets": name}
    return load_dataset(Data.model_validate(data), None, np.random.default_rng(1))


@given(TARGETS, st.sampled_from(NAMES))
def test_the_way_back_ends_where_it_began(y: Array, name: TargetNormalization) -> None:
    scaling = TargetScaling.fit(name, y, "here")
    np.testing.assert_allclose(scaling.original(scaling.scaled(y)), y, rtol=1e-9, atol=1e-9 * y.max())
    again = TargetScaling.from_data(json.loads(json.dumps(scaling.to_data())))
    np.testing.assert_array_equal(again.scaled(y), scaling.scaled(y))


@pytest.mark.parametrize("column", [0, 1])
def test_each_target_has_its_own_mean_and_deviation_over_train(column: int, tmp_path: Path) -> None:
    y = Y[:, column].tolist()
    scaling = dataset(tmp_path, "standard").target_scaling
    assert scaling.shift[column] == pytest.approx(fmean(y))
    assert 1 / scaling.scale[column] == pytest.approx(pstdev(y))
    logarithms = [float(np.log(value)) for value in y]
    scaling = dataset(tmp_path, "log").target_scaling
    assert scaling.shift[column] == pytest.approx(fmean(logarithms))
    assert 1 / scaling.scale[column] == pytest.approx(pstdev(logarithms))


def test_the_network_learns_scaled_targets_and_the_part_keeps_them_as_they_are(tmp_path: Path) -> None:
    data = dataset(tmp_path, "minmax")
    reader = Reader(data, "train", "float64")
    batch, targets = reader.buffers(4)
    reader.fill(np.arange(4), batch, targets)
    np.testing.assert_allclose(targets, [[0, 0.2, 1, 0.1], [0, 0.375, 0, 1]])
    np.testing.assert_array_equal(data.parts["train"].y, Y)


def test_a_target_that_does_not_vary_is_only_shifted() -> None:
    scaling = TargetScaling.fit("standard", np.full((5, 1), 7.0), "here")
    assert scaling.scaled(np.array([[7.0], [9.0]])).tolist() == [[0.0], [2.0]]


@pytest.mark.parametrize("part", ["train", "dev"])
def test_log_needs_targets_above_zero_in_every_part(part: str, tmp_path: Path) -> None:
    y = {"train": Y, "dev": DEV} | {part: np.array([[1.0, 2.0], [-3.0, 1.0]])}
    with pytest.raises(DataError, match=rf"{part}.*log` needs targets above 0; the least one is -3"):
        dataset(tmp_path, "log", y["train"], y["dev"])


def test_targets_beyond_all_numbers_are_refused() -> None:
    with pytest.raises(DataError, match="too far apart"):
        TargetScaling.fit("standard", np.array([[-1e308], [1e308]]), "here")


def test_classes_have_no_scale() -> None:
    data: dict[str, Any] = {"source": {"name": "moons", "m": 20}, "normalize_targets": "log"}
    with pytest.raises(SpecError, match=r"data\.normalize_targets: log is for a regression, the labels ask for binary"):
        build(Spec.model_validate({"data": data}))
    build(Spec.model_validate({"data": data | {"normalize_targets": "none"}}))
