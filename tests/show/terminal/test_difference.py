"""The difference between two groups in words: what is paired with what, and no verdict beyond the interval."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dlx.documents.comparison import GroupDifference
from dlx.show.terminal.difference import paired, verdict

MEASURED = GroupDifference(
    measure="dev_error",
    of="he",
    against="xavier",
    value=-0.012,
    low=-0.02,
    high=-0.004,
    m=180,
    runs=[5, 5],
    paired=["seed", "example"],
    about="settings",
    verdict="established",
    better="he",
    settled_by=None,
    power=0.8,
)


def difference_of(**changes: Any) -> GroupDifference:
    return replace(MEASURED, **changes)


def open_with(**needed: Any) -> GroupDifference:
    return difference_of(low=-0.03, high=0.006, verdict="not established", settled_by=needed)


@pytest.mark.parametrize(
    ("difference", "sentence"),
    [
        (difference_of(), "established: he is better by 1.20 % (0.40 to 2.00 %)"),
        (
            difference_of(value=0.0, low=0.0, high=0.0, better=None, verdict="not established"),
            "every dev example comes out",
        ),
        (open_with(more_seeds=6), "not established: about 6 more seeds would settle it"),
        (open_with(more_seeds=1), "about 1 more seed would settle it"),
        (open_with(dev_examples=2853), "more seeds alone would not settle it, about 2,900 dev examples in all would"),
        (open_with(dev_examples=900, more_seeds=7), "it would take about 900 dev examples in all and about 7 more"),
        (open_with(more_seeds=None), "too small to be settled"),
        (
            replace(open_with(more_seeds=1), high=-0.01, runs=[2, 2]),
            "not established: two pairs of seeds cannot establish a difference, however well they agree; about 1 more",
        ),
        (
            replace(open_with(more_seeds=1), high=-0.01, runs=[1, 2], paired=[]),
            "not established: so few runs cannot establish a difference, however well they agree; about 1 more seed",
        ),
        (
            replace(open_with(), about="networks"),
            "one run of each cannot tell; what other seeds would give is not known",
        ),
        (difference_of(about="networks"), "established for these two networks: he is better"),
    ],
)
def test_the_verdict(difference: GroupDifference, sentence: str) -> None:
    assert sentence in verdict(difference, "multiclass")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "paired by seed and by dev example: 5 pairs, 180 examples"),
        ({"runs": [1, 1]}, "one pair"),
        ({"paired": ["example"], "runs": [5, 3]}, "paired by dev example, not by seed: 5 runs and 3"),
        ({"paired": ["seed"]}, "paired by seed only, because the dev examples are not the same: 5 pairs"),
        ({"paired": [], "runs": [5, 3]}, "not paired: 5 runs and 3"),
    ],
)
def test_what_is_paired_with_what(changes: dict[str, Any], sentence: str) -> None:
    assert sentence in paired(difference_of(**changes))
