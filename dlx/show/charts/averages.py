"""The averages of a series as curves over each other."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from dlx.show.charts.groups import MeanCurve
from dlx.show.numbers import rounded
from dlx.types import Array


def average_courses(name: str, values: Array, corrected: Mapping[float, Array]) -> dict[str, MeanCurve]:
    """The series, which has this name, and its averages with bias correction, each under its label.

    Args:
        values: x_t (n,).
        corrected: v_t/(1 − βᵗ) (n,) by β.
    """
    labels = [name, *map(label_of, corrected)]
    times = np.arange(1.0, len(values) + 1)
    courses = [values, *corrected.values()]
    return {
        label: MeanCurve(times, course, course, course, False) for label, course in zip(labels, courses, strict=True)
    }


def label_of(beta: float) -> str:
    """What an average is called: its β, and over how many values it goes.

    >>> label_of(0.9), label_of(0.9995)
    ('β = 0.9: over about 10 values', 'β = 0.9995: over about 2,000 values')
    """
    return f"β = {beta:g}: over about {rounded(1 / (1 - beta))} values"
