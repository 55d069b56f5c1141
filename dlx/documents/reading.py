"""Reading: the record that a stored document was made of, also where an older dlx has written it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import StrEnum
from functools import cache
from math import inf
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from dlx.stats.intervals import Estimate
from dlx.training.stored import NO_KEY as NO_KEY
from dlx.training.stored import check, is_key, shape_of

Record = TypeVar("Record")


def record_of(kind: type[Record], document: Mapping[str, Any], path: Path) -> Record:
    """The record that the document at ``path`` is; keys that this dlx does not know are left out.

    Raises:
        DataError: it is damaged: the key at fault is named.
    """
    check(path, document, shape_of(kind))
    record: Record = of_hint(kind, document)
    return record


def read_record(kind: type[Record], document: Mapping[str, Any], path: Path, key: str) -> Record:
    """The record that the document at ``path`` has under a key; otherwise as `record_of`."""
    check(path, document, {key: shape_of(kind), "*": object})
    record: Record = of_hint(kind, document[key])
    return record


def of_hint(hint: Any, value: Any) -> Any:
    """What a field of this type was made of; where a number is expected, null was beyond all numbers."""
    if value is None:
        return inf if hint is float else None
    if isinstance(hint, UnionType):
        options = [option for option in get_args(hint) if option is not NoneType]
        if len(options) > 1:  # a number, a text or a list of them, which JSON tells apart by itself
            return value
        [hint] = options
    if is_dataclass(hint):
        return _of_fields(hint, value)
    if get_origin(hint) is list:
        return [of_hint(get_args(hint)[0], item) for item in value]
    if get_origin(hint) is tuple:
        return tuple(value)
    if get_origin(hint) is dict:
        return {name: of_hint(get_args(hint)[1], item) for name, item in value.items()}
    return hint(value) if isinstance(hint, type) and issubclass(hint, StrEnum) else value


def _of_fields(kind: Any, document: Mapping[str, Any]) -> Any:
    """A record of its keys, unless it can be read in a way of its own; of an estimate what is null below is −∞."""
    if hasattr(kind, "from_document") and not issubclass(kind, Estimate):
        return kind.from_document(document)
    values = {name: of_hint(hint, document[name]) for name, hint in _hints(kind).items() if name in document}
    if issubclass(kind, Estimate) and document["low"] is None and document["value"] is not None:
        values["low"] = -inf
    return kind(**values)


@cache
def _hints(kind: type) -> dict[str, Any]:
    """The types of the fields that are keys."""
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind) if is_key(field)}
