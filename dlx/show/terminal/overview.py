"""What is in a data file on the terminal: a line for each column, then what is odd, the parts and the findings."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from typing import Any, TextIO

from dlx.language import translated
from dlx.show.charts.columns import NAMELESS, ROWS, column_rows, in_short, notes, part_rows
from dlx.show.terminal.lines import heading, paragraph, say, table
from dlx.show.terminal.summary import SEVERITIES
from dlx.text import command, shorten

TITLES = ("column", "type", "missing", "different", "values", "tells")
MOST_COLUMNS, MOST_NOTES = 40, 20
WIDTH, NARROWEST = 80, 12  # of a screen where there is no terminal; characters of a name
OWN = (NAMELESS, ROWS)  # what stands in the place of the name of a column
OTHERS = 61  # characters that the other columns take at most, with the gaps


def overview(document: Mapping[str, Any], stream: TextIO | None = None) -> None:
    """Prints the document of ``dlx data``."""
    out = stream or sys.stdout
    heading(document["data"], translated(in_short(document)), out)
    _columns(document, out)
    _notes(document, out)
    rows = part_rows(document)
    if rows:
        say(stream=out)
        lines = [[name, m, shorten(translated(what), _width(out) - 20)] for name, m, what in rows]
        table(lines, (translated("part"), "m", ""), stream=out)
    for finding in document["findings"]:
        severity = finding["severity"]
        evidence = f"{finding['name']}: {translated(finding['evidence'])}"
        paragraph(f"{severity}  ", evidence, stream=out, label_style=SEVERITIES[severity])
    if document["candidates"]:
        say(stream=out)
        likely = ", ".join(document["candidates"][:5])
        paragraph("target?", f"{translated('what may be predicted')}: {likely}", stream=out)
        first = command("data", document["data"], "--target", document["candidates"][0])
        paragraph("next", f"{first}  ({translated('what each column tells of it')})", stream=out)


def _width(out: TextIO) -> int:
    return shutil.get_terminal_size().columns if out.isatty() else WIDTH


def _columns(document: Mapping[str, Any], out: TextIO) -> None:
    rows = column_rows(document)
    longest = max(NARROWEST, _width(out) - OTHERS)
    lines = [
        [shorten(row.name, longest), translated(row.kind), *row[2:-2], translated(row.association)]
        for row in rows[:MOST_COLUMNS]
    ]
    say(stream=out)
    has_target = bool(document["target"])
    titles = [*map(translated, TITLES if has_target else TITLES[:-1])]
    table(lines if has_target else [line[:-1] for line in lines], titles, stream=out)
    if len(rows) > MOST_COLUMNS:
        left = len(rows) - MOST_COLUMNS
        say((translated(f"and {left:,} more column{'s' * (left > 1)} (--json has all)"), "dim"), stream=out)


def _notes(document: Mapping[str, Any], out: TextIO) -> None:
    remarks = notes(document)
    if remarks:
        say(stream=out)
    for name, note in remarks[:MOST_NOTES]:
        paragraph("note", f"{translated(name) if name in OWN else name}: {translated(note)}", stream=out)
    if len(remarks) > MOST_NOTES:
        left = len(remarks) - MOST_NOTES
        say((translated(f"and {left:,} more note{'s' * (left > 1)} (--json has all)"), "dim"), stream=out)
