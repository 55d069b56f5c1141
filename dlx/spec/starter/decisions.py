"""What has to be decided before a network can learn from a table, each decision with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain

import numpy as np

from dlx.data.formats.format import format_of
from dlx.data.profile.columns import ColumnProfile, Kind
from dlx.data.profile.linear import LinearFunction
from dlx.data.profile.table import TableProfile
from dlx.data.profile.target import TargetView, task_for
from dlx.data.targets.labels import Labels
from dlx.data.text_tables.dropped_lines import in_words
from dlx.data.values.numbers import MISSING
from dlx.spec.starter.answers import labels_of
from dlx.spec.starter.comments import Decision, shortened
from dlx.spec.starter.left_out import MOST_ONE_HOT, reason_to_ignore
from dlx.types import Array
from dlx.words import Task

HASHED_FEATURES = 32
RARE = 200  # a category is rare where it is less than one in so many examples …
FEWEST_OF_A_CATEGORY, MOST_OF_A_RARE = 2, 10  # … within these bounds
LONG_NAMES = "whole numbers beyond 2^53, taken for names"


@dataclass(frozen=True)
class Wishes:
    """What the user has decided already; each wins over what would be decided here.

    keep: columns that are not to be left out. parts: those that have tables of their own, of which this is train.
    """

    task: Task | None = None
    ignore: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    categorical: tuple[str, ...] = ()
    impute: str | None = None
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Decisions:
    """What is decided for a table and its target.

    Args:
        profile: of the table.
        target: the columns to predict.
        wishes: what the user has decided.
    """

    profile: TableProfile
    target: tuple[ColumnProfile, ...]
    wishes: Wishes = field(default_factory=Wishes)

    @cached_property
    def labelled(self) -> Array:
        """(m,) Which rows have a target."""
        there: Array = np.logical_and.reduce([column.is_usable for column in self.target])
        return there

    @cached_property
    def labels(self) -> Labels:
        """What there is to learn."""
        return labels_of(self.target, self.labelled, self._task, self.profile.origin)

    @property
    def _task(self) -> Task | None:
        if self.wishes.task is not None or len(self.target) > 1:
            return self.wishes.task
        if self.target[0].name in self.wishes.categorical:
            return Task.BINARY if self.target[0].distinct == 2 else Task.MULTICLASS
        return task_for(self.target[0])

    @property
    def m(self) -> int:
        """The number of rows that can be learnt from."""
        return int(self.labelled.sum())

    @cached_property
    def candidates(self) -> list[ColumnProfile]:
        """The columns that may be features."""
        targets = {column.name for column in self.target}
        return [column for column in self.profile.columns if column.name not in targets]

    @cached_property
    def ignored(self) -> dict[str | int, str]:
        """Columns that are left out, each with the reason."""
        reasons = dict(self.profile.unreadable)
        for column in self.candidates:
            reason = (
                "left out as you asked"
                if column.name in self.wishes.ignore
                else reason_to_ignore(column, self.profile, self._leaks)
            )
            if reason and column.name not in self.wishes.keep:
                reasons[column.name] = reason
        if reasons.keys() >= {column.name for column in self.candidates}:  # something must be left to learn from
            usable = [column.name for column in self.candidates if not column.is_constant]
            return {
                name: reason for name, reason in reasons.items() if name not in usable or name in self.wishes.ignore
            }
        return reasons

    @cached_property
    def _leaks(self) -> dict[str, str]:
        if len(self.target) > 1:
            return {}
        return {column.name: reason for column, reason in self._view.leaks()}

    @cached_property
    def _view(self) -> TargetView:
        return TargetView(self.profile, self.target[0], self.labels.task)

    @cached_property
    def linear(self) -> LinearFunction | None:
        """What the target is of several columns, none of which is left out for that."""
        if len(self.target) > 1 or self._view.linear is None:
            return None
        names = {column.name for column in self.features}
        return self._view.linear if names.issuperset(term.name for term in self._view.linear.terms) else None

    @cached_property
    def features(self) -> list[ColumnProfile]:
        """The columns that are learnt from."""
        return [column for column in self.candidates if column.name not in self.ignored]

    @cached_property
    def categorical(self) -> dict[str, str]:
        """Columns whose numbers, or words among numbers, are names of categories."""
        reasons = dict.fromkeys(self.profile.mixed, "numbers and words together")
        reasons |= dict.fromkeys(self.profile.long_names, LONG_NAMES)
        reasons |= dict.fromkeys(self.wishes.categorical, "as you asked")
        for column in self.features:
            if column.is_whole and column.is_named_like_identifier and column.distinct > 2:
                reasons[column.name] = "its numbers are names"
        return {name: reason for name, reason in reasons.items() if name in {column.name for column in self.features}}

    @cached_property
    def columns(self) -> dict[str, Decision]:
        """What is stated of single columns."""
        columns = (*self.features, *self.target)
        decisions = {column.name: self._stated(column) or self._of_column(column) for column in columns}
        return {name: decision for name, decision in decisions.items() if decision is not None}

    def _stated(self, column: ColumnProfile) -> Decision | None:
        """What the profile had to state so that the column is read as it seems to be meant."""
        if column.name not in self.profile.settings or column.name in self.wishes.categorical:
            return None
        stated = self.profile.settings_of(column.name)
        decision = None if column in self.target else self._of_column(column)
        if decision is None:
            return Decision(stated, self.profile.settings[column.name])
        return Decision(decision.value | stated, "; ".join((decision.reason, self.profile.settings[column.name])))

    def _of_column(self, column: ColumnProfile) -> Decision | None:
        if column in self.target:
            return None
        if column.kind is Kind.TIME and column.name not in self.wishes.categorical:
            return Decision({"kind": "time"}, "dates or times become numbers")
        if not self._holds_categories(column) or column.distinct <= MOST_ONE_HOT:
            return None
        what = f"{column.distinct:,} different values: a feature each would be too many"
        return Decision({"kind": "hashed", "features": HASHED_FEATURES}, what)

    def _holds_categories(self, column: ColumnProfile) -> bool:
        return column.kind is Kind.TEXT or column.name in self.categorical

    @property
    def has_categories(self) -> bool:
        """Whether a column becomes a feature for each of its categories."""
        return any(self._holds_categories(column) and column.name not in self.columns for column in self.features)

    @property
    def rare(self) -> int:
        """The number of examples below which a category is counted among the others."""
        return min(MOST_OF_A_RARE, max(FEWEST_OF_A_CATEGORY, self.m // RARE))

    @cached_property
    def marks(self) -> dict[str | float, list[str]]:
        """What stands for a missing value beside the usual marks, and the columns in which it was met."""
        marks: dict[str | float, list[str]] = {mark: [column] for mark, column in self.profile.marks.items()}
        if "missing" not in _options(self.profile):
            return marks
        for column in self.features:
            if column.mark_of_missing is not None:
                marks.setdefault(_plainest(column.mark_of_missing), []).append(column.name)
        for column in (*self.features, *self.target):
            if column.is_number and not np.isfinite(column.present).all():
                marks |= {"inf": [column.name], "-inf": [column.name]}
        return marks

    @property
    def missing(self) -> tuple[str | int | float, ...] | None:
        """All marks of missing values, where the usual ones do not suffice."""
        stated = None if self.profile.source is None else self.profile.source.missing
        if not self.marks:
            return stated
        usual = tuple(sorted(MISSING - {""})) if stated is None else stated
        return tuple(dict.fromkeys((*usual, *self.marks)))

    @cached_property
    def incomplete(self) -> list[ColumnProfile]:
        """The features that lack values."""
        by_mark = set(chain.from_iterable(self.marks.values()))
        return [column for column in self.features if column.missing or column.name in by_mark]

    def source(self) -> Iterator[tuple[str, Decision]]:
        """What is stated of the source, key by key."""
        if self.profile.dropped:
            yield "drop_rows", Decision(list(self.profile.dropped), in_words(self.profile.dropped))
        for how, lines in self.profile.ragged.items():
            yield "ragged_rows", Decision(how, in_words({"ragged": lines}))
        if not self.labelled.all():
            lacking = len(self.labelled) - self.m
            yield "missing_target", Decision("drop", f"{lacking:,} of {len(self.labelled):,} rows have none")
        if self.missing is not None:
            where = shortened(f"{mark} in {' and '.join(names)}" for mark, names in self.marks.items())
            yield "missing", Decision(list(self.missing), f"marks of missing values: {where or 'as you asked'}")
        if self.incomplete or self.wishes.impute:
            counts = [f"{column.name} {column.m - column.usable + column.marked:,}" for column in self.incomplete]
            reason = (
                f"of {self.profile.m:,} values these columns lack: {shortened(counts)}" if counts else "as you asked"
            )
            yield "impute", Decision(self.wishes.impute or "median", reason)
        if self.incomplete:
            yield "missing_indicators", Decision(True, "a 0/1 feature for each of them says where a value was missing")
        if self.has_categories:
            reason = "a category with fewer examples in train counts as `other`, and so does a new one"
            yield "rare", Decision(self.rare, reason)


def _plainest(number: float) -> int | float:
    return int(number) if number.is_integer() else number


def _options(profile: TableProfile) -> frozenset[str]:
    file_format = None if profile.source is None else format_of(profile.source.path)
    return frozenset() if file_format is None else file_format.options
