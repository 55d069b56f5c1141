"""The data set of an experiment: its parts, and what was fitted on train."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any

import numpy as np

from dlx.data.examples import chunks
from dlx.data.rows.mapped import MappedRows
from dlx.data.rows.normalized_rows import NormalizedRows
from dlx.data.rows.stored_rows import StoredRows
from dlx.data.targets.labels import Label, Labels
from dlx.data.targets.target_names import names_of_targets
from dlx.data.targets.target_scaling import UNSCALED, TargetScaling
from dlx.types import Array
from dlx.words import Task

SAMPLE = 1024  # rows that stand for a mapped file in its fingerprint


@dataclass(frozen=True)
class Part:
    """X (m, n_x) as it was read; y class codes (m,) or targets (m, k).

    rows: (m,) their numbers in the source that a split has cut, from 0, or −1 for those of `data.more`; None where
        none has.
    weights: (m,) how much each example counts in the cost, with mean 1; None where all count the same.
    """

    X: Array | StoredRows
    y: Array
    rows: Array | None = None
    weights: Array | None = None

    @property
    def m(self) -> int:
        """The number of examples."""
        return len(self.X)


@dataclass(frozen=True, eq=False)
class Dataset:
    """Parts train, train_dev, dev and test, as far as there are any, and what was fitted on train; never changed.

    shift, scale: (n_x,), x_norm = (x − shift)·scale.
    preprocessing: plain data (strings, numbers, lists) with which `read_like` reads other files as train was read.
    target_scaling: of a regression, between y and what the network learns.
    error_unit: (k,) of several targets, what the residuals of each are divided by in errors; None: the targets' own.
    normalized: the X of parts, normalized and cast, by part and type, once a reader has made them.
    """

    parts: Mapping[str, Part]
    labels: Labels
    features: tuple[str, ...]
    image_shape: tuple[int, ...] | None
    shift: Array
    scale: Array
    preprocessing: dict[str, Any]
    target_scaling: TargetScaling = UNSCALED
    error_unit: Array | None = None
    normalized: dict[tuple[str, str], Array | NormalizedRows] = field(default_factory=dict, init=False, repr=False)

    @property
    def task(self) -> Task:
        """What there is to learn from the labels."""
        return self.labels.task

    @property
    def classes(self) -> tuple[Label, ...]:
        """The labels as the data have them, ascending; a class's code is its place here."""
        return self.labels.classes

    @property
    def n_x(self) -> int:
        """The number of features."""
        return len(self.shift)

    @property
    def n_y(self) -> int:
        """The size of the network's output."""
        return self.labels.n_y

    @property
    def output_names(self) -> tuple[Label, ...]:
        """The classes or labels, or what several targets of a regression are called."""
        return self.classes or names_of_targets(self.preprocessing)

    def in_error_unit(self, values: Array) -> Array:
        """Targets or residuals (m, k) in the unit in which errors are counted."""
        return values if self.error_unit is None else values / self.error_unit

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over names, types, shapes and bytes of all parts, as they are before normalization.

        Of rows that stay in their file, 1024 evenly spaced ones stand for all; ``files`` says more of them.
        """
        digest = sha256(repr(self.classes).encode())
        for name, part in self.parts.items():
            X = part.X
            digest.update(repr((name, X.shape, X.dtype.str, part.y.dtype.str)).encode())
            if isinstance(X, MappedRows):
                X = X.take(np.linspace(0, part.m - 1, SAMPLE).astype(np.int64))
            for rows in chunks(X) if isinstance(X, StoredRows) else (X,):
                digest.update(np.ascontiguousarray(rows).data)
            digest.update(np.ascontiguousarray(part.y).data)
            if part.weights is not None:
                digest.update(part.weights.data)
        return digest.hexdigest()

    @cached_property
    def files(self) -> list[dict[str, Any]]:
        """What identifies the files of which rows are read while training, each file once."""
        mapped = {part.X.path: part.X for part in self.parts.values() if isinstance(part.X, MappedRows)}
        return [rows.identity() for rows in mapped.values()]
