"""What the texts of a column seem to be though some are not: numbers with a unit, censored ones, times, codes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from dlx.data.valid_times import invalid_times
from dlx.data.values.column_values import BOOLEANS, ColumnReader
from dlx.data.values.columns import ColumnOptions
from dlx.data.values.durations import ONE_UNIT
from dlx.data.values.numbers import NumberStyle
from dlx.data.values.texts import Texts
from dlx.data.values.times import moments, order_of
from dlx.data.values.units import ORDINALS, are_of_a_kind, measured, same_unit

MOST_ODD, SHARE_OF_ODD = 3, 0.05  # different texts, and rows, that are no numbers in a column that is one of them
SAMPLE = 50  # different texts by which most columns of words are told from those of numbers
FEWEST_LIMITS = 5  # different ones where no number is exact: fewer are names of ranges, such as <=50K and >50K
SHARE_OF_TIMES, FEWEST_TIMES = 0.9, 10  # rows that are times in a column of them, and different ones
MOST_GRADES = 20  # different whole numbers written as texts that may be names of classes
CODE_OF_PLACE = re.compile("[A-Z]{2,5}")


class NumberForm(NamedTuple):
    """How the numbers of a column are written.

    unit: which most of them have; limits: the texts that are no more than a limit; odd: those that are no numbers.
    units: how many rows have each, where there are several, so that they are no numbers.
    """

    unit: str | None
    limits: Sequence[str]
    odd: Sequence[str]
    units: Mapping[str, int]

    @property
    def setting(self) -> ColumnOptions:
        """What must be stated of the column so that it is read so."""
        invalid = "missing" if self.odd else None
        stated = {"unit": self.unit, "censored": True if self.limits else None, "invalid": invalid}
        return ColumnOptions.model_validate(
            {"kind": "number"} | {key: value for key, value in stated.items() if value is not None}
        )


def number_form(
    counts: Mapping[str, int], style: NumberStyle, says_missing: re.Pattern[str], exact: int = 0
) -> NumberForm | None:
    """How these texts, with the rows that have each, are numbers with units or censored ones; None where they are not.

    Args:
        counts: of what is not missing.
        style: of the table.
        says_missing: what texts that are no numbers may be, however many.
        exact: how many other rows have numbers without a unit.
    """
    sample = list(counts)[:SAMPLE]
    if 4 * sum(measured(text) is not None for text in sample) < len(sample):
        return None
    units, spellings, limits, odd = Counter[str](), Counter[str](), list[str](), list[str]()
    for text, count in counts.items():
        parts = measured(text)
        if parts is None or all(way.number(parts.number) is None for way in (style, style.other)):
            odd.append(text)
            continue
        if parts.unit not in ("", "%"):
            units[same_unit(parts.unit)] += count
            spellings[parts.unit] += count
        if parts.is_limit:
            limits.append(text)
        else:
            exact += count
    m, strange = sum(counts.values()), [text for text in odd if not says_missing.fullmatch(text.strip())]
    if (not units and not limits) or ORDINALS & units.keys():
        return None
    if len(strange) > MOST_ODD or sum(counts[text] for text in strange) > SHARE_OF_ODD * m or len(odd) == len(counts):
        return None
    if len(units) > 1 and (len(counts) < 2 * len(units) or not are_of_a_kind(units)):
        return None  # `1 low` and `2 high` are names, and so is 12A
    if exact == 0 and len(counts) - len(odd) < FEWEST_LIMITS:
        return None
    unit = spellings.most_common(1)[0][0] if units else None
    return NumberForm(unit, limits, odd, units if len(units) > 1 else {})


def are_quantities(texts: Sequence[str], style: NumberStyle) -> bool:
    """Whether texts are numbers: decimals, or more different whole ones than a rating has, without zeros in front."""
    numbers = ColumnReader(style).numbers(texts)
    if not texts or numbers is None or len(texts) == sum(text.strip().lower() in BOOLEANS for text in texts):
        return False
    return len(texts) > MOST_GRADES or not all(number.is_integer() for number in numbers.values())


class TimeForm(NamedTuple):
    """Texts that are times but for some."""

    odd: Sequence[str]


def time_form(texts: Texts) -> TimeForm | None:
    """Which of the texts are no times, where nearly all are; None where not nearly all are, or all are."""
    counts = dict(zip(texts.different, texts.counts.tolist(), strict=True))
    order, _ = order_of(texts.present)
    sample = texts.present[: 10 * FEWEST_TIMES]
    if all(map(ONE_UNIT.fullmatch, sample)):
        return None
    if 2 * sum(time is not None for time in moments(sample, order).values()) < len(sample):
        return None
    times = {text for text, time in moments(texts.present, order).items() if time is not None}
    odd = invalid_times(texts.without(set(texts.present) - times), order) | (set(texts.present) - times)
    m, rest = sum(counts.values()), sum(counts[text] for text in odd)
    if not odd or m - rest < SHARE_OF_TIMES * m or len(texts.present) - len(odd) < FEWEST_TIMES:
        return None
    return TimeForm(sorted(odd))


def are_codes_of_places(texts: Sequence[str]) -> bool:
    """Whether texts beside NA are codes such as DE, US or EU, APAC, so that it is North America, or Namibia."""
    codes = [text for text in texts if CODE_OF_PLACE.fullmatch(text) and text.lower() not in BOOLEANS]
    return 2 <= len(texts) == len(codes) and any(len(text) == 2 for text in texts)
