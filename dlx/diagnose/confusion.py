"""What a network takes for what: the confusion matrix, each class's error, and the examples it is most wrong about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from dlx.data.targets.labels import Label
from dlx.documents.classes import ClassesDocument, ConfusedPair, WorstExample
from dlx.stats.intervals import error_rate
from dlx.stats.measured import LabelValue
from dlx.training.evaluation import Evaluation
from dlx.types import Array

WORST = 24  # examples that are named
CONFUSED = 200  # pairs of classes that are named
MOST_CLASSES = 100  # of which the whole matrix is kept


@dataclass(frozen=True)
class Predictions:
    """What the network says of m examples: codes of the true and of the predicted class, and how sure it is.

    index, label, predicted: (m,) integers. probability: (m,) of the predicted class. loss: (m,) −ln of the
    probability of the true class.
    """

    index: Array
    label: Array
    predicted: Array
    probability: Array
    loss: Array

    def worst(self, count: int) -> Predictions:
        """Those of the highest loss, the highest first; of equal ones the first."""
        return self._select(np.argsort(-self.loss, kind="stable")[:count])

    def and_those(self, other: Predictions) -> Predictions:
        """These, then the others."""
        return Predictions(*(np.concatenate(pair) for pair in zip(self._arrays(), other._arrays(), strict=True)))

    def _select(self, rows: Array) -> Predictions:
        return Predictions(*(array[rows] for array in self._arrays()))

    def _arrays(self) -> tuple[Array, ...]:
        return self.index, self.label, self.predicted, self.probability, self.loss


@dataclass(frozen=True)
class Classes:
    """The confusion matrix (C, C), row the true and column the predicted class, and the worst answers."""

    confusion: Array
    worst: Predictions

    def document(self, part: str, labels: Sequence[Label], rows: Array | None = None) -> ClassesDocument:
        """As it stands in ``diagnosis.json``, in the user's labels.

        ``rows`` are the numbers of the part's examples in the source that was split, from 0: the worst have theirs as
        ``row``, from 1. ``confusion`` is None above 100 classes; ``confused`` are the pairs most often taken for each
        other.
        """
        few = len(self.confusion) <= MOST_CLASSES
        return ClassesDocument(
            part=part,
            labels=list(labels),
            confusion=self.confusion.tolist() if few else None,
            errors=[self._error(code, label) for code, label in enumerate(labels)],
            confused=list(self._confused(labels)),
            worst=list(self._worst(labels, rows)),
        )

    def _error(self, code: int, label: Label) -> LabelValue:
        """The share of this class that is taken for another; None where the part has none of it."""
        m = int(self.confusion[code].sum())
        wrong = m - int(self.confusion[code, code])
        if m == 0:
            return LabelValue(label, None, None, None, 0)
        return LabelValue(label, **error_rate(wrong / m, m).interval(), m=m)

    def _confused(self, labels: Sequence[Label]) -> Iterator[ConfusedPair]:
        mistaken = self.confusion.copy()
        np.fill_diagonal(mistaken, 0)
        for cell in np.argsort(-mistaken, axis=None, kind="stable")[:CONFUSED].tolist():
            label, predicted = divmod(cell, len(mistaken))
            if count := int(mistaken[label, predicted]):
                yield ConfusedPair(labels[label], labels[predicted], count)

    def _worst(self, labels: Sequence[Label], rows: Array | None) -> Iterator[WorstExample]:
        """The worst answers, with their numbers in the source where ``rows`` tells them."""
        answers = zip(*(array.tolist() for array in self.worst._arrays()), strict=True)
        for index, label, predicted, probability, loss in answers:
            row = None if rows is None else 1 + int(rows[index])
            yield WorstExample(index, labels[label], labels[predicted], probability, loss, row)


def classes_of(evaluation: Evaluation, count: int) -> Classes:
    """Look at every example of a part once, in batches.

    Args:
        evaluation: the frozen network over the part.
        count: how many classes there are.
    """
    confusion, worst = np.zeros((count, count), np.int64), None
    for answers in _answers(evaluation):
        np.add.at(confusion, (answers.label, answers.predicted), 1)
        worst = (worst.and_those(answers) if worst else answers).worst(WORST)
    assert worst is not None, "a part has at least one example"
    return Classes(confusion, worst)


def _answers(evaluation: Evaluation) -> Iterator[Predictions]:
    start = 0
    for step in evaluation.steps():
        Z, Y = _by_class(step.Z.astype(np.float64)), step.targets
        columns = np.arange(Z.shape[1])
        label = (Y[0] > 0.5).astype(np.intp) if len(Y) == 1 else Y.argmax(axis=0)
        predicted = Z.argmax(axis=0)
        with np.errstate(invalid="ignore", over="ignore"):
            total = np.logaddexp.reduce(Z, axis=0)
            loss, probability = total - Z[label, columns], np.exp(Z[predicted, columns] - total)
        yield Predictions(
            start + columns, label, predicted, probability, np.nan_to_num(loss, nan=np.inf, posinf=np.inf)
        )
        start += len(columns)


def _by_class(Z: Array) -> Array:
    """One logit for each class: with two classes the network tells only that of the second against the first."""
    return np.concatenate([np.zeros_like(Z), Z]) if len(Z) == 1 else Z
