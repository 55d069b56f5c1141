"""Pictures: decision regions, the path of an objective, and what a network is most wrong about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dlx.diagnose.verdict import in_words
from dlx.documents.classes import WorstExample
from dlx.show.charts.images import brightness
from dlx.show.page.elements import Element, columns, element, name_of, table
from dlx.show.page.images import png, source_of
from dlx.show.page.material import Material
from dlx.show.page.words import section
from dlx.words import Task

MOST_WORST = 10  # examples in the table
MOST_COLUMNS = 16  # of the file


def boundary(material: Material) -> Element | None:
    """The plane of two inputs; None where there are more."""
    what = "its values" if material.task == Task.REGRESSION else "its decision regions"
    alt = f"What {material.name} makes of the plane of its two inputs: {what}, and the examples on them."
    return _picture(material, "boundary", "What the network makes of its inputs", alt)


def path(material: Material) -> Element | None:
    """Where one or two variables of an objective have been; None of a network."""
    alt = f"J of {material.name} over its variables, and where they have been from the start to the end."
    return _picture(material, "path", "The way to the minimum", alt)


def _picture(material: Material, name: str, title: str, alt: str) -> Element | None:
    if name not in material.pictures:
        return None
    image = element("img", src=source_of(material.pictures[name]), alt=alt, class_="card")
    return section(name.replace("_", "-"), title, element("figure", image))


def worst(material: Material) -> Element | None:
    """The examples of the highest loss, as images where they are images; None where there is no diagnosis."""
    report = material.diagnosis.classes if material.diagnosis else None
    if report is None or not report.worst:
        return None
    title = f"The worst examples of {in_words(report.part)}"
    if material.images is None:
        return section("worst", title, _table(report.worst, material.cells or {}))
    note = element(
        "p", "The highest loss first: the class, what it is taken for, with which probability.", class_="note"
    )
    return section("worst", title, element("div", _tiles(material, report.worst), class_="images"), note)


def _tiles(material: Material, answers: list[WorstExample]) -> Iterator[Element]:
    assert material.images is not None
    for image, answer in zip(brightness(material.images), answers, strict=True):
        right = answer.label == answer.predicted
        alt = f"Example {answer.index}, of class {answer.label}"
        words = element("b", name_of(answer.label), " → ", name_of(answer.predicted))
        caption = element(
            "figcaption", words, element("small", f"no. {answer.index:,}, p {_number(answer.probability, '–')}")
        )
        yield element(
            "figure", element("img", src=source_of(png(image)), alt=alt), caption, class_="right" if right else "wrong"
        )


def _table(answers: list[WorstExample], cells: Mapping[str, Sequence[Any]]) -> list[Element]:
    """With the row of the file, where there is one, and the values of the columns."""
    has_rows = any(answer.row is not None for answer in answers)
    rows = [
        element(
            "tr",
            element("th", f"{answer.index if answer.row is None else answer.row:,}", scope="row"),
            element("td", name_of(answer.label)),
            element("td", name_of(answer.predicted), class_=None if answer.label == answer.predicted else "mistake"),
            element("td", _number(answer.probability, "–")),
            element("td", _number(answer.loss, "∞")),
            [element("td", name_of(_written(values[place]))) for values in list(cells.values())[:MOST_COLUMNS]],
        )
        for place, answer in enumerate(answers[:MOST_WORST])
    ]
    counted = "rows are counted from 1 below the header" if has_rows else "the numbers count the part's examples from 0"
    left_out = f"; {len(cells) - MOST_COLUMNS:,} more columns are left out" if len(cells) > MOST_COLUMNS else ""
    note = f"The highest loss first; {counted}{left_out}."
    names = [name_of(name) for name in list(cells)[:MOST_COLUMNS]]
    first = "row of the file" if has_rows else "example"
    heads = columns(first, "class", "taken for", "probability", "loss", *names)
    return table(note, heads, rows, class_="many")


def _written(value: Any) -> str:
    """A value of a cell; what is missing has a dash."""
    return f"{value:.6g}" if isinstance(value, float) else str(value) or "–"


def _number(value: float | None, otherwise: str) -> str:
    return otherwise if value is None else f"{value:.3g}"
