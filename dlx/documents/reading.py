"""Reading: the record that a stored document was made of, also where an older dlx has written it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from math import inf
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from dlx.training.stored import check, shape_of

Record = TypeVar("Record")


def read_record(kind: type[Record], document: Mapping[str, Any], path: Path, key: str) -> Record:
    """The record that the document at ``path`` has under a key; keys that this dlx does not know are left out.

    Raises:
        DataError: it is damaged: the key at fault is named.
    """
    check(path, document, {key: shape_of(kind), "*": object})
    record: Record = _of_hint(kind, document[key])
    return record


def _of_hint(hint: Any, value: Any) -> Any:
    """JSON has no infinity: where a number is expected, null was beyond all numbers."""
    if value is None:
        return inf if hint is float else None
    if isinstance(hint, UnionType):
        [hint] = (option for option in get_args(hint) if option is not NoneType)
    if is_dataclass(hint):
        hints = get_type_hints(hint)
        values = {field.name: value[field.name] for field in fields(hint) if field.name in value}
        return hint(**{name: _of_hint(hints[name], item) for name, item in values.items()})  # type: ignore[operator]
    if get_origin(hint) is list:
        return [_of_hint(get_args(hint)[0], item) for item in value]
    if get_origin(hint) is dict:
        return {name: _of_hint(get_args(hint)[1], item) for name, item in value.items()}
    return value
