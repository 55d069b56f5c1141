"""Messages: errors and remarks in the language of the reader, with names, paths and values as they are."""

from __future__ import annotations

import re
from importlib import import_module

from dlx.language import ENGLISH, language

# What is no word of a message: a quoted value, names that are allowed, a path.
APART = re.compile(
    r"(?<![^\s(\[:])'[^']*[^\W\d_][^']*'|(?<=\(allowed )[^\s();,]+(?:, [^\s();,]+)*(?=[;)])"
    r"|[^\s,;()`]*[/\\][^\s,;()`]*?(?=(?::\d+)*[:?.]?(?:[\s,;()`]|$))"
)
FIRST = 0xE000  # of the signs that stand for these while the rest is read: private, and no letters


def message(text: str) -> str:
    """The message in the language of the reader, line by line."""
    if language() == ENGLISH:
        return text
    return "\n".join(map(_line, text.split("\n")))


def _line(text: str) -> str:
    apart: list[str] = []

    def sign(piece: re.Match[str]) -> str:
        apart.append(piece[0])
        return chr(FIRST + len(apart) - 1)

    words = APART.sub(sign, text)
    if len(apart) > 0xF8FF - FIRST:
        return text
    translation: str = import_module("dlx.language.catalog").catalog(language()).best(words)
    return re.sub(r"[\uE000-\uF8FF]", lambda place: _value(apart, place[0]), translation)


def _value(apart: list[str], sign: str) -> str:
    number = ord(sign) - FIRST
    return apart[number] if number < len(apart) else sign
