"""Averages of a series as curves of letters: what 365 lines of numbers would hide."""

from __future__ import annotations

import sys
from collections.abc import Mapping

import numpy as np

from dlx.show.charts.groups import MeanCurve
from dlx.show.terminal.lines import columns_of, say, table
from dlx.show.terminal.text_plot import letter, letter_plot, style
from dlx.types import Array
from dlx.words import Task

WIDEST = 80


def averages(name: str, values: Array, corrected: Mapping[float, Array]) -> None:
    """Prints the series and its averages, each with bias correction, over each other; then the last value of each.

    Args:
        name: of the series.
        values: x_t (n,).
        corrected: v_t/(1 − βᵗ) (n,) by β.
    """
    labels = [name, *(f"β = {beta:g}, over about {1 / (1 - beta):.0f}" for beta in corrected)]
    courses = [values, *corrected.values()]
    times = np.arange(1.0, len(values) + 1)
    # The averages lie on top: the series, of which there is more, would hide them.
    curves = [MeanCurve(times, course, course, course, False) for course in [*courses[1:], values]]
    for line in letter_plot(curves, Task.REGRESSION, min(columns_of(sys.stdout), WIDEST), unit="values"):
        say(*line)
    say()
    order = [*range(1, len(courses)), 0]
    rows = [
        [(letter(number), style(number)), (labels[place], ""), (f"{courses[place][-1]:.4g}", "")]
        for number, place in enumerate(order)
    ]
    table(rows, ("", "", "last"))
