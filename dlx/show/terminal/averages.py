"""Averages of a series as curves of letters: what 365 lines of numbers would hide."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from dlx.language import translated
from dlx.show.terminal.lines import columns_of, say, table
from dlx.show.terminal.text_plot import letter, letter_plot, style
from dlx.words import Task

if TYPE_CHECKING:
    from dlx.show.charts.groups import MeanCurve

WIDEST = 80


def averages(courses: Mapping[str, MeanCurve]) -> None:
    """Prints a series and its averages over each other, then the last value of each.

    Args:
        courses: by label, that of the series first.
    """
    series, *others = courses.items()
    # The averages lie on top: the series, of which there is more, would hide them.
    from_top = [*others, series]
    curves = [curve for _, curve in from_top]
    for line in letter_plot(curves, Task.REGRESSION, min(columns_of(sys.stdout), WIDEST), unit="values"):
        say(*line)
    say()
    rows = [
        [
            (letter(number), style(number)),
            (label if label == series[0] else translated(label), ""),
            (f"{curve.mean[-1]:.4g}", ""),
        ]
        for number, (label, curve) in enumerate(from_top)
    ]
    table(rows, ("", "", translated("last")))
