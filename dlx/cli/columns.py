"""Plain text in aligned columns, for results that are read by people and by other programs alike."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Sequence


def columns(rows: Sequence[Sequence[str]]) -> str:
    """The rows with their cells under each other; on a terminal the last column is wrapped to its width."""
    widths = [max(map(len, column)) for column in zip(*(row[:-1] for row in rows), strict=True)]
    indent = sum(widths) + 2 * len(widths)
    room = max(shutil.get_terminal_size().columns - indent, 30) if sys.stdout.isatty() else sys.maxsize
    lines = []
    for *cells, last in rows:
        start = "".join(f"{cell:<{width}}  " for cell, width in zip(cells, widths, strict=True))
        lines.append(textwrap.fill(last, room + indent, initial_indent=start, subsequent_indent=" " * indent) or start)
    return "\n".join(line.rstrip() for line in lines)
