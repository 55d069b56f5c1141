"""Columns of answers have the names of the targets, and no two of them the same."""

from __future__ import annotations

from typing import Any

import pytest

from dlx.data.targets.target_names import columns_of, names_of_targets, value_columns


def stored(targets: int, columns: list[Any], task: str = "regression") -> dict[str, Any]:
    return {"task": task, "targets": targets, "options": {"target": columns}}


@pytest.mark.parametrize(
    ("preprocessing", "values", "labels"),
    [
        (stored(1, ["height"]), ["value"], ["label"]),
        (stored(2, ["height", "weight"]), ["height", "weight"], ["label(height)", "label(weight)"]),
        (stored(2, ["file", "row"]), ["value(file)", "value(row)"], ["label(file)", "label(row)"]),
        (stored(2, ["3", "4"]), ["value(3)", "value(4)"], ["label(3)", "label(4)"]),
        (stored(3, []), ["value1", "value2", "value3"], ["label1", "label2", "label3"]),
        (stored(2, ["y"]), ["value1", "value2"], ["label1", "label2"]),  # an array of two columns
        (stored(2, ["a", "b"], task="multilabel"), ["value"], ["label"]),
    ],
)
def test_columns_of_targets(preprocessing: dict[str, Any], values: list[str], labels: list[str]) -> None:
    names = names_of_targets(preprocessing)
    assert value_columns(names) == values
    assert columns_of("label", names) == labels
