"""Words that several sections of a page share: intervals, the name of the error, sections."""

from __future__ import annotations

from dlx.show.numbers import interval
from dlx.show.page.elements import Content, Element, element
from dlx.stats.intervals import Estimate
from dlx.words import Task


def ends(estimate: Estimate, task: str | None) -> str:
    """The interval in words; nothing where it is a single point."""
    return "" if estimate.low == estimate.high else interval(estimate.low, estimate.high, task).replace("inf", "∞")


def of_what(task: str | None) -> str:
    """What the errors are."""
    return "RMSE" if task == Task.REGRESSION else "error"


def section(name: str, title: str, *content: Content) -> Element:
    """A section of the page, which others can point to by its name."""
    return element(
        "section", element("h2", title, id=f"{name}-title"), *content, id=name, aria_labelledby=f"{name}-title"
    )
