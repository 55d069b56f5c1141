"""Controls: what the JSON Schema lets be set in a spec, as sliders, choices and switches with their present values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import floor, log10
from typing import Any, TypeGuard

from dlx.language import translated
from dlx.spec.schema import json_schema
from dlx.spec.sections import Spec

Json = dict[str, Any]

# In the order of the page. What is left out there is typed into a file: names, plugins, columns of data.
SECTIONS = (
    "data", "objective", "architecture", "initializer", "loss", "regularization", "optimizer", "schedule", "training",
    "diagnosis", "seed", "dtype",
)  # fmt: skip
HIDDEN = "architecture.hidden"
# What a slider would only break (the parts of a split add up to 1), and what is of the machine.
LEFT_OUT = {"data.folds", "data.fold", "data.split", "training.refit", "training.threads", "training.engine"}
DECADES, AROUND_ZERO = 3, 2  # of a slider, on each side of its value in the file
LEAST_SHARE = 1e-4  # of 1 − β
LARGEST_UNSTATED = 1000  # of a count whose schema names no end that could be reached


class Controls:
    """The controls of specs, by one reading of the schema."""

    def __init__(self) -> None:
        self.schema = json_schema()
        self._definitions: Mapping[str, Json] = self.schema["$defs"]
        self._original: Json = {}

    def of(self, spec: Spec, original: Spec) -> list[Json]:
        """The sections of the page, each with its controls: those of the components that the spec has now.

        ``original`` is the spec of the file, whose values are in the middle of their sliders.
        """
        self._original, dump = original.dump(), spec.dump()
        names = [name for name in SECTIONS if name in dump or (name == "loss" and spec.objective is None)]
        sections = [(name, self._controls(name, self.schema["properties"][name], dump.get(name))) for name in names]
        return [{"name": name, "controls": controls} for name, entries in sections if (controls := list(entries))]

    def _controls(self, key: str, schema: Json, value: Any) -> Iterator[Json]:
        """The control of a key, or those of the keys below it."""
        if key in LEFT_OUT:
            return
        schema = self._followed(schema)
        about = {"key": key, "value": value, "help": translated(schema.get("description", ""))}
        if key == HIDDEN:
            yield {**about, "kind": "layers", "units": [layer["units"] for layer in value or ()]}
        elif members := self._members(schema):
            yield from self._component(about, members, value)
        elif "properties" in schema:
            if isinstance(value, dict):
                yield from self._section(key, schema, value)
        else:
            control = _simple(about, schema, self._in_file(key))
            if control is not None:
                yield control

    def _section(self, key: str, schema: Json, values: Json) -> Iterator[Json]:
        for name, entry in schema["properties"].items():
            if name != "name" or "const" not in entry:
                yield from self._controls(f"{key}.{name}", entry, values.get(name))

    def _in_file(self, key: str) -> Any:
        """What the file says of a key; None where it has another component there."""
        at: Any = self._original
        for name in key.split("."):
            at = at.get(name) if isinstance(at, dict) else None
        return at

    def _component(self, about: Json, members: Mapping[str, Json], value: Any) -> Iterator[Json]:
        """A choice of names, and the options of the one that is chosen; none of what takes a file."""
        name = value.get("name") if isinstance(value, dict) else None
        if name is None and about["key"] not in ("loss",):
            return
        kind = next(iter(members.values()))["kind"]
        names = {each: entry for each, entry in members.items() if each == name or not self._needs(kind, each)}
        meanings = {each: translated(entry["description"]) for each, entry in names.items()}
        choices: list[Json] = [{"value": each, "help": meaning} for each, meaning in meanings.items()]
        if name is None:
            choices.insert(0, {"value": None, "help": translated("follows from the task")})
        yield {**about, "key": f"{about['key']}.name", "kind": "choice", "choices": choices, "value": name}
        if name is not None:
            yield from self._section(about["key"], self._definitions[f"{kind}.{name}"], value)

    def _needs(self, kind: str, name: str) -> bool:
        """Whether a component cannot be had without further options."""
        return bool(self._definitions[f"{kind}.{name}"].get("required"))

    def _followed(self, schema: Json) -> Json:
        """The schema behind a link; what is said beside the link stays."""
        schema = {**schema}
        alternatives = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
        if len(alternatives) == 1 and "$ref" in alternatives[0] and "$ref" not in schema:
            schema["$ref"] = alternatives[0]["$ref"]
        while "$ref" in schema and not self._is_family(schema["$ref"]):
            target = self._definitions[schema.pop("$ref").rpartition("/")[2]]
            schema = {**target, **{name: entry for name, entry in schema.items() if name != "anyOf"}}
        return schema

    def _is_family(self, link: str) -> bool:
        return f"{link.rpartition('/')[2]}" in {name.partition(".")[0] for name in self._definitions if "." in name}

    def _members(self, schema: Json) -> dict[str, Json]:
        """The components that a key may name; none where it names no component."""
        links = [schema, *schema.get("anyOf", ())]
        for link in links:
            kind = str(link.get("$ref", "")).rpartition("/")[2]
            family = self._definitions.get(kind, {})
            members = [entry for entry in family.get("anyOf", ()) if "const" in entry]
            if members and "." not in kind:
                return {entry["const"]: {**entry, "kind": kind} for entry in members}
        return {}


def _simple(about: Json, schema: Json, in_file: Any) -> Json | None:
    """The control of one value; None where it is a text, a list or a mapping."""
    branches = schema.get("anyOf", [schema])
    value = about["value"]
    about = {**about, "may_be_null": any(branch.get("type") == "null" for branch in branches)}
    words = [word for branch in branches for word in (branch.get("enum") or _const(branch))]
    number = next((branch for branch in branches if branch.get("type") in ("number", "integer")), None)
    if isinstance(value, list | dict) or (value is None and not about["may_be_null"]):
        return None
    if number is not None:
        return {**about, "kind": "number", "words": words, **_scale(about["key"], number, value, in_file)}
    if words and (value is None or value in words):  # any other text is typed into a file
        choices = [{"value": word, "help": ""} for word in words]
        if about["may_be_null"]:
            choices.insert(0, {"value": None, "help": ""})
        return {**about, "kind": "choice", "choices": choices}
    if any(branch.get("type") == "boolean" for branch in branches):
        return {**about, "kind": "switch"}
    return None


def _const(branch: Json) -> list[Any]:
    return [branch["const"]] if isinstance(branch.get("const"), str) else []


def _scale(key: str, schema: Json, value: Any, in_file: Any) -> Json:
    """The scale of a slider: which it is, and its ends, between which the present value lies.

    linear: between two ends. one_minus: log of 1 − β. log: of what is positive. zero_log: the same, with 0 before it.
    none: a number that is typed.
    """
    low, high = (schema.get(name, schema.get(f"exclusive{name.title()}")) for name in ("minimum", "maximum"))
    scale = {"whole": schema["type"] == "integer", "low": low, "high": high}
    if key.endswith("seed"):
        return {**scale, "scale": "none"}
    if ".beta" in key and "exclusiveMaximum" in schema:
        return {**scale, "scale": "one_minus", "from": 1.0, "to": LEAST_SHARE}
    if low is not None and high is not None and high - low <= LARGEST_UNSTATED:
        return {**scale, "scale": "linear", "from": low, "to": high}
    stated = next((float(each) for each in (in_file, schema.get("default")) if _is_number(each)), 0.0)
    ends = [value] if _is_number(value) and value > 0 else []
    if scale["whole"]:
        first = 1 if low is None or low < 1 else low
        last = max(LARGEST_UNSTATED, 10 ** (floor(log10(max(stated, 1))) + 1))
        kind = "log" if low is None or low > 0 else "zero_log"
        return {**scale, "scale": kind, "from": min([first, *ends]), "to": max([last, *ends])}
    kind = "log" if low == 0 and "exclusiveMinimum" in schema else "zero_log"
    middle = 10.0 ** floor(log10(stated)) if stated > 0 else 0.1
    reach = 10.0 ** (DECADES if kind == "log" else AROUND_ZERO)
    return {**scale, "scale": kind, "from": min([middle / reach, *ends]), "to": max([middle * reach, *ends])}


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
