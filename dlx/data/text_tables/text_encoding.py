"""The encoding of a text file, as a spec states it or as its first bytes tell it, and what is no text."""

from __future__ import annotations

import codecs

MARKS_OF_ORDER = {  # the longer first, since one begins with the other
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
SAMPLE = 64  # bytes of Latin letters by which UTF-16 without a mark is told
SIGNATURES = {  # how files begin that are no text, what they are, and how their names end
    b"\x1f\x8b": ("a gzip file", ".gz"),
    b"BZh": ("a bzip2 file", ".bz2"),
    b"\xfd7zXZ": ("an xz file", ".xz"),
    b"\x28\xb5\x2f\xfd": ("a Zstandard file, which dlx does not unpack", ""),
    b"PK\x03\x04": ("a ZIP archive, as a workbook of Excel is", ".zip or .xlsx"),
    b"\xd0\xcf\x11\xe0": ("an old workbook of Excel, to be saved as .xlsx", ""),
    b"PAR1": ("a Parquet file", ".parquet"),
    b"ARROW1": ("a Feather file", ".feather"),
    b"\x89HDF": ("an HDF5 file", ".h5"),
}


def known_encoding(encoding: str) -> str:
    """The name itself; raises `ValueError` where there is no encoding of that name."""
    try:
        "".encode(encoding)
    except (LookupError, ValueError):
        raise ValueError(f"there is no encoding named {encoding!r}, such as utf-8, latin-1 or cp1252") from None
    return encoding


def wide_encoding(start: bytes) -> str | None:
    """UTF-16 or UTF-32, where a file that begins so is that: by its mark, or by the zeros of Latin letters."""
    for mark, encoding in MARKS_OF_ORDER.items():
        if start.startswith(mark):
            return encoding
    even, odd = start[:SAMPLE:2], start[1:SAMPLE:2]
    if odd and max(odd) == 0 < min(even):
        return "utf-16-le"
    return "utf-16-be" if odd and max(even) == 0 < min(odd) else None


def no_text(start: bytes) -> str:
    """What a file that begins so is, though its name says text; empty where nothing speaks against text."""
    for signature, (what, ending) in SIGNATURES.items():
        if start.startswith(signature):
            return f"this is {what}; let its name end in {ending}" if ending else f"this is {what}"
    return ""
