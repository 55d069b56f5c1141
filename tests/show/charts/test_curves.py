"""The curves of a training: which columns become which curves, and which epochs are marked."""

from __future__ import annotations

from math import inf, nan

import pytest

from dlx.show.charts.curves import training_curves
from dlx.show.charts.quantities import COST, ERROR_RATE, OBJECTIVE, RMSE

COLUMNS = {
    "epoch": [1.0, 2.0, 3.0],
    "cost": [3.0, 2.0, 1.0],
    "train_cost": [2.5, 1.5, 0.5],
    "dev_cost": [3.0, 2.0, nan],
}
ERRORS = {"train_error": [0.3, 0.2, 0.1], "dev_error": [nan, nan, nan]}


def test_costs_and_errors_have_a_chart_each_with_the_columns_that_have_values() -> None:
    costs, errors = training_curves(COLUMNS | ERRORS, "binary")
    assert (costs.quantity, errors.quantity) == (COST, ERROR_RATE)
    assert [curve.label for curve in costs.curves] == ["cost", "train", "dev"]
    assert [curve.label for curve in errors.curves] == ["train"]
    assert (costs.curves[2].first, costs.curves[2].last) == (3.0, 2.0)
    assert costs.ends == (1, 3)


def test_error_rates_are_percent_and_those_of_a_regression_are_numbers() -> None:
    rates, numbers = (training_curves(COLUMNS | ERRORS, task)[1] for task in ("multiclass", "regression"))
    assert rates.curves[0].values == pytest.approx([30, 20, 10])
    assert rates.quantity.written(rates.curves[0].last) == "10.00 %"
    assert numbers.quantity is RMSE
    assert numbers.curves[0].values == pytest.approx([0.3, 0.2, 0.1])
    assert numbers.quantity.written(numbers.curves[0].last) == "0.1"


def test_an_objective_is_its_cost_over_the_steps() -> None:
    [chart] = training_curves(COLUMNS | ERRORS, "objective")
    assert (chart.quantity, chart.unit) == (OBJECTIVE, "step")
    assert [curve.label for curve in chart.curves] == ["J"]
    assert chart.curves[0].values.tolist() == COLUMNS["train_cost"]


def test_error_rates_begin_at_0_however_far_they_fall_and_costs_do_not() -> None:
    falling = {"epoch": [1.0, 2.0], "cost": [1.0, 0.01], "train_error": [1.0, 0.01]}
    costs, errors = training_curves(falling, "binary")
    assert costs.range.logarithmic
    assert (errors.range.logarithmic, errors.range.low, errors.range.high) == (False, 0, 100)


def test_the_kept_epoch_and_the_end_of_numbers_are_marked_where_they_are_rows() -> None:
    [chart] = training_curves(COLUMNS, "binary", kept_epoch=2)
    assert (chart.kept_epoch, chart.lost) == (2, None)
    [chart] = training_curves(COLUMNS | {"cost": [3.0, inf, nan]}, "binary", kept_epoch=9)
    assert (chart.kept_epoch, chart.lost) == (None, 2)
    assert chart.warning == "not finite from epoch 2"


def test_a_run_without_rows_has_a_chart_without_curves() -> None:
    [chart] = training_curves({}, None, kept_epoch=1)
    assert (chart.curves, chart.kept_epoch, chart.lost) == ([], None, None)


@pytest.mark.parametrize(("rows", "dotted"), [(20, True), (21, False)])
def test_few_values_have_dots(rows: int, dotted: bool) -> None:
    [chart] = training_curves({"epoch": [*range(1, rows + 1)], "cost": [1.0] * rows}, "binary")
    assert chart.is_dotted == dotted
