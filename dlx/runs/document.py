"""A document in a directory that dlx made: JSON with the version by which a later dlx reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dlx.errors import DataError

SCHEMA_VERSION = 1


def of_this_version(path: Path, document: Any) -> dict[str, Any]:
    """The document, if it is one that this dlx reads."""
    if not isinstance(document, dict):
        raise DataError(f"{path}: is damaged: it holds no mapping")
    if (version := document.get("schema_version")) != SCHEMA_VERSION:
        raise DataError(f"{path}: has schema_version {version}, this dlx reads {SCHEMA_VERSION}")
    return document
