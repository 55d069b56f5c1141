"""The landscape of an objective: its costs at points, which leave its variables where they are."""

from __future__ import annotations

import numpy as np

from dlx.nn.landscape import Landscape
from dlx.nn.objectives import Objective

# Rosenbrock (1960): the start from which every optimizer is tried, the bend of the valley and its end.
POINTS, COSTS = [[-1.2, 1.0], [0.0, 0.0], [1.0, 1.0]], [24.2, 1.0, 0.0]


def test_costs_of_points() -> None:
    landscape = Landscape(Objective.parse({"name": "rosenbrock", "start": [3.0, 2.0]}), np.float64)
    landscape.initialize(np.random.default_rng(1))
    start = landscape.w.copy()
    np.testing.assert_allclose(landscape.costs(np.array(POINTS)), COSTS, rtol=1e-15)
    np.testing.assert_array_equal(landscape.w, start)
