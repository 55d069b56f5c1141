"""What may stand where in a spec, read off its classes, and the short forms written out accordingly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from dlx.component import Component, Options
from dlx.errors import Place
from dlx.spec import ShortForm, Spec
from dlx.tree import KeyPath, Node

DEFAULT = Place("default")


@dataclass(frozen=True)
class Shape:
    """What may stand at one place of a spec: a type with its marks, and the value taken when nothing stands there."""

    parts: tuple[Any, ...]
    default: Any = None

    def alternatives(self) -> Iterator[Any]:
        """The single types that may stand here, and the marks on them."""
        for part in self.parts:
            if get_origin(part) in (Annotated, Union, UnionType):
                yield from Shape(get_args(part)).alternatives()
            else:
                yield part

    def record(self) -> type[Options] | None:
        """The class whose fields a mapping gives here; for a component, its family."""
        classes = (part for part in self.alternatives() if isinstance(part, type))
        return next((part for part in classes if issubclass(part, Options)), None)

    def family(self) -> type[Component] | None:
        """The family, where a component may stand here."""
        record = self.record()
        return record if record is not None and issubclass(record, Component) and not record.name else None

    def short_form(self) -> ShortForm | None:
        """The short form that may stand here for a mapping."""
        return next((part for part in self.alternatives() if isinstance(part, ShortForm)), None)

    def options(self, node: Node) -> type[Options] | None:
        """The class whose fields the given mapping gives; of a family, the member that it names."""
        family, name = self.family(), node.child("name")
        if family is None:
            return self.record()
        return family.members().get(str(name.value)) if name is not None else None

    def child(self, key: str | int, node: Node) -> Shape | None:
        """What may stand under a key or an index of the given node."""
        if str(key).isdecimal():
            return next(
                (_item(part, int(key)) for part in self.alternatives() if get_origin(part) in (tuple, list)), None
            )
        mapping = next((part for part in self.alternatives() if get_origin(part) is dict), None)
        if mapping is not None:
            return Shape(get_args(mapping)[1:])
        options = self.options(node)
        field = options.model_fields.get(str(key)) if options is not None else None
        return Shape((field.annotation, *field.metadata), field.default) if field is not None else None


SPEC = Shape((Spec,))


def _item(collection: Any, index: int) -> Shape | None:
    arguments = get_args(collection)
    if get_origin(collection) is list or arguments[1:] == (Ellipsis,):
        return Shape(arguments[:1])
    return Shape(arguments[index : index + 1]) if index < len(arguments) else None


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
    if named and isinstance(node.value, dict) and shape.family() and isinstance(shape.default, Component):
        node = replace(node, value={"name": Node(shape.default.name, DEFAULT, DEFAULT)} | node.value)
    if isinstance(node.value, dict):
        return replace(node, value={key: _below(node, key, shape, named) for key in node.value})
    if isinstance(node.value, list):
        return replace(node, value=[_below(node, index, shape, named) for index in range(len(node.value))])
    return node


def _below(node: Node, key: str | int, shape: Shape, named: bool) -> Node:
    below = node.child(key)
    assert below is not None
    child = shape.child(key, node)
    return write_out(below, child, named) if child is not None else below


def _long_form(node: Node, shape: Shape) -> Node:
    if isinstance(node.value, dict | list):
        return node
    short_form = shape.short_form()
    given: Any = {"name": node.value} if shape.family() and isinstance(node.value, str) else node.value
    given = short_form.expand(given) if short_form else given
    if not isinstance(given, dict):
        return node
    return replace(node, value={key: Node(value, node.place, node.place) for key, value in given.items()})
