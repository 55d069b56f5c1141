"""Elements of a page: a tree in which every text is escaped when it is written, so that none can be forgotten."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

VOID = {"img", "meta"}  # that have no content and no end
VERBATIM = {"style", "script"}  # whose text is no HTML; none of it is a user's
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")  # in HTML
REPLACEMENT = "\ufffd"

Attribute = str | float | bool | None


@dataclass(frozen=True)
class Element:
    """An element with its attributes and what stands in it; ``str`` of it is its HTML."""

    name: str
    attributes: tuple[tuple[str, str | None], ...]
    children: tuple[Child, ...]

    def __str__(self) -> str:
        return "".join(self._pieces())

    def _pieces(self) -> Iterable[str]:
        written = "".join(
            f" {name}" if value is None else f' {name}="{_escaped(value)}"' for name, value in self.attributes
        )
        yield f"<{self.name}{written}>"
        if self.name in VOID:
            return
        for child in self.children:
            if isinstance(child, Element):
                yield from child._pieces()
            else:
                yield _verbatim(child) if self.name in VERBATIM else _escaped(child)
        yield f"</{self.name}>"


Child = Element | str
Content = Child | None | Iterable["Content"]


def element(name: str, /, *children: Content, **attributes: Attribute) -> Element:
    """An element: ``element("p", text, class_="note")`` is ``<p class="note">…</p>``.

    Args:
        name: of the element.
        children: elements, texts, or several of them, also lists of lists; None is left out.
        attributes: by their names, with ``_`` for ``-`` and one more at the end of what Python reserves; True is an
            attribute without a value, None and False are left out.
    """
    pairs = ((key.removesuffix("_").replace("_", "-"), value) for key, value in attributes.items())
    written = ((key, None if value is True else _number(value)) for key, value in pairs if value not in (None, False))
    return Element(name, tuple(written), tuple(_flat(children)))


def name_of(text: object) -> Element:
    """A user's own word, whose direction of writing leaves that of the words around it alone."""
    return element("bdi", str(text))


def scrolled(content: Element, label: str) -> Element:
    """What may be wider than the screen: it scrolls for itself, also by the keyboard."""
    return element("div", content, class_="scrolled", role="region", aria_label=label, tabindex="0")


def table(note: str, heads: Element, rows: Content, **attributes: Attribute) -> list[Element]:
    """A table that scrolls for itself, below what it shows in words, which stand still."""
    body = element("table", heads, element("tbody", rows), aria_label=note, **attributes)
    return [element("p", note, class_="note"), scrolled(body, note)]


def columns(*titles: Child | None, numbers: int = 0) -> Element:
    """The head of a table; None is the column of the rows' own names, and the last columns may hold ``numbers``."""
    kinds = ["number" if i >= len(titles) - numbers else None for i in range(len(titles))]
    cells = [
        element("th", title, scope="col", class_=kind) if title is not None else element("td")
        for title, kind in zip(titles, kinds, strict=True)
    ]
    return element("thead", element("tr", cells))


def _number(value: Attribute) -> str | None:
    """The text of an attribute, of a number not more digits than a picture needs; -0 is 0."""
    return f"{round(value, 2) + 0.0:g}" if isinstance(value, float) else None if value is None else str(value)


def _flat(children: Iterable[Content]) -> Iterable[Child]:
    for child in children:
        if isinstance(child, str | Element):
            yield child
        elif child is not None:
            yield from _flat(child)


def _escaped(text: str) -> str:
    return escape(UNWRITABLE.sub(REPLACEMENT, text))


def _verbatim(text: str) -> str:
    """Text of a style sheet or a script stands as it is, since browsers read no escapes there."""
    if "<" in text:
        raise ValueError("a style sheet or a script cannot hold <")
    return text
