"""The target of a table: which column it may be, what task it asks for, and what the other columns tell of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dlx.data.profile.columns import ColumnProfile
from dlx.data.profile.linear import LinearFunction, linear_function
from dlx.data.profile.table import TableProfile
from dlx.stats.association import contingency, correlation, correlation_ratio, cramers_v, rank_correlation, ranks
from dlx.types import Array
from dlx.words import Task

ROWS = 10_000  # drawn of more, to see what a column tells
TARGET_NAMES = "target|label|class|classes|outcome|response|y|species|diagnosis|survived|churn|default|fraud|price"
TARGET_NAME = re.compile(rf"(?:^|[_ .-])(?:{TARGET_NAMES})$", re.IGNORECASE)
MOST_CLASSES = 10  # that whole numbers may have where they are not 0, 1, 2 … or 1, 2, 3 …
MOST_CODES = 20  # that they may have where they are
MOST_TEXT_CLASSES, ROWS_OF_A_CLASS = 200, 2  # on average
# By chance alone no column has values that each belong to one class, where each value stands in so many rows.
ROWS_OF_A_VALUE, FEWEST_OF_A_CLASS = 10, 5
SAME = 1 - 1e-6  # a correlation from which on one column of numbers is a function of the other


def task_for(column: ColumnProfile) -> Task | None:
    """What predicting this column is; None where there is nothing to predict, or where each row has its own text.

    Texts are classes, and so are whole numbers with at most 10 different values, or 20 where these are 0, 1, 2 … or
    1, 2, 3 …; all other numbers are quantities.
    """
    values, _ = column.counts
    if column.distinct < 2:
        return None
    if column.is_number and not _are_codes(column, values):
        return None if column.is_identifier else Task.REGRESSION
    if not column.is_number and (
        column.distinct > MOST_TEXT_CLASSES or column.m - column.missing < ROWS_OF_A_CLASS * column.distinct
    ):
        return None
    return Task.BINARY if column.distinct == 2 else Task.MULTICLASS


def _are_codes(column: ColumnProfile, values: Array) -> bool:
    few = len(values) <= MOST_CLASSES and 2 * len(values) <= column.m
    consecutive = 2 <= len(values) <= MOST_CODES and values[0] in (0, 1) and bool((np.diff(values) == 1).all())
    return column.is_whole and (few or (consecutive and 2 * len(values) <= column.m) or len(values) == 2)


def candidates(profile: TableProfile) -> list[ColumnProfile]:
    """The columns that could be predicted, the likeliest first: by their name, then the last one and the first one."""
    possible = [column for column in profile.columns if task_for(column) and not column.is_identifier]
    last = max((column.place for column in profile.columns), default=0)

    def likelihood(column: ColumnProfile) -> tuple[bool, bool, bool, int]:
        is_named = TARGET_NAME.search(column.name) is not None
        return not is_named, column.place != last, column.place != 0, -column.place

    return sorted(possible, key=likelihood)


@dataclass(frozen=True)
class TargetView:
    """A target beside the other columns of its table, over a sample of the rows that have one."""

    profile: TableProfile
    target: ColumnProfile
    task: Task

    @cached_property
    def rows(self) -> Array:
        """The rows that are looked at, ascending."""
        present = np.flatnonzero(self.target.is_usable)
        if len(present) <= ROWS:
            return present
        return np.sort(np.random.default_rng(0).choice(present, ROWS, replace=False))

    @cached_property
    def answers(self) -> Array:
        """The target in these rows: codes of classes, or numbers."""
        if self.task.is_regression:
            return self.target.numbers[self.rows].astype(np.float64)
        return self.target.codes_of(self.rows)

    def association(self, column: ColumnProfile) -> float:
        """How much a column tells of the target, from 0 to 1.

        Two columns of numbers: |ρ| of Spearman; numbers and groups: the correlation ratio of the ranks; two columns of
        groups: Cramér's V. The last two are corrected for their bias.
        """
        if column.is_number:
            values = column.numbers[self.rows].astype(np.float64)
            there = np.isfinite(values)
            if np.count_nonzero(there) < 2:
                return 0.0
            values, answers = values[there], self.answers[there]
            if self.task.is_regression:
                return abs(rank_correlation(values, answers))
            return correlation_ratio(answers, ranks(values))
        groups = column.codes_of(self.rows)
        if self.task.is_regression:
            return correlation_ratio(groups, ranks(self.answers))
        return cramers_v(groups, self.answers)

    def leaks(self) -> Iterator[tuple[ColumnProfile, str]]:
        """Columns from which the target follows without a mistake, each with the reason to think so."""
        for column in self.profile.columns:
            if column.name in self.leak_reasons:
                yield column, self.leak_reasons[column.name]
            elif self.linear is not None and self.linear.is_sum and column.name in self.linear.telling:
                yield column, f"{self.target.name} is {self.linear.in_words()} in every row"

    @cached_property
    def leak_reasons(self) -> dict[str, str]:
        """The columns that give the target away by themselves, with the reasons."""
        others = [column for column in self.profile.columns if column.name != self.target.name and column.distinct]
        return {column.name: reason for column in others if (reason := self._leak(column))}

    def _leak(self, column: ColumnProfile) -> str:
        if self._determines(column.codes_of(self.rows)):
            return f"each of its values goes with one value of {self.target.name}"
        if column.missing and self._determines((column.codes_of(self.rows) < column.distinct).astype(np.int64)):
            return f"it is missing just where {self.target.name} has certain values"
        if not (self.task.is_regression and column.is_number):
            return ""
        values = column.numbers[self.rows].astype(np.float64)
        there = np.isfinite(values)
        if np.count_nonzero(there) < ROWS_OF_A_VALUE:
            return ""
        pair = values[there], self.answers[there]
        if max(abs(correlation(*pair)), abs(rank_correlation(*pair))) > SAME or linear_function(pair[1], {"": pair[0]}):
            return f"{self.target.name} rises or falls with it without exception"
        return ""

    @cached_property
    def linear(self) -> LinearFunction | None:
        """What the target is of several other columns that give it away together, each of which does not by itself."""
        if not self.task.is_regression:
            return None
        leaks = self.leak_reasons
        others = [column for column in self.profile.columns if column.is_number and not column.is_constant]
        others = [column for column in others if column.name != self.target.name and column.name not in leaks]
        columns = {column.name: column.numbers[self.rows].astype(np.float64) for column in others}
        return linear_function(self.answers, columns)

    def _determines(self, groups: Array) -> bool:
        """Whether each group has one answer, and by no chance."""
        different = len(np.unique(groups))
        if different < 2 or ROWS_OF_A_VALUE * different > len(groups):
            return False
        answers = np.unique(self.answers, return_inverse=True)[1]
        if np.bincount(answers).max() > len(answers) - FEWEST_OF_A_CLASS:
            return False
        if answers.max() >= different:
            return False
        return bool(((contingency(groups, answers) > 0).sum(axis=1) <= 1).all())
