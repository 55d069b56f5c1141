"""The page of a search or a study: tables of many trainings, and the pictures that were drawn of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dlx.show.numbers import duration, error
from dlx.show.page.cells import cell, flat, is_estimate
from dlx.show.page.elements import Content, Element, columns, element, name_of, scrolled
from dlx.show.page.images import is_wide, source_of
from dlx.show.page.page import document
from dlx.show.page.words import ends, foot, section, tile
from dlx.stats.intervals import Estimate
from dlx.words import Status, Task

FIRST = ("claims", "variants", "finalists", "importance", "messages")  # of the tables
HIDDEN = ("schema_version", "name", "status", "task", "best_spec")
HIDDEN_IN_ROWS = ("at", "trials")  # of a row: places on the scales of the search, and names of directories
NOTHING: tuple[object, ...] = (None, "", [], {})
MOST_ROWS = 25  # of a table that are shown at once
HOLDS = "holds"

Document = Mapping[str, Any]


@dataclass(frozen=True)
class CollectionMaterial:
    """What the page of a search or a study tells.

    outcome: its JSON document.
    plan: the file that it was made from, as YAML.
    pictures: by their names, as PNG.
    repeat: the command that does it again.
    """

    outcome: Document
    plan: str = ""
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    repeat: str = ""

    @property
    def name(self) -> str:
        """Of the search or study."""
        return str(self.outcome.get("name", "many runs"))

    @property
    def task(self) -> str | None:
        """Regression where the estimates are numbers with a unit: the errors of a regression, and costs."""
        cost = str(self.outcome.get("objective", "")).endswith("cost")
        return Task.REGRESSION if cost else self.outcome.get("task")


def many_page(material: CollectionMaterial) -> str:
    """The HTML of a search or a study."""
    lists = {key: value for key, value in material.outcome.items() if isinstance(value, list) and not _is_short(value)}
    lists.pop("pictures", None)  # their names; they are shown themselves
    first = [_list(key, lists[key], material.task) for key in FIRST if key in lists]
    rest = [_list(key, lists[key], material.task) for key in lists if key not in FIRST]
    sections = [*first, _pictures(material.pictures), *rest, plan_section(material.plan)]
    return document(
        material.name,
        _heading(material),
        [part for part in sections if part is not None],
        foot("To repeat it:", material.repeat),
    )


def _heading(material: CollectionMaterial) -> Element:
    status = str(material.outcome.get("status", ""))
    kind = "low" if status == Status.COMPLETED else "unsettled"
    badges = [element("span", status.replace("_", " "), class_=f"badge {kind}"), *_claims_in_short(material.outcome)]
    tiles = element("dl", _tiles(material), class_="tiles")
    return element("header", element("h1", name_of(material.name)), element("p", badges, class_="verdict"), tiles)


def _claims_in_short(outcome: Document) -> Iterator[Element]:
    """How many of the claims hold."""
    claims = outcome.get("claims") or []
    if claims:
        holding = sum(bool(claim.get(HOLDS)) for claim in claims)
        kind = "low" if holding == len(claims) else "high"
        yield element("strong", f"{holding} of {len(claims)} claims hold", class_=f"badge {kind}")


def _tiles(material: CollectionMaterial) -> Iterator[Element]:
    """What is one number or word, and every estimate with its interval."""
    for key, value in material.outcome.items():
        if key in HIDDEN or value is None:
            continue
        if is_estimate(value):
            yield tile(
                _words(key), error(value["value"], material.task), ends(Estimate.from_document(value), material.task)
            )
        elif key == "seconds":
            yield tile("time", duration(value), "")
        elif isinstance(value, str | int | float) or (value and _is_short(value)):
            yield tile(_words(key), cell(_words(value) if isinstance(value, str) else value, material.task), "")
        elif isinstance(value, Mapping):
            yield from (
                tile(_words(name), cell(entry, material.task), "") for name, entry in flat(value).items() if entry
            )


def _is_short(value: object) -> bool:
    """A list of numbers, such as seeds, which a tile can hold."""
    return isinstance(value, list) and all(isinstance(item, int | float) for item in value)


def _list(key: str, items: Sequence[Any], task: str | None) -> Element:
    """A list of the document as a section."""
    title = _words(key).capitalize()
    return section(_slug(key), title, *_rows(items, title, task))


def _rows(items: Sequence[Any], title: str, task: str | None) -> Iterator[Content]:
    rows = [flat(_visible(item)) for item in items if isinstance(item, Mapping)]
    keys = list(dict.fromkeys(key for row in rows for key, value in row.items() if value not in NOTHING))
    if len(rows) < len(items) or not keys:
        yield element("ul", [element("li", cell(item, task)) for item in items])
        return
    yield _table(rows[:MOST_ROWS], keys, title, task)
    if rest := rows[MOST_ROWS:]:
        summary = element("summary", f"{len(rest):,} more")
        yield element("details", summary, _table(rest, keys, f"{title}, continued", task))


def _visible(row: Document) -> Document:
    return {key: value for key, value in row.items() if key not in HIDDEN_IN_ROWS}


def _table(rows: Sequence[Document], keys: Sequence[str], title: str, task: str | None) -> Element:
    body = [
        element(
            "tr",
            element("th", _cell(keys[0], row, task), scope="row"),
            [element("td", _cell(key, row, task)) for key in keys[1:]],
        )
        for row in rows
    ]
    heads = columns(*map(_words, keys))
    return scrolled(element("table", heads, element("tbody", body), aria_label=title, class_="many"), title)


def _cell(key: str, row: Document, task: str | None) -> Content:
    """A colour also shows whether a claim holds."""
    value = row.get(key)
    if key == HOLDS and isinstance(value, bool):
        return element("span", "holds" if value else "fails", class_=f"badge {'low' if value else 'high'}")
    return cell(value, task)


def _pictures(pictures: Mapping[str, bytes]) -> Element | None:
    if not pictures:
        return None
    figures = [
        element(
            "figure",
            element("img", src=source_of(png), alt=name, class_="card"),
            element("figcaption", name),
            class_="wide" if is_wide(png) else None,
        )
        for name, png in pictures.items()
    ]
    return section("pictures", "Pictures", element("div", figures, class_="pictures"))


def plan_section(plan: str) -> Element | None:
    """The section with the complete plan; None where it is gone."""
    if not plan:
        return None
    code = scrolled(element("pre", element("code", plan.rstrip("\n"))), "plan")
    return section("plan", "Plan", element("details", element("summary", "The complete plan (plan.yaml)"), code))


def _words(key: str) -> str:
    """A key as words, but for those of a spec, which are shown as they are typed."""
    return key if "." in key else key.replace("_", " ")


def _slug(key: str) -> str:
    """A name that an address can end in."""
    return "".join(letter if letter.isalnum() else "-" for letter in key)
