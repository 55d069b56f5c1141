"""Rows that are no array: they lie in a file, or in fewer bytes, and become numbers where these are needed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Self

import numpy as np

from dlx.types import Array


class StoredRows(ABC):
    """An (m, n_x) matrix of which only the rows that are asked for are in memory as such."""

    dtype: np.dtype[Any]

    @property
    @abstractmethod
    def shape(self) -> tuple[int, int]:
        """(m, n_x)."""

    @abstractmethod
    def select(self, rows: Array) -> Self:
        """These rows of it, in this order, stored as before."""

    @abstractmethod
    def take(self, index: Array) -> Array:
        """The rows with these numbers, in any order, as an array."""

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: slice) -> Array:
        return self.take(np.arange(*rows.indices(len(self))))
