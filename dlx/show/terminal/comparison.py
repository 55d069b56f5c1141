"""A comparison of runs on the terminal: tables that keep to the width, the curves, and how sure the difference is."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping, Sequence, Set
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from dlx.show.terminal.comparison_rows import (
    ABSENT,
    Document,
    Row,
    group_rows,
    is_grouped,
    measured_parts,
    metric_rows,
    run_rows,
    settings_of_groups,
    short_keys,
    task_of,
)
from dlx.show.terminal.difference import sentences
from dlx.show.terminal.lines import Piece, paragraph, say, table
from dlx.show.terminal.text_plot import LETTERS, letter_plot, style
from dlx.words import Task

if TYPE_CHECKING:
    from dlx.show.charts.groups import MeanCurve


MARGIN, WIDTH = 10, 80
ASCII = str.maketrans({"│": "|", "┤": "+"})


def comparison(
    document: Document,
    curves: Sequence[MeanCurve | None],
    picture: Path | None = None,
    stream: TextIO | None = None,
) -> None:
    """Prints the table, the curves of the groups, and the difference where there are two.

    Args:
        document: of ``dlx.runs.compare``.
        curves: of each group, None where it has no value; none where they have no common unit.
        picture: where the curves are drawn.
        stream: in place of stdout.
    """
    out = stream or sys.stdout
    width = min(shutil.get_terminal_size().columns, WIDTH) if not out.isatty() else shutil.get_terminal_size().columns
    _table(document, width, out)
    if rows := list(metric_rows(document)):
        say(stream=out)
        _print(rows, out)
    what = document["curve"].replace("_", " ")
    if lines := letter_plot(curves, task_of(document) if "error" in what else Task.REGRESSION, min(width, WIDTH)):
        say(stream=out)
        say((f"{what} over the epochs{_of_groups(document)}", "dim"), stream=out)
    plain = {} if "utf" in (out.encoding or "utf-8").lower() else ASCII
    for line in lines:
        say(*((text.translate(plain), look) for text, look in line), stream=out)
    say(stream=out)
    for label, text in sentences(document):
        paragraph(label, text, "bold" if label == "verdict" else "", MARGIN, stream=out)
    if picture is not None:
        say((f"{'picture':<{MARGIN}}", "dim"), (str(picture), "cyan"), stream=out)


def _measure(document: Document) -> str:
    return "dev" if any("dev" in run["errors"] for run in document["runs"]) else "train"


def _of_groups(document: Document) -> str:
    return ", the mean of each group" if is_grouped(document) else ""


def _table(document: Document, width: int, out: TextIO) -> None:
    """A row for each run where that fits, else a column, else a row with fewer intervals; then a row for each group.

    Where there is too much that differs, what is the same in each group stands in a table of its own.
    """
    every, measure = measured_parts(document), [_measure(document)]
    ways = ((every, True), (measure, True), (measure, False), ((), True))
    full, *fewer = [list(run_rows(document, parts, timed)) for parts, timed in ways]
    if _wide(full) <= width:
        _print(full, out)
    elif _wide(_turned(full)) <= width:
        _print_turned(full, out)
    elif _wide(fewer[-1]) > width and (apart := settings_of_groups(document)):
        (_print if _wide(_turned(apart)) > max(width, _wide(apart)) else _print_turned)(apart, out)
        say(stream=out)
        _print_runs([[_without(row, apart[0].keys()) for row in rows] for rows in fewer], document, width, out)
    else:
        _print_runs(fewer, document, width, out)
    if is_grouped(document):
        say(stream=out)
        _print_first_fitting([list(group_rows(document, parts)) for parts in (every, measure, ())], width, out)


def _print_runs(ways: Sequence[Sequence[Row]], document: Document, width: int, out: TextIO) -> None:
    """As `_print_first_fitting`; where a terminal is too narrow, without what most runs lack, and the last ones."""
    rows = ways[-1]
    names = [name for name in short_keys(document["differing"]).values() if name in rows[0]]
    names.sort(key=lambda name: sum(row[name] == ABSENT for row in rows))
    left: list[str] = []
    while out.isatty() and _wide(rows) > width and names:
        left.insert(0, names.pop())
        rows = [_without(row, set(left)) for row in rows]
    _print_first_fitting([rows] if left else ways, width, out)
    if left:
        many = f"{len(left)} more setting{'s differ' if len(left) > 1 else ' differs'}"
        paragraph("", f"{many} (--csv has all): {', '.join(left)}", "dim", margin=0, stream=out)


def _without(row: Row, keys: Set[str]) -> Row:
    return {key: cell for key, cell in row.items() if key not in keys}


def _print_first_fitting(ways: Sequence[Sequence[Row]], width: int, out: TextIO) -> None:
    _print(next((rows for rows in ways if _wide(rows) <= width), ways[-1]), out)


def _turned(rows: Sequence[Row]) -> list[Row]:
    """Columns as rows, the first as the header."""
    first, *others = rows[0]
    return [{key: key, **{row[first]: row[key] for row in rows}} for key in others]


def _print_turned(rows: Sequence[Row], out: TextIO) -> None:
    header = next(iter(rows[0]))
    table([list(row.values()) for row in _turned(rows)], [header, *(row[header] for row in rows)], stream=out)


def _print(rows: Sequence[Row], out: TextIO) -> None:
    table(map(_coloured, rows), list(rows[0]), stream=out)


def _wide(rows: Sequence[Mapping[Any, str]]) -> int:
    columns = zip(map(str, rows[0]), *(row.values() for row in rows), strict=True)
    return sum(max(map(len, column)) + 2 for column in columns) - 2


def _coloured(row: Row) -> list[Piece]:
    """The letter in the colour of its curve."""
    first, *rest = row.values()
    return [(first, style(LETTERS.find(first[0]))), *((cell, "") for cell in rest)]
