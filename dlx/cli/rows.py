"""Rows of text whose last cell may be long: on a terminal it is wrapped to what the other cells leave of its width."""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Sequence

from dlx.language import translated
from dlx.show import terminal

LEAST = 30  # columns of the last cell beside the others
NEW_LINE = re.compile(r"\n(?=\s|[-*] |[A-Z]\w*: )")  # of lists, and before such as `Source: `


def print_rows(rows: Sequence[Sequence[str]]) -> None:
    """Print the rows on stdout, their cells under each other."""
    if not rows:
        return
    columns = terminal.columns_of(sys.stdout)
    taken = sum(2 + max(map(len, cells)) for cells in list(zip(*rows, strict=True))[:-1])
    if columns - taken >= LEAST:
        terminal.table([line for row in rows for line in _wrapped(row, columns - taken)])
    else:
        for row in rows:
            _print_stacked(row, max(columns, LEAST))


def _print_stacked(row: Sequence[str], columns: int) -> None:
    """The last cell below the others, which leave no room for it."""
    *cells, last = row
    print(textwrap.fill("  ".join(filter(None, cells)), columns, subsequent_indent="    "))
    print(textwrap.fill(last, columns, initial_indent="      ", subsequent_indent="      "))


def allowed_in_language(allowed: str) -> str:
    """What may stand at a key, in the language of the reader; names of components, in front of the rest, stay."""
    names, joint, rest = allowed.rpartition("; ")
    return f"{translated(names)}{joint}{translated(rest)}"


def _wrapped(row: Sequence[str], room: int) -> list[list[str]]:
    """The row as lines: the first cells stand in the first, the last cell runs on below itself."""
    *cells, last = row
    first, *more = textwrap.wrap(last, room) or [""]
    return [[*cells, first], *([""] * len(cells) + [line] for line in more)]


def print_text(text: str) -> None:
    """Print paragraphs on stdout, wrapped to the width of the terminal; the lines of lists stay apart."""
    room = max(terminal.columns_of(sys.stdout), LEAST)
    for number, paragraph in enumerate(text.split("\n\n")):
        if number:
            print()
        for line in NEW_LINE.split(paragraph):
            indent = line[: len(line) - len(line.lstrip())]
            print(textwrap.fill(" ".join(line.split()), room, initial_indent=indent, subsequent_indent=indent))
