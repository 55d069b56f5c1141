"""The types that signatures speak of: arrays, random numbers, and the few words that mean the same in every room."""

from __future__ import annotations

from enum import StrEnum
from math import inf
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]
Rng = np.random.Generator | np.random.RandomState

PARTS = ("train", "train_dev", "dev", "test")  # of a data set, in the order in which all speak of them


class Task(StrEnum):
    """What there is to learn from the labels. Specs, documents and files hold its text."""

    BINARY = "binary"  # which of two classes an example has
    MULTICLASS = "multiclass"  # which of three or more
    REGRESSION = "regression"  # real numbers: errors are in their unit, where the other tasks have shares

    @property
    def is_regression(self) -> bool:
        """Whether the targets are real numbers."""
        return self is Task.REGRESSION

    @property
    def largest_error(self) -> float:
        """The largest error that there can be."""
        return inf if self.is_regression else 1.0
