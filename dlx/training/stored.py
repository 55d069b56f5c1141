"""Stored documents: what must stand in those that dlx reads back, so that a damaged one is named with its key."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, cast, get_args, get_origin, get_type_hints

from dlx.errors import DataError
from dlx.stats.intervals import Estimate
from dlx.words import Status, Task

# A shape is a type (an enum: one of its words), None, a tuple of which one must fit, a list of what each item must be,
# or a mapping of the keys: a key with "?" may be absent, and "*" stands for every other one.
Shape = type | tuple[Any, ...] | list[Any] | Mapping[str, Any] | None

NO_KEY = {"key": False}  # metadata of the fields of a record that are no keys of its document

LARGEST = sys.float_info.max

NUMBER: Shape = (int, float)
NUMBER_OR_NONE: Shape = (NUMBER, None)
ROW: Shape = ({"epoch": int, "step": int, "*": NUMBER_OR_NONE}, None)

RUN = {
    "name": str,
    "status": Status,
    "seed": int,
    "overrides": [str],
    "started": str,
    "command": str,
    "versions": {"*": str},
    "config_sha256": str,
    "parameters": int,
    "data": ({"fingerprint": str, "task": Task, "n_x": int, "n_y": int, "examples": {"*": int}, "*": object}, {}),
    "final?": ROW,
    "best?": ROW,
    "kept_epoch?": (int, None),
    "course?": {"*": object},
    "test?": ({"cost": NUMBER_OR_NONE, "error": NUMBER_OR_NONE}, None),
    "objective?": {"name": str, "*": object},
    "message?": str,
    "refit?": {"examples": int, "done": bool, "note?": str, "*": object},
    "tags?": [str],
    "sizes?": {"*": int},
    "*": object,
}
CALIBRATION = {"temperature": NUMBER, "threshold": NUMBER, "model_sha256": str, "*": object}
COMPONENT = {"name": str, "*": object}
MODEL: Shape = (
    {
        "name": str,
        "dtype": str,
        "plugins": [str],
        "task": Task,
        "loss": COMPONENT,
        "classes": list,
        "n_x": int,
        "layers": [
            {
                "units": int,
                "activation": (COMPONENT, None),
                "bias": bool,
                "batch_norm": (list, None),
                "norm?": COMPONENT,
            }
        ],
        "preprocessing": {"columns": list, "options": dict, "task": Task, "classes": list, "*": object},
        "*": object,
    },
    {"objective": COMPONENT, "*": object},
)


def check(path: Path, document: Mapping[str, Any], shape: Shape) -> None:
    """Raise `DataError` with the key where the document at ``path`` has another shape."""
    fault = mismatch(document, shape)
    if fault is not None:
        raise DataError(f"{path}: is damaged: {fault}")


def shape_of(record: type) -> Shape:
    """The shape of a record in a document; an older one may lack fields that have a default."""
    return _shape_of(record)


@cache
def _shape_of(record: type) -> Shape:
    if hasattr(record, "shape"):
        return cast(Shape, record.shape)
    hints = get_type_hints(record)
    keys = [field for field in fields(record) if is_key(field)]
    shape = {field.name + "?" * _has_default(field): _of_hint(hints[field.name]) for field in keys}
    if issubclass(record, Estimate):
        shape |= dict.fromkeys(("value", "low", "high"), NUMBER_OR_NONE)
    return shape | {"m": (int, None)} if record is Estimate else shape


def is_key(field: Field[Any]) -> bool:
    """Whether a field of a record is a key of its document."""
    return field.metadata != NO_KEY


def _has_default(field: Field[Any]) -> bool:
    return field.default is not MISSING or field.default_factory is not MISSING


def _of_hint(hint: Any) -> Shape:
    if isinstance(hint, UnionType):
        return tuple(map(_of_hint, get_args(hint)))
    if is_dataclass(hint):
        return shape_of(cast(type, hint))
    if get_origin(hint) in (dict, Mapping):
        return {"*": _of_hint(get_args(hint)[1])}
    if get_origin(hint) in (list, tuple):
        return [_of_hint(get_args(hint)[0])]
    return {float: NUMBER, NoneType: None, Any: object}.get(hint, hint)


def mismatch(value: Any, shape: Shape, key: str = "") -> str | None:
    """Where and how the value differs from the shape; None where it does not."""
    if shape is object:
        return None
    if isinstance(shape, Mapping):
        return _of_mapping(value, shape, key)
    if isinstance(shape, list):
        if not isinstance(value, list):
            return _unexpected(value, "a list", key)
        return next(filter(None, (mismatch(item, shape[0], f"{key}[{i}]") for i, item in enumerate(value))), None)
    if shape == NUMBER:
        return None if _is_number(value) else _unexpected(value, "a number", key)
    if isinstance(shape, tuple):
        faults = [mismatch(value, option, key) for option in shape]
        return None if None in faults else faults[0]
    if words := _words(shape):
        expected = f"one of {', '.join(words)}" if isinstance(value, str) else "text"
        return None if value in words else _unexpected(value, expected, key)
    if shape is None or not isinstance(value, shape) or (isinstance(value, bool) and shape in (int, float)):
        return None if shape is None and value is None else _unexpected(value, _name(shape), key)
    return None


def _is_number(value: Any) -> bool:
    """Whether it is one that a document has: finite, and no larger than numbers in memory are."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST


@cache
def _words(shape: type | None) -> tuple[str, ...]:
    """Those of which the value must be one; none where it may be another."""
    if get_origin(shape) is Literal:
        return get_args(shape)
    return tuple(shape) if isinstance(shape, type) and issubclass(shape, StrEnum) else ()


def _of_mapping(value: Any, shape: Mapping[str, Any], key: str) -> str | None:
    if not isinstance(value, Mapping):
        return _unexpected(value, "a mapping", key)
    if value and not shape:
        return _unexpected(value, "an empty mapping", key)
    named = {name.removesuffix("?"): item for name, item in shape.items() if name != "*"}
    for name in shape:
        if name != "*" and not name.endswith("?") and name not in value:
            return f"there is no {_dotted(key, name)}"
    others = shape.get("*", object)  # where the shape does not speak of them, they may be anything
    for name, item in value.items():
        expected = named.get(name, others)
        if expected is not object and (fault := mismatch(item, expected, _dotted(key, name))):
            return fault
    return None


def _dotted(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name


def _name(shape: type | None) -> str:
    names: dict[type | None, str] = {
        None: "null",
        str: "text",
        dict: "a mapping",
        list: "a list",
        int: "a whole number",
    }
    return names.get(shape, str(shape))


def _unexpected(value: Any, expected: str, key: str) -> str:
    text = repr(value)
    return f"{key or 'it'} is {text if len(text) <= 40 else text[:40] + ' …'}, expected {expected}"
