"""The types of the arguments that the functions of dlx share."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeAlias


class Frame(Protocol):
    """A table of pandas or polars."""

    @property
    def columns(self) -> Any:
        """The names of its columns."""


class ArrowTable(Protocol):
    """A table of Arrow, or of whatever speaks its protocol."""

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        """Its batches."""


Examples: TypeAlias = tuple[Any, Any] | Frame | ArrowTable | Mapping[Any, Any]  # (X, y), or a table
Data: TypeAlias = Examples | None  # a mapping may also be from train, dev and test to examples
Target: TypeAlias = str | int | Sequence[str] | None  # the column or columns that are to be predicted
PathLike: TypeAlias = str | os.PathLike[str]
SpecLike: TypeAlias = PathLike | Mapping[str, Any]
