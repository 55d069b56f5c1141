"""What a network takes for what: the confusion matrix, of many classes the worst confusions, and each one's error."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dlx.diagnose.verdict import in_words
from dlx.show.numbers import error
from dlx.show.page.elements import Child, Element, columns, element, name_of, table
from dlx.show.page.material import Document, Material
from dlx.show.page.words import ends, section

MOST_IN_MATRIX = 12
MOST_CONFUSED, MOST_ERRORS = 20, 20
FAINTEST, STRONGEST = 0.12, 0.5  # how much of a colour a cell has: the text on it stays readable


def classes(material: Material) -> Element | None:
    """The section; None where the labels are no classes or nobody looked."""
    report = material.diagnosis.get("classes")
    if not report:
        return None
    small = report["confusion"] is not None and len(report["labels"]) <= MOST_IN_MATRIX
    content = [_matrix(report)] if small else [*_confused(report), *_errors(report)]
    return section("classes", "What is taken for what", content)


def _matrix(report: Document) -> list[Element]:
    """Counts and shares of the row; beside them each class's error."""
    part = in_words(report["part"])
    heads: list[Child] = [*map(name_of, report["labels"]), "error", "95 % interval", "examples"]
    rows = [
        element("tr", element("th", name_of(label), scope="row"), _cells(counts, i), _error_cells(report["errors"][i]))
        for i, (label, counts) in enumerate(zip(report["labels"], report["confusion"], strict=True))
    ]
    note = (
        f"The examples of {part}. Rows: the true classes; columns: what they are taken for, with the share of the row."
    )
    return table(note, columns(None, *heads, numbers=3), rows, class_="confusion")


def _cells(counts: Sequence[int], right: int) -> Iterator[Element]:
    total = sum(counts)
    for i, count in enumerate(counts):
        if not count:
            yield element("td", "0", class_="none")
            continue
        share = count / total
        shade = FAINTEST + (STRONGEST - FAINTEST) * share
        small = element("small", f"{100 * share:.3g} %")
        kind = "right" if i == right else "wrong"
        yield element("td", f"{count:,}", small, class_=kind, style=f"--shade:{shade:.3f}")


def _error_cells(estimate: Document) -> list[Element]:
    if estimate["value"] is None:
        return [element("td", "–"), element("td"), element("td", "0")]
    texts = error(estimate["value"], None), ends(estimate, None), f"{estimate['m']:,}"
    return [element("td", text, class_="number") for text in texts]


def _confused(report: Document) -> list[Element]:
    """The pairs of classes that are most often taken for each other."""
    pairs, m = report["confused"], {entry["label"]: entry["m"] for entry in report["errors"]}
    if not pairs:
        return [element("p", f"Every example of {in_words(report['part'])} is taken for what it is.")]
    rows = [
        element(
            "tr",
            element("th", name_of(pair["label"]), scope="row"),
            element("td", name_of(pair["predicted"])),
            element("td", f"{pair['count']:,}", class_="number"),
            element("td", f"{100 * pair['count'] / m[pair['label']]:.3g} %", class_="number"),
        )
        for pair in pairs[:MOST_CONFUSED]
    ]
    note = f"The most frequent confusions among the examples of {in_words(report['part'])}."
    return table(note, columns("class", "taken for", "examples", "of the class", numbers=2), rows)


def _errors(report: Document) -> Iterator[Element]:
    """Each class's error, the highest first; what is beyond a screen can be unfolded."""
    errors = sorted((entry for entry in report["errors"] if entry["m"]), key=lambda entry: -entry["value"])
    yield from _table_of_errors(errors[:MOST_ERRORS], "Error of each class, the highest first.")
    if rest := errors[MOST_ERRORS:]:
        more = _table_of_errors(rest, "Error of each class, continued.")
        yield element("details", element("summary", f"{len(rest):,} more classes"), more)


def _table_of_errors(errors: Sequence[Document], note: str) -> list[Element]:
    rows = [element("tr", element("th", name_of(entry["label"]), scope="row"), _error_cells(entry)) for entry in errors]
    return table(note, columns("class", "error", "95 % interval", "examples", numbers=3), rows)
