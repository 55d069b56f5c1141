"""The plane: what a network says of two inputs, or of the first two principal components of more, as a picture."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlx.data.batches import Reader
from dlx.lab.answers import AnswerView, UnitPictures, encoded
from dlx.training.supervised import Supervised
from dlx.types import Array
from dlx.words import PARTS, Task

GRID = 80  # points along each axis
MARGIN = 0.12  # of the examples' range, on each side
MOST_POINTS = 600  # examples of a part that are drawn, evenly spread
MOST_FITTED = 2000  # that the principal components are of
MOST_CLASSES = 255  # that a byte can tell apart, and a reader cannot


class AnswerPlane(AnswerView):
    """A square of points in the space of the normalized inputs, and the frozen network's answers on it.

    With two inputs it is all there is. With more it goes through the mean of train's examples along their first two
    principal components; examples are projected onto it, so that of what lies far off it the picture shows little.
    """

    def __init__(self, experiment: Supervised) -> None:
        self.experiment, dataset = experiment, experiment.dataset
        self.inputs = {part: self._sample(part) for part in PARTS if part in dataset.parts}
        train = self.inputs["train"][0].astype(np.float64)
        self.is_whole = dataset.n_x == 2
        self.share = 1.0
        if self.is_whole:
            self.center, self.directions = np.zeros(2), np.eye(2)
        else:
            self._fit(self._sample("train", MOST_FITTED)[0].astype(np.float64))
        places = self._places(train)
        low, high = places.min(axis=0), places.max(axis=0)
        margin = np.where(high > low, high - low, 1.0) * MARGIN
        self.low, self.high = low - margin, high + margin
        self._record()

    @staticmethod
    def is_possible(experiment: Supervised) -> bool:
        """Whether an answer is one class or one number, as a colour is."""
        dataset = experiment.dataset
        if dataset.n_x < 2 or dataset.task is Task.MULTILABEL:
            return False
        return dataset.n_y == 1 if dataset.task.is_regression else len(dataset.classes) <= MOST_CLASSES

    def _sample(self, part: str, most: int = MOST_POINTS) -> tuple[Array, Array]:
        """Inputs (k, n_x) as the network takes them, and the codes or targets (k,) of evenly spread examples."""
        reader = Reader(self.experiment.dataset, part, self.experiment.spec.dtype)
        index = np.linspace(0, reader.m - 1, min(reader.m, most)).astype(np.intp)
        X, Y = reader.buffers(len(index))
        reader.fill(index, X, Y)
        return X, np.asarray(self.experiment.dataset.parts[part].y[index]).reshape(len(index), -1)[:, 0]

    def _fit(self, X: Array) -> None:
        """The mean and the first two principal components, each with its largest entry positive."""
        self.center = X.mean(axis=0)
        _, sizes, components = np.linalg.svd(X - self.center, full_matrices=False)
        two = np.zeros((2, X.shape[1]))
        two[: len(components[:2])] = components[:2]
        largest = two[[0, 1], np.abs(two).argmax(axis=1)]
        self.directions = two * np.where(largest < 0, -1.0, 1.0)[:, np.newaxis]
        variances = sizes**2
        self.share = float(variances[:2].sum() / variances.sum()) if variances.sum() > 0 else 1.0

    def _places(self, X: Array) -> Array:
        """Where inputs (k, n_x) lie in the plane, (k, 2)."""
        return np.asarray((X - self.center) @ self.directions.T)

    def _record(self) -> None:
        """Write the network's pass over the grid down once; θ is the one that trains."""
        dataset, network = self.experiment.dataset, self.experiment.network
        xs, ys = (np.linspace(self.low[axis], self.high[axis], GRID) for axis in (0, 1))
        grid = np.column_stack([axis.ravel() for axis in np.meshgrid(xs, ys)])
        X, Y = Reader(dataset, "train", self.experiment.spec.dtype).buffers(len(grid))
        X[...] = grid @ self.directions + self.center
        self.step = network.record_evaluation(X, Y)
        self.unit_pictures = UnitPictures(network, self.step, GRID)

    def document(self) -> dict[str, Any]:
        """What stays as it is while the network trains: axes, examples and classes."""
        dataset = self.experiment.dataset
        examples = {
            part: {"places": _rounded(self._in_units(self._places(X.astype(np.float64)))), "y": _rounded(y)}
            for part, (X, y) in self.inputs.items()
        }
        low, high = self._in_units(np.stack([self.low, self.high]))
        values = np.concatenate([y for _, y in self.inputs.values()])
        return {
            "kind": "surface" if dataset.task.is_regression else "regions",
            "grid": GRID,
            "axes": [str(name) for name in dataset.features] if self.is_whole else ["component 1", "component 2"],
            "share": None if self.is_whole else self.share,
            "low": low.tolist(),
            "high": high.tolist(),
            "classes": [str(label) for label in dataset.classes],
            "range": [float(values.min()), float(values.max())],
            "examples": examples,
        }

    def _in_units(self, places: Array) -> Array:
        """Places as they are in the data; of components there is no other unit."""
        dataset = self.experiment.dataset
        return places / dataset.scale + dataset.shift if self.is_whole else places

    def answers(self) -> dict[str, Any]:
        """The network's answers, the lowest row first; of numbers ``tones`` lie between ``low`` and ``high``."""
        return self._surface() if self.experiment.dataset.task.is_regression else super().answers()

    def _surface(self) -> dict[str, Any]:
        A = self.step.A.astype(np.float64)
        values = np.nan_to_num(self.experiment.dataset.target_scaling.original(A.T)[:, 0])
        targets = self.inputs["train"][1]
        low, high = float(min(values.min(), targets.min())), float(max(values.max(), targets.max()))
        return {"tones": encoded(255 * (values - low) / ((high - low) or 1.0)), "low": low, "high": high}


def _rounded(values: Array) -> list[Any]:
    rounded: list[Any] = np.round(np.asarray(values, dtype=np.float64), 5).tolist()
    return rounded
