"""YAML 1.2 text becomes a tree in which every key and value knows its place; whatever is doubtful is refused."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn

import yaml

from dlx.errors import Place, Problem, ReadFailure, SpecError, nearest
from dlx.files import unread
from dlx.spec.tree import Node, Scalar, Text, excerpt

MAX_BYTES = 1 << 20
MAX_DEPTH = 50
MAX_VALUES = 50_000
MOST_KEYS = 5_000  # of one mapping
# Numbers are cheap to check; of other entries each may be a component with options of its own.
LONGEST_LIST = {"numbers": 10_000, "words": 5_000, "collections": 1_000}
MOST_DIGITS = 1000  # of a whole number


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
        if isinstance(failure := unread(path, error), ReadFailure):
            raise failure from None
        raise _refusal(str(path), f"cannot be read: {error.strerror}") from None
    if len(data) > MAX_BYTES:
        before = data[:MAX_BYTES].decode(errors="replace")
        what = f"here the file exceeds {MAX_BYTES:,} bytes, too large for a spec"
        raise _refusal(str(path), what, *_position(before, len(before)))
    return _decoded(data, str(path))


def _similar(path: Path) -> str:
    """A hint at a file that may be meant."""
    try:
        names = [other.name for other in path.parent.iterdir()]
    except OSError:
        return ""
    near = nearest(path.name, names)
    return f" (did you mean {path.parent / near}?)" if near else ""


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


@lru_cache(maxsize=2)  # a plan is read to learn its kind, and again with its spec; nobody changes a tree
def _tree(text: str, source: str, fixed: Place | None) -> Node:
    unfit = yaml.reader.Reader.NON_PRINTABLE.search(text)  # told here, because the parsers tell its place in two ways
    if unfit:
        what = f"the character U+{ord(unfit[0]):04X} is not allowed in YAML"
        raise SpecError([Problem(fixed or Place(source, *_position(text, unfit.start())), "", what)])
    return _Composer(text, source, fixed).tree()


_PLAIN_ENGLISH = {  # libyaml's words, and what PyYAML's own parser says for the same, which is used without libyaml
    "mapping values are not allowed in this context": "a ':' is not allowed here: start a new line, or put the value "
    "in quotes",
    "block sequence entries are not allowed in this context": "a '- ' is not allowed here: each entry of a list begins "
    "a line of its own",
    "exceeded maximum nesting depth": f"nested deeper than {MAX_DEPTH} levels",
    "found invalid Unicode character escape code": "no such character",
}
_PLAIN_ENGLISH |= {
    words.replace("block ", "").replace("in this context", "here"): text for words, text in _PLAIN_ENGLISH.items()
}


def _syntax_problem(error: yaml.MarkedYAMLError, text: str, source: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    place = Place(source, mark.line + 1, mark.column + 1) if mark else Place(source)
    words = str(error.problem)
    if mark and mark.index >= len(text):
        place, words = Place(source, *_position(text, len(text))), f"{words}, but the text ends here"
    if words.endswith("cannot start any token") and mark and mark.index < len(text):
        what = _misplaced(text[mark.index])
    elif words in _PLAIN_ENGLISH:
        what = _PLAIN_ENGLISH[words]
    else:
        context = f" ({error.context})" if error.context else ""
        what = words.removeprefix("did not find ") + context
    return Problem(place, "", f"not valid YAML: {what}")


def _misplaced(character: str) -> str:
    if character == "\t":
        return "a tab stands where only spaces may: indent with spaces"
    return f"nothing begins with {character!r} here: put the value in quotes"


def _whole_number(text: str) -> int:
    if len(text) > MOST_DIGITS:  # Python would not write it out
        raise ValueError
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


_PLAIN = re.compile("|".join(f"(?P<{name}>{pattern.pattern})" for name, (pattern, _) in _SCALARS.items()))


def _kind(event: yaml.ScalarEvent) -> str:
    """The name of a scalar's type: by its tag, or as the core schema reads it."""
    if event.tag not in (None, "!"):
        return str(event.tag).removeprefix(_TAG)
    if event.tag == "!" or not event.implicit[0]:
        return "str"
    match = _PLAIN.match(event.value)
    return (match and match.lastgroup) or "str"


def _read_scalar(kind: str, text: str) -> Scalar:
    pattern, convert = _SCALARS[kind]
    if not pattern.match(text):
        raise ValueError
    return convert(text)


def _kind_of_entry(node: Node) -> str:
    if isinstance(node.value, dict | list):
        return "collections"
    return "numbers" if isinstance(node.value, int | float) else "words"


class _Stop(Exception):
    """The fault after which nothing more can be read."""


# Both parsers give the same events one by one, from their own stack, however deep a text nests; libyaml's takes a
# tenth of the time. Its composer, which can crash on deep nesting, is not used.
_PARSER = getattr(yaml, "CLoader", yaml.Loader)


class _Composer:
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
            problem = _syntax_problem(error, self.text, self.source)
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
            raise _refusal(self.source, "the file is empty", 1, 1)
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
        """What the anchor names, which everybody shares: nobody changes a tree."""
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
        if event.tag not in (None, "!", _TAG + kind):
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
        """The text of a key; None where it is none, which has been noted."""
        is_scalar = isinstance(event, yaml.ScalarEvent)
        if is_scalar and event.value == "<<" and event.implicit[0]:
            self._refuse(event, "merge keys (<<) are not part of YAML 1.2: use extends, or write the keys out")
        elif isinstance(node.value, str):
            return str(node.value)
        elif is_scalar:
            self._refuse(event, f"a key must be text: write {excerpt(event.value)} in quotes")
        else:
            self._refuse(event, "a key must be text, not a collection")
        return None

    def _scalar(self, event: yaml.ScalarEvent, place: Place) -> Scalar:
        kind, text = _kind(event), event.value
        text.encode()  # in PyYAML's own parser an escape can smuggle in half of a surrogate pair, which no file takes
        if kind not in _SCALARS:
            self._refuse_tag(event)
            return None
        try:
            value = _read_scalar(kind, text)
        except ValueError:
            what = {"int": "a whole number", "float": "a number", "bool": "true or false"}.get(kind, kind)
            self._refuse(event, f"{excerpt(text)} cannot be read as {what}")
            return None
        return Text(value, place) if isinstance(value, str) and not self.fixed else value

    def _refuse_tag(self, event: Any) -> None:
        self._refuse(event, f"the tag {str(event.tag).replace(_TAG, '!!')} is not supported")

    def _refuse(self, event: Any, what: str, key: str = "") -> None:
        self.problems.append(Problem(self._place(event), key, what))

    def _stop(self, event: Any, what: str) -> NoReturn:
        self._refuse(event, what)
        raise _Stop

    def _place(self, event: Any) -> Place:
        mark = event.start_mark
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
_Dumper.add_multi_representer(str, _Dumper.represent_str)  # also text that knows its place
