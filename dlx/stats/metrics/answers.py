"""Answers: what a network says of the examples of a part, beside what is true; all metrics are computed from them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dlx.types import Array
from dlx.words import Task


@dataclass(frozen=True, eq=False)
class Answers:
    """What a network says of m examples, beside what is true.

    y: class codes (m,), or targets (m, k), or of several labels 0 or 1 for each (m, k).
    outputs: in float64; of C classes their logits (m, C), of two those of the first are 0; of several labels a logit
        for each (m, k); of a regression its values (m, k), in the unit of the targets.
    threshold: of two classes the second is predicted where its probability is above it.
    """

    task: Task
    y: Array
    outputs: Array
    threshold: float = 0.5

    @property
    def m(self) -> int:
        """The number of examples."""
        return len(self.y)

    @cached_property
    def is_finite(self) -> bool:
        """Whether every answer is a number."""
        return bool(np.isfinite(self.outputs).all())

    @cached_property
    def by_output(self) -> tuple[Answers, ...]:
        """Of several labels what is said of each, whether an example has it; of several targets the same of each."""
        columns = range(self.outputs.shape[1])
        if self.task is Task.MULTILABEL:
            return tuple(self._of_label(column) for column in columns)
        return tuple(Answers(self.task, self.y[:, [column]], self.outputs[:, [column]]) for column in columns)

    def _of_label(self, column: int) -> Answers:
        Z = self.outputs[:, column]
        return Answers(Task.BINARY, (self.y[:, column] > 0.5).astype(np.intp), np.stack([np.zeros_like(Z), Z], axis=1))

    # Of classes

    @property
    def class_count(self) -> int:
        """The number of classes, C."""
        return int(self.outputs.shape[1])

    @cached_property
    def predicted(self) -> Array:
        """The code of the class that each example is taken for, (m,)."""
        if self.threshold != 0.5:
            return np.asarray(self.probabilities[:, 1] > self.threshold, np.intp)
        codes: Array = self.outputs.argmax(axis=1)
        return codes

    @cached_property
    def log_probabilities(self) -> Array:
        """ln of the probability of each class, (m, C)."""
        return self.outputs - np.logaddexp.reduce(self.outputs, axis=1, keepdims=True)

    @cached_property
    def probabilities(self) -> Array:
        """The probability of each class, (m, C)."""
        return np.exp(self.log_probabilities)

    @cached_property
    def wrong(self) -> Array:
        """Whether the answer to an example is wrong, (m, 1), or of several labels that to each, (m, k)."""
        if self.task is Task.MULTILABEL:
            return np.asarray((self.outputs > 0) != (self.y > 0.5))
        return np.asarray(self.predicted != self.y)[:, np.newaxis]

    @cached_property
    def hits(self) -> Array:
        """How many examples of each class are taken for it, (C,)."""
        return self._counts(self.y[self.predicted == self.y])

    @cached_property
    def of_class(self) -> Array:
        """How many examples each class has, (C,)."""
        return self._counts(self.y)

    @cached_property
    def as_class(self) -> Array:
        """How many examples are taken for each class, (C,)."""
        return self._counts(self.predicted)

    def _counts(self, codes: Array) -> Array:
        return np.bincount(codes, minlength=self.class_count)

    # Of a regression

    @cached_property
    def residuals(self) -> Array:
        """Answer − target, (m, k)."""
        return self.outputs - self.y
