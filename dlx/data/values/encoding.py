"""Encoding: the values of one column as features: numbers, 0 or 1 for categories and hashed texts, elapsed times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from dlx.data.values.columns import OTHER, Column, ColumnDetails, ColumnOptions, as_key
from dlx.data.values.durations import ONE_UNIT
from dlx.data.values.features import (
    UNKNOWN,
    Binary,
    Codes,
    Features,
    Lookup,
    Numbers,
    WithIndicator,
    code_type,
    one_hot,
)
from dlx.data.values.hashing import PLACES, places
from dlx.data.values.quantiles import transformed
from dlx.data.values.texts import Texts, Values, as_texts
from dlx.data.values.times import CLOCK_PARTS, cyclic, moment, moments, order_of
from dlx.data.values.units import number_setting
from dlx.errors import DataError, allowed, nearest, remark
from dlx.types import Array

MOST_CATEGORIES = 100  # of a column that is not stated to be categorical; more are rather names or keys than categories
FEATURES = 32  # of hashed texts, where none are stated


class ValueFault(NamedTuple):
    """A value that does not fit its column: its row, what is wrong, and a hint for the message alone."""

    row: int
    what: str
    hint: str = ""


class Describer(NamedTuple):
    """What decides how the columns of train are taken: the options of the source that are for all columns."""

    path: Path
    rare: int = 0
    indicators: bool = False
    times: bool = True

    def column(self, name: str, values: Values, options: ColumnOptions, is_category: bool) -> Column:
        """What a column of train is, by its options, or else by its values: float64, or texts with None for missing."""
        details = ColumnDetails(
            transform=options.transform or "none",
            impute=options.impute,
            indicator=self.indicators,
            unit=options.unit,
            censored=bool(options.censored),
            missing=options.missing,
            invalid=options.invalid,
            is_open=self.indicators or options.transform == "quantile",
        )
        if not isinstance(values, Texts) or options.kind == "number":
            return Column(name, None, details)
        texts = set(values.present)
        if options.kind == "hashed":
            return Column(name, None, replace(details, kind="hashed", features=options.features or FEATURES))
        if options.kind == "time":
            return self._times(name, texts, options, details)
        if details.transform != "none":
            what = f"column {name!r} has texts such as {min(texts)!r}"
            raise DataError(f"{self.path}: {what}, of which there is no `transform: {details.transform}`")
        has_times = not is_category and are_times(texts)
        if has_times and self.times:
            return self._times(name, texts, options, details)
        if not is_category:
            self._check_categories(name, texts, has_times)
        is_open = self.rare > 0 or details.is_open
        return Column(name, tuple(sorted(texts)), replace(details, rare=self.rare, is_open=is_open))

    def _check_categories(self, name: str, texts: set[str], has_times: bool) -> None:
        """Refuses what are rather names than categories, and tells of times that become categories."""
        what = f"column {name!r} has {len(texts)} different {'dates or times' if has_times else 'texts'}"
        numbers = "" if has_times else number_setting(texts)
        if len(texts) > MOST_CATEGORIES and (self.rare == 0 or has_times):
            setting = numbers or f"{{kind: {'time' if has_times else 'hashed'}}}"
            ways = f"or state `columns: {{{as_key(name)}: {setting}}}`"
            raise DataError(f"{self.path}: {what}; name it in `ignore`, or in `categorical`, {ways}")
        if numbers:
            what = f"{what} such as {min(texts)!r}, each of which becomes a category"
            ways = f"state `columns: {{{as_key(name)}: {numbers}}}` for numbers, or name it in `categorical`"
            remark(f"{self.path}: {what}; {ways}")
        if has_times:
            advice = (
                "each becomes a category, which says nothing of other days; name it in `ignore`, or in `categorical`"
            )
            remark(f"{self.path}: {what}: {advice}")

    def _times(self, name: str, texts: set[str], options: ColumnOptions, details: ColumnDetails) -> Column:
        order, is_ambiguous = (options.order, False) if options.order else order_of(texts)
        if is_ambiguous:
            day, month = ("second", "first") if order == "mdy" else ("first", "second")
            what = f"column {name!r} has dates such as {min(texts)!r}, of which the {day} number is read as the day"
            other = "dmy" if order == "mdy" else "mdy"
            advice = f"if it is the {month} one, state `columns: {{{as_key(name)}: {{kind: time, order: {other}}}}}`"
            remark(f"{self.path}: {what}; {advice}")
        kinds = {time.is_clock for time in moments(texts, order, digits=True).values() if time is not None}
        is_clock = kinds == {True}
        parts = tuple(dict.fromkeys(options.parts or ()))
        without = [part for part in parts if is_clock and part not in CLOCK_PARTS]
        if without:
            what = f"column {name!r} has times of a day, which have no {without[0]}"
            raise DataError(f"{self.path}: columns: {what} {allowed(without[0], sorted(CLOCK_PARTS))}")
        return Column(name, None, replace(details, kind="time", parts=parts, order=order, is_clock=is_clock))


def are_times(texts: set[str]) -> bool:
    """Whether texts are all dates, or all times of a day, in one order of day and month."""
    if not texts or (moment(next(iter(texts))) is None and order_of(texts)[0] is None):
        return False
    if all(map(ONE_UNIT.fullmatch, texts)):
        return False
    order, _ = order_of(texts)
    kinds = {time.is_clock if time is not None else None for time in moments(texts, order).values()}
    return len(kinds) == 1 and None not in kinds


def encoded(values: Values, column: Column) -> tuple[Features, list[ValueFault]]:
    """The features (m, n) of a column's values; all NaN but the indicator where one is missing or at fault."""
    details, faults = column.details, list[ValueFault]()
    features: Features
    if details.kind == "hashed":
        features = _hashed(values, details)
    elif details.kind == "time":
        features, faults = _elapsed(values, details)
    elif column.categories is None:
        features, faults = _numbers(values, column)
    else:
        features, faults = _categories(values, column)
    if column.has_indicator:
        features = WithIndicator(features, missing(values))
    return features, faults


