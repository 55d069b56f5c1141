"""The plane: what a network says of two inputs, or of the first two principal components of more, as a picture."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import numpy as np

from dlx.data.batches import Reader
from dlx.errors import UsageError
from dlx.nn.layers import Activate
from dlx.nn.network import Network, Step
from dlx.nn.tape import Tape
from dlx.training.supervised import Supervised
from dlx.types import Array
from dlx.words import PARTS, Task

GRID = 80  # points along each axis
MARGIN = 0.12  # of the examples' range, on each side
MOST_POINTS = 600  # examples of a part that are drawn, evenly spread
MOST_FITTED = 2000  # that the principal components are of
MOST_CLASSES = 255  # that a byte can tell apart, and a reader cannot


class AnswerPlane:
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
        self._unit: UnitAnswers | None = None

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
        self._step = network.record_evaluation(X, Y)

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

    def look_at(self, layer: int, unit: int) -> None:
        """Show what a unit of a hidden layer computes, in place of the answers; raises `UsageError` where none is."""
        sizes = self.experiment.network.sizes
        if not 0 < layer < len(sizes) - 1 or not 0 <= unit < sizes[layer]:
            raise UsageError(f"there is no unit {unit} in a hidden layer {layer}")
        self._unit = UnitAnswers(self.experiment.network, self._step, layer, unit)

    def look_away(self) -> None:
        """Show the network's answers again."""
        self._unit = None

    def picture(self) -> dict[str, Any]:
        """The network's answers now, or those of the unit that is looked at, a byte a point, the lowest row first.

        Of classes ``codes`` says which is likeliest, ``tones`` how much likelier than by chance; of numbers ``tones``
        lie between ``low`` and ``high``.
        """
        if self.experiment.network.exact_norms():
            self.experiment.evaluation("train")  # measures the statistics of this θ
        with np.errstate(all="ignore"):  # what overflows shows in the picture
            self._step.tape.run()
        if self._unit is not None:
            return self._unit.picture()
        A = self._step.A.astype(np.float64)
        if self.experiment.dataset.task.is_regression:
            return self._surface(A)
        codes, certainty = certainty_of(A)
        return {"codes": encoded(codes), "tones": encoded(255 * certainty)}

    def _surface(self, A: Array) -> dict[str, Any]:
        values = np.nan_to_num(self.experiment.dataset.target_scaling.original(A.T)[:, 0])
        targets = self.inputs["train"][1]
        low, high = float(min(values.min(), targets.min())), float(max(values.max(), targets.max()))
        return {"tones": encoded(255 * (values - low) / ((high - low) or 1.0)), "low": low, "high": high}


class UnitAnswers:
    """What one unit of a hidden layer computes in a recorded pass: its A, which behind it others may overwrite."""

    def __init__(self, network: Network, step: Step, layer: int, unit: int) -> None:
        activation = [each for each in network.layers if isinstance(each, Activate)][layer - 1]
        self.layer, self.unit = layer, unit
        self._Z = step.Zs[layer - 1]
        self._input = self._Z.copy()
        self._tape = Tape(self._Z.dtype)
        self._A, _ = activation.record(self._tape, self._input, False)

    def picture(self) -> dict[str, Any]:
        """Its A after the pass was run, as tones between the lowest and the highest."""
        np.copyto(self._input, self._Z)
        with np.errstate(all="ignore"):
            self._tape.run()
        values = np.nan_to_num(self._A[self.unit].astype(np.float64))
        low, high = float(values.min()), float(values.max())
        tones = encoded(255 * (values - low) / ((high - low) or 1.0))
        return {"tones": tones, "low": low, "high": high, "unit": [self.layer, self.unit]}


def certainty_of(A: Array) -> tuple[Array, Array]:
    """The likeliest class of each column of probabilities, and how much likelier it is than by chance, from 0 to 1."""
    A = A.astype(np.float64)
    probabilities = np.nan_to_num(np.concatenate([1 - A, A]) if len(A) == 1 else A)
    chance = 1 / len(probabilities)
    return probabilities.argmax(axis=0), (probabilities.max(axis=0) - chance) / (1 - chance)


def encoded(values: Array) -> str:
    """Values from 0 to 255, a byte each, as base64."""
    return b64encode(np.clip(values, 0, 255).astype(np.uint8).tobytes()).decode()


def _rounded(values: Array) -> list[Any]:
    rounded: list[Any] = np.round(np.asarray(values, dtype=np.float64), 5).tolist()
    return rounded
