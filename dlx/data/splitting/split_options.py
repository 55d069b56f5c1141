"""The options of a table that a split goes through by its columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dlx.data.tables import TableOptions


@dataclass(frozen=True)
class SplitTableOptions(TableOptions):
    """How the columns of a table are meant, and which of them a split goes by, by their role there.

    ``as_features``: whether features are made of these all the same.
    """

    split_columns: Mapping[str, str | int] = field(default_factory=dict)
    as_features: bool = False
