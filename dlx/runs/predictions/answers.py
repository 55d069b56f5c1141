"""Answers: what a network says of each row of some examples, and why it says nothing of some of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from dlx.data.targets.target_names import names_of_targets, value_columns
from dlx.training.model import Model
from dlx.types import Array
from dlx.words import Task

HALF = 0.5
AT_ONCE = 2**12  # rows


@dataclass(frozen=True)
class RowAnswers:
    """What the network of a run says of m rows.

    A: (answered, n_y) its outputs for the rows that it answers.
    unanswered: why it does not answer the others, by their number from 0.
    names: of the files of the rows, where each has one of its own.
    """

    model: Model
    A: Array
    m: int
    unanswered: Mapping[int, str]
    names: Sequence[str] = ()

    @property
    def classes(self) -> list[Any]:
        """The labels, in the order of the probabilities; empty where it answers with values."""
        return [*(self.model.facts["classes"] or [])]

    def answered(self) -> Array:
        """The numbers of the rows that are answered."""
        return np.setdiff1d(np.arange(self.m), list(self.unanswered))

    def probabilities(self) -> Array:
        """(m, classes) Of each class or label; NaN in rows without an answer."""
        return self._over_all_rows(probabilities_of(self.model, shortest(self.A, self.model.facts["dtype"])), np.nan)

    def decisions(self) -> Array:
        """(m,) The labels, or values; of several labels (m, n_y) 0 or 1, of several targets (m, n_y) values.

        Rows without an answer have NaN, or None in place of a label.
        """
        A = shortest(self.A, self.model.facts["dtype"])
        if not self.classes:
            return self._over_all_rows(A[:, 0] if A.shape[1] == 1 else A, np.nan)
        places = places_of_classes(self.model, A)
        if places.ndim == 2:
            return self._over_all_rows(places, np.nan)
        return self._over_all_rows(np.array(self.classes)[places], None)

    def _over_all_rows(self, values: Array, nothing: float | None) -> Array:
        if not self.unanswered:
            return values
        dtype = object if nothing is None else np.float64
        rows = np.full((self.m, *values.shape[1:]), nothing, dtype)
        rows[self.answered()] = values.tolist() if nothing is None else values
        return rows


def probabilities_of(model: Model, A: Array) -> Array:
    """(m, classes) The probability of each class or label, for outputs (m, n_y) of a classification."""
    is_binary = A.shape[1] == 1 and Task(model.facts["task"]) is not Task.MULTILABEL
    return np.column_stack([_rest(A[:, 0]), A]) if is_binary else A


def _rest(p: Array) -> Array:
    """1 − p to the decimals of p: binary numbers would end in digits such as …49999999999996."""
    return np.array([float(1 - Decimal(repr(value))) for value in p.tolist()])


def places_of_classes(model: Model, A: Array) -> Array:
    """(m,) The place of the answered class; of several labels (m, n_y) 0 or 1."""
    if Task(model.facts["task"]) is Task.MULTILABEL:
        return (A > HALF).astype(np.int64)
    if A.shape[1] > 1:
        return np.asarray(A.argmax(axis=1))
    if model.threshold != HALF:
        return (A[:, 0] > model.threshold).astype(np.int64)
    return (A[:, 0] > 1 - A[:, 0]).astype(np.int64)  # the first of two that are equal


def rows_of_answers(model: Model, A: Array) -> tuple[list[str], Iterator[list[Any]]]:
    """The header and the rows of a table, for outputs (m, n_y), whose numbers are the `shortest`."""
    classes = model.facts["classes"]
    if not classes:
        return value_columns(names_of_targets(model.facts["preprocessing"])), _rows(model, A)
    names = [f"p({label})" for label in classes]
    labels = [*map(str, classes)] if Task(model.facts["task"]) is Task.MULTILABEL else ["class"]
    return [*labels, *names], _rows(model, A)


def _rows(model: Model, A: Array) -> Iterator[list[Any]]:
    """The rows of that table, so many at once that they do not fill the memory as numbers of Python."""
    classes, several = model.facts["classes"], Task(model.facts["task"]) is Task.MULTILABEL
    for start in range(0, len(A), AT_ONCE):
        block = shortest(A[start : start + AT_ONCE], model.facts["dtype"])
        if not classes:
            yield from block.tolist()
            continue
        rows = zip(places_of_classes(model, block).tolist(), probabilities_of(model, block).tolist(), strict=True)
        yield from ([*places, *p] if several else [classes[places], *p] for places, p in rows)


def shortest(A: Array, dtype: str) -> Array:
    """Numbers whose float64 is written with no more digits than the network's type has.

    Of float32 they are 12 digits where targets were scaled: large targets may lie close to each other.
    """
    if dtype != "float32":  # of which the last digit, the 16th or 17th, is rounding
        return np.array([float(f"{value:.15g}") for value in A.flat]).reshape(A.shape)
    digits = A.astype(str) if A.dtype == np.float32 else np.array([f"{value:.12g}" for value in A.flat])
    return digits.astype(np.float64).reshape(A.shape)
