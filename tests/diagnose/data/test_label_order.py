"""Order: a slip is named with its direction and length; files that have an order of their own are sound."""

from __future__ import annotations

import numpy as np
import pytest

from dlx.diagnose.data.label_order import order_findings
from dlx.diagnose.findings import Finding
from tests.diagnose.data.planting import NATURES, Array, clouds, dataset, halved, moons


def findings(X: Array, y: Array, parts: dict[str, Array] | None = None) -> list[Finding]:
    return list(order_findings(dataset(X, y, parts or halved(X), in_file=parts is not None)))


@pytest.mark.parametrize("rows", [-3, -1, 1, 2])
def test_a_slip_is_named_with_its_direction_and_length(rows: int) -> None:
    X, y = moons(np.random.default_rng(0), 500)
    (finding,) = findings(X, np.roll(y, rows))
    assert finding.name == "labels_shifted"
    direction = "down" if rows > 0 else "up"
    assert finding.evidence.endswith(f"the labels have slipped {direction} by {abs(rows)}")


def test_a_slip_is_seen_through_a_split_by_chance() -> None:
    rng = np.random.default_rng(0)
    X, y = clouds(rng, 600)
    order = rng.permutation(600)
    parts = {"train": np.sort(order[:400]), "dev": np.sort(order[400:])}
    assert [finding.name for finding in findings(X, np.roll(y, 1), parts)] == ["labels_shifted"]
    assert findings(X, y, parts) == []


@pytest.mark.parametrize("nature", ["clouds", "friedman", "digits"])
def test_a_file_that_is_sorted_by_its_labels_is_sound(nature: str) -> None:
    X, y = NATURES[nature](np.random.default_rng(1), 600)
    order = np.argsort(y.reshape(len(y), -1)[:, 0], kind="stable")
    assert findings(X[order], y[order]) == []


def test_what_is_sorted_and_then_slipped_by_a_row_is_nearly_right_and_sound() -> None:
    X, y = clouds(np.random.default_rng(1), 600)
    order = np.argsort(y, kind="stable")
    assert findings(X[order], np.roll(y[order], 1)) == []


def test_yesterdays_value_among_the_inputs_is_no_slip() -> None:
    """Tomorrow's return cannot be told from today's, which stands in the row itself."""
    returns = np.random.default_rng(2).standard_normal(801)
    X = np.column_stack([returns[:-1], np.roll(returns, 5)[:-1]])
    assert "labels_shifted" not in [finding.name for finding in findings(X, returns[1:, np.newaxis])]


def test_a_walk_that_is_told_from_its_last_value_is_sound() -> None:
    walk = np.cumsum(np.random.default_rng(2).standard_normal(801))
    assert findings(np.column_stack([walk[:-1], np.roll(walk, 1)[:-1]]), walk[1:, np.newaxis]) == []


def test_labels_of_nothing_are_found_from_some_hundred_rows_on() -> None:
    rng = np.random.default_rng(3)
    X, y = rng.standard_normal((600, 5)), rng.integers(3, size=600)
    assert [finding.name for finding in findings(X, y)] == ["labels_unrelated"]
    assert findings(X[:150], y[:150]) == []
    assert findings(X, (np.arange(600) % 50 == 0).astype(int)) == []  # a rare class, of which there are eight


def test_a_weak_relation_is_one() -> None:
    rng = np.random.default_rng(4)
    X = rng.standard_normal((1500, 30))
    y = (0.5 * X[:, 0] + rng.standard_normal(1500) > 0).astype(int)
    assert findings(X, y) == []
