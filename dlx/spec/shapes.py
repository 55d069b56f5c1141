"""What may stand where in a spec, read off its classes, and the short forms written out accordingly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from dlx.component import Component, Options
from dlx.errors import Place
from dlx.spec.sections import Spec
from dlx.spec.short_forms import ShortForm
from dlx.spec.tree import MOST_DIGITS, KeyPath, Node

DEFAULT = Place("default")


@dataclass(frozen=True, eq=False)
class Shape:
    """What may stand at one place of a spec: a type with its marks, and the value taken when nothing stands there.

    What is read off the types is kept, because a list may have thousands of entries of one shape.
    """

    parts: tuple[Any, ...]
    default: Any = None

    @cached_property
    def alternatives(self) -> tuple[Any, ...]:
        """The single types that may stand here, and the marks on them."""
        return tuple(_alternatives(self.parts))

    @cached_property
    def record(self) -> type[Options] | None:
        """The class whose fields a mapping gives here; for a component, its family."""
        classes = (part for part in self.alternatives if isinstance(part, type))
        return next((part for part in classes if issubclass(part, Options)), None)

    @cached_property
    def family(self) -> type[Component] | None:
        """The family, where a component may stand here."""
        record = self.record
        return record if record is not None and issubclass(record, Component) and not record.name else None

    @cached_property
    def short_form(self) -> ShortForm | None:
        """The short form that may stand here for a mapping."""
        return next((part for part in self.alternatives if isinstance(part, ShortForm)), None)

    @cached_property
    def values(self) -> Shape | None:
        """What may stand under each key of a mapping with keys of the user's own."""
        mapping = next((part for part in self.alternatives if get_origin(part) is dict), None)
        return None if mapping is None else Shape(get_args(mapping)[1:])

    @cached_property
    def entries(self) -> tuple[Shape, ...]:
        """What may stand in a list: the shape of all entries, or where their number is fixed, of each."""
        collection = next((part for part in self.alternatives if get_origin(part) in (tuple, list)), None)
        return tuple(Shape((part,)) for part in get_args(collection) if part is not Ellipsis)

    @cached_property
    def has_any_length(self) -> bool:
        """Whether a list may have any number of entries here."""
        collection = next((part for part in self.alternatives if get_origin(part) in (tuple, list)), None)
        return get_origin(collection) is list or get_args(collection)[1:] == (Ellipsis,)

    def options(self, node: Node) -> type[Options] | None:
        """The class whose fields the given mapping gives; of a family, the member that it names."""
        family = self.family
        if family is None:
            return self.record
        name = node.child("name")
        return family.member(str(name.value)) if name is not None else None

    def child(self, key: str | int, node: Node) -> Shape | None:
        """What may stand under a key or an index of the given node."""
        if self.values is not None and not isinstance(key, int):
            return self.values
        if isinstance(key, int) or key.isdecimal():
            return self._entry(key)
        options = self.options(node)
        return None if options is None else _field(options, key)

    def _entry(self, index: str | int) -> Shape | None:
        if self.has_any_length:
            return self.entries[0]
        short = isinstance(index, int) or len(index) <= MOST_DIGITS
        return self.entries[int(index)] if short and int(index) < len(self.entries) else None


def _alternatives(parts: tuple[Any, ...]) -> Iterator[Any]:
    for part in parts:
        if get_origin(part) in (Annotated, Union, UnionType):
            yield from _alternatives(get_args(part))
        else:
            yield part


@cache
def _field(options: type[Options], key: str) -> Shape | None:
    field = options.model_fields.get(key)
    return None if field is None else Shape((field.annotation, *field.metadata), field.default)


SPEC = Shape((Spec,))


def shape_at(path: KeyPath, root: Node, shape: Shape | None = SPEC) -> Shape | None:
    """What may stand at a path of a tree."""
    node: Node | None = root
    for key in path:
        if shape is None or node is None:
            return None
        shape, node = shape.child(key, node), node.child(key)
    return shape


def write_out(node: Node, shape: Shape = SPEC, named: bool = False) -> Node:
    """The tree with every short form written out; ``named`` also names the default component where none is named."""
    node = _long_form(node, shape)
    if named and isinstance(node.value, dict) and shape.family and isinstance(shape.default, Component):
        node = node.holding({"name": Node(shape.default.name, DEFAULT, DEFAULT)} | node.value)
    if isinstance(node.value, dict):
        below = {key: _below(child, key, node, shape, named) for key, child in node.value.items()}
        return node.holding(below)
    if isinstance(node.value, list):
        return node.holding([_below(child, i, node, shape, named) for i, child in enumerate(node.value)])
    return node


def _below(child: Node, key: str | int, node: Node, shape: Shape, named: bool) -> Node:
    below = shape.child(key, node)
    return child if below is None else write_out(child, below, named)


def _long_form(node: Node, shape: Shape) -> Node:
    if isinstance(node.value, dict | list):
        return node
    short_form = shape.short_form
    long_form: Any = {"name": node.value} if shape.family and isinstance(node.value, str) else node.value
    long_form = short_form.expand(long_form) if short_form else long_form
    if not isinstance(long_form, dict):
        return node
    return node.holding({key: Node(value, node.place, node.place) for key, value in long_form.items()})
