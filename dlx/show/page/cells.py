"""Cells: plain data of any kind as what stands in one cell of a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dlx.show.numbers import error
from dlx.show.page.elements import Content, element, name_of
from dlx.show.page.words import ends
from dlx.stats.intervals import Estimate

MOST_ITEMS = 12  # of a list
MOST_WHOLE = 1e9  # a mean of counts up to here is written out


def flat(document: Mapping[str, Any]) -> dict[str, Any]:
    """The values under their names, those of a mapping within under both; an estimate is one value.

    The dotted key of a spec's value says enough by itself where it is the first of its name.
    """
    values: dict[str, Any] = {}
    for above, key, value in _leaves(document, ""):
        name = f"{above} {key}".strip()
        values[key if "." in key and key not in values else name] = value
    return values


def _leaves(document: Mapping[str, Any], above: str) -> Iterator[tuple[str, str, Any]]:
    """Each value with the names of the mappings that it lies in, and its own."""
    for key, value in document.items():
        if isinstance(value, Mapping) and value and not is_estimate(value):
            yield from _leaves(value, f"{above} {key}".strip())
        else:
            yield above, key, value


def is_estimate(value: object) -> bool:
    """Whether it is a number with its interval."""
    if not isinstance(value, Mapping) or not {"value", "low", "high"} <= value.keys():
        return False
    return isinstance(value["value"], int | float)


def cell(value: Any, task: str | None) -> Content:
    """What stands in a cell.

    Args:
        value: plain data.
        task: of a regression estimates are in the unit of the target, else in percent.
    """
    if value is None or value in ([], {}):
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.0f}" if value.is_integer() and abs(value) < MOST_WHOLE else f"{value:.4g}"
    if is_estimate(value):
        return [error(value["value"], task), " ", element("small", ends(Estimate.from_document(value), task))]
    return _several(value, task) if isinstance(value, Mapping | list) else name_of(value)


def _several(value: Mapping[str, Any] | list[Any], task: str | None) -> Content:
    """The items of a list, those with names a line each."""
    if isinstance(value, Mapping) and {"left", "sign", "right"} <= value.keys():  # a comparison that a claim makes
        return [cell(value["left"], task), f" {value['sign']} ", cell(value["right"], task)]
    if isinstance(value, Mapping):
        return [
            item
            for key, entry in flat(value).items()
            for item in (f"{key.replace('_', ' ')} ", cell(entry, task), "; ")
        ][:-1]
    if any(isinstance(item, Mapping | list) for item in value):
        return [element("div", cell(item, task)) for item in value[:MOST_ITEMS]]
    more = ", …" if len(value) > MOST_ITEMS else ""
    parts = [part for item in value[:MOST_ITEMS] for part in (cell(item, task), ", ")][:-1]
    return element("span", parts, more, class_="list")
