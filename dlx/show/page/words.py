"""Words that several sections of a page share: intervals, times, the name of the error, tiles, sections, the end."""

from __future__ import annotations

import re

from dlx import __version__
from dlx.show.numbers import error, interval
from dlx.show.page.elements import Child, Content, Element, element, scrolled
from dlx.show.words import title_of_error
from dlx.stats.intervals import Estimate
from dlx.words import Task

STAMP = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)")  # ISO 8601, in UTC


def ends(estimate: Estimate, task: str | None) -> str:
    """The interval in words; nothing where it is a single point."""
    return "" if estimate.low == estimate.high else interval(estimate.low, estimate.high, task).replace("inf", "∞")


def with_ends(estimate: Estimate | None, task: str | None, otherwise: str) -> list[Child]:
    """An error with its interval in small print, or another word where there is none."""
    if estimate is None:
        return [otherwise]
    return [error(estimate.value, task), " ", element("small", ends(estimate, task))]


def of_what(task: str | None, target_errors: str | None = None) -> str:
    """What the errors of a task are; of several targets they may be counted in the spreads of these."""
    title = title_of_error(target_errors)
    return "RMSE" if task == Task.REGRESSION and title == "error" else title


def tile(label: str, value: Content, note: str) -> Element:
    """A number or a word with its label above it, and perhaps a note below."""
    below = element("dd", note, class_="note") if note else None
    return element("div", element("dt", label), element("dd", value, class_="value"), below)


def foot(sentence: str, repeat: str) -> Element:
    """The end of a page: the command that does it again, where there is one."""
    again = [element("p", sentence), scrolled(element("pre", element("code", repeat)), "command")]
    return element("footer", again if repeat else None, element("p", f"Made by dlx {__version__}."))


def section(name: str, title: str, *content: Content) -> Element:
    """A section of the page, which others can point to by its name."""
    return element(
        "section", element("h2", title, id=f"{name}-title"), *content, id=name, aria_labelledby=f"{name}-title"
    )


def moment(stamp: object) -> str:
    """A time as people read it; empty where none is stated.

    >>> moment("2026-11-30T11:35:51.341Z")
    '2026-11-30 11:35 UTC'
    """
    match = STAMP.match(stamp) if isinstance(stamp, str) else None
    return f"{match[1]} {match[2]} UTC" if match else ""
