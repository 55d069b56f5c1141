"""The composer: from the events of a YAML parser to a tree, within limits that hold meanwhile."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NoReturn

import yaml

from dlx.errors import Place, Problem, SpecError
from dlx.spec.tree import Node, Scalar, Text, excerpt
from dlx.spec.yaml_text.limits import LONGEST_LIST, MAX_DEPTH, MAX_VALUES, MOST_KEYS
from dlx.spec.yaml_text.scalars import SCALARS, TAG, read_scalar, type_of
from dlx.spec.yaml_text.syntax_errors import syntax_problem


class _Stop(Exception):
    """The fault after which nothing more can be read."""


# Both parsers give the same events one by one, from their own stack, however deep a text nests; libyaml's takes a
# tenth of the time. Its composer, which can crash on deep nesting, is not used.
_PARSER = getattr(yaml, "CLoader", yaml.Loader)


class Composer:
    """Builds the tree from a parser's events, with the scalars of YAML 1.2 and bounds that hold meanwhile."""

    def __init__(self, text: str, source: str, fixed: Place | None) -> None:
        self.text, self.source, self.fixed = text, source, fixed
        self.parser = _PARSER(text)
        self.event: Any = None
        self.count = 0  # values so far, those that aliases repeat counted again
        self.anchors: dict[str, tuple[Node, int] | None] = {}  # with the number of its values; None while it is open
        self.problems: list[Problem] = []

    def tree(self) -> Node:
        """The tree of the text; raises `SpecError` with every problem."""
        try:
            tree = self._document()
        except _Stop:
            tree = None
        except yaml.MarkedYAMLError as error:
            problem = syntax_problem(error, self.text, self.source)
            self.problems.append(Problem(self.fixed, "", problem.what) if self.fixed else problem)
        except (ValueError, yaml.YAMLError):  # PyYAML's own parser passes "\U00110000" to chr() unchecked
            self._refuse(self.event, "not valid YAML: no such character")
        if self.problems:
            raise SpecError(self.problems)
        assert tree is not None
        return tree

    def _next(self) -> Any:
        self.event = self.parser.get_event()
        return self.event

    def _document(self) -> Node:
        self._next()  # the start of the stream
        if isinstance(self._next(), yaml.StreamEndEvent):
            raise SpecError.of(Place(self.source, 1, 1), "", "the file is empty")
        tree = self._node(self._next(), 1)
        self._next()  # the end of the document
        if not isinstance(self._next(), yaml.StreamEndEvent):
            self._refuse(self.event, "not valid YAML: a second document starts here: a spec is one document")
        return tree

    def _node(self, event: Any, depth: int, key: Place | None = None) -> Node:
        """The value that begins with this event, under a key or in a list."""
        self._count(event, 1)
        place = self._place(event)
        if isinstance(event, yaml.AliasEvent):
            return self._aliased(event, key or place)
        if depth > MAX_DEPTH:
            self._stop(event, f"not valid YAML: nested deeper than {MAX_DEPTH} levels")
        before, anchor = self.count, event.anchor
        if anchor is not None:
            self.anchors[anchor] = None
        node = Node(self._value(event, place, depth), place, key or place)
        if anchor is not None:
            self.anchors[anchor] = node, self.count - before
        return node

    def _count(self, event: Any, values: int) -> None:
        self.count += values
        if self.count > MAX_VALUES:
            self._stop(event, f"here the file has more than {MAX_VALUES:,} values, too many for a spec")

    def _aliased(self, event: yaml.AliasEvent, key: Place) -> Node:
        """What the anchor names, shared by all its aliases: trees are never changed."""
        if event.anchor not in self.anchors:
            self._stop(event, f"not valid YAML: found undefined alias {excerpt(event.anchor)}")
        anchored = self.anchors[event.anchor]
        if anchored is None:
            self._refuse(event, "an alias stands inside the value that it names")
            return Node(None, key, key)
        node, values = anchored
        self._count(event, values)
        return replace(node, key=key)

    def _value(self, event: Any, place: Place, depth: int) -> Scalar | dict[str, Node] | list[Node]:
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, place)
        kind = "map" if isinstance(event, yaml.MappingStartEvent) else "seq"
        if event.tag not in (None, "!", TAG + kind):
            self._refuse_tag(event)
        return self._mapping(depth) if kind == "map" else self._sequence(depth)

    def _sequence(self, depth: int) -> list[Node]:
        built: list[Node] = []
        lengths = {"numbers": 0, "words": 0, "collections": 0}
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            node = self._node(event, depth + 1)
            built.append(node)
            kind = _kind_of_entry(node)
            lengths[kind] += 1
            if lengths[kind] > LONGEST_LIST[kind]:
                self._stop(event, f"here a list has more than {LONGEST_LIST[kind]:,} {kind}, too many for a spec")
        return built

    def _mapping(self, depth: int) -> dict[str, Node]:
        built: dict[str, Node] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            node = self._node(event, depth + 1)
            key, value = self._key(event, node), self._node(self._next(), depth + 1, node.key)
            if key is None:
                continue
            if key in built:
                self._refuse(event, f"given twice, first at {built[key].key}", key)
            else:
                built[key] = value
            if len(built) > MOST_KEYS:
                self._stop(event, f"here a mapping has more than {MOST_KEYS:,} keys, too many for a spec")
        return built

    def _key(self, event: Any, node: Node) -> str | None:
        """The text of a key, that of a number as it is written; None where it is none, which has been noted."""
        is_scalar = isinstance(event, yaml.ScalarEvent)
        if is_scalar and event.value == "<<" and event.implicit[0]:
            self._refuse(event, "merge keys (<<) are not part of YAML 1.2: use extends, or write the keys out")
        elif isinstance(node.value, str):
            return str(node.value)
        elif is_scalar and isinstance(node.value, int | float):
            return str(event.value)
        elif is_scalar:
            self._refuse(event, f"a key must be text: write {excerpt(event.value)} in quotes")
        else:
            self._refuse(event, "a key must be text, not a collection")
        return None

    def _scalar(self, event: yaml.ScalarEvent, place: Place) -> Scalar:
        kind, text = type_of(event), event.value
        text.encode()  # in PyYAML's own parser an escape can smuggle in half of a surrogate pair, which no file takes
        if kind not in SCALARS:
            self._refuse_tag(event)
            return None
        try:
            value = read_scalar(kind, text)
        except ValueError:
            what = {"int": "a whole number", "float": "a number", "bool": "true or false"}.get(kind, kind)
            self._refuse(event, f"{excerpt(text)} cannot be read as {what}")
            return None
        return Text(value, place) if isinstance(value, str) and not self.fixed else value

    def _refuse_tag(self, event: Any) -> None:
        self._refuse(event, f"the tag {str(event.tag).replace(TAG, '!!')} is not supported")

    def _refuse(self, event: Any, what: str, key: str = "") -> None:
        self.problems.append(Problem(self._place(event), key, what))

    def _stop(self, event: Any, what: str) -> NoReturn:
        self._refuse(event, what)
        raise _Stop

    def _place(self, event: Any) -> Place:
        mark = event.start_mark
        return self.fixed or Place(self.source, mark.line + 1, mark.column + 1)


def _kind_of_entry(node: Node) -> str:
    if isinstance(node.value, dict | list):
        return "collections"
    return "numbers" if isinstance(node.value, int | float) else "words"
