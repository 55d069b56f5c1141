"""What is stated of the columns to predict, which a model keeps so that labels of other files are read like train's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dlx.data.tables import TableOptions
from dlx.data.values.columns import ColumnOptions


def target_settings(options: TableOptions, target: Sequence[str]) -> dict[str, Any]:
    """By the names of the columns, as plain data."""
    names = dict(zip(map(str, options.target), target, strict=False))
    stated = {names.get(key, key): setting for key, setting in options.columns.items()}
    return {name: of.model_dump(mode="json", exclude_none=True) for name, of in stated.items() if name in target}


def settings_of_targets(options: Mapping[str, Any], target: str | int | None) -> dict[str, ColumnOptions]:
    """What `target_settings` was made of, out of a model's options; target: the column that is meant instead."""
    stated = {name: ColumnOptions.model_validate(of) for name, of in options.get("columns", {}).items()}
    return stated if target is None else {str(target): of for of in stated.values()}
