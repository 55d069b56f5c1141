"""Labels: which task they ask for, which classes there are, and the codes that stand for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dlx.data.values.numbers import number_in
from dlx.data.values.rounded import tell_rounded
from dlx.errors import DataError, remark
from dlx.types import Array
from dlx.words import Task

Label = str | int | float | bool

MOST_CLASSES = 100  # that numbers may have where no task is stated
FEW_CLASSES = 20  # up to here a class may have a single example
MOST_ODD = 3  # texts among numbers that are rather mistakes
MANY_ALONE = 10  # examples from which on labels that are all different are remarked on


@dataclass(frozen=True)
class Labels:
    """The task, with its classes in ascending order, or the number of targets of a regression.

    Of several labels, any number of which an example may have, they are in the order of their columns.
    """

    task: Task
    classes: tuple[Label, ...] = ()
    targets: int = 1

    @property
    def n_y(self) -> int:
        """The size of the network's output."""
        return len(self.classes) if self.task in (Task.MULTICLASS, Task.MULTILABEL) else self.targets

    def encode(self, y: Array, origin: str, columns: Sequence[str] = ()) -> Array:
        """The place of each label among the classes (m,), from 0, in few bytes; or the targets (m, k) as float64.

        Of several labels it is 0 or 1 for each (m, k).
        columns: the names of the columns of y, which are those of the classes where y is one-hot.
        """
        if self.task.is_regression:
            return self._numbers(y, origin)
        if self.task is Task.MULTILABEL:
            return self._zeros_and_ones(y, origin)
        classes = np.array(self.classes)
        if y.ndim > 1 and y.shape[1] == len(classes):
            y = _of_one_hot(y, origin, columns if classes.dtype.kind == "U" else ())
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

    def _zeros_and_ones(self, y: Array, origin: str) -> Array:
        if y.ndim != 2 or y.shape[1] != len(self.classes):
            what = f"`task: multilabel` needs a column of 0 and 1 for each of the {len(self.classes)} labels"
            raise DataError(f"{origin}: {what} ({_few(self.classes)}), y has shape {y.shape}")
        _refuse_other_numbers(y, origin, self.classes, "labels of `task: multilabel`")
        return y.astype(np.uint8)

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


def infer_labels(y: Array, task: Task | None, origin: str, columns: Sequence[str] = ()) -> Labels:
    """What train's labels (m,) or targets (m, k) ask for, or whether they fit the task that is stated.

    Text, booleans and whole numbers are classes (two: binary, more: multiclass); real numbers are targets of a
    regression. Real numbers that all happen to be whole are classes if there are at most 100 different ones. Whole
    numbers that could be either must have their task stated: more than 100 different ones, or more than 20 that are
    also more than half as many as the examples. More than 20 texts that are all different are names, not classes.
    Several columns of 0 and 1 with just one 1 in each row are one-hot: one class a column; with any number of ones they
    are several labels.

    columns: the names of the columns of y, which are those of the classes where y is one-hot.
    """
    if task is Task.MULTILABEL:
        return _several_labels(y, origin, columns)
    if y.ndim > 1 and task is not Task.REGRESSION and _is_zero_or_one(y).all():
        is_one_hot = (np.count_nonzero(y, axis=1) == 1).all()
        several = task is None and not is_one_hot
        return _several_labels(y, origin, columns) if several else _one_hot_labels(y, task, origin, columns)
    if (task or _regression_or_not(y, origin)) is Task.REGRESSION:
        _remark_on_few_values(y, task, origin)
        if y.dtype.kind in "iu" and y.dtype.itemsize == 8:
            tell_rounded([y], origin, "y")
        return Labels(Task.REGRESSION, targets=1 if y.ndim == 1 else y.shape[1])
    if y.ndim > 1:
        what = f"`task: {task}` needs one label for each example, or a column of 0 and 1 for each class"
        raise DataError(f"{origin}: {what}; y has shape {y.shape}")
    classes = tuple(np.unique(y).tolist())
    if len(classes) < 2:
        raise DataError(f"{origin}: {_only(classes[0])}")
    if task is None and y.dtype.kind == "U" and len(classes) == len(y) > FEW_CLASSES:
        what = f"every one of the {len(y)} labels is different ({_few(classes)}); a class needs several examples"
        raise DataError(f"{origin}: {what}: is this the column to predict? Real numbers must be written as such")
    if task is Task.BINARY and len(classes) > 2:
        raise DataError(f"{origin}: {_not_binary(classes)}")
    if task is None and len(classes) == len(y) >= MANY_ALONE:
        what = f"every one of the {len(y)} labels is different ({_few(classes)}), a class of a single example each"
        advice = "take another column as target" if y.dtype.kind == "U" else "state `task: regression` for quantities"
        remark(f"{origin}: {what}: {advice}")
    return Labels(task or (Task.BINARY if len(classes) == 2 else Task.MULTICLASS), classes)


