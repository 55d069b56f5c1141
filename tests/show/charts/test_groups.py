"""Groups of runs: the mean and the band of each are what they are called."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from dlx.runs.files.tables import COLUMNS
from dlx.show.charts.groups import Group, mean_curve

NAN = float("nan")
Columns = dict[str, list[float]]


def constant(value: float, epochs: Sequence[float] = (1, 2, 3)) -> Columns:
    return dict.fromkeys(COLUMNS, [value] * len(epochs)) | {"epoch": list(epochs)}


def test_the_mean_of_runs_that_are_measured_at_other_epochs_or_ended_earlier() -> None:
    group = Group("a", [constant(1.0, (1, 5, 10)), constant(3.0, (1, 2, 3))])
    curve = mean_curve(group, "dev_error", factor=100)
    assert curve is not None
    assert curve.epochs.tolist() == [1, 2, 3, 5, 10]
    assert curve.mean.tolist() == [200] * 5
    assert (curve.low.tolist(), curve.high.tolist(), curve.lost) == ([100] * 5, [300] * 5, False)


def test_a_run_is_read_off_between_its_rows_and_left_out_where_it_is_not_finite() -> None:
    rising = constant(0.0, (1, 3)) | {"dev_error": [2.0, 4.0]}
    lost = constant(0.0, (1, 2, 3)) | {"dev_error": [5.0, NAN, float("inf")]}
    curve = mean_curve(Group("a", [rising, lost]), "dev_error")
    assert curve is not None
    assert (curve.mean.tolist(), curve.lost) == ([3.5, 3.0, 4.0], True)


def test_five_runs_have_the_interval_of_their_mean() -> None:
    """1, 2, 3, 4, 5: mean 3, s² = 2.5; t of 4 degrees of freedom is 2.7764 in every table."""
    curve = mean_curve(Group("a", [constant(float(value)) for value in (1, 2, 3, 4, 5)]), "dev_error")
    assert curve is not None
    assert curve.mean[-1] == 3
    assert curve.high[-1] - 3 == pytest.approx(2.7764 * 0.5**0.5, rel=1e-4)
    four = mean_curve(Group("a", [constant(float(value)) for value in (1, 2, 3, 4)]), "dev_error")
    assert four is not None
    assert (four.low[-1], four.high[-1]) == (1, 4)
