"""What a network takes for what: the confusion matrix, of many classes the worst confusions, and each one's error."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dlx.show.charts.confusion import ClassRow, Confusion, confusion
from dlx.show.numbers import error
from dlx.show.page.elements import Child, Element, columns, element, name_of, table
from dlx.show.page.material import Material
from dlx.show.page.words import ends, section

MOST_IN_MATRIX = 12
MOST_CONFUSED, MOST_ERRORS = 20, 20
FAINTEST, STRONGEST = 0.12, 0.5  # how much of a colour a cell has: the text on it stays readable


def classes(material: Material) -> Element | None:
    """The section; None where the labels are no classes or there is no diagnosis."""
    if material.diagnosis is None or material.diagnosis.classes is None:
        return None
    chart = confusion(material.diagnosis.classes)
    small = chart.is_counted and len(chart.rows) <= MOST_IN_MATRIX
    content = [_matrix(chart)] if small else [*_mistakes(chart), *_errors(chart)]
    return section("classes", "What is taken for what", content)


def _matrix(chart: Confusion) -> list[Element]:
    """Counts and shares of the row; beside them each class's error."""
    labels = [name_of(row.label) for row in chart.rows]
    heads: list[Child] = [*labels, "error", "95 % interval", "examples"]
    rows = [
        element("tr", element("th", label, scope="row"), _cells(row, i), _error_cells(row))
        for i, (label, row) in enumerate(zip(labels, chart.rows, strict=True))
    ]
    note = (
        f"The examples of {chart.part}. Rows: the true classes; columns: what they are taken for, with the share of "
        "the row."
    )
    return table(note, columns(None, *heads, numbers=3), rows, class_="confusion")


def _cells(row: ClassRow, right: int) -> Iterator[Element]:
    for i, count in enumerate(row.counts):
        if not count:
            yield element("td", "0", class_="none")
            continue
        share = count / row.m
        shade = FAINTEST + (STRONGEST - FAINTEST) * share
        small = element("small", f"{100 * share:.3g} %")
        kind = "right" if i == right else "wrong"
        yield element("td", f"{count:,}", small, class_=kind, style=f"--shade:{shade:.3f}")


def _error_cells(row: ClassRow) -> list[Element]:
    if row.error is None:
        return [element("td", "–"), element("td"), element("td", "0")]
    texts = error(row.error.value, None), ends(row.error, None), f"{row.m:,}"
    return [element("td", text, class_="number") for text in texts]


def _mistakes(chart: Confusion) -> list[Element]:
    """The pairs of classes that are most often taken for each other."""
    if not chart.mistakes:
        return [element("p", f"Every example of {chart.part} is taken for what it is.")]
    rows = [
        element(
            "tr",
            element("th", name_of(mistake.label), scope="row"),
            element("td", name_of(mistake.predicted)),
            element("td", f"{mistake.count:,}", class_="number"),
            element("td", f"{100 * mistake.share:.3g} %", class_="number"),
        )
        for mistake in chart.mistakes[:MOST_CONFUSED]
    ]
    note = f"The most frequent confusions among the examples of {chart.part}."
    return table(note, columns("class", "taken for", "examples", "of the class", numbers=2), rows)


def _errors(chart: Confusion) -> Iterator[Element]:
    """Each class's error, the highest first; what is beyond a screen can be unfolded."""
    ranked = chart.worst_first()
    yield from _table_of_errors(ranked[:MOST_ERRORS], "Error of each class, the highest first.")
    if rest := ranked[MOST_ERRORS:]:
        more = _table_of_errors(rest, "Error of each class, continued.")
        yield element("details", element("summary", f"{len(rest):,} more classes"), more)


def _table_of_errors(ranked: Sequence[ClassRow], note: str) -> list[Element]:
    rows = [element("tr", element("th", name_of(row.label), scope="row"), _error_cells(row)) for row in ranked]
    return table(note, columns("class", "error", "95 % interval", "examples", numbers=3), rows)
