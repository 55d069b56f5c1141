"""An overview of data before anything is trained on them: their columns, their target, their parts, and what is odd."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from dlx.data.dataset import Dataset
from dlx.data.profile.columns import ColumnProfile
from dlx.data.profile.outlying import outliers_in_words, outliers_of
from dlx.data.profile.table import TableProfile
from dlx.data.profile.target import TargetView, candidates
from dlx.diagnose.findings import Finding
from dlx.spec.starter.decisions import LONG_NAMES, Decisions


@dataclass(frozen=True)
class Overview:
    """What is in a data file or in the section `data` of a spec.

    Args:
        name: of the file, as it was typed.
        profile: the columns.
        target: those to predict; empty where that is not stated.
        dataset: the parts, where a spec says how they are cut.
        findings: what is wrong with the parts.
    """

    name: str
    profile: TableProfile
    target: tuple[ColumnProfile, ...] = ()
    dataset: Dataset | None = None
    findings: Sequence[Finding] = ()

    @cached_property
    def _decisions(self) -> Decisions | None:
        return Decisions(self.profile, self.target) if self.target else None

    @cached_property
    def _view(self) -> TargetView | None:
        if self._decisions is None or len(self.target) != 1:
            return None
        return TargetView(self.profile, self.target[0], self._decisions.labels.task)

    def document(self) -> dict[str, Any]:
        """The overview as plain data."""
        return {
            "data": self.name,
            **self.profile.document(),
            "columns": [self._column(column) for column in self.profile.columns],
            "unreadable": dict(self.profile.unreadable),
            "target": [column.name for column in self.target],
            "task": None if self._decisions is None else self._decisions.labels.task,
            "classes": self._classes(),
            "candidates": [] if self.target else [column.name for column in candidates(self.profile)],
            "parts": {} if self.dataset is None else {name: self._part(name) for name in self.dataset.parts},
            "findings": [finding.to_document() for finding in self.findings],
        }

    def _column(self, column: ColumnProfile) -> dict[str, Any]:
        is_target = column in self.target
        association = None if self._view is None or is_target else round(self._view.association(column), 4)
        return {
            **column.document(),
            "association": association,
            "notes": self._reading(column) + (self._of_target(column) if is_target else self._notes(column)),
        }

    def _of_target(self, column: ColumnProfile) -> list[str]:
        """What is odd about a quantity that is to be predicted."""
        is_quantity = self._decisions is not None and self._decisions.labels.task.is_regression
        return [outliers_in_words(column)] if is_quantity and outliers_of(column) else []

    def _reading(self, column: ColumnProfile) -> list[str]:
        """How it had to be read."""
        return [self.profile.settings[column.name]] if column.name in self.profile.settings else []

    def _notes(self, column: ColumnProfile) -> list[str]:
        notes = []
        if column.name in self.profile.mixed:
            notes.append("it holds numbers and words together")
        if column.name in self.profile.long_names:
            notes.append(LONG_NAMES)
        elif column.name in self.profile.rounded and column.name not in self.profile.settings:
            notes.append(self.profile.rounded[column.name])
        marks = [mark for mark, name in self.profile.marks.items() if name == column.name]
        if marks:
            what = "numbers" if column.is_number else "values"
            notes.append(f"{', '.join(marks)} among its {what}: a mark of missing values?")
        if units := self.profile.units_of(column.name):
            notes.append(units)
        if column.mark_of_missing is not None:
            notes.append(f"{column.mark_of_missing:g} lies far from all its other values: a mark of missing values?")
        if self._decisions is not None and column.name in self._decisions.ignored:
            notes.append(self._decisions.ignored[column.name])
        elif self._decisions is not None and (linear := self._decisions.linear) and column.name in linear.telling:
            notes.append(f"{self.target[0].name} is {linear.in_words()} in every row: a leak?")
        elif column.is_constant:
            notes.append("it has the same value in every row")
        elif column.is_identifier:
            notes.append("it names the rows")
        elif column.name in self.profile.copies:
            notes.append(f"its values are those of {self.profile.copies[column.name]}")
        return notes

    def _classes(self) -> list[dict[str, Any]]:
        if self._decisions is None or not self._decisions.labels.classes:
            return []
        return [{"value": value, "count": count} for value, count in self.target[0].frequent(self.target[0].distinct)]

    def _part(self, name: str) -> dict[str, Any]:
        assert self.dataset is not None
        part, labels = self.dataset.parts[name], self.dataset.labels
        if labels.task.is_regression:
            return {"m": part.m, "mean": part.y.mean(axis=0).tolist(), "deviation": part.y.std(axis=0).tolist()}
        if labels.task.has_one_class:
            counts = np.bincount(part.y, minlength=len(labels.classes)).tolist()
        else:
            counts = np.count_nonzero(part.y, axis=0).tolist()
        return {"m": part.m, "classes": dict(zip(map(str, labels.classes), counts, strict=True))}
