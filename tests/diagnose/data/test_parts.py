"""Parts: another distribution is a warning, but for parts that are cut by time or group, where it is noted."""

from __future__ import annotations

import numpy as np
import pytest

from dlx.data.splitting.splits import Split
from dlx.diagnose.data.parts import part_findings
from tests.diagnose.data.planting import clouds, dataset, halved


@pytest.mark.parametrize(
    ("split", "severity"),
    [
        (None, "warning"),
        (Split(train=0.7, dev=0.3), "warning"),
        (Split(train=0.7, dev=0.3, time="day"), "note"),
        (Split(train=0.7, dev=0.3, group="patient"), "note"),
    ],
)
def test_what_changes_with_time_or_group_is_noted(split: Split | None, severity: str) -> None:
    X, y = clouds(np.random.default_rng(0), 900)
    X[630:] += 0.8
    (finding,) = part_findings(dataset(X, y, halved(X)), split)
    assert (finding.name, finding.severity) == ("parts_differ", severity)


def test_shares_of_labels_that_another_rule_explains_are_that_rule() -> None:
    X, y = clouds(np.random.default_rng(0), 900)
    y = (y == 0).astype(int)
    dev = halved(X)["dev"]
    y[dev[:90]] = 1
    assert [finding.name for finding in part_findings(dataset(X, y, halved(X)))] == ["other_rule_in_a_part"]


def test_other_shares_of_the_same_classes_are_another_distribution() -> None:
    rng = np.random.default_rng(0)
    y = np.concatenate([np.arange(600) % 2, np.arange(300) % 6 == 0]).astype(int)
    X = rng.standard_normal((900, 4)) + 0.3 * y[:, np.newaxis]
    assert [finding.name for finding in part_findings(dataset(X, y, halved(X, 2 / 3)))] == ["parts_differ"]
