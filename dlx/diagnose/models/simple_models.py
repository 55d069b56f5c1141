"""Simple models that a network has to beat: the constant answer, a linear model, and nearest neighbours."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Self, final

import numpy as np

from dlx.data.dataset import Dataset
from dlx.data.examples import CHUNK
from dlx.data.normalization import Standard
from dlx.diagnose.data.samples import rows, sample
from dlx.stats.linear_models import NEWTON_STEPS, logistic, ridge
from dlx.text import shorten
from dlx.types import Array

NEIGHBOURS = 5
MOST_PRODUCTS = 5 * 10**8  # of two numbers, in what takes longest: about a tenth of a second
MOST_LABELED, FEWEST_LABELED = 4000, 100  # examples of train that a model is fitted on
MOST_DISTANCES = 2**20  # that are there at once: 8 MiB
LONGEST = 20  # letters of a label in a title


@dataclass(frozen=True)
class Labeled:
    """Examples that a model is fitted on: X (m, n_x) normalized, y class codes (m,) or targets (m, k).

    classes: how many there are; 0 of a regression. Of several labels y is 0 or 1 for each (m, classes).
    """

    X: Array
    y: Array
    classes: int


class SimpleModel(ABC):
    """A model that needs no training to speak of, fitted on train."""

    name: str

    @classmethod
    @abstractmethod
    def fit(cls, train: Labeled) -> Self:
        """The model of these examples."""

    @staticmethod
    @abstractmethod
    def most_labeled(n_x: int, outputs: int) -> int:
        """How many examples of so many features, and classes or targets, it is fitted on at most."""

    @abstractmethod
    def title(self, dataset: Dataset) -> str:
        """What it is, in words."""

    @abstractmethod
    def predict(self, X: Array) -> Array:
        """Class codes (m,) or values (m, k) for normalized rows."""

    def most_queries(self) -> int:
        """How many examples it answers in bounded time."""
        return MOST_PRODUCTS


@final
@dataclass(frozen=True)
class ConstantAnswer(SimpleModel):
    """The same answer for every example: the class that most examples of train have, or the mean of their targets.

    Of several labels it is those that more than half of the examples of train have.
    """

    name = "constant"
    answer: Array
    classes: int

    @staticmethod
    def most_labeled(n_x: int, outputs: int) -> int:
        """All of them: nothing but y is looked at."""
        return MOST_PRODUCTS

    @classmethod
    def fit(cls, train: Labeled) -> Self:
        """The most frequent class, of equal ones the first, or the mean; of several labels those that most have."""
        y = train.y
        if train.classes and y.ndim > 1:
            return cls(2 * y.sum(axis=0, dtype=np.int64) > len(y), train.classes)
        answer = np.bincount(y).argmax() if train.classes else y.astype(np.float64).mean(axis=0)
        return cls(np.asarray(answer), train.classes)

    def title(self, dataset: Dataset) -> str:
        """Such as `always no`."""
        if not self.classes:
            return "always the mean"
        if self.answer.ndim:
            labels = ", ".join(
                str(label) for label, is_given in zip(dataset.classes, self.answer, strict=True) if is_given
            )
            return f"always {shorten(labels, LONGEST) or 'no label'}"
        return f"always {shorten(str(dataset.classes[int(self.answer)]), LONGEST)}"

    def predict(self, X: Array) -> Array:
        """That answer, as often as there are rows."""
        return np.tile(self.answer, (len(X), 1)) if self.answer.ndim else np.full(len(X), self.answer)


@final
@dataclass(frozen=True)
class LinearModel(SimpleModel):
    """Of classes logistic regression, each against the rest, by Newton's method, of several labels one for each; of a
    regression ridge regression.

    Minimized are the summed losses plus ½‖w‖², the intercept not among w: scikit-learn's LogisticRegression(C=1) and
    Ridge(alpha=1). Where there are so many features or classes that Newton's method would take long, classes are
    learned as 0 and 1 by ridge regression.
    """

    name = "linear"
    W: Array
    b: Array
    classes: int
    has_labels: bool = False  # of which an example may have any number

    @staticmethod
    def most_labeled(n_x: int, outputs: int) -> int:
        """So many that the products of their features are bounded."""
        return int(np.clip(MOST_PRODUCTS / max(n_x, 20) ** 2, FEWEST_LABELED, 5 * MOST_LABELED))

    @classmethod
    def fit(cls, train: Labeled) -> Self:
        """By Newton's method, or in closed form."""
        X, y, classes = train.X.astype(np.float64, copy=False), train.y, train.classes
        if not classes:
            return cls(*ridge(X, y.astype(np.float64)), 0)
        one_hot = np.eye(classes)[y] if y.ndim == 1 else 2.0 * y - 1  # a label that is likelier than not is above 0
        columns = one_hot[:, 1:] if classes == 2 and y.ndim == 1 else one_hot
        if X.size * X.shape[1] * columns.shape[1] * NEWTON_STEPS > MOST_PRODUCTS:
            return cls(*ridge(X, one_hot), classes, y.ndim > 1)
        weights = np.stack([logistic(X, column) for column in (columns > 0).astype(np.float64).T])
        if classes == 2 and y.ndim == 1:
            weights = np.concatenate([np.zeros_like(weights), weights])
        return cls(weights[:, 1:].T, weights[:, 0], classes, y.ndim > 1)

    def title(self, dataset: Dataset) -> str:
        """What it is."""
        return "a linear model"

    def predict(self, X: Array) -> Array:
        """The class of the largest output, or the labels that are likelier than not, or the outputs."""
        outputs: Array = X.astype(np.float64, copy=False) @ self.W + self.b
        if self.has_labels:
            return outputs > 0
        return outputs.argmax(axis=1) if self.classes else outputs


