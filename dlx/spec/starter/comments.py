"""Lists in the comments of a starter spec."""

from __future__ import annotations

from collections.abc import Iterable

WORDS = 72  # characters of a list in a comment


def shortened(words: Iterable[str]) -> str:
    """A list in words, as long as a comment may be."""
    listed, rest = "", list(words)
    while rest and len(listed) + len(rest[0]) < WORDS:
        listed += f"{', ' if listed else ''}{rest.pop(0)}"
    if not listed:
        return rest[0][:WORDS] if rest else ""
    return f"{listed} and {len(rest):,} more" if rest else listed
