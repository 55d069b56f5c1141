"""Rows of text whose last cell may be long: on a terminal it is wrapped to what the other cells leave of its width."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Sequence

from dlx.language import translated
from dlx.show import terminal


def print_rows(rows: Sequence[Sequence[str]]) -> None:
    """Print the rows on stdout, their cells under each other."""
    if not rows:
        return
    taken = sum(2 + max(map(len, cells)) for cells in list(zip(*rows, strict=True))[:-1])
    room = max(terminal.columns_of(sys.stdout) - taken, 30)
    terminal.table([line for row in rows for line in _wrapped(row, room)])


def allowed_in_language(allowed: str) -> str:
    """What may stand at a key, in the language of the reader; names of components, in front of the rest, stay."""
    names, joint, rest = allowed.rpartition("; ")
    return f"{translated(names)}{joint}{translated(rest)}"


def _wrapped(row: Sequence[str], room: int) -> list[list[str]]:
    """The row as lines: the first cells stand in the first, the last cell runs on below itself."""
    *cells, last = row
    first, *more = textwrap.wrap(last, room) or [""]
    return [[*cells, first], *([""] * len(cells) + [line] for line in more)]
