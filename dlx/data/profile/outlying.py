"""Outlying rows: which values of a target are so far from all others that they decide what a regression learns."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dlx.data.profile.columns import ColumnProfile
from dlx.stats.outliers import Outliers, outliers
from dlx.words import percent


def outliers_of(column: ColumnProfile) -> Outliers | None:
    """The outliers of a column of numbers, by their places in the table; None where there are none."""
    rows = np.flatnonzero(column.is_usable)
    apart = outliers(column.numbers[rows])
    return apart and replace(apart, places=rows[apart.places])


def outliers_in_words(column: ColumnProfile) -> str:
    """Such as `rows 17 (912, 41 %) and 43 (-850, 30 %) are 71 % of its squared deviation: are they right?`."""
    apart = outliers_of(column)
    if apart is None:
        return ""
    is_one = len(apart.places) == 1
    they = "is it" if is_one else "are they"
    verb = "is" if is_one else "are"
    return f"{apart.in_words()} {verb} {percent(apart.share)} of its squared deviation: {they} right?"
