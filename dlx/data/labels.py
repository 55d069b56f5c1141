"""Labels: which task they ask for, which classes there are, and the codes that stand for them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dlx.data.numbers import number_in
from dlx.errors import DataError
from dlx.types import Array
from dlx.words import Task

Label = str | int | float | bool

MOST_CLASSES = 100  # that numbers may have where no task is stated
FEW_CLASSES = 20  # up to here a class may have a single example


@dataclass(frozen=True)
class Labels:
    """The task, with its classes in ascending order, or the number of targets of a regression."""

    task: Task
    classes: tuple[Label, ...] = ()
    targets: int = 1

    @property
    def n_y(self) -> int:
        """The size of the network's output."""
        return len(self.classes) if self.task is Task.MULTICLASS else self.targets

    def encode(self, y: Array, origin: str) -> Array:
        """The place of each label among the classes (m,), from 0, in few bytes; or the targets (m, k) as float64."""
        if self.task.is_regression:
            return self._numbers(y, origin)
        classes = np.array(self.classes)
        if classes.dtype.kind == "U" and y.dtype.kind == "i":
            y = y.astype(str)  # another file may have only such codes as look like numbers
        if y.ndim > 1 or (y.dtype.kind == "U") != (classes.dtype.kind == "U"):
            raise DataError(f"{origin}: the labels are {_kind(y)}, those of train are {_kind(classes)}")
        codes = np.searchsorted(classes, y).clip(max=len(classes) - 1)
        unknown = classes[codes] != y
        if unknown.any():
            row = int(unknown.argmax())
            what = f"the label {y[row].item()!r} of row {row} (counted from 0) is not among those of train"
            raise DataError(f"{origin}: {what}: {_few(self.classes)}")
        return codes.astype(np.uint8 if len(classes) <= 256 else np.int32)

    def without_unknown(self, y: Array) -> tuple[Array, Array]:
        """The labels as they compare with train's, and which of them are none of those, such as a text among numbers.

        Where all of them are of another kind than train's, none is unknown: there is more at fault than single rows.
        """
        classes, unknown = np.array(self.classes), np.zeros(len(y), bool)
        if y.ndim > 1:
            return y, unknown
        if y.dtype.kind == "U" and (self.task.is_regression or classes.dtype.kind in "iuf"):
            numbers = np.array([number_in(text) for text in y.tolist()], np.float64)  # NaN also for None
            unknown = np.isnan(numbers)
            if unknown.all():
                return y, np.zeros(len(y), bool)
            y = np.where(unknown, numbers[~unknown][0], numbers)
        if classes.dtype.kind == "U" and y.dtype.kind == "i":
            y = y.astype(str)
        is_comparable = not self.task.is_regression and (y.dtype.kind == "U") == (classes.dtype.kind == "U")
        return y, unknown | ~np.isin(y, classes) if is_comparable else unknown

    def _numbers(self, y: Array, origin: str) -> Array:
        numbers = y.reshape(len(y), -1)
        if y.dtype.kind == "U" or numbers.shape[1] != self.targets:
            what = (
                f"the targets are {_kind(y)}, but `task: regression` needs {self.targets} real numbers for each example"
            )
            raise DataError(f"{origin}: {what}")
        return numbers.astype(np.float64)


def infer_labels(y: Array, task: Task | None, origin: str) -> Labels:
    """What train's labels (m,) or targets (m, k) ask for, or whether they fit the task that is stated.

    Text, booleans and whole numbers are classes (two: binary, more: multiclass); real numbers are targets of a
    regression. Real numbers that all happen to be whole are classes if there are at most 100 different ones. Whole
    numbers that could be either must have their task stated: more than 100 different ones, or more than 20 that are
    also more than half as many as the examples. More than 20 texts that are all different are names, not classes.
    """
    if (task or _regression_or_not(y, origin)) is Task.REGRESSION:
        return Labels(Task.REGRESSION, targets=1 if y.ndim == 1 else y.shape[1])
    if y.ndim > 1:
        raise DataError(f"{origin}: `task: {task}` needs one label for each example, y has shape {y.shape}")
    classes = tuple(np.unique(y).tolist())
    if len(classes) < 2:
        raise DataError(f"{origin}: every label is {classes[0]!r}; classification needs at least two classes")
    if task is None and y.dtype.kind == "U" and len(classes) == len(y) > FEW_CLASSES:
        what = f"every one of the {len(y)} labels is different ({_few(classes)}); a class needs several examples"
        raise DataError(f"{origin}: {what}: is this the column to predict? Real numbers must be written as such")
    if task is Task.BINARY and len(classes) > 2:
        raise DataError(f"{origin}: `task: binary` needs two classes, there are {len(classes)}: {_few(classes)}")
    return Labels(task or (Task.BINARY if len(classes) == 2 else Task.MULTICLASS), classes)


def _regression_or_not(y: Array, origin: str) -> Task | None:
    """Regression, or None for classes."""
    if y.dtype.kind in "Ub" and y.ndim == 1:
        return None
    if y.dtype.kind == "f" and (y.ndim > 1 or (y != np.floor(y)).any()):
        return Task.REGRESSION
    count = len(np.unique(y))
    if y.ndim == 1 and (count <= FEW_CLASSES or (count <= MOST_CLASSES and 2 * count <= len(y))):
        return None
    if y.dtype.kind == "f" and count > MOST_CLASSES:
        return Task.REGRESSION
    what = f"the labels are {_kind(y)} with {count} different values: classes or quantities?"
    raise DataError(f"{origin}: {what} State `task: multiclass` or `task: regression`")


def _kind(y: Array) -> str:
    name = {"U": "text", "b": "booleans", "f": "real numbers"}.get(y.dtype.kind, "whole numbers")
    return name if y.ndim == 1 else f"{name} of shape {y.shape}"


def _few(classes: tuple[Label, ...]) -> str:
    texts = [repr(label) for label in classes]
    return ", ".join(texts if len(texts) <= 12 else [*texts[:10], "…", texts[-1]])
