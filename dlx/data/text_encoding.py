"""The encoding of a text file, as a spec states it."""

from __future__ import annotations


def known_encoding(encoding: str | None) -> str | None:
    """The name itself; raises `ValueError` where there is no encoding of that name."""
    try:
        "".encode(encoding or "utf-8")
    except (LookupError, ValueError):
        raise ValueError(f"there is no encoding named {encoding!r}, such as utf-8, latin-1 or cp1252") from None
    return encoding
