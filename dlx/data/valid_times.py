"""Columns of times in which what is none may count as missing, such as 31.02.2020."""

from __future__ import annotations

import numpy as np

from dlx.data.table import Table
from dlx.data.values.columns import ColumnDetails, ColumnOptions, Order
from dlx.data.values.texts import Texts, Values
from dlx.data.values.times import moments, order_of


def invalid_times(texts: Texts, order: Order | None, is_clock: bool | None = None) -> set[str]:
    """Those of the different texts that are no times; is_clock: whether of a day, else as most rows have it."""
    counts = dict(zip(texts.different, texts.counts.tolist(), strict=True))
    read = moments(texts.present, order, digits=True)
    if is_clock is None:
        clocks = sum(counts[text] for text, time in read.items() if time is not None and time.is_clock)
        dates = sum(counts[text] for text, time in read.items() if time is not None and not time.is_clock)
        is_clock = clocks > dates
    return {text for text, time in read.items() if time is None or time.is_clock != is_clock}


def stated_invalid(values: Values, setting: ColumnOptions | ColumnDetails) -> set[str]:
    """Those of the different texts that are no times, where it is stated of the column that they count as missing."""
    if setting.kind != "time" or setting.invalid is None or not isinstance(values, Texts):
        return set()
    if isinstance(setting, ColumnDetails):
        return invalid_times(values, setting.order, setting.is_clock)
    return invalid_times(values, setting.order or order_of(values.present)[0])


def check_times(table: Table, name: str, setting: ColumnOptions | ColumnDetails) -> None:
    """Takes what is no time for missing where that is stated of the column, and warns of it."""
    values = table.values[name]
    odd = stated_invalid(values, setting)
    if odd and isinstance(values, Texts):
        rows = np.flatnonzero(values.are(odd)).tolist()
        table.tell_invalid(name, "times", {row: str(values[row]) for row in rows})
        table.values[name] = values.without(odd)
