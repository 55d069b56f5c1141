"""A comparison of runs on the terminal: tables that keep to the width, the curves, and how sure the difference is."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping, Sequence, Set
from typing import TYPE_CHECKING, Any

from dlx.language import translated
from dlx.show.terminal import comparison_rows
from dlx.show.terminal.difference import sentences
from dlx.show.terminal.lines import Piece, labeled, paragraph, say, table
from dlx.show.terminal.text_plot import LETTERS, letter_plot, style
from dlx.words import Task

if TYPE_CHECKING:
    from dlx.documents.comparison import ComparisonDocument
    from dlx.show.charts.groups import MeanCurve


MARGIN, WIDTH = 10, 80
ASCII = str.maketrans({"│": "|", "┤": "+"})


def comparison(
    document: ComparisonDocument,
    curves: Sequence[MeanCurve | None],
) -> None:
    """Prints the table, the curves of the groups, and the difference where there are two.

    Args:
        document: of ``dlx.runs.compare``.
        curves: of each group, None where it has no value; none where they have no common unit.
    """
    columns = shutil.get_terminal_size().columns
    width = columns if sys.stdout.isatty() else min(columns, WIDTH)
    _table(document, width)
    if rows := list(comparison_rows.metric_rows(document)):
        say()
        _print(rows)
    what = document.curve.replace("_", " ")
    if lines := letter_plot(curves, document.task if "error" in what else Task.REGRESSION, min(width, WIDTH)):
        say()
        above = f"{what} over the epochs{', the mean of each group' if document.is_grouped else ''}"
        say((translated(above), "dim"))
    plain = {} if "utf" in (sys.stdout.encoding or "utf-8").lower() else ASCII
    for line in lines:
        say(*((text.translate(plain), look) for text, look in line))
    say()
    for label, text in sentences(document):
        paragraph(label, text, "bold" if label == "verdict" else "", MARGIN)
    if document.picture is not None:
        labeled("picture", (document.picture, "cyan"))


def _measure(document: ComparisonDocument) -> str:
    return "dev" if any("dev" in run.errors for run in document.runs) else "train"


def _table(document: ComparisonDocument, width: int) -> None:
    """A row for each run where that fits, else a column, else a row with fewer intervals; then a row for each group.

    Where there is too much that differs, what is the same in each group stands in a table of its own.
    """
    every, measure = comparison_rows.measured_parts(document), [_measure(document)]
    ways = ((every, True), (measure, True), (measure, False), ((), True))
    full, *fewer = [list(comparison_rows.run_rows(document, parts, timed)) for parts, timed in ways]
    if _wide(full) <= width:
        _print(full)
    elif _wide(_turned(full)) <= width:
        _print_turned(full)
    elif _wide(fewer[-1]) > width and (apart := comparison_rows.settings_of_groups(document)):
        (_print if _wide(_turned(apart)) > max(width, _wide(apart)) else _print_turned)(apart)
        say()
        _print_runs([[_without(row, apart[0].keys()) for row in rows] for rows in fewer], document, width)
    else:
        _print_runs(fewer, document, width)
    if document.is_grouped:
        say()
        _print_first_fitting(
            [list(comparison_rows.group_rows(document, parts)) for parts in (every, measure, ())], width
        )


def _print_runs(ways: Sequence[Sequence[comparison_rows.Row]], document: ComparisonDocument, width: int) -> None:
    """As `_print_first_fitting`; where a terminal is too narrow, without what most runs lack, and the last ones."""
    rows = ways[-1]
    names = [name for name in comparison_rows.short_keys(document.differing).values() if name in rows[0]]
    names.sort(key=lambda name: sum(row[name] == translated(comparison_rows.ABSENT) for row in rows))
    left: list[str] = []
    while sys.stdout.isatty() and _wide(rows) > width and names:
        left.insert(0, names.pop())
        rows = [_without(row, set(left)) for row in rows]
    _print_first_fitting([rows] if left else ways, width)
    if left:
        many = f"{len(left)} more setting{'s differ' if len(left) > 1 else ' differs'} (--csv has all)"
        paragraph("", f"{translated(many)}: {', '.join(left)}", "dim", margin=0)


def _without(row: comparison_rows.Row, keys: Set[str]) -> comparison_rows.Row:
    return {key: cell for key, cell in row.items() if key not in keys}


def _print_first_fitting(ways: Sequence[Sequence[comparison_rows.Row]], width: int) -> None:
    _print(next((rows for rows in ways if _wide(rows) <= width), ways[-1]))


def _turned(rows: Sequence[comparison_rows.Row]) -> list[comparison_rows.Row]:
    """Columns as rows, the first as the header."""
    first, *others = rows[0]
    return [{key: key, **{row[first]: row[key] for row in rows}} for key in others]


def _print_turned(rows: Sequence[comparison_rows.Row]) -> None:
    header = next(iter(rows[0]))
    table([list(row.values()) for row in _turned(rows)], [header, *(row[header] for row in rows)])


def _print(rows: Sequence[comparison_rows.Row]) -> None:
    table(map(_coloured, rows), list(rows[0]))


def _wide(rows: Sequence[Mapping[Any, str]]) -> int:
    columns = zip(map(str, rows[0]), *(row.values() for row in rows), strict=True)
    return sum(max(map(len, column)) + 2 for column in columns) - 2


def _coloured(row: comparison_rows.Row) -> list[Piece]:
    """The letter in the colour of its curve."""
    first, *rest = row.values()
    return [(first, style(LETTERS.find(first[0]))), *((cell, "") for cell in rest)]
