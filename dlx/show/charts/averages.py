"""The averages of a series as curves over each other."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from dlx.show.charts.groups import MeanCurve
from dlx.types import Array


def average_courses(name: str, values: Array, corrected: Mapping[float, Array]) -> dict[str, MeanCurve]:
    """The series, which has this name, and its averages with bias correction, each under its label.

    Args:
        values: x_t (n,).
        corrected: v_t/(1 − βᵗ) (n,) by β.
    """
    labels = [name, *(f"β = {beta:g}, over about {1 / (1 - beta):.0f}" for beta in corrected)]
    times = np.arange(1.0, len(values) + 1)
    courses = [values, *corrected.values()]
    return {
        label: MeanCurve(times, course, course, course, False) for label, course in zip(labels, courses, strict=True)
    }
