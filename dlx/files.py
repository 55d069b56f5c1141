"""Files written whole or not at all, and read with the place of the fault when they are damaged."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from dlx.errors import DataError, EnvironmentProblem


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turns the machine's refusal to write at ``path`` (full, read-only, no permission) into one line."""
    try:
        yield
    except OSError as error:
        raise EnvironmentProblem(f"{path}: cannot be written: {error.strerror or error}") from error


def write_atomically(path: Path, content: bytes | memoryview, durable: bool = True) -> None:
    """Puts ``content`` at ``path`` so that a crash at any moment leaves the old file or the new one, both whole.

    A temporary file beside the target is written and fsynced, then renamed; then the directory is fsynced, because
    only that makes the new name last. Without ``durable`` nothing is fsynced: that is many times as fast, a crash of
    the program still does no harm, but after a power cut the file can be empty.

    Raises:
        EnvironmentProblem: the disk is full, the directory read-only or gone.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with writing(path):
        try:
            with temporary.open("wb") as file:
                file.write(content)
                file.flush()
                if durable:
                    os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        if durable:
            _sync_directory(path.parent)


def _sync_directory(path: Path) -> None:
    if not hasattr(os, "O_DIRECTORY"):  # Windows cannot open a directory
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read(path: Path) -> bytes:
    """The whole file.

    Raises:
        DataError: it is missing or unreadable.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from error


def to_json(document: object) -> bytes:
    """Strict JSON (RFC 8259) of plain data, paths, records and NumPy's values; infinity and NaN become null."""
    return (
        json.dumps(_plain(document), indent=2, ensure_ascii=False, allow_nan=False).encode(
            errors="backslashreplace"  # an undecodable byte of a file name becomes JSON's own \udcxx
        )
        + b"\n"
    )


def to_signed_json(document: Mapping[str, Any]) -> bytes:
    """JSON of plain data with a SHA-256 of its own under ``sha256``, by which any damage is noticed."""
    return json.dumps({**document, "sha256": _digest(document)}, indent=1).encode() + b"\n"


def from_signed_json(text: bytes) -> dict[str, Any] | None:
    """The document that `to_signed_json` was given; None where the text is damaged."""
    try:
        document: dict[str, Any] = json.loads(text)
        return document if document.pop("sha256") == _digest(document) else None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _digest(document: Mapping[str, Any]) -> str:
    """Of the document in one canonical spelling."""
    return sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


def parse_json(content: bytes, path: Path) -> Any:
    """The document in the JSON file at ``path`` with this content; raises `DataError` where it is none."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}: is damaged: {error}") from error


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return str(value) if isinstance(value, Path) else value
