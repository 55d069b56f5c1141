"""The names of several targets of a regression, and of the columns that say what is answered of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dlx.words import Task

RESERVED = ("row", "fold", "file", "unanswered")  # columns that stand beside the answers


def names_of_targets(preprocessing: Mapping[str, Any]) -> tuple[str, ...]:
    """What a data set, or a model, calls its targets: columns of the table, or 1, 2, …; nothing where there is one."""
    count = preprocessing.get("targets", 1)
    if count < 2 or Task(preprocessing["task"]) is not Task.REGRESSION:
        return ()
    columns = tuple(map(str, preprocessing["options"].get("target") or ()))
    return columns if len(columns) == count else tuple(str(number + 1) for number in range(count))


def value_columns(names: Sequence[str]) -> list[str]:
    """The columns of what is answered: `value` of one target, else their names, or `value1` where they have none."""
    if not names:
        return ["value"]
    if list(names) == [str(number + 1) for number in range(len(names))]:
        return [f"value{name}" for name in names]
    return [f"value({name})" if name in RESERVED or name.isdecimal() else name for name in names]


def columns_of(what: str, names: Sequence[str]) -> list[str]:
    """The columns of something of each target, such as `label(height)`, or `label1` where they have no names."""
    if not names:
        return [what]
    if list(names) == [str(number + 1) for number in range(len(names))]:
        return [f"{what}{name}" for name in names]
    return [f"{what}({name})" for name in names]
