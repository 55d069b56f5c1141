"""Lines and tables: styled on a terminal, plain everywhere else."""

from __future__ import annotations

import csv
import os
import re
import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TextIO
from unicodedata import combining, east_asian_width

from dlx.files import to_json, versioned
from dlx.language import translated
from dlx.plain_data import plain
from dlx.show.terminal.terminal import open_terminal
from dlx.text import shorten, visible_json, visible_line

Piece = tuple[str, str]  # a text, never read as markup, and its style

MARGIN = 10  # characters that a label has
NARROWEST = 12  # characters of a column of texts on a narrow screen
SHORTEST = 30  # characters of a wrapped line, however narrow the terminal
GAP = ("  ", "")  # between two columns
BETWEEN = len(GAP[0])
BEFORE_UNIT = re.compile(r"(?<=\d) (?=(?:%|s|min|h|d)(?!\w))")  # where no line may end
HELD = "\N{NO-BREAK SPACE}"


def is_plain(stream: TextIO) -> bool:
    """Whether only plain lines may go there: no terminal, NO_COLOR is set, or TERM=dumb."""
    return not stream.isatty() or bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"


def say(*pieces: Piece, stream: TextIO | None = None) -> None:
    """One line on stdout or ``stream``; what its encoding cannot spell becomes question marks."""
    out = stream or sys.stdout
    encoding = out.encoding or "utf-8"
    line = [(visible_line(text).encode(encoding, "replace").decode(encoding), style) for text, style in pieces]
    if is_plain(out):
        out.write("".join(text for text, _ in line).rstrip() + "\n")
        return
    from rich.text import Text

    open_terminal(out).print(Text.assemble(*line), soft_wrap=True)


def labeled(label: str, *pieces: Piece) -> None:
    """A line with its label in the margin, in the language of the reader; too long for a screen, a line a piece."""
    columns = columns_of(sys.stdout)
    margin, text = max(MARGIN, len(translated(label)) + 1), "".join(text for text, _ in pieces)
    if margin + text_width(text) <= columns:
        say((f"{translated(label):<{margin}}", "dim"), *pieces)
        return
    for number, (piece, style) in enumerate(pieces):
        paragraph("" if number else label, piece.strip(), style, margin)


def heading(name: str, text: str, stream: TextIO | None = None) -> int:
    """A name in bold with a text behind it, or below where a screen is too narrow; returns the number of lines."""
    out = stream or sys.stdout
    if not text or text_width(f"{name}  {text}") <= columns_of(out):
        say((name, "bold"), (f"  {text}" if text else "", ""), stream=out)
        return 1
    say((name, "bold"), stream=out)
    lines = list(paragraph_lines("", text, columns_of(out), margin=BETWEEN))
    for line in lines:
        say(*line, stream=out)
    return 1 + len(lines)


def columns_of(out: TextIO) -> int:
    """The columns of a screen; a file takes any number."""
    return shutil.get_terminal_size().columns if out.isatty() else sys.maxsize


def path(place: Path | str) -> None:
    """A path alone on its line of stdout: exactly as it is for a program, visibly in one line on a terminal."""
    text = str(place)
    sys.stdout.write(f"{visible_line(text) if sys.stdout.isatty() else text}\n")


def table(rows: Iterable[Sequence[object]], headers: Sequence[str] = (), stream: TextIO | None = None) -> None:
    """Rows in aligned columns two spaces apart; a column of numbers keeps to the right. A cell may have a style."""
    for line in table_lines(rows, headers, columns_of(stream or sys.stdout)):
        say(*line, stream=stream)


def table_of_most(rows: Sequence[Sequence[str]], headers: Sequence[str], giving_way: Sequence[int]) -> None:
    """A table, without as many of these columns, the first ones first, as the screen is too narrow for."""
    left = list(range(len(headers)))
    for number in giving_way:
        columns = [[row[k] for row in rows] for k in left]
        if _taken([[headers[k]] for k in left], columns) > columns_of(sys.stdout):
            left.remove(number)
    table([[row[k] for k in left] for row in rows], [headers[k] for k in left])


def table_lines(
    rows: Iterable[Sequence[object]], headers: Sequence[str] = (), room: int = sys.maxsize
) -> Iterator[list[Piece]]:
    """The lines of such a table; where so many columns of a screen are too few, headers are broken, texts shortened."""
    lines = [[_piece(cell) for cell in row] for row in rows]
    columns = [[text for text, _ in column] for column in zip(*lines, strict=True)]
    right = [all(map(_numeric, column)) for column in columns]
    heads = [[header] for header in headers] or [[] for _ in columns]
    if _taken(heads, columns) > room:
        heads = [
            textwrap.wrap(head[0], max(NARROWEST, *map(text_width, column))) if head else []
            for head, column in zip(heads, columns, strict=True)
        ]
        columns = _shortened(heads, columns, right, room)
    deep = max(map(len, heads), default=0)
    columns = [[*head, *[""] * (deep - len(head)), *column] for head, column in zip(heads, columns, strict=True)]
    lines = [*([("", "dim")] * len(heads) for _ in range(deep)), *lines]
    aligned = [_padded(column, keep) for column, keep in zip(columns, right, strict=True)]
    if aligned and not right[-1]:
        aligned[-1] = columns[-1]  # since blanks beyond the screen would make an empty line
    for texts, line in zip(zip(*aligned, strict=True), lines, strict=False):
        cells = [(text, style) for text, (_, style) in zip(texts, line, strict=True)]
        yield [piece for cell in cells for piece in (GAP, cell)][1:]


