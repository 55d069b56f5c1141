"""The page in the language of the reader: its own words; names, code and values stay as they are."""

from __future__ import annotations

from dlx.language import ENGLISH, language, translated
from dlx.show.page.elements import Child, Element

AS_IT_IS = {"bdi", "code", "pre", "script", "style", "title"}  # users' names, what is typed, and what is no text
MESSAGE = "message"  # the class of what an error says, which is the same in every language
SPOKEN = {"alt", "aria-label", "title", "data-scale"}  # attributes that are read


def in_language(page: Element) -> Element:
    """The same element, all below it translated."""
    return page if language() == ENGLISH else _translated(page)


def _translated(element: Element) -> Element:
    if element.name in AS_IT_IS or ("class", MESSAGE) in element.attributes:
        return element
    attributes = tuple((name, _attribute(name, value)) for name, value in element.attributes)
    return Element(element.name, attributes, tuple(map(_child, element.children)))


def _child(child: Child) -> Child:
    return _translated(child) if isinstance(child, Element) else translated(child)


def _attribute(name: str, value: str | None) -> str | None:
    if name == "lang":
        return language()
    return translated(value) if name in SPOKEN and value else value
