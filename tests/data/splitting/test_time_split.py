"""Splits by time: earlier parts end before later ones begin, and equal times stay together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlx.data.splitting.splits import Split
from dlx.data.splitting.time_split import rows_by_time
from dlx.errors import DataError


def split(times: Any, **shares: Any) -> dict[str, np.ndarray]:
    times = np.array(times, float)
    options = Split.model_validate({"time": "day", **shares})
    return rows_by_time(options, times, np.zeros(len(times), np.uint8), np.random.default_rng(1))


def test_of_different_times_the_sizes_are_exact() -> None:
    times = np.random.default_rng(3).permutation(50)
    parts = split(times, train=0.6, dev=0.2, test=0.2)
    assert {part: sorted(times[rows]) for part, rows in parts.items()} == {
        "train": list(range(30)),
        "dev": list(range(30, 40)),
        "test": list(range(40, 50)),
    }


@given(st.lists(st.integers(0, 12), min_size=6, max_size=60))
def test_equal_times_stay_together_and_the_order_holds(times: list[int]) -> None:
    if len(set(times)) < 3:
        with pytest.raises(DataError, match=r"data.split.time: day has"):
            split(times, train=0.6, dev=0.2, test=0.2)
        return
    parts = split(times, train=0.6, dev=0.2, test=0.2)
    assert sorted(np.concatenate(list(parts.values()))) == list(range(len(times)))
    values = np.array(times)
    assert values[parts["train"]].max() < values[parts["dev"]].min()
    assert values[parts["dev"]].max() < values[parts["test"]].min()


def test_a_part_ends_at_the_time_that_is_nearest() -> None:
    parts = split([0] * 5 + [1] * 2 + [2] * 3, train=0.6, dev=0.2, test=0.2)
    assert [len(rows) for rows in parts.values()] == [5, 2, 3]


def test_what_counts_leave_over_is_the_earliest() -> None:
    assert split(range(20), train=6, dev=3, test=2)["train"].tolist() == [9, 10, 11, 12, 13, 14]
    assert split(range(20), train=6, dev=3, test=2, rest="train")["train"].tolist() == list(range(15))


def test_a_train_dev_is_of_the_time_of_train() -> None:
    parts = split(range(40), train=30, test=10, train_dev=6)
    assert sorted(np.concatenate([parts["train"], parts["train_dev"]])) == list(range(30))
    assert len(parts["train_dev"]) == 6
    assert parts["train_dev"].min() < 24, "it is not the end of that time"
