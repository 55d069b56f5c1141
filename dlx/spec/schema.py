"""The JSON Schema of a spec with all registered components, and what it says about a single option."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from inspect import cleandoc
from typing import Any

from dlx.component import REGISTRY, Component, Options
from dlx.spec.sections import Spec

JSON = dict[str, Any]


def components() -> Mapping[str, Mapping[str, type[Component]]]:
    """All registered components, by kind and name; the spec, which is imported here, registers those of dlx."""
    return REGISTRY


def json_schema() -> JSON:
    """What editors complete and check a spec by (JSON Schema, draft 2020-12); short forms and plugins included."""
    schema = Spec.model_json_schema(by_alias=False)
    definitions = schema.pop("$defs")
    for kind, members in REGISTRY.items():
        definitions[kind] = _family(kind, members)
        for name, member in members.items():
            definitions |= _member(f"{kind}.{name}", member)
    schema["properties"]["extends"] = {"type": "string", "description": "another spec that this one changes"}
    schema["anyOf"] = [{"required": [key]} for key in ("data", "objective", "extends")]
    linked: JSON = _linked(schema | {"$defs": definitions})
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | linked


def with_plans(schema: JSON, records: Sequence[type[Options]]) -> JSON:
    """The schema of a spec, or of a plan where there is a `base`: one file serves an editor for both.

    ``records`` are what the kinds of plans hold besides their base and name.
    """
    meta, definitions = schema["$schema"], dict(schema["$defs"])
    spec = {key: value for key, value in schema.items() if key not in ("$schema", "$defs")}
    plans = []
    for record in records:
        plan = record.model_json_schema(by_alias=False)
        definitions |= plan.pop("$defs", {})
        base = {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/spec"}], "description": "a spec, or the path of one"}
        name = {"type": "string", "description": "the folder of the results under runs/; that of the spec if left out"}
        plan["properties"] = {"base": base, "name": name} | plan["properties"]
        plans.append(plan)
    chosen = {"if": {"required": ["base"]}, "then": {"anyOf": plans}, "else": {"$ref": "#/$defs/spec"}}
    linked: JSON = _linked({**chosen, "$defs": definitions | {"spec": spec}})
    return {"$schema": meta} | linked


def _family(kind: str, members: dict[str, type[Component]]) -> JSON:
    """A name alone, or a mapping with a name and the options of that member."""
    names = [{"const": name, "description": summary(member)} for name, member in members.items()]
    mappings = [{"$ref": f"#/$defs/{kind}.{name}", "required": ["name"]} for name in members]
    return {"anyOf": [*names, *mappings]}


def _member(key: str, member: type[Component]) -> JSON:
    """The definition of a member's mapping, and of the records that its options need."""
    schema = member.model_json_schema(ref_template=f"#/$defs/{key}.{{model}}")
    nested = {f"{key}.{name}": definition for name, definition in schema.pop("$defs", {}).items()}
    schema["properties"] = {"name": {"const": member.name}} | schema.get("properties", {})
    return {key: schema} | nested


def _linked(schema: Any) -> Any:
    """The schema with links to the families, without the titles that pydantic makes of names, and with each section
    called by what it is the section of.
    """
    if isinstance(schema, list):
        return [_linked(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        schema = schema | {"$ref": schema["$ref"].removesuffix("Section")}
    if "$defs" in schema:
        schema = schema | {"$defs": {key.removesuffix("Section"): value for key, value in schema["$defs"].items()}}
    rest = {key: _linked(value) for key, value in schema.items() if not _is_noise(key, value)}
    return rest | _link(schema["family"], schema.get("default")) if isinstance(schema.get("family"), str) else rest


def _is_noise(key: str, value: object) -> bool:
    return (key in ("family", "title") and isinstance(value, str)) or (key == "default" and value is None)


def _link(kind: str, default: Any) -> JSON:
    """A family; where there is a default, its options may be given without its name."""
    family = {"$ref": f"#/$defs/{kind}"}
    return {"anyOf": [family, {"$ref": f"#/$defs/{kind}.{default['name']}"}]} if isinstance(default, dict) else family


def summary(member: type[Options]) -> str:
    """The first paragraph of the docstring of a component, or of a section, in one line."""
    return " ".join(_docstring(member).split("\n\n")[0].split())


def _docstring(member: type[Options]) -> str:
    """As people are shown it, with names in one pair of quotes, not in two as docstrings have them."""
    return cleandoc(member.__doc__ or "").replace("``", "`")


def description(member: type[Component]) -> JSON:
    """What ``dlx list`` tells about a component: its docstring, where it is defined, and its options."""
    schema = member.model_json_schema()
    required = schema.get("required", [])
    return {
        "kind": member.kind,
        "name": member.name,
        "summary": summary(member),
        "description": _docstring(member),
        "defined_in": f"{member.__module__}.{member.__qualname__}",
        **member.facts(),
        "options": [_option(name, option, name in required) for name, option in schema.get("properties", {}).items()],
    }


def option_of(options: type[Options], name: str) -> JSON:
    """What is said of one option: its type in words, whether it is required, its default and description."""
    schema = _schema_of(options)
    return _option(name, schema["properties"][name], name in schema.get("required", []))


@cache
def _schema_of(options: type[Options]) -> JSON:
    return options.model_json_schema(by_alias=False)


def _option(name: str, schema: JSON, required: bool) -> JSON:
    schemas = [schema, *schema.get("anyOf", [])]
    return {
        "name": name,
        "type": type_text(schema),
        "required": required,
        "default": schema.get("default"),
        "description": next((part["description"] for part in schemas if "description" in part), ""),
    }


def choices_of(options: type[Options], name: str) -> list[Any]:
    """The values that may stand there by name, if only such may."""
    schema = _schema_of(options)["properties"][name]
    parts = [part for part in schema.get("anyOf", [schema]) if part.get("type") != "null"]
    values = [part.get("enum", [part["const"]] if "const" in part else None) for part in parts]
    return [value for listed in values for value in listed or ()]


_TYPES = {"integer": "a whole number", "number": "a number", "string": "text", "boolean": "true or false"}
_BOUNDS = {"exclusiveMinimum": ">", "minimum": "≥", "exclusiveMaximum": "<", "maximum": "≤"}


def type_text(schema: JSON) -> str:
    """What a JSON Schema allows besides null, in a few words: ``a number > 0``."""
    if "anyOf" in schema:
        options = [type_text(option) for option in schema["anyOf"] if option.get("type") != "null"]
        return " or ".join(dict.fromkeys(options))
    if "family" in schema:
        return f"{schema['family']}: a name or a mapping"
    if "enum" in schema or "const" in schema:
        return "|".join(map(str, schema.get("enum", [schema.get("const")])))
    if schema.get("type") == "array":
        of = type_text(schema["items"]).replace("a list", "lists") if "items" in schema else "values"
        return f"a list of {of}"
    bounds = " and ".join(f"{sign} {schema[bound]:g}" for bound, sign in _BOUNDS.items() if bound in schema)
    return f"{_TYPES.get(schema.get('type', ''), 'a mapping')} {bounds}".rstrip()
