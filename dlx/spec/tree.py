"""The tree that a spec file becomes: plain data in which every key and value knows its place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self

from dlx.errors import Place, SpecError

Scalar = str | int | float | bool | None
KeyPath = tuple[str | int, ...]

MOST_DIGITS = 9  # of an index
LONGEST_SHOWN = 60  # characters of a value in a message


class Text(str):
    """A string that knows its place, so that a relative path resolves against the file it stands in."""

    place: Place

    def __new__(cls, value: str, place: Place) -> Self:
        text = super().__new__(cls, value)
        text.place = place
        return text

    def __getnewargs__(self) -> tuple[str, Place]:  # type: ignore[override]  # for copies
        return str(self), self.place


@dataclass(frozen=True)
class Node:
    """A value and where it stands; ``key`` is the place of its key, or of the value itself where there is none."""

    value: Scalar | dict[str, Node] | list[Node]
    place: Place
    key: Place

    def holding(self, value: Scalar | dict[str, Node] | list[Node]) -> Node:
        """Another value in the same place."""
        return Node(value, self.place, self.key)

    def plain(self) -> Any:
        """The tree as plain data: mappings, lists and scalars."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value

    def child(self, key: str | int) -> Node | None:
        """The node under a key of a mapping or an index of a list."""
        if isinstance(self.value, dict) and isinstance(key, str):
            return self.value.get(key)
        if isinstance(self.value, list) and isinstance(key, int) and 0 <= key < len(self.value):
            return self.value[key]
        return None

    def nearest(self, path: Sequence[str | int]) -> tuple[Node, int]:
        """The deepest node on the way to ``path``, and how many of its keys lead there."""
        node = self
        for depth, key in enumerate(path):
            below = node.child(key)
            if below is None:
                return node, depth
            node = below
        return node, len(path)


def tree_of(data: Any, place: Place) -> Node:
    """Plain data as a tree in which everything has the one place."""
    if isinstance(data, dict):
        return Node({key: tree_of(value, place) for key, value in data.items()}, place, place)
    if isinstance(data, list):
        return Node([tree_of(value, place) for value in data], place, place)
    return Node(data, place, place)


def leaves(data: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Any]]:
    """Every scalar of plain data with its path; an empty mapping or list counts as one."""
    below = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    if not below:
        yield path, data
    for key, value in below:
        yield from leaves(value, (*path, key))


def merge(base: Node, over: Node, path: KeyPath = ()) -> Node:
    """``over`` on top of ``base``: mappings merge key by key, everything else replaces.

    A mapping that gives another ``name`` than the one below stands for another component: it replaces it wholly, so
    that no option is left over. Over a list, a mapping of indices changes the entries that it names.
    """
    below, above = base.value, over.value
    if isinstance(below, list) and isinstance(above, dict) and above and all(key.isdecimal() for key in above):
        return over.holding(_merge_entries(below, above, path))
    if not isinstance(below, dict) or not isinstance(above, dict) or (path and _renames(below, above)):
        return over
    merged = {key: merge(below[key], node, (*path, key)) if key in below else node for key, node in above.items()}
    upper = base if over.place.line is None else over  # what stands in a file can be looked up, the command line not
    return upper.holding(below | merged)


def _renames(below: dict[str, Node], above: dict[str, Node]) -> bool:
    return "name" in below and "name" in above and below["name"].value != above["name"].value


def _merge_entries(below: list[Node], above: dict[str, Node], path: KeyPath) -> list[Node]:
    merged = list(below)
    for key, node in above.items():
        if len(key) > MOST_DIGITS or int(key) >= len(below):
            what = f"there is no such entry: {dotted(path)} has {len(below)}, counted from 0"
            raise SpecError.of(node.key, dotted((*path, key)), what)
        merged[int(key)] = merge(below[int(key)], node, (*path, int(key)))
    return merged


def dotted(path: Sequence[str | int]) -> str:
    """The way a key is written in messages and overrides: ``architecture.hidden.0.units``."""
    return ".".join(map(str, path))


def excerpt(value: object) -> str:
    """A value, also one of a tree, the way a message shows it: short, and in the words of YAML."""
    value = value.value if isinstance(value, Node) else value
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping"
    text = str(value).lower() if isinstance(value, bool) else _beginning(value, LONGEST_SHOWN + 1)
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 3] + "..."


def _beginning(value: object, length: int) -> str:
    """So much of a value's ``repr``, in a time that does not grow with the value; tuples as lists."""
    value = value.value if isinstance(value, Node) else value
    if isinstance(value, str):
        return repr(str(value[:length]))
    if not isinstance(value, dict | list | tuple):
        return repr(value)
    entries = value.items() if isinstance(value, dict) else enumerate(value)
    text = ""
    for key, item in entries:
        if len(text) > length:
            break
        name = f"{_beginning(key, length)}: " if isinstance(value, dict) else ""
        text += f"{', ' if text else ''}{name}{_beginning(item, length - len(text))}"
    return f"{{{text}}}" if isinstance(value, dict) else f"[{text}]"