@final
@dataclass(frozen=True)
class NearestNeighbours(SimpleModel):
    """The five nearest examples of train: the class, or labels, that most of them have, or the mean of targets."""

    name = "neighbours"
    train: Labeled

    @staticmethod
    def most_labeled(n_x: int, outputs: int) -> int:
        """Some thousand."""
        return int(np.clip(MOST_PRODUCTS / (10 * n_x), FEWEST_LABELED, MOST_LABELED))

    @classmethod
    def fit(cls, train: Labeled) -> Self:
        """They are only remembered."""
        return cls(train)

    def title(self, dataset: Dataset) -> str:
        """Says how many."""
        return f"{min(NEIGHBOURS, len(self.train.X))} nearest neighbours"

    def most_queries(self) -> int:
        """So many that all distances together are bounded."""
        return max(FEWEST_LABELED, MOST_PRODUCTS // self.train.X.size)

    def predict(self, X: Array) -> Array:
        """The vote, of equal ones the class with the lower code; the labels that more than half have; or the mean."""
        labeled, y = self.train.X, self.train.y
        k = min(NEIGHBOURS, len(labeled))
        norms, queries = (labeled**2).sum(axis=1), max(1, MOST_DISTANCES // len(labeled))
        blocks = np.split(X, range(queries, len(X), queries))
        places = [np.argpartition(norms - 2 * block @ labeled.T, k - 1, axis=1)[:, :k].copy() for block in blocks]
        nearest = y[np.concatenate(places)]
        if not self.train.classes:
            return np.asarray(nearest.mean(axis=1))
        if self.train.y.ndim > 1:
            return np.asarray(2 * nearest.sum(axis=1, dtype=np.int64) > k)
        votes = np.stack([(nearest == code).sum(axis=1) for code in range(self.train.classes)])
        return np.asarray(votes.argmax(axis=0))


def outputs_of(dataset: Dataset) -> int:
    """How many classes there are, or targets."""
    y = dataset.parts["train"].y
    return len(dataset.classes) or (y.shape[1] if y.ndim > 1 else 1)


@dataclass(frozen=True)
class Fitting:
    """How train's examples are shown to a simple model, and later ones to what was fitted: normalized alike."""

    dataset: Dataset
    shift: Array
    scale: Array

    @classmethod
    def of(cls, dataset: Dataset) -> Self:
        """In the data's own normalization, or where there is none with mean 0 and variance 1."""
        shift, scale = dataset.shift, dataset.scale
        if (scale == 1).all() and not shift.any():
            part = dataset.parts["train"]
            shift, scale = Standard().fit(rows(part.X, sample(part.m, MOST_LABELED, seed=5)))
        return cls(dataset, shift, scale)

    def normalized(self, X: Array) -> Array:
        """Within ±1e6, so that a value far out does not decide all distances and products by its rounding."""
        with np.errstate(over="ignore", invalid="ignore"):
            normalized: Array = X - self.shift
            normalized *= self.scale
            np.clip(normalized, -1e6, 1e6, out=normalized)
        return normalized.astype(np.float64, copy=False)

    def fitted(self, kind: type[SimpleModel]) -> SimpleModel:
        """The model on as many examples of train as it takes."""
        part = self.dataset.parts["train"]
        which = sample(part.m, kind.most_labeled(self.dataset.n_x, outputs_of(self.dataset)), seed=5)
        X = np.empty((len(which), 0 if kind is ConstantAnswer else self.dataset.n_x))
        at_once = max(1, CHUNK // self.dataset.n_x)
        for start in range(0, len(which) if X.shape[1] else 0, at_once):
            block = X[start : start + at_once]
            block[...] = self.normalized(rows(part.X, which[start : start + at_once]))
        return kind.fit(Labeled(X, part.y[which], len(self.dataset.classes)))


SIMPLE_MODELS: tuple[type[SimpleModel], ...] = (ConstantAnswer, LinearModel, NearestNeighbours)
