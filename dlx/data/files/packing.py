"""How files are packed: gzip, bzip2, xz, and ZIP archives with one file in them."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import BinaryIO
from zipfile import BadZipFile, ZipFile, ZipInfo

from dlx.data.files.memory import check_ratio
from dlx.errors import DataError, EnvironmentProblem
from dlx.text import shorten

Unpacker = Callable[[Path, BinaryIO], io.BufferedIOBase]
ZIP = ".zip"
LONGEST_LIST = 300  # characters of the names in a message

# What a damaged file may raise, beside an OSError without number.
DAMAGE: tuple[type[Exception], ...] = (EOFError, zlib.error, gzip.BadGzipFile, BadZipFile)
with suppress(ImportError):  # of a Python that was built without it
    from lzma import LZMAError

    DAMAGE += (LZMAError,)


def _gzip(path: Path, packed: BinaryIO) -> io.BufferedIOBase:
    return gzip.GzipFile(fileobj=packed)


def _bzip2(path: Path, packed: BinaryIO) -> io.BufferedIOBase:
    try:
        from bz2 import BZ2File
    except ImportError as error:
        raise _without(path, "bz2") from error
    return BZ2File(packed)


def _xz(path: Path, packed: BinaryIO) -> io.BufferedIOBase:
    try:
        from lzma import LZMAFile
    except ImportError as error:
        raise _without(path, "lzma") from error
    return LZMAFile(packed)


def _zip(path: Path, packed: BinaryIO) -> io.BufferedIOBase:
    archive = ZipFile(packed)
    member = _only_member(path, archive)
    check_ratio(f"{path}: {member.filename}", member.file_size, member.compress_size)
    try:
        return archive.open(member)  # type: ignore[return-value]  # it is a BufferedIOBase, typed as IO
    except (NotImplementedError, RuntimeError) as error:  # of a compression, or for want of a module
        raise DataError(f"{path}: {member.filename}: is packed in a way that Python cannot unpack: {error}") from error


UNPACKERS: dict[str, Unpacker] = {".gz": _gzip, ".bz2": _bzip2, ".xz": _xz, ZIP: _zip}


def unpacked_name(name: str) -> str:
    """The name, in small letters, without the suffix of what packed the file."""
    name = name.lower()
    return name.removesuffix(packed_suffix(name))


def packed_suffix(name: str) -> str:
    """The suffix of what packed the file, in small letters; empty where nothing did."""
    return next((suffix for suffix in UNPACKERS if name.lower().endswith(suffix)), "")


def member_name(path: Path) -> str:
    """The name of the one file in a ZIP archive, without folders.

    Raises:
        OSError: it cannot be read.
        DataError: there is not exactly one, or it is locked.
        BadZipFile: it is no ZIP archive.
    """
    with path.open("rb") as packed, ZipFile(packed) as archive:
        return PurePosixPath(_only_member(path, archive).filename).name


def _only_member(path: Path, archive: ZipFile) -> ZipInfo:
    """The file in an archive; folders do not count, nor what systems put beside files for themselves."""
    members = [member for member in archive.infolist() if not _is_of_system(member)]
    if len(members) != 1:
        names = shorten(", ".join(member.filename for member in members), LONGEST_LIST)
        what = f"the archive holds {len(members)} files ({names})" if members else "the archive holds no file"
        raise DataError(f"{path}: {what}, and one is read: unpack it, and name the file that is meant")
    if members[0].flag_bits & 1:
        raise DataError(f"{path}: {members[0].filename}: is locked by a password; unpack it first")
    return members[0]


def _is_of_system(member: ZipInfo) -> bool:
    parts = PurePosixPath(member.filename).parts
    return member.is_dir() or not parts or parts[0] == "__MACOSX" or parts[-1].startswith(".")


def _without(path: Path, module: str) -> EnvironmentProblem:
    what = f"unpacking it needs Python's module {module}, which this Python was built without; unpack it first"
    return EnvironmentProblem(f"{path}: {what}")
