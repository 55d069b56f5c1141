"""Text as a terminal may show it: characters that steer a terminal, or turn its lines around, are written out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, TextIO

# Control characters (C0, DEL, C1), marks that change the direction of writing, and line separators.
_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_STEERING = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f{_BIDI}\u2028\u2029]")
_STEERING_A_LINE = re.compile(f"[\x00-\x1f\x7f-\x9f{_BIDI}\u2028\u2029]")
_UNSAFE_IN_JSON = re.compile(f"[\x7f-\x9f{_BIDI}\u2028\u2029]")


def visible(text: str) -> str:
    r"""The text with such characters as ``\x1b`` or ``\u202e``; newlines and tabs stay."""
    return _STEERING.sub(lambda match: repr(match[0])[1:-1], text)


def visible_line(text: str) -> str:
    r"""The same for what must stay in one line: newlines and tabs are written out too, as ``\n`` and ``\t``."""
    return _STEERING_A_LINE.sub(lambda match: repr(match[0])[1:-1], text)


def visible_json(text: str) -> str:
    r"""A JSON document with such characters as its own ``\u009b``: it says the same."""
    return _UNSAFE_IN_JSON.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


class Visible:
    """A stream to people, in place of stdout or stderr: whatever writes there, it can write only what is visible.

    What draws on a terminal itself takes ``raw``, and has to make its texts visible on its own.
    """

    def __init__(self, raw: TextIO) -> None:
        self.raw = raw

    def write(self, text: str) -> int:
        """Write the text, visibly; returns its length."""
        self.raw.write(visible(text))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write each of the lines."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        if name == "buffer":  # who finds the stream of bytes below would write past this
            raise AttributeError(name)
        return getattr(self.raw, name)


def raw(stream: TextIO) -> TextIO:
    """The stream itself, for what draws on a terminal."""
    return stream.raw if isinstance(stream, Visible) else stream
