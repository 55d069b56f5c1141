"""Weights of examples: how much each counts in the cost, by its class and by a column of the file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from dlx.data.targets.labels import Label, Labels
from dlx.errors import DataError
from dlx.types import Array

ClassWeight = Literal["balanced"] | dict[str, Annotated[float, Field(ge=0)]]


def class_weights(stated: ClassWeight | None, labels: Labels, y: Array) -> Array | None:
    """The weight of each class (C,), by its code; None where there are none.

    balanced: m/(C·count) of train's codes y, as scikit-learn has it, so that all classes add up to the same; 1 of a
    class that train lacks. What is not stated of a mapping weighs 1.
    """
    if stated is None or not labels.task.has_one_class:
        return None
    if stated == "balanced":
        counts = np.bincount(y, minlength=len(labels.classes))
        return np.where(counts > 0, len(y) / (len(labels.classes) * np.maximum(counts, 1)), 1.0)
    weights = np.ones(len(labels.classes))
    for key, weight in stated.items():
        code = code_of(key, labels.classes)
        if code is not None:
            weights[code] = weight
    return weights


def code_of(key: str, classes: tuple[Label, ...]) -> int | None:
    """The code of the class that a key of the spec, which is text, names."""
    for code, label in enumerate(classes):
        name = str(label).lower() if isinstance(label, bool) else str(label)
        if key == name or (isinstance(label, bool) and key.lower() == name) or _is_number(key, label):
            return code
    return None


def unknown_classes(stated: Mapping[str, float], classes: tuple[Label, ...]) -> list[str]:
    """The keys that name no class."""
    return [key for key in stated if code_of(key, classes) is None]


def _is_number(key: str, label: Label) -> bool:
    """Whether a class that is a number is written so, as 1 and 1.0 are the same."""
    if isinstance(label, str | bool):
        return False
    try:
        return float(key) == label
    except ValueError:
        return False


def combined(per_class: Array | None, y: Array, own: Array | None, origin: str) -> Array | None:
    """The weights (m,) of the examples of a part, with mean 1; None where they all count the same.

    per_class: the weight of each class, by the codes in y. own: those of the examples themselves.
    """
    if per_class is None and own is None:
        return None
    weights = np.ones(len(y)) if own is None else own
    if per_class is not None:
        weights = weights * per_class[y]
    largest = float(weights.max())
    if largest == 0:
        raise DataError(f"{origin}: every example has the weight 0")
    weights = weights / largest  # so that no sum overflows
    normalized: Array = weights / weights.mean()
    return normalized


def checked(weights: Array, m: int, origin: str) -> Array:
    """Weights from a file as float64 (m,), all of them finite and none negative."""
    if weights.ndim == 2 and weights.shape[1] == 1:
        weights = weights[:, 0]
    if weights.dtype.kind not in "biuf" or weights.shape != (m,):
        what = f"weights of examples must be {m} numbers, they are {weights.dtype} of shape {weights.shape}"
        raise DataError(f"{origin}: {what}")
    return read(weights, lambda row, what: DataError(f"{origin}: weight {row} (counted from 0): {what}"))


def read(values: Array, fault: Callable[[int, str], DataError]) -> Array:
    """Weights (m,) as float64, from numbers or the texts of a table; raises the fault of the first that is none."""
    is_text = values.dtype == object
    fits = np.array([value is None for value in values]) if is_text else (values >= 0) & (values < np.inf)
    if not fits.all():
        row = int(fits.argmin())
        if not is_text and np.isnan(values[row]):
            raise fault(row, "the weight is missing")
        value = repr(values[row]) if is_text else f"{values[row]:g}"
        raise fault(row, f"{value} is no weight: weights are finite numbers of 0 or more")
    return values.astype(np.float64)
