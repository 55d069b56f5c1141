"""The encoding of a text file, as all of its bytes tell it."""

from __future__ import annotations

import codecs
from pathlib import Path

from dlx.data.files.opening import open_binary, readable
from dlx.data.text_tables.text_encoding import no_text, wide_encoding
from dlx.errors import DataError

AT_ONCE = 2**16  # bytes that are decoded at once to see whether a file is UTF-8
UTF8, WINDOWS = "utf-8-sig", "cp1252"


def as_codec(encoding: str) -> str:
    """The encoding, such that a byte order mark is passed over."""
    name = codecs.lookup(encoding).name
    return UTF8 if name == "utf-8" else name


def encoding_of(path: Path) -> str:
    """What a byte order mark says, UTF-8 where all of the file is that, else cp1252."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with readable(path), open_binary(path) as file:
        start = file.read(AT_ONCE)
        if what := no_text(start):
            raise DataError(f"{path}: {what}")
        if encoding := wide_encoding(start):
            return encoding
        try:
            while start:
                decoder.decode(start)
                start = file.read(AT_ONCE)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return _encoding_of_one_byte(path)
    return UTF8


def _encoding_of_one_byte(path: Path) -> str:
    """cp1252, which Windows writes, where nothing speaks against it.

    Raises:
        DataError: the file is no text, or text in UTF-8 but for a few bytes.
    """
    place, is_utf8, is_text = "", False, True
    with readable(path), open_binary(path) as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode()
                is_utf8 |= not line.isascii()
            except UnicodeDecodeError as error:
                place = place or f"{path}:{number}: the text is not UTF-8 (byte 0x{line[error.start]:02x})"
            text = line.decode("cp1252", errors="replace")
            is_text &= "\ufffd" not in text and all(sign >= " " or sign.isspace() for sign in text)
    if is_utf8 or not is_text:
        raise DataError(f"{place}; save the file as UTF-8, or state its `encoding`")
    return WINDOWS
