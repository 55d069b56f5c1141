"""An example of each key of a spec, as it is typed behind the spec; a test has every one of them accepted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic_core import PydanticUndefined

from dlx.component import Component, Options
from dlx.spec.example_values import BESIDE, VALUES
from dlx.spec.keys import Key, KeyStep, places
from dlx.spec.schema import choices_of, option_of
from dlx.spec.yaml_text.writing import dump_scalar


def example_of(key: Key) -> str:
    """``key=value``, such as ``optimizer={name: adam, beta1: 0.95}``."""
    trail = next((trail for trail in key.trails if not any(map(_is_another, trail))), key.trails[0])
    return _setting(trail, _value(trail[-1].options, trail[-1].key))


def example_of_component(member: type[Component]) -> str:
    """The same of a component, with the options that it must have."""
    key = places()[member.kind]
    value = {"name": member.name, **required_options(member)}
    component = member.name if len(value) == 1 else value
    is_listed = member.kind in ("metric", "augmentation")
    return f"{key}={_in_one_line([component] if is_listed else component)}"


def _in_one_line(value: Any) -> str:
    """A value as YAML, its keys in their order."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_in_one_line(below)}' for key, below in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_in_one_line, value))}]"
    return dump_scalar(value)


def _setting(trail: Sequence[KeyStep], value: Any) -> str:
    """A dotted key as far as that says it, and then a value with what is further inside."""
    needed = [number for number in range(1, len(trail)) if _is_nested(trail[number - 1], trail[number].key)]
    depth = min(needed, default=len(trail))
    path = ".".join(step.key for step in trail[:depth])
    return f"{path}={_in_one_line(_content(trail, depth, value))}"


def _content(trail: Sequence[KeyStep], depth: int, value: Any) -> Any:
    """What stands under the key before this depth."""
    if depth == len(trail):
        return value
    outer, key = trail[depth - 1], trail[depth].key
    assert outer.below is not None
    name = {"name": outer.below.name} if issubclass(outer.below, Component) and _is_family(outer) else {}
    content = {
        **name,
        **required_options(outer.below),
        **_beside(outer.below, key),
        key: _content(trail, depth + 1, value),
    }
    if outer.wrap == "mapping":
        return {_own_key(outer.below, key): content}
    return [content] if outer.wrap == "list" else content


def _own_key(options: type[Options], key: str) -> str:
    """A key that the user names: of a column, or of what is searched."""
    if "log_uniform" not in options.model_fields:
        return "height"
    return "architecture.hidden" if key in ("layers", "units") else "optimizer.learning_rate"


def _is_nested(outer: KeyStep, key: str) -> bool:
    """Whether more than this key has to stand there."""
    assert outer.below is not None
    is_optional = outer.shape.default is None  # so that nothing stands there yet
    lacks = is_optional and required_options(outer.below).keys() - {key}
    return bool(outer.wrap or _is_another(outer) or lacks or _beside(outer.below, key))


def _is_another(step: KeyStep) -> bool:
    """Whether a component is named there that is not the one by default."""
    return step.below is not None and _is_family(step) and step.below is not type(step.shape.default)


def _beside(options: type[Options], key: str) -> dict[str, Any]:
    return BESIDE.get(f"{_named(options)}.{key}", BESIDE.get(key, {}))


def _is_family(step: KeyStep) -> bool:
    """Whether a component is named there, and not the only one that may stand under its key."""
    return any(shape.family for shape in (step.shape, *step.shape.entries))


def required_options(options: type[Options]) -> dict[str, Any]:
    """The options that a component, or a section, has no default for, with values of them."""
    return {
        name: _value(options, name)
        for name, field in options.model_fields.items()
        if field.default is PydanticUndefined and field.is_required()
    }


def _named(options: type[Options]) -> str:
    return options.name if issubclass(options, Component) and options.name else options.__name__


def _value(options: type[Options], name: str) -> Any:
    """A value of an option that is not its default, where one can be told from its type."""
    kind = options.kind if issubclass(options, Component) else ""
    for stated in (f"{_named(options)}.{name}", f"{kind}.{name}", name):
        if stated in VALUES:
            return VALUES[stated]
    option = option_of(options, name)
    default, words = option["default"], option["type"]
    if choices := choices_of(options, name):
        return next((choice for choice in choices if choice != default), choices[0])
    if "true or false" in words:
        return default is not True
    if isinstance(default, int | float) and default:
        return default
    return 1 if "whole number" in words else 0.1 if "number" in words else "TEXT" if "text" in words else []
