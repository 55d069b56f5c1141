"""Decisions of a starter spec, and the lists in its comments."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

WORDS = 72  # characters of a list in a comment


class Decision(NamedTuple):
    """What is stated, and why."""

    value: Any
    reason: str


def shortened(words: Iterable[str]) -> str:
    """A list in words, as long as a comment may be."""
    listed, rest = "", list(words)
    while rest and len(listed) + len(rest[0]) < WORDS:
        listed += f"{', ' if listed else ''}{rest.pop(0)}"
    if not listed:
        return rest[0][:WORDS] if rest else ""
    return f"{listed} and {len(rest):,} more" if rest else listed
