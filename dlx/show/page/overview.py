"""The page of a data file: its columns, what is odd about them, and its parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlx import __version__
from dlx.documents.findings import Finding
from dlx.documents.reading import of_hint
from dlx.show.charts.columns import ColumnRow, column_rows, in_short, notes, part_rows
from dlx.show.page.elements import Child, Element, columns, element, name_of, table
from dlx.show.page.findings import findings_list
from dlx.show.page.page import document as page_of
from dlx.show.page.words import section

TITLES = ("type", "missing", "different", "values", "tells of the target", "")
MOST_ROWS = 500

Document = Mapping[str, Any]


def overview_page(document: Document) -> str:
    """The HTML of the document of ``dlx data``."""
    heading = element("header", element("h1", name_of(document["data"])), element("p", in_short(document)))
    sections = [_columns(document), _notes(document), _parts(document), _findings(document)]
    foot = element("footer", element("p", f"Made by dlx {__version__}."))
    return page_of(document["data"], heading, [part for part in sections if part is not None], foot)


def _columns(document: Document) -> Element:
    rows = column_rows(document)
    note = "Each column, those that tell most of the target first"
    if len(rows) > MOST_ROWS:
        note = f"{note}; {len(rows) - MOST_ROWS:,} more are left out"
    body = [_row(row) for row in rows[:MOST_ROWS]]
    return section("columns", "Columns", *table(note, columns(None, *TITLES), body, class_="many"))


def _row(row: ColumnRow) -> Element:
    texts: list[Child] = [row.kind, row.missing, row.distinct, row.association]
    cells = [element("td", text) for text in texts]
    cells.insert(-1, element("td", name_of(row.values), class_="words"))
    return element("tr", element("th", name_of(row.name), scope="row"), cells, element("td", _bar(row), class_="bar"))


def _bar(row: ColumnRow) -> Element | None:
    """How much a column tells of the target, as the share of a line; None where that is not known."""
    if row.share is None:
        return None
    bar = element("rect", width=f"{100 * row.share:.2f}%", height="60%", y="20%")
    return element("svg", bar, class_="whisker share", aria_hidden="true")


def _notes(document: Document) -> Element | None:
    remarks = notes(document)
    if not remarks:
        return None
    return section(
        "notes", "What is odd", element("ul", [element("li", name_of(name), f": {note}") for name, note in remarks])
    )


def _parts(document: Document) -> Element | None:
    rows = part_rows(document)
    if not rows:
        return None
    body = [
        element("tr", element("th", name, scope="row"), element("td", m), element("td", what)) for name, m, what in rows
    ]
    return section("parts", "Parts", *table("The parts and what they hold", columns(None, "examples", "target"), body))


def _findings(document: Document) -> Element | None:
    if not document["findings"]:
        return None
    return section("findings", "Findings", findings_list([of_hint(Finding, entry) for entry in document["findings"]]))
