"""Splits: exact sizes, classes in their shares, and the same parts for a seed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlx.data.splitting.splits import Split, class_shares, part_sizes, split_rows, stratified_order
from dlx.errors import DataError

MILLION = 1_000_000


def split(**shares: Any) -> Split:
    return Split.model_validate(shares)


def parts(shares: Split, strata: np.ndarray, seed: int = 1) -> dict[str, np.ndarray]:
    return split_rows(shares, strata, np.random.default_rng(seed))


@pytest.mark.parametrize(
    ("m", "shares", "sizes"),
    [
        (MILLION, {"train": 0.6, "dev": 0.2, "test": 0.2}, (600_000, 0, 200_000, 200_000)),
        (MILLION, {"train": 0.98, "dev": 0.01, "test": 0.01}, (980_000, 0, 10_000, 10_000)),
        (MILLION, {"train": 0.995, "dev": 0.0025, "test": 0.0025}, (995_000, 0, 2_500, 2_500)),
        (1797, {"train": 0.8, "dev": 0.1, "test": 0.1}, (1437, 0, 180, 180)),
        (10, {"train": 0.7, "dev": 0.3, "train_dev": 0.2}, (5, 2, 3, 0)),
        (100, {"train": 50, "dev": 30, "test": 20, "train_dev": 10}, (40, 10, 30, 20)),
        (100, {"train": 50, "dev": 30}, (50, 0, 30, 0)),
        (7, {"train": 1.0}, (7, 0, 0, 0)),
        (7, {"train": 1}, (1, 0, 0, 0)),
    ],
)
def test_sizes(m: int, shares: dict[str, float], sizes: tuple[int, ...]) -> None:
    assert tuple(part_sizes(split(**shares), m).values()) == sizes


@pytest.mark.parametrize(
    ("shares", "message"),
    [
        ({"train": 0.8, "dev": 0.1, "test": 0.2}, "data.split: train 0.8, dev 0.1, test 0.2 add up to 1.1; fractions"),
        ({"train": 0.8, "dev": 0.1}, "add up to 0.9; fractions of the examples must add up to 1"),
        ({"train": 0.8, "dev": 20}, "train 0.8, dev 20, test 0, train_dev 0: state fractions or counts, not both"),
        ({"train": 80, "dev": 20, "train_dev": 0.1}, "train_dev 0.1: state fractions or counts, not both"),
        ({"train": 80, "dev": 21}, "train 80, dev 21, test 0 add up to 101, but there are only 100 examples"),
        ({"train": 0.5, "dev": 0.5, "train_dev": 0.5}, "train_dev 0.5 is taken out of train 0.5; nothing is left"),
        ({"train": 50, "train_dev": 60}, "train_dev 60 is taken out of train 50; nothing is left"),
        ({"train": 0.996, "dev": 0.004}, "data.split: dev 0.004 of 100 examples leaves it 0"),
        ({"train": 0.9, "dev": 0.1, "train_dev": 0.004}, "data.split: train_dev 0.004 of 100 examples leaves it 0"),
    ],
)
def test_shares_that_cannot_be_are_refused_with_the_numbers(shares: dict[str, float], message: str) -> None:
    with pytest.raises(DataError) as error:
        part_sizes(split(**shares), 100)
    assert message in str(error.value)


@given(st.lists(st.integers(0, 40), min_size=1, max_size=12), st.data())
def test_class_shares_are_exact_and_proportional(counts: list[int], data: st.DataObject) -> None:
    m = sum(counts)
    train = data.draw(st.integers(0, m))
    dev = data.draw(st.integers(0, m - train))
    shares = class_shares(np.array(counts), [train, dev])
    assert shares.sum(axis=1).tolist() == counts
    assert shares.sum(axis=0).tolist() == [train, dev, m - train - dev]
    assert (shares >= 0).all()
    exact = np.outer(counts, [train, dev, m - train - dev]) / max(m, 1)
    assert np.abs(shares - exact).max() < 2


def test_a_class_share_is_its_proportion_where_that_is_whole() -> None:
    assert class_shares(np.array([50, 30, 20]), [60, 20, 20]).tolist() == [
        [30, 10, 10, 0],
        [18, 6, 6, 0],
        [12, 4, 4, 0],
    ]


def test_a_single_example_goes_to_the_largest_part() -> None:
    assert class_shares(np.array([99, 1]), [80, 10, 10]).tolist() == [[79, 10, 10, 0], [1, 0, 0, 0]]


@given(st.integers(5, 200), st.integers(1, 7), st.integers(0, 99))
def test_parts_cover_all_rows_once(m: int, classes: int, seed: int) -> None:
    strata = np.random.default_rng(seed).integers(0, classes, m).astype(np.uint8)
    found = parts(split(train=0.6, dev=0.2, test=0.2), strata, seed)
    assert np.array_equal(np.sort(np.concatenate(list(found.values()))), np.arange(m))
    for rows in found.values():
        assert (np.diff(rows) > 0).all()


def test_a_million_examples_keep_rare_classes_in_their_share() -> None:
    strata = np.repeat(np.array([0, 1, 2], np.uint8), [989_600, 10_000, 400])
    found = parts(split(train=0.995, dev=0.0025, test=0.0025), strata)
    assert {part: np.bincount(strata[rows]).tolist() for part, rows in found.items()} == {
        "train": [984_652, 9_950, 398],
        "dev": [2_474, 25, 1],
        "test": [2_474, 25, 1],
    }


@pytest.mark.parametrize("rng", [np.random.default_rng, np.random.RandomState])
def test_a_seed_decides_and_train_dev_leaves_dev_and_test_as_they_were(rng: Any) -> None:
    strata = np.arange(1000) % 7
    plain = split_rows(split(train=0.8, dev=0.1, test=0.1), strata, rng(3))
    cut = split_rows(split(train=0.8, dev=0.1, test=0.1, train_dev=0.05), strata, rng(3))
    other = split_rows(split(train=0.8, dev=0.1, test=0.1), strata, rng(4))
    assert np.array_equal(plain["dev"], cut["dev"])
    assert np.array_equal(plain["test"], cut["test"])
    assert np.array_equal(plain["train"], np.sort(np.concatenate([cut["train"], cut["train_dev"]])))
    assert len(cut["train_dev"]) == 50
    assert not np.array_equal(plain["dev"], other["dev"])


def test_the_rest_goes_to_train_and_leaves_dev_and_test_as_they_were() -> None:
    strata = np.arange(1000) % 7
    plain = parts(split(train=100, dev=50, test=40), strata)
    with_rest = parts(split(train=100, dev=50, test=40, rest="train"), strata)
    assert {part: len(rows) for part, rows in with_rest.items()} == {"train": 910, "dev": 50, "test": 40}
    assert all(np.array_equal(plain[part], with_rest[part]) for part in ("dev", "test"))
    assert np.isin(plain["train"], with_rest["train"]).all()


def test_rows_of_a_class_are_drawn_from_all_over_the_set() -> None:
    dev = parts(split(train=0.5, dev=0.5), np.zeros(10_000, np.uint8))["dev"]
    assert np.histogram(dev, bins=10, range=(0, 10_000))[0] == pytest.approx(np.full(10, 500), abs=80)


@given(st.lists(st.integers(1, 60), min_size=1, max_size=6), st.integers(0, 10**6))
def test_every_beginning_of_the_stratified_order_has_each_class_in_its_share(counts: list[int], seed: int) -> None:
    m, codes = sum(counts), np.repeat(np.arange(len(counts)), counts)
    order = stratified_order(codes, np.random.default_rng(seed))
    assert sorted(order.tolist()) == list(range(m))
    so_far = np.cumsum(codes[order][:, None] == np.arange(len(counts)), axis=0)
    shares = np.outer(np.arange(1, m + 1), counts) / m
    assert (np.abs(so_far - shares) < 1 + len(counts) / 4).all()


def test_classes_of_one_size_take_turns_in_no_fixed_order() -> None:
    codes = np.repeat([0, 1, 2], 40)
    order = codes[stratified_order(codes, np.random.default_rng(1))].reshape(40, 3)
    assert (np.sort(order, axis=1) == [0, 1, 2]).all()
    assert len({tuple(turn) for turn in order.tolist()}) == 6


@given(st.lists(st.integers(1, 60), min_size=2, max_size=9), st.data())
def test_every_class_is_in_train_where_train_has_room_for_it(counts: list[int], data: st.DataObject) -> None:
    m, codes = sum(counts), np.repeat(np.arange(len(counts)), counts)
    train = data.draw(st.integers(len(counts), m))
    dev = data.draw(st.integers(0, m - train))
    found = parts(split(train=train, dev=dev, test=0, rare="train"), codes)
    assert len(found["train"]) == train
    assert len(found.get("dev", ())) == dev
    assert set(codes[found["train"]]) == set(range(len(counts)))


@pytest.mark.parametrize("rare", [1, 2, 3, 4])
@pytest.mark.parametrize("train_dev", [0, 0.1])
def test_classes_of_few_examples_are_in_train(rare: int, train_dev: float) -> None:
    codes = np.repeat(np.arange(13), [60, *[rare] * 12])
    found = parts(split(train=0.6, dev=0.2, test=0.2, train_dev=train_dev, rare="train"), codes)
    assert set(codes[found["train"]]) == set(range(13))
    by_share = parts(split(train=0.6, dev=0.2, test=0.2, train_dev=train_dev, rare=None), codes)
    assert {part: len(rows) for part, rows in found.items()} == {part: len(rows) for part, rows in by_share.items()}


def test_by_share_alone_rare_classes_may_be_lacking_in_train() -> None:
    codes = np.repeat(np.arange(13), [60, *[1] * 12])
    assert len(set(codes[parts(split(train=0.6, dev=0.2, test=0.2), codes)["train"]])) < 13


@given(st.integers(0, 99))
def test_frequent_classes_are_split_as_they_ever_were(seed: int) -> None:
    codes = np.random.default_rng(seed).integers(0, 4, 120)
    new, earlier = (
        parts(split(train=0.6, dev=0.2, test=0.2, train_dev=0, rare=rare), codes) for rare in ("train", None)
    )
    assert all(np.array_equal(new[part], earlier[part]) for part in new)