def missing(values: Values) -> Array:
    """Which values are missing."""
    if isinstance(values, Texts):
        return values.is_missing
    if values.dtype.kind == "f":
        return np.isnan(values)
    return np.array([value is None for value in values]) if values.dtype == object else np.zeros(len(values), bool)


def _numbers(values: Values, column: Column) -> tuple[Features, list[ValueFault]]:
    if isinstance(values, Texts):
        what = "{!r} is not a number, but this column of train has numbers"
        rows = np.flatnonzero(~values.is_missing).tolist()
        faults = [ValueFault(row, what.format(values[row])) for row in rows]
        return Numbers(np.full((len(values), 1), np.nan)), faults
    if column.details.transform == "quantile" and not column.details.is_open:
        return Numbers(transformed(values, column.details.quantiles, column.details.shares)[:, np.newaxis]), []
    if column.details.transform in ("none", "quantile"):
        return Numbers(values[:, np.newaxis]), []
    if column.details.transform == "signed_log":
        return Numbers((np.sign(values) * np.log1p(np.abs(values)))[:, np.newaxis]), []
    unfit = values <= 0
    what, hint = "{:g} is not above 0, as `transform: log` needs", "; `transform: signed_log` takes any number"
    faults = [ValueFault(int(row), what.format(values[row]), hint) for row in np.flatnonzero(unfit)]
    return Numbers(np.log(np.where(unfit, np.nan, values))[:, np.newaxis]), faults


def _hashed(values: Values, details: ColumnDetails) -> Features:
    texts = as_texts(values)
    ones = [places(text, details.features) for text in texts.different]
    return Binary(texts.codes, np.array(ones, np.int16).reshape(len(ones), PLACES), details.features, np.nan)


def _elapsed(values: Values, details: ColumnDetails) -> tuple[Features, list[ValueFault]]:
    """Days, and sine and cosine of the parts that are asked for."""
    texts = as_texts(values)
    read = moments(texts.present, details.order, digits=True)
    days = {text: time.days for text, time in read.items() if time is not None and time.is_clock == details.is_clock}
    elapsed = np.array([*(days.get(text, np.nan) for text in texts.different), np.nan])
    kind = "time of a day, such as 17:30" if details.is_clock else "date, such as 2020-12-31"
    order = f" in the order {details.order}" if details.order else ""
    odd = set(texts.present) - days.keys()
    faults = [ValueFault(row, f"{texts[row]!r} is no {kind}{order}") for row in np.flatnonzero(texts.are(odd)).tolist()]
    table = np.column_stack([elapsed, *(cyclic(elapsed, part) for part in details.parts)])
    return Lookup(texts.codes, table), faults


def _categories(values: Values, column: Column) -> tuple[Features, list[ValueFault]]:
    """A category as 0/1, one place for each, or while train has not decided on rare ones, as its code."""
    categories = column.categories or ()
    codes, faults = _codes(as_texts(values), column)
    if column.is_coded:
        codes[codes == UNKNOWN] = len(categories)  # which train may lack as well
        return Codes(codes), faults
    return one_hot(codes, len(categories), 0.0 if column.details.rare else np.nan), faults


def _codes(texts: Texts, column: Column) -> tuple[Array, list[ValueFault]]:
    """The place of each category, −1 where it is missing, `UNKNOWN` where train has none such and no class for it."""
    categories: Sequence[str] = column.categories or ()
    codes = {category: code for code, category in enumerate(categories)}
    is_tolerant = column.details.rare > 0
    unseen = codes.get(OTHER, UNKNOWN) if is_tolerant and not column.is_coded else UNKNOWN
    of_each = [*(codes.get(text, unseen) for text in texts.different), -1]
    numbers = np.array(of_each, code_type(len(categories)))[texts.codes]
    if is_tolerant:
        return numbers, []
    faults = [
        ValueFault(
            row,
            f"train has no category {texts[row]!r}",
            f" {listed(str(texts[row]), categories)}; `rare: 1` takes any",
        )
        for row in np.flatnonzero(numbers == UNKNOWN).tolist()
    ]
    return numbers, faults


def listed(name: str, names: Sequence[str]) -> str:
    """What is allowed in place of a name, the nearest one among it."""
    if len(names) > 20:
        names = [*names[:5], *filter(None, [nearest(name, names)]), "…", names[-1]]
    return allowed(name, names)
