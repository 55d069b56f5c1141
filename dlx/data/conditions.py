"""Conditions: which rows of a table are examples, by the values of its columns."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from math import isnan, nan
from typing import Any

import numpy as np

from dlx.data.table import Table, taken
from dlx.data.valid_times import stated_invalid
from dlx.data.values.column_values import BOOLEANS
from dlx.data.values.columns import ColumnDetails, ColumnOptions, Order
from dlx.data.values.encoding import missing
from dlx.data.values.moments import NoMoment, moments
from dlx.data.values.numbers import NumberStyle
from dlx.data.values.rounded import EXACT
from dlx.data.values.texts import Texts, as_array
from dlx.data.values.times import moment
from dlx.errors import DataError
from dlx.types import Array

ORDERS: Mapping[str, Callable[[Any, Any], Any]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
WRITTEN = re.compile(r"\s*(?P<sign><=|>=|!=|==|<|>|=)\s*(?P<value>.*?)\s*", re.DOTALL)
WHOLE, LARGEST = re.compile(r"[+-]?[0-9]{1,300}"), 10**300  # which float64 has room for
YEAR = re.compile(r"[0-9]{4}")
ALL = "all"
BETWEEN = re.compile(r"\s*(?:,|\band\b|&+)\s*(?=[<>!=])")  # of `>= 18 and < 65`
NOTHING = ("null", "~", "")  # what stands for a missing value behind a sign
Stated = str | int | float | bool | None


class NoLimit(Exception):
    """What values are to be above or below has no order with them."""


@dataclass(frozen=True)
class RowCondition:
    """What the value in a column must be: one of ``values``, none of them where the sign is !=, or below … the first.

    Where the sign is `ALL`, the values are conditions such as `>= 18`, all of which must hold. None among them is a
    missing value, which fulfils nothing else.
    """

    sign: str
    values: tuple[Stated, ...]

    @classmethod
    def of(cls, stated: Stated | tuple[Stated, ...]) -> RowCondition:
        """As a spec states it: a value, several in a list, a text such as `>= 18`, or several such, of which all hold.

        Raises:
            ValueError: there is no value behind the sign, or none in the list.
        """
        if isinstance(stated, tuple):
            if not stated:
                raise ValueError("an empty list holds for no row; leave the column out, or name the values")
            signs = [isinstance(value, str) and WRITTEN.fullmatch(value) is not None for value in stated]
            if all(signs):
                return cls(ALL, tuple(value for value in stated if cls.of(value)))
            if any(signs):
                what = "is a list of values, of which none has a sign, or of comparisons, of which each has"
                raise ValueError(f"{list(stated)} {what}; write such as [DE, FR] or ['>= 18', '< 65']")
            return cls("=", stated)
        if isinstance(stated, str) and len(several := BETWEEN.split(stated)) > 1 and WRITTEN.fullmatch(stated):
            return cls.of(tuple(several))
        match = WRITTEN.fullmatch(stated) if isinstance(stated, str) else None
        if match is None:
            return cls("=", (stated,))
        sign, value = match["sign"], match["value"].strip("'\"")
        if value.startswith("["):
            raise ValueError(f"{stated!r}: no sign goes with a list; name the values that are wanted as a list alone")
        if sign in ORDERS:
            if value in NOTHING:
                raise ValueError(f"{stated!r} names no value; write such as `{sign} 18`")
            return cls(sign, (value,))
        return cls("!=" if sign == "!=" else "=", (None if value in NOTHING else value,))

    @property
    def is_exact(self) -> bool:
        """Whether no number that a value must be, or not be, is so large that float64 may stand for several."""
        if self.sign == ALL:
            return all(RowCondition.of(condition).is_exact for condition in self.values)
        return self.sign in ORDERS or not any(abs(_number(value)) >= EXACT for value in self.values)

    def holds(self, values: Array, order: Order | None = None) -> Array:
        """(m,) Where it does; order: of day and month in dates such as 01/02/2020, where it is stated.

        Raises:
            NoMoment: a value has no order with the others.
            NoLimit: the stated one has none with them.
        """
        if self.sign == ALL:
            several = [RowCondition.of(condition) for condition in self.values]
            each: Array = np.logical_and.reduce([condition.holds(values, order) for condition in several])
            return each
        values = _plain(values)
        absent = missing(values)
        if self.sign in ORDERS:
            holds = np.zeros(len(values), bool)
            numbers, limit = self._ordered(values[~absent], np.flatnonzero(~absent), order)
            holds[~absent] = ORDERS[self.sign](numbers, limit)
            return holds
        equal = absent & (None in self.values)
        present = [value for value in self.values if value is not None]
        if values.dtype.kind in "OU":
            texts = values.astype(str)
            equal |= np.isin(texts, [str(value) for value in present]) & ~absent
            for value in (value for value in present if isinstance(value, bool)):
                equal |= np.array([BOOLEANS.get(text.strip().lower()) == value for text in texts.tolist()], bool)
        else:
            for number in map(_number, present):
                equal |= values == number
        return ~equal & ~absent if self.sign == "!=" else equal

    def _ordered(self, values: Array, rows: Array, order: Order | None) -> tuple[Array, float]:
        """The values in these rows, and the limit, as numbers; of dates and times those that grow with them."""
        limit = str(self.values[0])
        stated = f"{self.sign} {limit}"
        if values.dtype.kind not in "OU":
            number = _number(limit)
            if isnan(number):
                what = f"{limit!r} is no number, and the column has numbers; write {_such_as(values, self.sign)}"
                raise NoLimit(f"`{stated}`: {what}")
            return values, number
        try:
            numbers = moments(np.append(values.astype(object), limit), order, "data.source.where")
        except NoMoment as no_moment:
            if no_moment.row == len(values):
                raise NoLimit(f"`{stated}`: {no_moment.what}; write {_such_as(values, self.sign)}") from None
            if not any(map(_has_order, set(values.tolist()))):
                what = f"the column has words, which have no order: name those that are wanted, as [{values[0]}]"
                raise NoLimit(f"`{stated}`: {what}") from None
            raise NoMoment(int(rows[no_moment.row]), no_moment.what) from None
        if self.sign in (">", "<=") and YEAR.fullmatch(limit) and len(values) and moment(str(values[0])) is not None:
            raise NoLimit(f"`{stated}`: a year alone is its first day; write `{self.sign} {limit}-12-31`")
        return numbers[:-1], float(numbers[-1])


def _such_as(values: Array, sign: str) -> str:
    """A condition that could be meant."""
    if len(values) == 0:
        return "a number or a date"
    return f"such as `{sign} {str(values[0]).removesuffix('.0')}`"


def _has_order(value: object) -> bool:
    """Whether a value of a column of texts is a date, a time or a number."""
    with suppress(NoMoment):
        return len(moments(np.array([value], object), "mdy")) == 1
    return False


def _plain(values: Array) -> Array:
    """Numbers as such, also where some are missing among them; objects where float64 would round them."""
    if values.dtype != object or any(isinstance(value, str) or abs(value or 0) >= EXACT for value in values):
        return values
    return np.array([nan if value is None else value for value in values], np.float64)


def _number(value: Stated) -> float:
    """The number that is stated, a whole one exact; 1 and 0 for truth values; NaN, which equals none, for others."""
    if isinstance(value, str):
        text = value.strip()
        if WHOLE.fullmatch(text):
            return int(text)
        read = NumberStyle().number(text)
        return BOOLEANS.get(text.lower(), nan) if read is None else read[0]
    return nan if value is None or abs(value) > LARGEST else value


def checked_conditions(stated: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """The conditions of a spec; raises `ValueError` where one says nothing."""
    for name, condition in (stated or {}).items():
        try:
            RowCondition.of(condition)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
    return stated


def fulfilling(
    table: Table, conditions: Mapping[str, RowCondition], settings: Mapping[str, ColumnOptions | ColumnDetails]
) -> Table:
    """The rows in which all conditions hold.

    settings: what is stated of columns, such as the order of dates and that those which are none are missing.

    Raises:
        DataError: there is none, or a condition does not fit the values of its column.
    """
    rows, counts = np.ones(table.m, bool), list[str]()
    for name, condition in conditions.items():
        values, setting = table.values[name], settings.get(name, ColumnOptions())
        if isinstance(values, Texts):
            values = values.without(stated_invalid(values, setting))
        if name in table.rounded and not condition.is_exact:
            what = f"{table.rounded[name].in_words(table.m)}: name it in `categorical`, so that they are told apart"
            raise DataError(f"{table.path}: where: column {name!r}: {what}")
        try:
            holds = condition.holds(as_array(values), setting.order)
        except NoMoment as no_moment:
            raise table.fault(no_moment.row, name, f"{no_moment.what} (data.source.where compares it)") from None
        except NoLimit as no_limit:
            raise DataError(f"{table.path}: data.source.where: {name}: {no_limit}") from None
        rows &= holds
        counts.append(f"that of {name} holds in {np.count_nonzero(holds):,}")
    if not rows.any():
        what = f"where: no row of {table.m:,} fulfils all conditions"
        raise DataError(f"{table.path}: {what}; {', '.join(counts)}")
    return taken(table, np.flatnonzero(rows))