def _one_hot_labels(y: Array, task: Task | None, origin: str, columns: Sequence[str]) -> Labels:
    """The classes of y (m, C), which has only 0 and 1."""
    labels = _of_one_hot(y, origin, columns)
    if len(np.unique(labels)) < 2:
        raise DataError(f"{origin}: {_only(labels[0].item())}")
    classes = tuple(sorted(_column_names(y, columns)))
    if task is Task.BINARY and len(classes) > 2:
        raise DataError(f"{origin}: {_not_binary(classes)}")
    return Labels(task or (Task.BINARY if len(classes) == 2 else Task.MULTICLASS), classes)


def _several_labels(y: Array, origin: str, columns: Sequence[str]) -> Labels:
    """A label for each column of y (m, k), which must have only 0 and 1."""
    if y.ndim != 2 or y.shape[1] < 2:
        what = "`task: multilabel` needs several columns of 0 and 1, a label each; of one column, state `task: binary`"
        raise DataError(f"{origin}: {what}")
    names = tuple(_column_names(y, columns))
    _refuse_other_numbers(y, origin, names, "labels of `task: multilabel`")
    return Labels(Task.MULTILABEL, names, targets=y.shape[1])


def _refuse_other_numbers(y: Array, origin: str, names: Sequence[Label], what: str) -> None:
    unfit = ~_is_zero_or_one(y)
    if unfit.any():
        row, column = (int(place) for place in np.argwhere(unfit)[0])
        value = f"row {row} (counted from 0) has {y[row, column].item()!r} in column {names[column]!r}"
        raise DataError(f"{origin}: {what} are 0 or 1, {value}")


def _of_one_hot(y: Array, origin: str, columns: Sequence[str]) -> Array:
    """The label of each row (m,): the name, or the number, of the column that has the 1."""
    _refuse_other_numbers(y, origin, _column_names(y, columns), "one-hot labels")
    ones = np.count_nonzero(y, axis=1)
    if (ones != 1).any():
        row = int((ones != 1).argmax())
        what = f"one-hot labels have one 1 in each row, row {row} (counted from 0) has {ones[row]}"
        raise DataError(f"{origin}: {what}; state `task: multilabel` where any number of them may hold")
    labels: Array = np.array(_column_names(y, columns))[y.argmax(axis=1)]
    return labels


def _column_names(y: Array, columns: Sequence[str]) -> Sequence[str | int]:
    return columns if len(columns) == y.shape[1] else range(y.shape[1])


def _is_zero_or_one(y: Array) -> Array:
    """Where y is 0 or 1; nowhere in text."""
    return np.zeros(y.shape, bool) if y.dtype.kind == "U" else (y == 0) | (y == 1)


def _only(label: Label) -> str:
    what = f"every label is {label!r}; classification needs at least two classes"
    return f"{what}: give examples of another one, or take another column or array as target"


def _not_binary(classes: tuple[Label, ...]) -> str:
    return f"`task: binary` needs two classes, there are {len(classes)}: {_few(classes)}"


def _remark_on_few_values(y: Array, task: Task | None, origin: str) -> None:
    """Say that a regression was concluded from targets that have only two values."""
    if task is not None or y.ndim > 1 or len(y) < FEW_CLASSES:
        return
    values = np.unique(y)
    if len(values) == 2:
        what = f"the targets are real numbers, but only {values[0]:g} and {values[1]:g}; they are learned as numbers"
        remark(f"{origin}: {what}: state `task: binary` if they are classes")


def _regression_or_not(y: Array, origin: str) -> Task | None:
    """Regression, or None for classes."""
    if y.dtype.kind in "Ub" and y.ndim == 1:
        _refuse_odd_texts(y, origin)
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


def _refuse_odd_texts(y: Array, origin: str) -> None:
    """Refuses labels that are numbers, too many to be classes, but for a few texts among them."""
    texts = np.unique(y).tolist() if y.dtype.kind == "U" else []
    odd = [text for text in texts if number_in(text) is None]
    if odd and len(odd) <= MOST_ODD and len(texts) > max(FEW_CLASSES, len(y) // 2) + MOST_ODD:
        row = int((y == odd[0]).argmax())
        what = f"the labels are numbers but for {_few(tuple(odd))} (first in row {row}, counted from 0)"
        ways = "correct it, name it in `missing`, or state `task: multiclass` if all are names"
        raise DataError(f"{origin}: {what}, and would be {len(texts)} classes: {ways}")


def _kind(y: Array) -> str:
    name = {"U": "text", "b": "booleans", "f": "real numbers"}.get(y.dtype.kind, "whole numbers")
    return name if y.ndim == 1 else f"{name} of shape {y.shape}"


def _few(classes: tuple[Label, ...]) -> str:
    texts = [repr(label) for label in classes]
    return ", ".join(texts if len(texts) <= 12 else [*texts[:10], "…", texts[-1]])
