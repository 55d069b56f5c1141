"""Folds of dev: with all of them every example of train and dev is in dev once, and test stays as it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlx.data.splitting.dev_folds import MOST_FOLDS, folds_of_dev
from dlx.data.splitting.splits import Split
from dlx.errors import DataError
from dlx.search.trials.shared_data import data_of
from dlx.spec.sections import Spec


def rows_of(split: dict[str, Any], fold: int | None, source: dict[str, Any] | None = None) -> dict[str, list[int]]:
    """The rows of each part."""
    blobs = {"name": "blobs", "m": 150, "centers": [[0, 0], [3, 0], [0, 3]]}
    spec = Spec.model_validate({"data": {"source": source or blobs, "split": {**split, "dev_fold": fold}}}).complete()
    return {name: list(map(int, part.rows)) for name, part in data_of(spec).parts.items() if part.rows is not None}


IRIS = {"train": 0.6, "dev": 0.2, "test": 0.2}


@pytest.mark.parametrize(
    "split", [IRIS, {"train": 60, "dev": 20, "test": 20}, {"train": 100, "dev": 9, "rest": "train"}]
)
def test_all_folds_together_have_every_example_in_dev_once(split: dict[str, Any]) -> None:
    own = rows_of(split, None)
    folds = folds_of_dev(
        Split.model_validate(split), len(rows_of(split | {"rest": None}, None)["train"]), len(own["dev"])
    )
    each = [rows_of(split, fold) for fold in range(folds)]
    assert each[0] == own
    in_dev = [row for parts in each for row in parts["dev"]]
    drawn = rows_of(split | {"rest": None}, None)
    if folds < MOST_FOLDS:
        assert sorted(in_dev) == sorted(drawn["train"] + drawn["dev"])
    assert len(set(in_dev)) == len(in_dev)
    for parts in each:
        assert parts.get("test") == own.get("test")
        assert sorted(parts["train"] + parts["dev"]) == sorted(own["train"] + own["dev"])


def test_what_the_rest_adds_to_train_leaves_the_folds_as_they_are() -> None:
    split = {"train": 60, "dev": 20, "test": 20}
    for fold in (1, 2, 3):
        with_rest, without = rows_of(split | {"rest": "train"}, fold), rows_of(split, fold)
        assert with_rest["dev"] == without["dev"]
        assert set(without["train"]) < set(with_rest["train"])


def test_folds_are_stratified() -> None:
    blobs = {"name": "blobs", "m": 150, "centers": [[0, 0], [3, 0], [0, 3]]}
    spec = Spec.model_validate({"data": {"source": blobs, "split": IRIS | {"dev_fold": 2}}}).complete()
    assert set(Counter(data_of(spec).parts["dev"].y.tolist()).values()) == {10}


def test_groups_stay_together(tmp_path: Any) -> None:
    groups = np.arange(120) // 4
    table = "\n".join(["a,b,patient,label", *(f"{i},{i % 7},p{group},{i % 2}" for i, group in enumerate(groups))])
    (tmp_path / "table.csv").write_text(table + "\n")
    source = {"name": "file", "path": str(tmp_path / "table.csv"), "target": "label"}
    split = {"train": 0.6, "dev": 0.2, "test": 0.2, "group": "patient"}
    for fold in (1, 2, 3):
        parts = rows_of(split, fold, source)
        of_part: Sequence[set[int]] = [{int(groups[row]) for row in rows} for rows in parts.values()]
        assert not of_part[0] & of_part[1]
        assert not of_part[1] & of_part[2]


@pytest.mark.parametrize(
    ("split", "fold", "message"),
    [
        (IRIS, 4, r"data.split.dev_fold: 4 of train 90, dev 30 \(allowed: 0 to 3\)"),
        ({"train": 0.8, "test": 0.2}, 1, "data.split.dev_fold: the split has no dev, so there are no folds of both"),
    ],
)
def test_what_cannot_be_is_refused(split: dict[str, Any], fold: int, message: str) -> None:
    with pytest.raises(DataError, match=message):
        rows_of(split, fold)


@given(st.integers(2, 5000), st.integers(1, 2000))
def test_as_many_folds_as_parts_of_the_size_of_dev(train: int, dev: int) -> None:
    folds = folds_of_dev(Split(train=0.6, dev=0.4), train, dev)
    assert 2 <= folds <= MOST_FOLDS
    assert folds_of_dev(Split(train=0.6, dev=0.4, time="day"), train, dev) == 1
    assert folds_of_dev(Split(train=1.0), train, dev) == 1
