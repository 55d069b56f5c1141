"""What is wrong with the code of a plugin, with file and line: errors at its import, and components that are unfit."""

from __future__ import annotations

import inspect
import re
import sys
import traceback
from collections.abc import Iterator
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic.errors import PydanticUserError
from pydantic_core import ErrorDetails, PydanticSerializationError

from dlx.component import REGISTRY, Component, UnfitComponent, defined_at
from dlx.errors import UsageError

_UNTYPED = {"model-field-missing-annotation", "model-field-overridden"}
_EXPECTED = re.compile(r"^(Input|Value|Data|Tuple|List|Dictionary|String) should (be|have|match)")


def blamed(error: BaseException) -> str | None:
    """``file:line: what`` for an error that a plugin's code has raised, or what it has called; None for others."""
    modules = {member.__module__ for family in REGISTRY.values() for member in family.values()}
    files = {getattr(sys.modules.get(name), "__file__", None) for name in modules if name.split(".")[0] != "dlx"}
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename in files]
    return f"{frames[-1].filename}:{frames[-1].lineno}: {_what(error)}" if frames else None


def fault_at_import(error: BaseException, importer: str) -> str:
    """``file:line: what`` for an error at import: the innermost line of the file that ``importer`` imported first."""
    if isinstance(error, SyntaxError):
        return f"{error.filename}:{error.lineno}: SyntaxError: {error.msg}"
    trace = traceback.extract_tb(error.__traceback__)
    frames = [frame for frame in trace if frame.filename != importer and "importlib" not in frame.filename]
    lines = [frame.lineno for frame in frames if frame.filename == frames[0].filename]
    return f"{frames[0].filename}:{lines[-1]}: {_what(error)}" if frames else _what(error)


def fault_of(member: type[Component]) -> str | None:
    """Why a component that a plugin defines cannot be used; None where it can."""
    faults = (_unfinished, _without_type, _called_otherwise, _with_wrong_defaults, _that_no_file_holds)
    what = next(filter(None, (fault(member) for fault in faults)), None)
    return what and f"{defined_at(member) or member.__module__}: {member.kind} {member.name!r} {what}"


def _what(error: BaseException) -> str:
    """The error in a line; what pydantic says of a class in plain words."""
    if isinstance(error, UnfitComponent):
        return str(error)
    if isinstance(error, PydanticUserError):
        name = re.search(r"[`'](\w+)[ `']", error.message)
        if error.code in _UNTYPED and name:
            key = name.group(1)
            return f"{key} has no type: an option is written `{key}: float = …`, and what is none `{key}: ClassVar = …`"
        return f"the class cannot be a component: {_first_line(error)}"
    if isinstance(error, ValidationError):
        return "; ".join(f"{'.'.join(map(str, detail['loc']))}: {_words(detail)}" for detail in error.errors())
    return f"{type(error).__name__}: {error}"


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


def _words(detail: ErrorDetails) -> str:
    if detail["type"] == "frozen_instance":
        return "options never change, and methods set nothing: what a component keeps is an option with a type"
    if detail["type"] in ("value_error", "assertion_error"):
        return str(detail["ctx"]["error"])
    return f"{_EXPECTED.sub('expected', detail['msg']).replace('a valid ', 'a ')}, got {detail['input']!r}"


def _unfinished(member: type[Component]) -> str | None:
    """Whether a method or a fact that its family asks for is missing."""
    facts = [name for name in sorted(member.__class_vars__) if not hasattr(member, name)]
    missing = [*sorted(member.__abstractmethods__), *facts]
    return f"({member.__qualname__}) does not define {', '.join(missing)}" if missing else None


def _without_type(member: type[Component]) -> str | None:
    """Whether an option has a type that no spec can have, or a validator belongs to none."""
    try:
        member.model_rebuild(raise_errors=True)
        member.__pydantic_validator__.validate_python  # noqa: B018 - it is built when it is first asked for
    except PydanticUserError as error:
        for name, field in member.model_fields.items():
            if not _is_buildable(field.annotation):
                kind = getattr(field.annotation, "__qualname__", str(field.annotation))
                return f"has an option {name} of the type {kind}, which nothing in a spec can be"
        if error.code == "class-not-fully-defined" or "is not defined" in str(error):
            return f"has an option of a type that there is not: {_first_line(error)}"
        if error.code == "decorator-missing-field":
            return f"has a validator of an option that there is not; its options are {', '.join(member.model_fields)}"
        return f"cannot be a component: {_first_line(error)}"
    except NameError as error:
        return f"has an option of a type that there is not: {_first_line(error)}"
    return None


def _is_buildable(annotation: Any) -> bool:
    try:
        TypeAdapter(annotation)
    except (PydanticUserError, NameError):
        return False
    return True


def _called_otherwise(member: type[Component]) -> str | None:
    """Whether a method cannot be called as its family's is."""
    for own in member.__mro__:
        for name, method in _methods(own):
            base = next((of[name] for kind in _families(member) if name in (of := dict(_methods(kind)))), None)
            if base is None or own.__module__.split(".")[0] == "dlx":
                continue
            needed = [
                parameter.name
                for parameter in inspect.signature(base).parameters.values()
                if parameter.default is parameter.empty
            ]
            try:
                inspect.signature(method).bind(*needed)
            except TypeError:
                return f"has {name}{inspect.signature(method)}, which is called as {name}({', '.join(needed)})"
    return None


def _families(member: type[Component]) -> Iterator[type]:
    return (kind for kind in member.__mro__ if issubclass(kind, Component) and kind.__module__.split(".")[0] == "dlx")


def _methods(kind: type) -> Iterator[tuple[str, Any]]:
    return (
        (name, method)
        for name, method in vars(kind).items()
        if inspect.isfunction(method) and not name.startswith(("_", "model_"))
    )


def _with_wrong_defaults(member: type[Component]) -> str | None:
    """Whether the defaults do not fit their types, or the component cannot be made of them."""
    defaults = {
        field.alias or name: field.get_default(call_default_factory=True, validated_data={})
        for name, field in member.model_fields.items()
        if not field.is_required()
    }
    try:
        member.model_validate(defaults)
    except ValidationError as error:
        details = [detail for detail in error.errors() if detail["type"] != "missing"]
        reasons = [f"{'.'.join(map(str, detail['loc']))}: {_words(detail)}" for detail in details]
        return f"cannot be made with its defaults: {'; '.join(reasons)}" if reasons else None
    except UsageError:
        raise
    except Exception as error:
        return f"cannot be made: {blamed(error) or _what(error)}"
    return None


def _that_no_file_holds(member: type[Component]) -> str | None:
    """Whether a default is nothing that the resolved spec could say."""
    if any(field.is_required() for field in member.model_fields.values()):
        return None
    component = member.model_validate({})
    try:
        component.model_dump(mode="json")
    except PydanticSerializationError as error:
        return f"has a default that no spec can hold: {_first_line(error)}"
    try:
        hash(component)
    except TypeError as error:
        return f"has a default that may change, {error}: write a tuple for a list"
    return None
