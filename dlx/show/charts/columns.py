"""The columns of a table in words, as the terminal and the page show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from dlx.data.text_tables.dropped_lines import in_words
from dlx.text import shorten

NAMELESS = "(no name)"
ROWS = "rows"  # what notes that are of no column are of
LONGEST_VALUE, LONGEST_VALUES = 16, 34
Document = Mapping[str, Any]


class ColumnRow(NamedTuple):
    """One column: its name, type, how many values are missing and different, its range or frequent values, and by how
    much it tells of the target, from 0 to 1, in words and as a number.
    """

    name: str
    kind: str
    missing: str
    distinct: str
    values: str
    association: str
    share: float | None


def column_rows(document: Document) -> list[ColumnRow]:
    """A row for each column of the document of ``dlx data``; those that tell most of the target come first."""
    targets = set(document["target"])
    columns: Sequence[Document] = sorted(
        document["columns"], key=lambda column: (column["name"] not in targets, -(column["association"] or 0))
    )
    return [_row(column, targets) for column in columns]


def _row(column: Document, targets: set[str]) -> ColumnRow:
    association = "target" if column["name"] in targets else ""
    if column["association"] is not None:
        association = f"{column['association']:.2f}"
    missing = f"{column['missing']:,}" if column["missing"] else ""
    return ColumnRow(
        column["name"],
        column["kind"],
        missing,
        f"{column['distinct']:,}",
        _values(column),
        association,
        column["association"],
    )


def _values(column: Document) -> str:
    """Least, median and largest of numbers; of the rest the most frequent ones, as many as there is room for."""
    if column["median"] is not None:
        return " … ".join(f"{column[key]:.6g}" for key in ("least", "median", "largest"))
    text = ""
    for entry in column["frequent"]:
        further = f"{shorten(str(entry['value']), LONGEST_VALUE)} {entry['count']:,}"
        if text and len(text) + len(further) > LONGEST_VALUES:
            return f"{text}, …"
        text = f"{text}, {further}" if text else further
    return text if len(column["frequent"]) == column["distinct"] else f"{text}, …"


def notes(document: Document) -> list[tuple[str, str]]:
    """What is odd about the columns, each with its name."""
    odd = [(column["name"] or NAMELESS, note) for column in document["columns"] for note in column["notes"]]
    unreadable = [(name or NAMELESS, reason) for name, reason in document["unreadable"].items()]
    rows = in_words(document.get("dropped_rows", {}))
    filled = in_words({"ragged": document.get("filled_rows", ())})
    of_rows = [(ROWS, f"no examples: {rows}")] * bool(rows) + [(ROWS, f"filled up: {filled}")] * bool(filled)
    return [*of_rows, *odd, *unreadable]


def in_short(document: Document) -> str:
    """Rows and columns in numbers, and rows that are there twice."""
    m, n, repeated = document["m"], len(document["columns"]), document["repeated_rows"]
    text = f"{m:,} row{'s' * (m != 1)}, {n:,} column{'s' * (n != 1)}"
    if repeated == 1:
        return f"{text}, one row repeats one before it"
    return f"{text}, {repeated:,} rows repeat one before them" if repeated else text


def part_rows(document: Document) -> list[list[str]]:
    """A row for each part with its size, and the number of examples of each class, or the mean of the targets."""
    rows = []
    for name, part in document["parts"].items():
        classes = part.get("classes")
        if classes is not None:
            what = ", ".join(f"{label} {count:,}" for label, count in classes.items())
        else:
            pairs = zip(part["mean"], part["deviation"], strict=True)
            what = ", ".join(f"mean {mean:.4g}, deviation {deviation:.4g}" for mean, deviation in pairs)
        rows.append([name, f"{part['m']:,}", what])
    return rows
