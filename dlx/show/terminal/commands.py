"""Commands on the terminal: one that is wider than the screen is broken so that a shell takes its lines as one."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import TextIO

from dlx.language import translated
from dlx.show.terminal.lines import MARGIN, Piece, columns_of, say, text_width

WORDS = re.compile(r"""(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^\s'"\\])+""")
INSIDE = re.compile(r"(?<=,) ")  # where a list or a mapping may be broken: to YAML a newline is a blank there
NESTED = re.compile(r"""['"][\w.]+=[\[{]""")
INDENT = 2
GOES_ON = " \\"


def say_command(label: str, line: str, margin: int = MARGIN, style: str = "cyan", stream: TextIO | None = None) -> None:
    """A command with its label in the margin."""
    out = stream or sys.stdout
    for pieces in command_lines(label, line, columns_of(out), margin, style):
        say(*pieces, stream=out)


def command_lines(
    label: str, line: str, columns: int, margin: int = MARGIN, style: str = "cyan"
) -> Iterator[list[Piece]]:
    """The lines of such a command on a screen of so many columns; the label is in the language of the reader."""
    label = translated(label)
    lines = [line] if margin + text_width(line) <= columns else broken(line, columns - margin)
    for number, text in enumerate(lines):
        yield [(f"{label if number == 0 else '':<{margin}}", "dim"), (text, style)]


def broken(line: str, room: int) -> list[str]:
    r"""A command in lines of at most so many columns, as far as its words allow, all but the last ended by a backslash.

    >>> print("\n".join(broken("dlx train config.yaml training.epochs=90", 24)))
    dlx train config.yaml \
      training.epochs=90
    """
    first, *words = WORDS.findall(line)
    lines = [first]
    for word in words:
        longer = f"{lines[-1]} {word}"
        if text_width(longer) + len(GOES_ON) <= room:
            lines[-1] = longer
        else:
            lines[-1] += GOES_ON
            lines += _word_lines(word, room)
    return lines


def _word_lines(word: str, room: int) -> list[str]:
    """A word on a line of its own; a wider one with less in front of it, or broken at the commas of its list."""
    for indent in (INDENT, 0):
        if indent + text_width(word) + len(GOES_ON) <= room:
            return [" " * indent + word]
    lines = [""]
    for piece in INSIDE.split(word) if NESTED.match(word) else [word]:
        if lines[-1] and text_width(f"{lines[-1]} {piece}") + len(GOES_ON) > room:
            lines.append(piece)
        else:
            lines[-1] = f"{lines[-1]} {piece}".strip()
    return lines
