"""What the programs share: the examples, the network 2-10-5-1, and the rates and counts of circles_he.yaml.

Each program, ``python -m experiments.benchmark.circles.NAME EXAMPLES``, reads the examples, trains, measures cost
and error on train after each epoch, and prints the last row: the cost of the last step, and what was measured after it.
As in dlx, test is measured at the end only; the spec has no dev.
"""

from __future__ import annotations

import json
import sys
from itertools import pairwise

import numpy as np

UNITS = (2, 10, 5, 1)
LEARNING_RATE = 0.01
EPOCHS = 15_000

Row = tuple[float, float, float]  # the cost of the step, then cost and error on train after it


def read_arguments() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """X (m, 2) and y (m,) of train and of test."""
    with np.load(sys.argv[1]) as arrays:
        return arrays["X"], arrays["y"], arrays["X_test"], arrays["y_test"]


def first_weights() -> list[np.ndarray]:
    """(n_out, n_in) each, drawn as He et al. say, by the course's generator."""
    rng = np.random.RandomState(3)
    return [rng.randn(n_out, n_in) * np.sqrt(2 / n_in) for n_in, n_out in pairwise(UNITS)]


def print_rows(rows: list[Row], test_error: float) -> None:
    cost, train_cost, train_error = map(float, rows[-1])
    row = {"cost": cost, "train_cost": train_cost, "train_error": train_error}
    print(json.dumps({"epochs": len(rows)} | row | {"test_error": test_error}))