def _taken(heads: Sequence[Sequence[str]], columns: Sequence[Sequence[str]]) -> int:
    """How many columns of a screen a table takes."""
    widths = [max(map(text_width, (*head, *column)), default=0) for head, column in zip(heads, columns, strict=True)]
    return sum(widths) + BETWEEN * (len(widths) - 1)


def _shortened(
    heads: Sequence[Sequence[str]], columns: list[list[str]], right: Sequence[bool], room: int
) -> list[list[str]]:
    """The cells, of which the longest column of texts gives way first, and none beyond some characters."""
    while (beyond := _taken(heads, columns) - room) > 0:
        widths = [0 if keep else max(map(text_width, column)) for column, keep in zip(columns, right, strict=True)]
        widest = widths.index(max(widths))
        if widths[widest] <= NARROWEST:
            break
        others = sorted({*widths, NARROWEST})[-2]
        least = max(widths[widest] - beyond, min(others, widths[widest] - 1), NARROWEST)
        columns[widest] = [shorten(text, least) for text in columns[widest]]
    return columns


def _piece(cell: object) -> Piece:
    text, style = cell if isinstance(cell, tuple) else (str(cell), "")
    return visible_line(text), style


def paragraph(
    label: str,
    text: str,
    style: str = "",
    margin: int = MARGIN,
    stream: TextIO | None = None,
    label_style: str = "dim",
) -> None:
    """A text with its label in the margin; on a terminal wrapped to its width, elsewhere one line."""
    out = stream or sys.stdout
    for line in paragraph_lines(label, text, columns_of(out), style, margin, label_style):
        say(*line, stream=out)


def paragraph_lines(
    label: str, text: str, columns: int, style: str = "", margin: int = MARGIN, label_style: str = "dim"
) -> Iterator[list[Piece]]:
    """The lines of such a text on a screen of so many columns; the label is in the language of the reader."""
    room, label = max(columns - margin, SHORTEST), translated(label)
    taken = " " * max(len(label) + 1 - margin, 0) if label else ""  # by a label that is wider than the margin
    held = BEFORE_UNIT.sub(HELD, text)
    wrapped = textwrap.wrap(held, room, initial_indent=taken, break_long_words=False, break_on_hyphens=False)
    for number, line in enumerate(wrapped):
        text = line.replace(HELD, " ").removeprefix(taken if number == 0 else "")
        head = f"{label}{taken and ' '}" if number == 0 else ""
        yield [(f"{head:<{margin}}", label_style), (text, style)]


def document(content: object) -> None:
    """One JSON document, or a record as one, its version in front."""
    facts(versioned(plain(content)), json=True)


def facts(document: Mapping[str, object], json: bool = False) -> None:
    """Names and values: one JSON document, or a line each."""
    if json:
        text = to_json(document).decode()
        sys.stdout.write(visible_json(text) if sys.stdout.isatty() else text)
    else:
        table([(translated(name.replace("_", " ")), _plainly(value)) for name, value in document.items()])


def csv_table(rows: Iterable[Iterable[object]]) -> None:
    """Rows as CSV on stdout, each line ended by a newline; a field with a line break of any kind is quoted."""
    csv.writer(_Lines(sys.stdout), lineterminator="\r\n").writerows(rows)


class _Lines:
    """Takes the lines of a CSV writer; what is quoted follows from their ends, so these are changed afterwards."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, line: str) -> None:
        self.stream.write(f"{line[:-2]}\n")


def _plainly(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_plainly(inner)}" for name, inner in value.items())
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def padded(header: str, *cells: str) -> list[str]:
    """A column of equal width, its header first; numbers keep to the right."""
    return _padded([header, *cells], all(map(_numeric, cells)))


def _padded(cells: Sequence[str], right: bool) -> list[str]:
    width = max(map(text_width, cells))
    gaps = [" " * (width - text_width(cell)) for cell in cells]
    return [gap + cell if right else cell + gap for gap, cell in zip(gaps, cells, strict=True)]


def text_width(text: str) -> int:
    """How many columns of a terminal the text takes."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(letter) else 1 + (east_asian_width(letter) in "WF") for letter in text)


def _numeric(cell: str) -> bool:
    return not cell or cell.lstrip("+-.")[:1].isdigit()


def fitting(rows: Sequence[Sequence[str]], headers: Sequence[str], room: int) -> int:
    """How many of the columns, from the left, fit into so many columns of a screen; one at least."""
    taken = -BETWEEN
    for count, column in enumerate(zip(headers, *rows, strict=True)):
        taken += BETWEEN + max(map(text_width, column))
        if taken > room:
            return max(count, 1)
    return len(headers)
