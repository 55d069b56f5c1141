"""Rules: which names were exchanged, and in which rows of dev another rule holds."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dlx.diagnose.data.label_rules import rule_findings
from tests.diagnose.data.planting import clouds, dataset, friedman, halved, moons


@given(st.permutations(range(5)), st.integers(0, 3))
def test_any_exchange_of_names_is_found_and_named(names: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    y = rng.integers(5, size=900)
    X = 6 * np.eye(5)[y] + rng.standard_normal((900, 5))
    dev = halved(X)["dev"]
    labels = y.copy()
    labels[dev] = np.array(names)[y[dev]]
    findings = list(rule_findings(dataset(X, labels, halved(X))))
    moved = [code for code in range(5) if names[code] != code]
    assert [finding.name for finding in findings] == (["labels_coded_otherwise"] if moved else [])
    for code in moved[:4]:
        assert f"{code} is called {names[code]}" in findings[0].evidence


def test_targets_of_another_sign_or_unit_are_found_where_they_are() -> None:
    X, y = friedman(np.random.default_rng(0), 900)
    for factor, is_found in ((-1.0, True), (1000.0, True), (0.1, True), (1.0, False)):
        other = y.copy()
        other[630:] *= factor
        findings = [finding.name for finding in rule_findings(dataset(X, other, halved(X)))]
        assert findings == (["labels_coded_otherwise"] if is_found else [])


def test_targets_with_a_heavy_tail_are_in_no_other_unit_for_that() -> None:
    """Of prices a few decide every slope by moments: by those alone, this was found in 4 of 20 such tables."""
    for seed in range(20):
        rng = np.random.default_rng(seed)
        X = rng.normal(size=(300, 4))
        tail = np.where(rng.random(300) < 0.1, rng.normal(scale=1.2, size=300), 0)
        y = np.exp(11 + 0.9 * X[:, 0] + 0.5 * X[:, 1] + 0.3 * rng.normal(size=300) + tail)
        names = [finding.name for finding in rule_findings(dataset(X, y[:, np.newaxis], halved(X)))]
        assert "labels_coded_otherwise" not in names


def test_the_region_of_another_rule_is_named() -> None:
    X, y = moons(np.random.default_rng(0), 1500)
    dev = halved(X)["dev"]
    labels = y.copy()
    labels[dev[X[dev, 0] > 1.3]] ^= 1
    (finding,) = rule_findings(dataset(X, labels, halved(X)))
    assert finding.name == "other_rule_in_a_part"
    assert "where x1 is above" in finding.evidence


def test_the_rows_of_another_rule_are_named() -> None:
    X, y = clouds(np.random.default_rng(0), 1500)
    labels = y.copy()
    labels[1400:] = (y[1400:] + 1) % 4
    (finding,) = rule_findings(dataset(X, labels, halved(X)))
    assert "in rows 33" in finding.evidence or "in rows 34" in finding.evidence


def test_classes_that_overlap_as_much_in_dev_are_sound() -> None:
    for seed in range(10):
        rng = np.random.default_rng(seed)
        y = rng.integers(3, size=800)
        X = np.eye(3)[y] + rng.standard_normal((800, 3))
        assert list(rule_findings(dataset(X, y, halved(X)))) == []
