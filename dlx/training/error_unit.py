"""The unit of the errors of several targets: that of the targets, or for each the spread that it has in train."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dlx.data.dataset import Dataset
from dlx.spec.judgement import Diagnosis
from dlx.words import RELATIVE

DIFFERENT = 2.0  # times the least spread: from there on targets are taken to have scales of their own
POOLED = "pooled"


def in_error_unit(dataset: Dataset, judged_by: Diagnosis) -> Dataset:
    """The data set with the unit in which a spec counts errors, where that is not the targets' own.

    One error over targets of different units says nothing of the smaller ones. Relative errors are residuals divided by
    the standard deviation of their target in train, so that always answering the means has about 1. They are what is
    meant where nothing is stated, and the spreads of the targets differ by a factor of two or more; but not where a
    tolerance or an optimal error is stated, which are in the unit of the targets: as in all complete specs of before
    there were relative errors.
    """
    if not has_relative_errors(dataset, judged_by):
        return dataset
    unit = _spreads(dataset)
    unit[unit == 0] = 1.0  # of a target that does not vary
    preprocessing = dataset.preprocessing | {"error_unit": unit.tolist()}
    return replace(dataset, error_unit=unit, preprocessing=preprocessing)


def unit_of_errors(dataset: Dataset) -> str | None:
    """What documents say of the unit of errors, ``target_errors``; None where it is the targets' own."""
    return None if dataset.error_unit is None else RELATIVE


def has_relative_errors(dataset: Dataset, judged_by: Diagnosis) -> bool:
    """Whether the errors of this data set are counted in the spreads of its targets."""
    if not dataset.task.is_regression or dataset.n_y < 2:
        return False
    if judged_by.target_errors is not None:
        return judged_by.target_errors == RELATIVE
    if states_a_unit(judged_by.tolerance, judged_by.optimal_error):
        return False
    spreads = _spreads(dataset)
    return bool(spreads.max() >= DIFFERENT * spreads.min())


def states_a_unit(tolerance: float | None, optimal_error: float) -> bool:
    """Whether something is stated that is in the unit of the targets."""
    return tolerance is not None or optimal_error > 0


def _spreads(dataset: Dataset) -> np.ndarray:
    spreads: np.ndarray = dataset.parts["train"].y.astype(np.float64).std(axis=0)
    return spreads
