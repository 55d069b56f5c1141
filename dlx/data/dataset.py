"""The data set of an experiment: its parts, normalized and read in mini-batches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np

from dlx.data.batches import Reader, Scaling, room
from dlx.data.examples import Array, chunks
from dlx.data.labels import Label, Labels, Task
from dlx.data.mapped import MappedRows
from dlx.errors import DataError

if TYPE_CHECKING:
    from dlx.data.augmentation import Augmentation
    from dlx.data.splits import Rng

READY_BYTES = 2**28  # up to this size a normalized copy is made once; larger parts of short numbers stay short
SAMPLE = 1024  # rows that stand for a mapped file in its fingerprint


@dataclass(frozen=True)
class Part:
    """X (m, n_x) as it was read; y class codes (m,) or targets (m, k)."""

    X: Array | MappedRows
    y: Array

    @property
    def m(self) -> int:
        """The number of examples."""
        return len(self.X)


@dataclass(frozen=True, eq=False)
class Dataset:
    """Parts train, train_dev, dev and test, as far as there are any, and what was fitted on train; never changed.

    shift, scale: (n_x,), x_norm = (x − shift)·scale.
    preprocessing: plain data (strings, numbers, lists) with which `read_like` reads other files as train was read.
    """

    parts: Mapping[str, Part]
    labels: Labels
    features: tuple[str, ...]
    image_shape: tuple[int, ...] | None
    shift: Array
    scale: Array
    preprocessing: dict[str, Any]
    _ready: dict[tuple[str, str], Array] = field(default_factory=dict, init=False, repr=False)

    @property
    def task(self) -> Task:
        """binary, multiclass or regression."""
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
            digest.update(np.ascontiguousarray(X).data)
            digest.update(np.ascontiguousarray(part.y).data)
        return digest.hexdigest()

    @cached_property
    def files(self) -> list[dict[str, Any]]:
        """What identifies the files of which rows are read while training, each file once."""
        mapped = {part.X.path: part.X for part in self.parts.values() if isinstance(part.X, MappedRows)}
        return [rows.identity() for rows in mapped.values()]

    def reader(self, part: str, dtype: str, augment: Sequence[Augmentation] = (), rng: Rng | None = None) -> Reader:
        """Reads a part in mini-batches of float32 or float64."""
        return Reader(self, part, dtype, augment, rng)

    def ready(self, part: str, dtype: np.dtype[np.generic]) -> Array | None:
        """The part's X, normalized and cast, made once; None where it takes too much memory or stays in its file."""
        X, key = self.parts[part].X, (part, dtype.name)
        if isinstance(X, MappedRows) or (X.itemsize < dtype.itemsize and X.size * dtype.itemsize > READY_BYTES):
            return None
        if key not in self._ready:
            self._ready[key] = self._normalized(X, dtype)
        return self._ready[key]

    def _normalized(self, X: Array, dtype: np.dtype[np.generic]) -> Array:
        out, scaling, start = room(len(X), X.shape[1], dtype), Scaling(self.shift, self.scale, dtype), 0
        for chunk in chunks(X):
            with np.errstate(over="ignore"):
                scaling.write(chunk, out[start : start + len(chunk)])
            start += len(chunk)
        if X.itemsize > dtype.itemsize and not np.isfinite(out).all():
            raise DataError(f"data: values are beyond the range of {dtype.name}; state `dtype: float64` or `normalize`")
        return out


def no_examples() -> Dataset:
    """What stands where an objective needs no data: a train of one zero, so that an epoch is one step."""
    train = Part(np.zeros((1, 1)), np.zeros(1))
    return Dataset({"train": train}, Labels("regression", (), 1), (), None, np.zeros(1), np.ones(1), {})
