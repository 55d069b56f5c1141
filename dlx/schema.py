"""The JSON Schema of a spec with all registered components, and what it says about a single option."""

from __future__ import annotations

from typing import Any

from dlx.component import REGISTRY, Component
from dlx.spec import Spec

JSON = dict[str, Any]


def json_schema() -> JSON:
    """What editors complete and check a spec by (JSON Schema, draft 2020-12); short forms and plugins included."""
    schema = Spec.model_json_schema(by_alias=False)
    definitions = schema.pop("$defs")
    for kind, members in REGISTRY.items():
        definitions[kind] = _family(kind, members)
        for name, member in members.items():
            definitions |= _member(f"{kind}.{name}", member)
    schema["properties"]["extends"] = {"type": "string", "description": "another spec that this one changes"}
    del schema["required"]
    schema["anyOf"] = [{"required": ["data"]}, {"required": ["extends"]}]
    linked: JSON = _linked(schema | {"$defs": definitions})
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | linked


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
    """The schema with links to the families, and without the titles that pydantic makes of names."""
    if isinstance(schema, list):
        return [_linked(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    rest = {key: _linked(value) for key, value in schema.items() if not _is_noise(key, value)}
    return rest | _link(schema["family"], schema.get("default")) if isinstance(schema.get("family"), str) else rest


def _is_noise(key: str, value: object) -> bool:
    return (key in ("family", "title") and isinstance(value, str)) or (key == "default" and value is None)


def _link(kind: str, default: Any) -> JSON:
    """A family; where there is a default, its options may be given without its name."""
    family = {"$ref": f"#/$defs/{kind}"}
    return {"anyOf": [family, {"$ref": f"#/$defs/{kind}.{default['name']}"}]} if isinstance(default, dict) else family


def summary(member: type[Component]) -> str:
    """The first paragraph of a component's docstring, in one line."""
    return " ".join((member.__doc__ or "").strip().split("\n\n")[0].split())
