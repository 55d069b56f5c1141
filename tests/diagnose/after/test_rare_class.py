"""Rare classes: a class is rare beside the frequent ones, and not because there are many classes."""

from __future__ import annotations

import pytest

from dlx.diagnose.after.rare_class import never_answered
from dlx.spec.sections import Spec
from dlx.stats.measured import LabelValue, MeasuredMetric

SPEC = Spec.model_validate({"data": {"source": {"name": "circles"}}, "architecture": {"hidden": [4]}}).complete()


@pytest.mark.parametrize(
    ("counts", "missed", "is_found"),
    [
        ({"yes": 20, "no": 980}, "yes", True),
        ({"yes": 20, "no": 980}, None, False),
        ({str(digit): 70 for digit in range(11)}, "3", False),  # each has less than a tenth, and none is rare
    ],
)
def test_a_class_that_is_never_answered(counts: dict[str, int], missed: str | None, is_found: bool) -> None:
    classes = [
        LabelValue(label, *((0.0, 0.0, 0.16) if label == missed else (1.0, 0.9, 1.0)), count)
        for label, count in counts.items()
    ]
    metrics = {"out_of_fold": {"recall": MeasuredMetric(0.5, 0.4, 0.6, classes=classes)}}
    assert bool(list(never_answered(metrics, "out_of_fold", SPEC))) is is_found
