"""What is wrong with a spec, in plain words and at its place: the translation of pydantic's errors."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import chain

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from dlx.component import Component, Options
from dlx.data.sources import File
from dlx.errors import MOST_SHOWN, Place, Problem, allowed, hint, listing, nearest
from dlx.spec.component_faults import with_options
from dlx.spec.key_examples import example_of
from dlx.spec.keys import keys
from dlx.spec.sections import Spec
from dlx.spec.shapes import SPEC, Shape, shape_at
from dlx.spec.tree import KeyPath, Node, dotted, excerpt
from dlx.synonyms import NOTES, SYNONYMS, as_spelt, plainly
from dlx.text import plain_signs

# What was expected, by the type of pydantic's error: a value of another type, or one of the same type within bounds.
_TYPES = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "string_type": "text",
    "bool_type": "true or false",
    "none_required": "nothing",
    "tuple_type": "a list",
    "list_type": "a list",
    "set_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "path_type": "a path",
}
TRUTHS = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?", re.ASCII | re.IGNORECASE)
LONGEST_NUMBER = 100  # characters: a longer text was not meant to be a number, and would take long to look at
_BOUNDS = {
    "greater_than": "more than {gt}",
    "greater_than_equal": "at least {ge}",
    "less_than": "less than {lt}",
    "less_than_equal": "at most {le}",
    "multiple_of": "a multiple of {multiple_of}",
    "finite_number": "a finite number",
    "int_parsing_size": "a smaller number",
    "string_too_short": "at least {min_length} characters",
    "string_too_long": "at most {max_length} characters",
    "string_pattern_mismatch": "text of the form {pattern}",
    "too_short": "at least {min_length} entries",
    "too_long": "at most {max_length} entries",
}


def problems_of(error: ValidationError, root: Node, shape: Shape = SPEC) -> list[Problem]:
    """Every error of a validation as a problem at its place in the tree, the members of a union reported as one.

    ``shape`` is what the tree was validated as. Of very many problems, the first are put into
    full sentences; the others keep their places and keys.
    """
    faults: dict[KeyPath, list[ErrorDetails]] = {}
    missing: list[Problem] = []
    details = error.errors(include_url=False)
    shapes = (shape_at(_path(detail["loc"], root), root, shape) for detail in details)
    for detail in chain.from_iterable(map(with_options, details, shapes)):
        path = _path(detail["loc"], root)
        if detail["type"] == "missing":
            node, _ = root.nearest(path)
            missing.append(Problem(node.key, dotted((*path, detail["loc"][-1])), "is missing"))
        else:
            faults.setdefault(path, []).append(detail)
    outer = {path[:depth] for path in faults for depth in range(len(path))}  # members that took the value are inside it
    places = {path: _place(path, details, root) for path, details in faults.items() if path not in outer}
    paths = sorted(places, key=lambda path: places[path].order())
    sentences = [_sentence(path, faults[path], root, shape) for path in paths[:MOST_SHOWN]]
    sentences += [_briefly(faults[path]) for path in paths[MOST_SHOWN:]]
    return missing + [Problem(places[path], dotted(path), what) for path, what in zip(paths, sentences, strict=True)]


def _path(location: Sequence[str | int], root: Node) -> KeyPath:
    """Pydantic's location without what is not in the tree: a missing key, the names of a union's members."""
    path, node = [], root
    for key in location:
        below = node.child(key)
        if below is not None:
            path.append(key)
            node = below
    return tuple(path)


def _place(path: KeyPath, details: list[ErrorDetails], root: Node) -> Place:
    """Where the fault is: the key, where that is at fault, else the value; of a component its name."""
    node, _ = root.nearest(path)
    if details[0]["type"] == "extra_forbidden":
        return node.key
    name = node.child("name") if details[0]["type"] == "component" else None
    return (name or node).place


def _sentence(path: KeyPath, details: list[ErrorDetails], root: Node, shape: Shape) -> str:
    if details[0]["type"] == "extra_forbidden":
        return _unknown(path, root, shape)
    return _what(details, root.nearest(path)[0], shape_at(path, root, shape), path if shape is SPEC else ())


def _briefly(details: list[ErrorDetails]) -> str:
    return "unknown key" if details[0]["type"] == "extra_forbidden" else "does not fit"


def _unknown(path: KeyPath, root: Node, shape: Shape) -> str:
    parent, _ = root.nearest(path[:-1])
    above, key = shape_at(path[:-1], root, shape), str(path[-1])
    options = above.options(parent) if above else None
    if above is None or options is None:
        return "unknown key"
    of = f" of {options.kind} {options.name}" if issubclass(options, Component) and above.family else ""
    names = list(options.model_fields)
    near = nearest(key, names)
    inside = f"data.source.{as_spelt(key, File.model_fields)}"
    if shape is SPEC and path[:-1] == ("data",) and inside in keys():
        return f"unknown key{of} {listing(names, hint(key, inside))}"
    if shape is SPEC and (
        near is None
        or re.search("[/:.]", plain_signs(key))
        or (plainly(key) in SYNONYMS and near not in SYNONYMS[plainly(key)])
    ):
        near = place_of(key) or near
    return f"unknown key{of} {listing(names, hint(key, near))}"


def place_of(key: str) -> str | None:
    """The dotted key of a spec that this is but for how it is parted, or that ends in this or in a synonym of it."""
    whole = as_spelt(re.sub(r"[/:]", ".", plain_signs(key)), keys())
    if whole in keys():
        return whole
    names = (*SYNONYMS.get(plainly(key), ()), key)  # first what is meant elsewhere: `dropout` also pins a stream
    return next((place for name in names for place in _places(name)), None)


def _places(key: str) -> Iterator[str]:
    """The dotted keys of a spec that end in this one."""
    if (own := as_spelt(key, Spec.model_fields)) in Spec.model_fields:
        yield own
    for section, field in Spec.model_fields.items():
        record = Shape((field.annotation,)).record
        options = type(field.default) if isinstance(field.default, Component) else record
        if options is not None and (own := as_spelt(key, options.model_fields)) in options.model_fields:
            yield f"{section}.{own}"


def _what(details: list[ErrorDetails], node: Node, shape: Shape | None, path: KeyPath) -> str:
    """One sentence for all that a value could have been: its own type out of bounds, or else the types wanted."""
    messages = [_message(detail) for detail in details if detail["type"] not in {*_TYPES, *_BOUNDS, "literal_error"}]
    if messages:
        return "; ".join(messages)
    bounds = [
        _BOUNDS[detail["type"]].format_map(detail.get("ctx", {})) for detail in details if detail["type"] in _BOUNDS
    ]
    if bounds:
        return f"expected {' or '.join(bounds)}, got {excerpt(node)}"
    types = [_TYPES[detail["type"]] for detail in details if detail["type"] in _TYPES]
    names = [name for detail in details if detail["type"] == "literal_error" for name in _names(detail)]
    text = "" if isinstance(node.value, dict | list) else str(node.value)
    if not types:
        return f"got {excerpt(node)} {allowed(text, names)}"
    short_form = shape.short_form if shape else None
    short = short_form.says if short_form and "a mapping" in types else names
    *others, last = dict.fromkeys([*short, *types])
    near = nearest(text, names)
    if near is None and last == "a list" and (not others or "," in text):
        near = _listed(node)
    if near is None and [*short] == ["true", "false"] and isinstance(node.value, int) and shape and shape.record:
        near = _only_number(shape.record, node.value)
    if near is None and {"true", "false"} <= {*names, *short} and text.lower() in TRUTHS:
        near = TRUTHS[text.lower()]
    near = near or _spelt_as(node, types, may_be_null=shape is not None and type(None) in shape.alternatives)
    question = f" (did you mean {near}?)" if near else hint(text, None)
    if not question and node.value is not None and (example := _example(path, shape)):
        question = f", as in {example}"
    return f"expected {', '.join(others)}{' or ' if others else ''}{last}, got {excerpt(node)}{question}"


def _spelt_as(node: Node, types: Sequence[str], may_be_null: bool) -> str | None:
    """The number or the nothing that a value was probably meant to be, such as 100 for ``1e2`` where it is a count."""
    if isinstance(node.value, str) and len(node.value) > LONGEST_NUMBER:
        return None
    text = plain_signs(str(node.value)).strip(" =,;%'\"")
    if re.fullmatch(r"\d{1,3}(,\d{3})+", text):
        text = text.replace(",", "")
    if may_be_null and text.lower() in ("none", "null", "nil", "off"):
        return "null"
    is_one = not isinstance(node.value, bool | dict | list) and {"a number", "a whole number"} & {*types}
    if not is_one or not NUMBER.fullmatch(text):
        return None
    number = Decimal(text) / (100 if str(node.value).strip().endswith("%") else 1)
    if "a number" in types:
        return f"{number.normalize():f}"
    is_whole = number == number.to_integral_value() and abs(number) < 10**9
    return f"{number.to_integral_value():f}" if is_whole else None


def _example(path: KeyPath, shape: Shape | None) -> str | None:
    """A mapping that may stand there, such as ``{train: 0.8, dev: 0.1, test: 0.1}``; None where it is no section."""
    key = keys().get(dotted(path))
    if key is None or shape is None or shape.record is None or shape.family is not None:
        return None
    return example_of(key).partition("=")[2]


def _listed(node: Node) -> str | None:
    """The list that a value without brackets was probably meant to be, such as ``[64, 32]`` for ``64,32``."""
    if plainly(str(node.value)) in NOTES:
        return None
    entries = str(node.value).strip("()").split(",") if isinstance(node.value, str | int | float) else []
    words = [entry.strip() for entry in entries]
    return f"[{', '.join(words)}]" if words and all(re.fullmatch(r"[\w.+-]+", word) for word in words) else None


def _only_number(record: type[Options], value: int) -> str | None:
    """The mapping that a bare number was probably meant to be: its first option, where that is a whole number."""
    name, field = next(iter(record.model_fields.items()))
    return f"{{{name}: {value}}}" if type(field.default) is int else None


def _message(detail: ErrorDetails) -> str:
    """The message of an error that has its own words."""
    if detail["type"] in ("value_error", "assertion_error"):
        return str(detail["ctx"]["error"])
    if detail["type"] == "component":
        return detail["msg"]
    message = re.sub(
        r"^(Input|Value|Data|Tuple|List|Dictionary|String) should (be|have|match)", "expected", detail["msg"]
    )
    return f"{message.replace('a valid ', 'a ')}, got {excerpt(detail['input'])}"


def _names(detail: ErrorDetails) -> list[str]:
    """The names of a literal, which pydantic gives as one text: ``'a', 'b' or False``."""
    return [
        quoted or plain.lower() for quoted, plain in re.findall(r"'([^']*)'|\b(?!or\b)(\w+)", detail["ctx"]["expected"])
    ]
