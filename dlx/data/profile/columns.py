"""What is in one column: its type, what is missing, its range, its most frequent values, and what it may stand for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np

from dlx.data.values.column_store import LARGE
from dlx.data.values.encoding import are_times, missing
from dlx.data.values.features import code_type
from dlx.data.values.packed_numbers import PackedNumbers
from dlx.data.values.texts import Texts, Values
from dlx.types import Array

MOST_FREQUENT = 5  # values that are named
IDENTIFIER = re.compile(r"(?:^|[_ .-])(?:id|ids|uuid|guid|key|index|row|rows|rownames?|unnamed: ?0)$|[a-z]I[Dd]$")
# A mark for a missing value, such as -999, lies beyond all others by as much as their whole range, and comes again.
FEWEST_MARKS = 5
MARK = re.compile(r"-?(?:9{2,}|8{2,}|7{2,})")
CONSECUTIVE = 1.0  # the step of a running number


class Kind(StrEnum):
    """What the values of a column are."""

    NUMBER = "number"
    TEXT = "text"
    TIME = "time"


@dataclass(frozen=True)
class ColumnProfile:
    """One column of a table and what its values are.

    Args:
        name: of the column.
        place: where it stands, from 0.
        content: the values (m,): float64 with NaN for what is missing, which may be packed, or texts.
        is_label: whether it holds labels that have no name of their own, as those of arrays.
    """

    name: str
    place: int
    content: Values | PackedNumbers
    is_label: bool = False

    @property
    def values(self) -> Values:
        """The values (m,): float64 with NaN for what is missing, or texts."""
        return self.content.take(slice(None)) if isinstance(self.content, PackedNumbers) else self.content

    @property
    def numbers(self) -> Array:
        """The values where they are numbers, (m,)."""
        values = self.values
        assert not isinstance(values, Texts), "a column of texts has no numbers"
        return values

    @property
    def present(self) -> Array:
        """The numbers that are there."""
        numbers = self.numbers
        return numbers[~missing(numbers)] if self.missing else numbers

    @property
    def is_usable(self) -> Array:
        """(m,) Where there is a value, and no infinite one."""
        return ~self.content.is_missing if isinstance(self.content, Texts) else np.isfinite(self.numbers)

    @property
    def usable(self) -> int:
        """How many rows have one."""
        return int(np.count_nonzero(self.is_usable))

    @property
    def m(self) -> int:
        """The number of rows."""
        return len(self.content)

    @cached_property
    def missing(self) -> int:
        """How many values are missing."""
        return int(np.count_nonzero(missing(self.values)))

    @property
    def counts(self) -> tuple[Array, Array]:
        """The different values in ascending order, and how often each of them stands there."""
        values, counts = self._counts
        values = values.take(slice(None)) if isinstance(values, PackedNumbers) else values
        return values, counts.astype(np.int64, copy=False)

    @cached_property
    def _counts(self) -> tuple[Array | PackedNumbers, Array]:
        """The same, in few bytes where there are many."""
        if not isinstance(self.content, Texts):
            numbers, counts = np.unique(self.present, return_counts=True)
            packed = PackedNumbers.of(numbers) if len(numbers) >= LARGE and numbers.dtype == np.float64 else None
            return numbers if packed is None else packed, counts.astype(np.min_scalar_type(counts.max(initial=0)))
        counts_of = dict(zip(self.content.different, self.content.counts.tolist(), strict=True))
        texts = sorted(self.content.present)
        return np.array(texts, object), np.array([counts_of[text] for text in texts], np.int64)

    @cached_property
    def codes(self) -> Array:
        """(m,) The place of each value among the different ones; what is missing has the number after the last."""
        values, _ = self.counts
        if not isinstance(self.content, Texts):
            return np.searchsorted(values, self.numbers).astype(code_type(len(values)))  # NaN comes after all
        place = {value: code for code, value in enumerate(values.tolist())}
        codes = [place.get(text, len(values)) for text in self.content.different]
        return np.array([*codes, len(values)], code_type(len(values)))[self.content.codes]

    def codes_of(self, rows: Array | slice) -> Array:
        """The codes of these rows, of which those of all are not kept where there may be many."""
        if isinstance(self.content, Texts) or "codes" in self.__dict__:
            return self.codes[rows]
        content = self.content
        return np.searchsorted(
            self.counts[0], content.take(rows) if isinstance(content, PackedNumbers) else content[rows]
        )

    def bits_of(self, rows: slice) -> Array:
        """A whole number for each value of these rows, the same for equal ones, and for all that is missing."""
        if isinstance(self.content, Texts):
            return self.codes[rows].astype(np.int64)
        numbers = self.content.take(rows) if isinstance(self.content, PackedNumbers) else self.content[rows]
        if numbers.dtype != np.float64:
            return self.codes_of(rows).astype(np.int64)
        plain: Array = np.where(np.isnan(numbers), np.nan, numbers + 0.0)  # of the ways to write NaN and 0 one each
        return plain.view(np.int64)

    @property
    def distinct(self) -> int:
        """How many different values there are."""
        _, counts = self._counts
        return len(counts)

    def frequent(self, most: int = MOST_FREQUENT) -> list[tuple[Any, int]]:
        """The most frequent values and how often each stands there, equally frequent ones in ascending order."""
        values, counts = self.counts
        order = np.argsort(-counts, kind="stable")[:most]
        plain = (
            values[order].astype(np.int64) if self.is_whole and np.abs(values).max(initial=0) < 2**53 else values[order]
        )
        return list(zip(plain.tolist(), counts[order].tolist(), strict=True))

    @cached_property
    def kind(self) -> Kind:
        """Numbers, times (every text is one), or other text."""
        if not isinstance(self.content, Texts):
            return Kind.NUMBER
        return Kind.TIME if are_times(set(self.counts[0].tolist())) else Kind.TEXT

    @property
    def is_number(self) -> bool:
        """Whether its values are numbers."""
        return self.kind is Kind.NUMBER

    @cached_property
    def is_whole(self) -> bool:
        """Whether all its values are whole numbers."""
        return self.is_number and bool((np.floor(values := self.counts[0]) == values).all())

    @cached_property
    def quartiles(self) -> tuple[float, float, float, float, float] | None:
        """The least value, the quartiles and the largest one, of finite numbers; None where there are none."""
        if not self.is_number:
            return None
        finite = self.present[np.isfinite(self.present)].astype(np.float64)
        return tuple(np.percentile(finite, (0, 25, 50, 75, 100)).tolist()) if len(finite) else None

    @property
    def is_constant(self) -> bool:
        """Whether there is one value, or none, and nothing is missing beside it that could tell something."""
        return self.distinct == 0 or (self.distinct == 1 and self.missing == 0)

    @cached_property
    def is_running_number(self) -> bool:
        """Whether it counts the rows, up or down."""
        if not self.is_whole or self.missing or self.m < 3:
            return False
        steps = np.diff(self.numbers.astype(np.float64))
        return bool((steps == CONSECUTIVE).all() or (steps == -CONSECUTIVE).all())

    @cached_property
    def is_identifier(self) -> bool:
        """Whether it names its row: a running number, whole numbers under a name such as `id`, or all different texts.

        A text of several words that differs in each row is no identifier, but says no more to a network.
        """
        if self.m < 3 or self.kind is Kind.TIME:
            return False
        all_different = self.distinct == self.m - self.missing > 2
        if not self.is_number:
            return all_different or (self.is_named_like_identifier and 2 * self.distinct > self.m)
        return self.is_running_number or (self.is_whole and all_different and self.is_named_like_identifier)

    @property
    def is_named_like_identifier(self) -> bool:
        """Whether its name is one that identifiers have, or there is none, as above the row numbers of programs."""
        return not self.name or any(map(IDENTIFIER.search, (self.name, self.name.lower())))

    @cached_property
    def mark_of_missing(self) -> float | None:
        """The number that seems to stand for a missing value, such as −999: far beyond all others, several times."""
        values, counts = self.counts
        if not self.is_number or self.distinct < 3:
            return None
        span = values[-2] - values[0], values[-1] - values[1]  # of the others
        for mark, gap, others, count in (
            (values[0], values[1] - values[0], span[1], counts[0]),
            (values[-1], values[-1] - values[-2], span[0], counts[-1]),
        ):
            if count >= FEWEST_MARKS and gap > others and MARK.fullmatch(f"{mark:g}"):
                return float(mark)
        return None

    @property
    def marked(self) -> int:
        """How many values are that number."""
        mark = self.mark_of_missing
        return 0 if mark is None else int(np.count_nonzero(self.present == mark))

    def document(self) -> dict[str, Any]:
        """The facts as plain data."""
        low, lower, median, upper, high = self.quartiles or (None,) * 5
        return {
            "name": self.name,
            "kind": self.kind,
            "missing": self.missing,
            "distinct": self.distinct,
            "least": low,
            "lower_quartile": lower,
            "median": median,
            "upper_quartile": upper,
            "largest": high,
            "frequent": [{"value": value, "count": count} for value, count in self.frequent()],
        }
