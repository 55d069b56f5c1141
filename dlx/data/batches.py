"""Mini-batches: rows of a part gathered in any order, augmented, normalized and cast, from memory or from a file."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import TYPE_CHECKING, Self

import numpy as np

from dlx.data.examples import chunks
from dlx.data.rows.compact_rows import CompactRows
from dlx.data.rows.mapped import MappedRows
from dlx.data.rows.normalized_rows import NormalizedRows
from dlx.data.rows.stored_rows import StoredRows
from dlx.data.rows.windows import Windows
from dlx.errors import DataError
from dlx.nn.compiled.byte_rows import ByteRows
from dlx.types import Array
from dlx.words import Task

if TYPE_CHECKING:
    from dlx.data.augmentation import Augmentation
    from dlx.data.dataset import Dataset
    from dlx.types import Rng


READY_BYTES = 2**28  # up to this size a normalized copy is made once; larger parts of short numbers stay short
# Of so few features each lies in memory in one piece: W·Xᵀ is then up to four times as fast as with rows (measured).
NARROW = 8
BYTES_PAY = 2**24  # normalized copies of bytes beyond this size lie in no cache, so that native code takes the bytes
MARGIN = 100  # standard deviations that a value may lie from the mean


def room(m: int, n_x: int, dtype: np.dtype[np.generic]) -> Array:
    """Zeros for m examples, (m, n_x), in the order that the network reads fastest."""
    return np.zeros((n_x, m), dtype).T if n_x <= NARROW else np.zeros((m, n_x), dtype)


class Scaling:
    """x_norm = (x − shift)·scale, in the network's type.

    The difference is taken in a type that holds x as well, so that large values close to each other stay apart. Where
    that type holds the differences or the scale only just, or not at all, both steps are taken in float64.
    """

    def __init__(self, shift: Array, scale: Array, dtype: np.dtype[np.generic]) -> None:
        self._shift = shift if shift.any() else None
        limit = float(np.finfo(dtype.name).max) / MARGIN
        self._exact = (shift, scale) if (scale < 1 / limit).any() or (scale > limit).any() else None
        with np.errstate(over="ignore"):
            self._scale = scale.astype(dtype) if (scale != 1).any() else None

    def of_bytes(self, X: Array, dtype: np.dtype[np.generic]) -> ByteRows | None:
        """Rows of bytes, which native code normalizes to the same bits; None where both steps are taken in float64."""
        if self._exact is not None:
            return None
        shift, scale = np.zeros(X.shape[1], dtype), np.ones(X.shape[1], dtype)
        return ByteRows(
            X,
            shift if self._shift is None else self._shift.astype(dtype),
            scale if self._scale is None else self._scale,
        )

    def of(self, features: Array) -> Self:
        """What normalizes these features alone, with the same bits."""
        scaling = copy(self)
        scaling._shift = None if self._shift is None else self._shift[features]
        scaling._scale = None if self._scale is None else self._scale[features]
        scaling._exact = None if self._exact is None else (self._exact[0][features], self._exact[1][features])
        return scaling

    def write(self, raw: Array, out: Array) -> None:
        """Write the rows ``raw``, normalized, into ``out``."""
        if self._exact is not None:
            shift, scale = self._exact
            np.copyto(out, (raw - shift) * scale, casting="same_kind")
            return
        common = np.result_type(raw, out)
        if self._shift is None or common == out.dtype:
            np.copyto(out, raw, casting="same_kind")  # apart, because arithmetic on mixed types is slower
            raw = out
        if self._shift is not None:
            np.subtract(raw, self._shift.astype(common), out=out, casting="same_kind")
        if self._scale is not None:
            np.multiply(out, self._scale, out=out)


class Reader:
    """The examples of one part as the network takes them; the same bits wherever they are read from.

    X (size, n_x) has examples in rows. Y (n_y, size) has them in columns: 0 or 1, one-hot, or the scaled targets; where
    examples are weighted, it has one row more, of their weights.
    With ``augment``, each filling changes the images anew, by numbers drawn from ``rng``. Where it pays, examples are
    normalized by native code, if that is there (``is_native``).
    """

    def __init__(
        self,
        dataset: Dataset,
        part: str,
        dtype: str,
        augment: Sequence[Augmentation] = (),
        rng: Rng | None = None,
        is_native: bool = False,
    ) -> None:
        if augment and rng is None:
            raise TypeError("augmentation needs a random generator")
        X, y = dataset.parts[part].X, dataset.parts[part].y
        self.m, self.n_x, self.n_y = len(X), dataset.n_x, dataset.n_y
        self._dtype = np.dtype(dtype)
        self._augment, self._rng, self._image_shape = augment, rng, dataset.image_shape
        self._ready = None if augment else ready(dataset, part, self._dtype, is_native)
        is_narrow = isinstance(self._ready, np.ndarray) and self.n_x <= NARROW
        self._features = self._ready.T if isinstance(self._ready, np.ndarray) and is_narrow else None
        self._scaling = Scaling(dataset.shift, dataset.scale, self._dtype)
        self._rows = Windows(X) if isinstance(X, MappedRows) else X
        self._codes, self._classes = y, np.arange(self.n_y, dtype=y.dtype)[:, np.newaxis]
        self.target_scaling, self.error_unit = dataset.target_scaling, dataset.error_unit
        is_multiclass = dataset.task is Task.MULTICLASS
        weights = dataset.parts[part].weights
        self._weights = None if weights is None else weights.astype(self._dtype)
        self._targets = None if is_multiclass else np.ascontiguousarray(self._learned(y).T, self._dtype)

    def buffers(self, size: int) -> tuple[Array, Array]:
        """X (size, n_x), in the order of `room`, and Y (n_y, size) for `fill` to write, with room for weights."""
        rows = self.n_y + (self._weights is not None)
        return room(size, self.n_x, self._dtype), np.zeros((rows, size), self._dtype)

    def order(self, rng: Rng) -> Array:
        """The order of an epoch: in memory ``rng.permutation(m)``, in a file what `Windows.order` guarantees."""
        return self._rows.order(rng) if isinstance(self._rows, Windows) else rng.permutation(self.m)

    def fill(self, index: Array, X: Array, Y: Array) -> None:
        """Write the examples with these numbers into the buffers."""
        if self._features is not None:
            self._features.take(index, 1, X.T, "clip")
        elif isinstance(self._ready, NormalizedRows | ByteRows):
            self._ready.write(index, X)
        elif self._ready is not None:
            self._ready.take(index, 0, X, "clip")
        else:
            self._scaling.write(self._changed(self._gathered(index)), X)
        if self._weights is not None:
            self._weights.take(index, 0, Y[self.n_y], "clip")
            Y = Y[: self.n_y]
        if self._targets is not None:
            self._targets.take(index, 1, Y, "clip")
        else:
            np.equal(self._codes.take(index), self._classes, out=Y)

    def _learned(self, y: Array) -> Array:
        return self.target_scaling.scaled(y.reshape(self.m, self.n_y))

    def _gathered(self, index: Array) -> Array:
        rows = self._rows
        return rows.take(index) if isinstance(rows, Windows | StoredRows) else rows.take(index, 0, mode="clip")

    def _changed(self, rows: Array) -> Array:
        if not self._augment or self._rng is None or self._image_shape is None:
            return rows
        images = rows.reshape(len(rows), *self._image_shape).astype(self._dtype)
        for augmentation in self._augment:
            images = augmentation.apply(images, self._rng)
        return images.reshape(rows.shape)


def ready(
    dataset: Dataset, part: str, dtype: np.dtype[np.generic], is_native: bool = False
) -> Array | NormalizedRows | ByteRows | None:
    """The part's X, normalized and cast, made once, or many bytes that native code normalizes whenever it takes them.

    None where the copy takes too much memory, or X stays in its file.
    """
    X, key = dataset.parts[part].X, (part, dtype.name)
    if is_native and isinstance(X, np.ndarray) and X.dtype == np.uint8 and X.flags.c_contiguous:
        of_bytes = Scaling(dataset.shift, dataset.scale, dtype).of_bytes(X, dtype)
        if of_bytes is not None and dataset.n_x > NARROW and X.size * dtype.itemsize > BYTES_PAY:
            return of_bytes
    if isinstance(X, MappedRows) or (
        X.dtype.itemsize < dtype.itemsize and len(X) * dataset.n_x * dtype.itemsize > READY_BYTES
    ):
        return None
    if key not in dataset.normalized:
        dataset.normalized[key] = _normalized(dataset, X, dtype)
    return dataset.normalized[key]


def _normalized(dataset: Dataset, X: Array | StoredRows, dtype: np.dtype[np.generic]) -> Array | NormalizedRows:
    scaling = Scaling(dataset.shift, dataset.scale, dtype)
    with np.errstate(over="ignore"):
        out = NormalizedRows(X, scaling, dtype) if isinstance(X, CompactRows) else _scaled(X[:], scaling, dtype)
    is_finite = out.is_finite if isinstance(out, NormalizedRows) else bool(np.isfinite(out).all())
    if X.dtype.itemsize > dtype.itemsize and not is_finite:
        normalize = " or `normalize`" if (dataset.scale == 1).all() else ""
        raise DataError(f"data: values are beyond the range of {dtype.name}; state `dtype: float64`{normalize}")
    return out


def _scaled(X: Array, scaling: Scaling, dtype: np.dtype[np.generic]) -> Array:
    out, start = room(len(X), X.shape[1], dtype), 0
    for chunk in chunks(X):
        scaling.write(chunk, out[start : start + len(chunk)])
        start += len(chunk)
    return out
