"""The waterfall of a diagnosis: its errors in order, the gaps between them, and how far it must reach."""

from __future__ import annotations

import json
from math import inf, isfinite
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlx.diagnose.verdict import diagnose
from dlx.documents.diagnosis import DiagnosisDocument
from dlx.files import to_json
from dlx.show.charts.waterfall import LEVELS, waterfall
from dlx.stats.intervals import Estimate, exact
from dlx.words import Task

values = st.floats(0, 1e9) | st.sampled_from([0.0, inf])


def test_the_notes_columns_stand_in_their_order_with_a_gap_between_neighbours() -> None:
    errors = {"test": exact(0.2), "dev": exact(0.16), "train_dev": exact(0.15), "train": exact(0.01)}
    chart = waterfall(diagnose(errors, 0.005, 0.02, Task.BINARY), "binary")
    assert list(chart.errors) == [level for level in LEVELS if level != "out_of_fold"]  # that of folds
    assert [(gap.name, gap.lower, gap.upper, gap.level) for gap in chart.gaps] == [
        ("avoidable bias", "optimal", "train", "low"),
        ("variance", "train", "train_dev", "high"),
        ("mismatch", "train_dev", "dev", "low"),
        ("overfitting to dev", "dev", "test", "high"),
    ]
    assert (chart.tolerance, chart.top, chart.verdict) == (0.02, 0.2, "high variance")


@pytest.mark.parametrize(
    ("errors", "tolerance", "top"),
    [
        ({"train": exact(0.01)}, 0.02, 0.02),
        ({"train": Estimate(3.0, 1.0, inf)}, 0.5, 3.0),
        ({"train": Estimate(3.0, 1.0, 4.0)}, 0.5, 4.0),
        ({"train": exact(0.0)}, 0.0, 1.0),
    ],
)
def test_it_reaches_to_the_highest_finite_end_or_the_tolerance(
    errors: dict[str, Estimate], tolerance: float, top: float
) -> None:
    assert waterfall(diagnose(errors, 0.0, tolerance), None).top == top


@given(train=values, dev=values, low=values, high=values, tolerance=values)
def test_a_document_that_was_written_down_gives_the_same(
    train: float, dev: float, low: float, high: float, tolerance: float
) -> None:
    errors = {"train": exact(train if isfinite(train) else 1.0), "dev": Estimate(min(dev, 1e9), -low, high, 9)}
    document = diagnose(errors, 0.0, min(tolerance, 1e9), Task.REGRESSION)
    chart = waterfall(document, "regression")
    assert waterfall(DiagnosisDocument.from_file(Path("a"), json.loads(to_json(document))), "regression") == chart
    assert 0 < chart.top < inf
