"""Rows that do not fit what train was: which they are, why, and the examples without them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from dlx.data.examples import Examples, RowFault, chunks
from dlx.data.targets.labels import Labels


def fitting(
    loaded: Mapping[str, Examples], labels: Labels | None, may_be_none: bool
) -> tuple[dict[str, Examples], tuple[RowFault, ...]]:
    """The rows that fit what train was, by part, and what is wrong with the others."""
    noted = {part: with_faults(examples) for part, examples in loaded.items()}
    if labels is not None:
        noted = {part: with_unknown_labels(examples, labels) for part, examples in noted.items()}
    faults = tuple(fault for examples in noted.values() for fault in examples.faults)
    return {part: without_faults(examples, may_be_none) for part, examples in noted.items()}, faults


def without_faults(examples: Examples, may_be_none: bool = False) -> Examples:
    """The rows that fit the columns of train; all of them, faults included, where none does, unless that may be."""
    fitting = np.setdiff1d(np.arange(len(examples.X)), [fault.row for fault in examples.faults])
    if not examples.faults or (len(fitting) == 0 and not may_be_none):
        return examples
    return replace(examples.take(fitting), faults=())


def with_faults(examples: Examples) -> Examples:
    """With a fault for each row of an array that has a number which is not finite."""
    X = examples.X
    if X.dtype.kind != "f" or examples.columns or 0 in (len(X.shape), *X.shape):
        return examples
    rows, first, faults = X.reshape(len(X), -1) if isinstance(X, np.ndarray) else X, 0, list[RowFault]()
    for chunk in chunks(rows):
        unfit = ~np.isfinite(chunk)
        for row in np.flatnonzero(unfit.any(axis=1)).tolist():
            feature = int(unfit[row].argmax())
            what = f"X[{first + row}, {feature}] is {chunk[row, feature]} (row and column count from 0)"
            faults.append(RowFault(first + row, what, f"{examples.origin}: {what}"))
        first += len(chunk)
    return replace(examples, faults=tuple(faults))


def with_unknown_labels(examples: Examples, labels: Labels) -> Examples:
    """With a fault for each row whose label is none of train's."""
    if examples.y is None:
        return examples
    (y, unknown), faults = labels.without_unknown(examples.y), list[RowFault]()
    for row in np.flatnonzero(unknown).tolist():
        what = f"example {row + 1}: the label {examples.y[row].item()!r} is not among those of train"
        faults.append(RowFault(row, what, f"{examples.origin}: {what}"))
    return replace(examples, y=y, faults=(*examples.faults, *faults))
