"""Files written whole or not at all, and read with the place of the fault when they are damaged."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path, PurePath
from typing import Any, BinaryIO, TypeVar

from dlx.errors import DataError, EnvironmentProblem, ReadFailure
from dlx.plain_data import in_lines, is_deeper, is_surely_shallow, opened

Content = TypeVar("Content")
Other = TypeVar("Other")

SCHEMA_VERSION = 1  # of every document: which dlx can read it
DEEPEST = 100  # so many lists and mappings may stand in each other; what Python walks itself ends at a few hundred

# How the files begin that dlx writes, by the ends of their names.
BEGINNINGS = {
    ".json": (b"{",),
    ".yaml": (b"name: ", b"# ", b"base:"),
    ".csv": (b"epoch,", b"step,", b"index,", b"run,"),
    ".npz": (b"PK\x03\x04",),
    ".npy": (b"\x93NUMPY",),
    ".png": (b"\x89PNG",),
    ".html": (b"<!DOCTYPE html>",),
    ".py": (b'"""',),
    ".tfevents": (b"\x18\0\0\0\0\0\0\0",),  # the length of the first event
}
LONGEST_BEGINNING = 16
ON_WINDOWS = os.name == "nt"
ATTEMPTS, SECONDS_BETWEEN_ATTEMPTS = 100, 0.01
COARSEST = 2 * 10**9  # nanoseconds between two times of a file that a file system tells apart (FAT)
# The errors of a path that is wrong, or of what stands there; all others, such as EIO, are the machine's.
OF_THE_PATH = frozenset(
    (
        errno.ENOENT,
        errno.ENOTDIR,
        errno.EISDIR,
        errno.EACCES,
        errno.EPERM,
        errno.ENAMETOOLONG,
        errno.ELOOP,
        errno.EINVAL,
    )
)


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
    with writing(path):
        temporary, file = _new_temporary(path)
        try:
            with file:
                file.write(content)
                file.flush()
                if durable:
                    os.fsync(file.fileno())
            _replace(path, temporary)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        if durable:
            _sync_directory(path.parent)


def _replace(path: Path, temporary: Path) -> None:
    """Let a file take the place of the one at ``path``: on Windows that fails while somebody reads it, for a moment."""
    for _ in range(ATTEMPTS if ON_WINDOWS else 0):
        with suppress(PermissionError):
            temporary.replace(path)
            return
        time.sleep(SECONDS_BETWEEN_ATTEMPTS)
    temporary.replace(path)


def _new_temporary(path: Path) -> tuple[Path, BinaryIO]:
    """A file beside ``path`` that was not there before, open for writing."""
    number = os.getpid()
    while True:
        temporary = path.with_name(f".{path.name}.{number}.tmp")
        try:
            return temporary, temporary.open("xb")
        except FileExistsError:
            number += 1


def temporaries(directory: Path, is_ours: Callable[[str], bool]) -> Iterator[Path]:
    """What writing left in a directory that was cut off: by the name of the file, and by how that begins."""
    for path in sorted(directory.glob(".*.tmp")):
        name, _, number = path.name.removeprefix(".").removesuffix(".tmp").rpartition(".")
        if number.isdigit() and is_ours(name) and begins_like(path, name):
            yield path


def begins_like(path: Path, name: str) -> bool:
    """Whether a file begins as what dlx writes under such a name does, as far as it goes; an empty one does."""
    if not path.is_file() or path.is_symlink():
        return False
    with path.open("rb") as file:
        start = file.read(LONGEST_BEGINNING)
    beginnings = BEGINNINGS.get(PurePath(name).suffix, ())
    return any(start.startswith(beginning) or beginning.startswith(start) for beginning in beginnings)


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
        ReadFailure: the machine fails to read it.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise unread(path, error) from error


def identity(path: Path | str) -> tuple[int, ...] | None:
    """Numbers that are others as soon as another file stands at ``path``, or that one has been written to.

    None of a file that was written to just now, since a further write need not show in its times; or that is not there.
    """
    try:
        status = Path(path).stat()
    except OSError:
        return None
    if abs(time.time_ns() - status.st_mtime_ns) < COARSEST:
        return None
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def unread(path: Path | str, error: OSError) -> DataError:
    """What is raised where a file cannot be read: it tells whether that is for its path or for the machine."""
    kind = DataError if error.errno is None or error.errno in OF_THE_PATH else ReadFailure
    return kind(f"{path}: cannot be read: {error.strerror or error}")


def unless_damaged(read: Callable[[], Content], otherwise: Other) -> Content | Other:
    """What is read, or something else where that is missing or damaged; that the machine fails to read it is raised."""
    try:
        return read()
    except ReadFailure:
        raise
    except DataError:
        return otherwise


def to_csv(rows: Iterable[Iterable[object]]) -> bytes:
    """Rows as CSV, each line ended by a newline; None is empty, and bytes of a path that are no text stay so."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode(errors="surrogateescape")


def to_json(document: object) -> bytes:
    """Strict JSON (RFC 8259) of plain data, paths, records and NumPy's values; infinity and NaN become null."""
    text = in_lines(document, indent=2)
    return text.encode(errors="backslashreplace") + b"\n"  # an undecodable byte of a file name is JSON's own \udcxx


def to_document(document: object) -> bytes:
    """The same of a document, or a record, that a later dlx may read: its version stands in front."""
    return to_json(versioned(opened(document)))


def versioned(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document with the version of its format in front."""
    return {"schema_version": SCHEMA_VERSION, **document}


def of_this_version(path: Path, document: Any) -> dict[str, Any]:
    """The document that stands at ``path``, if it is one that this dlx reads."""
    if not isinstance(document, dict):
        raise DataError(f"{path}: is damaged: it holds no mapping")
    if (version := document.get("schema_version")) != SCHEMA_VERSION:
        raise DataError(f"{path}: has schema_version {version}, this dlx reads {SCHEMA_VERSION}")
    return document


def to_signed_json(document: Mapping[str, Any]) -> bytes:
    """JSON of plain data with a SHA-256 of its own under ``sha256``, by which any damage is noticed."""
    return in_lines({**document, "sha256": _digest(document)}, indent=1, ascii_only=True).encode() + b"\n"


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
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}: is damaged: {error}") from error
    is_sure = not isinstance(document, dict) or is_surely_shallow(content, DEEPEST)
    for key, value in () if is_sure else document.items():
        if is_deeper(value, DEEPEST):
            raise DataError(f"{path}: is damaged: {key} is nested more than {DEEPEST} deep")
    return document
