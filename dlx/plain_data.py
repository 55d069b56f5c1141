"""Plain data: what documents, records and paths are in JSON, and its text in lines, of one key or item each."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from json.encoder import encode_basestring, encode_basestring_ascii
from pathlib import Path
from typing import Any

Encode = Callable[[str], str]
NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


def plain(value: object) -> Any:
    """The value as JSON has it; a record is its fields, unless it says itself what it is there (``to_document``)."""
    value = opened(value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


def opened(value: object) -> Any:
    """The same, but what stands in a list or under a key is still as it was."""
    if isinstance(value, Mapping):
        return {str(key): item for key, item in value.items()}
    if isinstance(value, list | tuple):
        return list(value)
    if is_dataclass(value) and not isinstance(value, type):
        if hasattr(value, "to_document"):
            return opened(value.to_document())
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if hasattr(value, "tolist"):
        return opened(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return str(value) if isinstance(value, Path) else value


def in_lines(value: object, indent: int, ascii_only: bool = False) -> str:
    """The text that ``json.dumps(plain(value), indent=indent)`` is, in a quarter of the time.

    json leaves such a text to Python code that makes it token by token.
    """
    return _text(value, "\n", " " * indent, encode_basestring_ascii if ascii_only else encode_basestring)


def _text(value: Any, line_end: str, step: str, encode: Encode) -> str:
    kind = type(value)
    if kind is str:
        return encode(value)
    if kind is float and math.isfinite(value):
        return float.__repr__(value)
    if kind is int:
        return int.__repr__(value)
    if kind is not dict and kind is not list:
        value = opened(value)
    inner = line_end + step
    if isinstance(value, dict):
        items = [f"{encode(str(key))}: {_text(item, inner, step, encode)}" for key, item in value.items()]
        return f"{{{inner}{f',{inner}'.join(items)}{line_end}}}" if items else "{}"
    if isinstance(value, list):
        items = [_text(item, inner, step, encode) for item in value]
        return f"[{inner}{f',{inner}'.join(items)}{line_end}]" if items else "[]"
    return encode(value) if isinstance(value, str) else json.dumps(value, allow_nan=False)


def is_deeper(value: Any, most: int) -> bool:
    """Whether more than so many lists and mappings stand in each other."""
    level = [value]
    for _ in range(most + 1):
        inner = [item for item in level if isinstance(item, list | dict)]
        level = [item for outer in inner for item in (outer.values() if isinstance(outer, dict) else outer)]
        if not inner:
            return False
    return True


def is_surely_shallow(content: bytes, most: int) -> bool:
    """Whether no more than so many do in JSON, as can be told by its brackets alone; those in texts may hide it.

    This is ten times as fast as to walk through the document.

    >>> [is_surely_shallow(text, 2) for text in (b'{"a": [1], "b": []}', b"[[[]]]", b'["["]')]
    [True, False, False]
    """
    brackets = content.translate(None, NO_BRACKETS)
    for _ in range(most // 2):  # each may take off two levels, one of each kind
        brackets = brackets.replace(b"[]", b"").replace(b"{}", b"")
    return not brackets
