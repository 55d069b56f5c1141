"""Commands as they are printed: whoever types them into a shell runs what they say, whatever the names in them."""

from __future__ import annotations

import os
import shlex
from pathlib import Path


def command(*words: str | Path) -> str:
    """``dlx`` and these words; a path is taken for a path, also where it begins with a hyphen."""
    return " ".join(["dlx", *map(quoted, words)])


def without_advice(error: Exception) -> str:
    """What an error says, where that it sends the reader to ``dlx doctor`` is no matter."""
    return str(error).partition(" (dlx doctor ")[0]


def quoted(word: str | Path) -> str:
    """A word as a shell takes it, without control characters that a terminal would obey."""
    text = f"./{word}" if isinstance(word, Path) and str(word).startswith("-") else str(word)
    if text.isprintable():
        return shlex.quote(text)
    signs = (sign if sign.isprintable() and sign not in "\\'" else _in_bytes(sign) for sign in text)
    return f"$'{''.join(signs)}'"


def _in_bytes(sign: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in os.fsencode(sign))
