"""Roles: which columns of a table are features, targets or what a split goes by, and how each is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dlx.data.conditions import RowCondition
from dlx.data.values.columns import ColumnOptions


@dataclass(frozen=True)
class Roles:
    """Which columns are features and targets, and which of the features hold categories whatever they look like.

    texts: further features that are read as text; numbers: those that are read as numbers whatever they look like.
    options: what is stated of single features.
    weight: the column of the weights, where there is one.
    split_columns: those that a split goes by, by their role there.
    conditions: what a row must fulfil to be an example, by column.
    """

    features: tuple[str, ...]
    target: tuple[str, ...]
    categorical: frozenset[str]
    texts: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()
    options: Mapping[str, ColumnOptions] = field(default_factory=dict)
    weight: str | None = None
    split_columns: Mapping[str, str] = field(default_factory=dict)
    conditions: Mapping[str, RowCondition] = field(default_factory=dict)

    @property
    def as_text(self) -> frozenset[str]:
        """The columns that are read as text, whatever they look like."""
        return self.categorical | self.texts | self.verbatim

    @property
    def verbatim(self) -> frozenset[str]:
        """The columns whose values are told apart and not computed with: whole numbers stay exact there."""
        by = frozenset((*self.split_columns.values(), *self.conditions)) - frozenset(self.features) - {self.weight}
        return frozenset(self.target) | by

    @property
    def used(self) -> tuple[str, ...]:
        """All columns that have to be read."""
        weight = () if self.weight is None else (self.weight,)
        others = (*weight, *self.split_columns.values(), *self.conditions)
        return tuple(dict.fromkeys((*self.features, *self.target, *others)))
