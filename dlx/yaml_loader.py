"""YAML 1.2 text becomes a tree in which every key and value knows its place; whatever is doubtful is refused."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn

import yaml

from dlx.errors import Place, Problem, SpecError
from dlx.tree import Node, Scalar, Text, shown

MAX_BYTES = 1 << 20
MAX_DEPTH = 50
MAX_NODES = 50_000


def load(path: Path) -> Node:
    """The tree of a file; raises `SpecError` with every problem found."""
    text = _read(path)
    return _tree(text, str(path), None)


def parse(text: str, place: Place) -> Node:
    """The tree of a text that stands in no file: everything in it has the one place, and an empty text is null."""
    return _tree(text, place.source, place) if text.strip() else Node(None, place, place)


def dump(data: Any) -> str:
    """Plain data as YAML that reads the same under the rules of YAML 1.1 and 1.2; innermost collections in one line."""
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110, default_flow_style=None)


def dump_scalar(value: Any) -> str:
    """One value in one line, as it stands in a flow collection."""
    return yaml.dump([value], Dumper=_Dumper, allow_unicode=True, width=sys.maxsize, default_flow_style=True)[1:-2]


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise _refusal(str(path), f"there is no such file{_similar(path)}") from None
    except OSError as error:
        raise _refusal(str(path), f"cannot be read: {error.strerror}") from None
    if len(data) > MAX_BYTES:
        raise _refusal(str(path), f"is larger than {MAX_BYTES:,} bytes, too large for a spec")
    return _decoded(data, str(path))


def _similar(path: Path) -> str:
    """A hint at a file that may be meant."""
    try:
        names = [other.name for other in path.parent.iterdir()]
    except OSError:
        return ""
    near = get_close_matches(path.name, names, n=1)
    return f" (did you mean {path.parent / near[0]}?)" if near else ""


def _decoded(data: bytes, source: str) -> str:
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(encoding, errors="replace")
        what = f"byte 0x{data[error.start]:02x} is not valid {encoding[:6].upper().strip('-')}: save the file as UTF-8"
        raise _refusal(source, what, *_position(before, len(before))) from None


def _position(text: str, index: int) -> tuple[int, int]:
    """Line and column, from 1, of an index into a text."""
    return text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)


def _refusal(source: str, what: str, line: int | None = None, column: int | None = None) -> SpecError:
    return SpecError([Problem(Place(source, line, column), "", what)])


def _tree(text: str, source: str, fixed: Place | None) -> Node:
    try:
        return _Loader(text, source, fixed).tree()
    except yaml.reader.ReaderError as error:
        what = f"the character U+{ord(text[error.position]):04X} is not allowed in YAML"
        problem = Problem(Place(source, *_position(text, error.position)), "", what)
    except yaml.MarkedYAMLError as error:
        problem = _syntax_problem(error, source)
    raise SpecError([Problem(fixed, "", problem.what) if fixed else problem])


_PLAIN_ENGLISH = {
    "found character '\\t' that cannot start any token": "a tab stands where only spaces may: indent with spaces",
    "mapping values are not allowed here": "a ':' is not allowed here: start a new line, or put the value in quotes",
    "but found another document": "a second document starts here: a spec is one document",
}


def _syntax_problem(error: yaml.MarkedYAMLError, source: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    place = Place(source, mark.line + 1, mark.column + 1) if mark else Place(source)
    said = str(error.problem)
    context = f" ({error.context})" if error.context and said not in _PLAIN_ENGLISH else ""
    return Problem(place, "", f"not valid YAML: {_PLAIN_ENGLISH.get(said, said)}{context}")


def _whole_number(text: str) -> int:
    return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))


def _real_number(text: str) -> float:
    value = float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    if math.isinf(value) and "inf" not in text.lower():
        raise ValueError
    return value


_TAG = "tag:yaml.org,2002:"
NEXT_LINE = "\x85"
# YAML 1.2.2, §10.3.2: the core schema, in the order in which a plain scalar is tried.
_SCALARS: dict[str, tuple[re.Pattern[str], Callable[[str], Scalar]]] = {
    "null": (re.compile(r"(?:null|Null|NULL|~|)\Z"), lambda text: None),
    "bool": (re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z"), lambda text: text.lower() == "true"),
    "int": (re.compile(r"(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)\Z"), _whole_number),
    "float": (
        re.compile(
            r"(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\Z"
        ),
        _real_number,
    ),
    "str": (re.compile(""), str),
}


def _read_scalar(kind: str, text: str) -> Scalar:
    pattern, convert = _SCALARS[kind]
    if not pattern.match(text):
        raise ValueError
    return convert(text)


class _Loader(yaml.SafeLoader):
    """PyYAML's pure-Python loader with the scalars of YAML 1.2's core schema and bounds that hold while it composes."""

    yaml_implicit_resolvers = {None: [(_TAG + name, pattern) for name, (pattern, _) in _SCALARS.items()]}

    def __init__(self, text: str, source: str, fixed: Place | None) -> None:
        super().__init__(text)
        self.source, self.fixed = source, fixed
        self.depth = self.composed = self.built = 0
        self.open: list[yaml.Node] = []
        self.problems: list[Problem] = []

    def tree(self) -> Node:
        root = self._root()
        if root is None:
            raise _refusal(self.source, "the file is empty")
        tree = self._build(root, self._place(root))
        if self.problems:
            raise SpecError(self.problems)
        return tree

    def _root(self) -> yaml.Node | None:
        try:
            return self.get_single_node()
        except ValueError:  # also from PyYAML, which passes escapes such as "\U00110000" to chr() unchecked
            raise yaml.MarkedYAMLError(problem="no such character", problem_mark=self.get_mark()) from None

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        self.depth += 1
        self.composed += 1
        if self.depth > MAX_DEPTH:
            self._stop(f"nested deeper than {MAX_DEPTH} levels")
        if self.composed > MAX_NODES:
            self._stop(f"more than {MAX_NODES:,} values")
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def compose_scalar_node(self, anchor: Any) -> yaml.ScalarNode:
        node = super().compose_scalar_node(anchor)
        node.value.encode()  # an escape can smuggle in half of a surrogate pair, which no file and no terminal takes
        return node

    def _stop(self, what: str) -> NoReturn:
        event = self.peek_event()  # type: ignore[no-untyped-call]  # the stubs give it no types
        raise yaml.MarkedYAMLError(problem=what, problem_mark=event.start_mark)

    def _build(self, node: yaml.Node, key: Place) -> Node:
        """A node of PyYAML as one of ours; what an alias names is built again wherever the alias stands."""
        self.built += 1
        if self.built > MAX_NODES:
            raise SpecError([Problem(key, "", f"aliases make more than {MAX_NODES:,} values of this")])
        if any(node is outer for outer in self.open):
            self._refuse(node, "an alias stands inside the value that it names")
            return Node(None, key, key)
        self.open.append(node)
        place = self._place(node)
        built = Node(self._value(node, place), place, key)
        self.open.pop()
        return built

    def _value(self, node: yaml.Node, place: Place) -> Scalar | dict[str, Node] | list[Node]:
        if isinstance(node, yaml.MappingNode) and node.tag == _TAG + "map":
            return self._mapping(node)
        if isinstance(node, yaml.SequenceNode) and node.tag == _TAG + "seq":
            return [self._build(item, self._place(item)) for item in node.value]
        if isinstance(node, yaml.ScalarNode) and node.tag.removeprefix(_TAG) in _SCALARS:
            return self._scalar(node, place)
        self._refuse(node, f"the tag {node.tag.replace(_TAG, '!!')} is not supported")
        return None

    def _mapping(self, node: yaml.MappingNode) -> dict[str, Node]:
        built: dict[str, Node] = {}
        for key, value in node.value:
            if not self._is_key(key):
                continue
            if key.value in built:
                self._refuse(key, f"given twice, first at {built[key.value].key}", key.value)
            else:
                built[key.value] = self._build(value, self._place(key))
        return built

    def _is_key(self, node: yaml.Node) -> bool:
        if not isinstance(node, yaml.ScalarNode):
            self._refuse(node, "a key must be text, not a collection")
        elif node.value == "<<" and node.style is None:
            self._refuse(node, "merge keys (<<) are not part of YAML 1.2: use extends, or write the keys out")
        elif node.tag != _TAG + "str":
            self._refuse(node, f"a key must be text: write {node.value!r} in quotes")
        else:
            return True
        return False

    def _scalar(self, node: yaml.ScalarNode, place: Place) -> Scalar:
        kind = node.tag.removeprefix(_TAG)
        try:
            value = _read_scalar(kind, node.value)
        except ValueError:
            what = {"int": "a whole number", "float": "a number", "bool": "true or false"}.get(kind, kind)
            self._refuse(node, f"{shown(node.value)} cannot be read as {what}")
            return None
        return Text(value, place) if isinstance(value, str) and not self.fixed else value

    def _refuse(self, node: yaml.Node, what: str, key: str = "") -> None:
        self.problems.append(Problem(self._place(node), key, what))

    def _place(self, node: yaml.Node) -> Place:
        mark = node.start_mark
        return self.fixed or Place(self.source, mark.line + 1, mark.column + 1)


class _Dumper(yaml.SafeDumper):
    """PyYAML's emitter, quoting every string that either version of YAML would read as something else."""

    yaml_implicit_resolvers = yaml.SafeDumper.yaml_implicit_resolvers | {
        None: [(_TAG + name, pattern) for name, (pattern, _) in _SCALARS.items() if name != "str"]
    }

    def ignore_aliases(self, data: object) -> bool:
        return True

    def represent_str(self, data: str) -> yaml.ScalarNode:
        """Within single quotes a reader takes U+0085 for the end of a line, and gives a space for it."""
        return self.represent_scalar(_TAG + "str", data, style='"' if NEXT_LINE in data else None)


_Dumper.add_representer(str, _Dumper.represent_str)
