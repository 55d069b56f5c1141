"""What a registered component is: one class whose typed fields are its options, found by its kind and name."""

from __future__ import annotations

import inspect
import os
import sys
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    SerializerFunctionWrapHandler,
    model_serializer,
)
from pydantic_core import PydanticCustomError, core_schema

from dlx import registry
from dlx.errors import PACKAGE, allowed, nearest

REGISTRY: dict[str, dict[str, type[Component]]] = registry.REGISTRY
OWN = "; a class of your own has to be defined first, or its file named in `plugins`"


class UnfitComponent(TypeError):
    """A class that cannot be a component; the message says why, and needs no name of this class in front."""


class Options(BaseModel):
    """A frozen record of typed options: nothing unknown, nothing converted silently."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", defer_build=True, allow_inf_nan=False)


class Component(Options):
    """The base of every family (``kind``) and of its members (``kind`` and ``name``).

    A family is a subclass that sets ``kind``; it declares the methods that the program calls. A member is a subclass of
    a family that sets ``name``: defining the class registers it, and from then on the spec, the JSON Schema,
    ``dlx list`` and the tests know it. Where a field has a family as its type, the spec may give ``name`` alone or
    a mapping ``{name: …, option: …}``.
    """

    kind: ClassVar[str] = ""
    name: ClassVar[str] = ""

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        _refuse_shadows(cls)
        if "kind" in cls.__dict__:
            REGISTRY.setdefault(cls.kind, {})
        if "name" in cls.__dict__:
            _register(cls)

    @classmethod
    def facts(cls) -> dict[str, str]:
        """What ``dlx list`` tells of a member beside its docstring and its options."""
        return {}

    @classmethod
    def members(cls) -> dict[str, type[Self]]:
        """The members of this family by name, in the order of their definition."""
        return {name: member for name, member in REGISTRY.get(cls.kind, {}).items() if issubclass(member, cls)}

    @classmethod
    def member(cls, name: str) -> type[Self] | None:
        """The member of this family with that name, if there is one."""
        member = REGISTRY.get(cls.kind, {}).get(name)
        return member if member is not None and issubclass(member, cls) else None

    @classmethod
    def parse(cls, value: object) -> Self:
        """The component that a spec's value stands for: a component, a name, or a mapping with a name and options."""
        if isinstance(value, cls):
            return value
        if isinstance(value, str):
            return cls._member(value).model_validate({})
        if not isinstance(value, dict):
            raise cls._refusal(
                f"expected the name of {_a(cls.kind)} or a mapping with its name and options, got {value!r}"
            )
        if "name" not in value:
            raise cls._refusal(f"the name of {_a(cls.kind)} is missing")
        return cls._member(value["name"]).model_validate(
            {key: option for key, option in value.items() if key != "name"}
        )

    @classmethod
    def _member(cls, name: object) -> type[Self]:
        member = cls.member(name) if isinstance(name, str) else None
        if member is None:
            own = "" if nearest(name, cls.members()) else cls.meant_by(name) or OWN
            raise cls._refusal(f"there is no {cls.kind.replace('_', ' ')} named {name!r}", name, own)
        if missing := ", ".join(sorted(member.__abstractmethods__)):
            why = f"{cls.kind.replace('_', ' ')} {name!r} ({member.__name__}) does not define {missing}"
            raise PydanticCustomError("component", "{what}", {"what": why})
        return member

    @classmethod
    def meant_by(cls, name: object) -> str:
        """What a name that no member has was probably meant to be, as the end of a message; empty where unknown."""
        return ""

    @classmethod
    def _refusal(cls, what: str, value: object = "", hint: str = "") -> PydanticCustomError:
        why = f"{what} {allowed(value, list(cls.members()))}{hint}"
        return PydanticCustomError("component", "{what}", {"what": why})

    @model_serializer(mode="wrap")
    def _with_name(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """The mapping that ``parse`` turns into this component again, every default filled in."""
        options: dict[str, Any] = handler(self)
        return {"name": self.name} | options

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        if cls.name:
            return handler(source)
        return core_schema.no_info_plain_validator_function(cls.parse)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        if cls.name:
            return handler(schema)
        return {"family": cls.kind}  # dlx.spec.schema puts the family's definition in its place


def defined_at(kind: type) -> str | None:
    """File and line of a class, where there is a file."""
    try:
        return f"{inspect.getsourcefile(kind)}:{inspect.getsourcelines(kind)[1]}"
    except (OSError, TypeError):
        return None


def caller() -> tuple[str, int]:
    """File and line of the code that has called the function that asks."""
    frame = sys._getframe(2)
    return frame.f_code.co_filename, frame.f_lineno


def is_of_dlx(file: str) -> bool:
    """Whether code of this file is dlx's own, and not that of a plugin."""
    return file.startswith(PACKAGE)


def _refuse_shadows(member: type[Component]) -> None:
    """Refuse an option that has the name of something that every member of the family has."""
    for name in inspect.get_annotations(member).keys() & member.model_fields.keys():
        owners = [kind for kind in member.__mro__[1:] if issubclass(kind, Component) and name in vars(kind)]
        if name in ("kind", "name"):
            raise UnfitComponent(f"{name} is no option: write `{name} = …` without a type")
        if owners:
            what = f"{owners[0].__qualname__} has a {name} of its own"
            raise UnfitComponent(f"no option can be called {name}: {what}; choose another name")


def _register(member: type[Component]) -> None:
    if not isinstance(member.name, str) or not member.name:
        raise UnfitComponent(f"the name of a component is a text, got {member.name!r}")
    if "kind" in vars(member) and any(getattr(base, "kind", "") for base in member.__mro__[1:]):
        raise UnfitComponent(f"{member.name!r} has a kind of its own; the kind is that of its family: leave it out")
    family = REGISTRY.setdefault(member.kind, {})
    namesake = family.get(member.name)
    if namesake is not None and (namesake.__module__, namesake.__qualname__) != (
        member.__module__,
        member.__qualname__,
    ):
        what = f"is defined already, in {defined_at(namesake) or namesake.__module__}"
        raise UnfitComponent(f"{member.kind} {member.name!r} {what}; give yours another name")
    family[member.name] = member


def _a(kind: str) -> str:
    words = kind.replace("_", " ")
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def absolute(value: object) -> object:
    """The absolute path that a spec's text stands for; anything but text is left to the field's own type.

    Text read from a YAML file knows its ``place``: there a relative path is meant from that file's folder. From the
    command line (a place without a line) and from Python it is meant from the working directory.

    Raises:
        ValueError: no file can have such a path.
    """
    if not isinstance(value, str):
        return value
    if not value:
        raise ValueError("a path cannot be empty")
    if "\0" in value:
        raise ValueError(f"no path can have the character NUL, got {value!r}")
    place = getattr(value, "place", None)
    folder = os.path.dirname(place.source) if place is not None and place.line is not None else ""  # noqa: PTH120 - see below
    # pathlib would either keep `..` or follow links, and a linked blob has lost the suffix that tells its format
    path = os.path.abspath(os.path.join(folder, os.path.expanduser(value)))  # noqa: PTH100, PTH111, PTH118
    try:
        path.encode()
    except UnicodeEncodeError:
        raise ValueError(f"is no text in UTF-8, so no spec could name it: rename it, got {path!r}") from None
    return path


FilePath = Annotated[str, BeforeValidator(absolute)]


@dataclass(frozen=True)
class NumberList(BeforeValidator):
    """Marks a list of numbers, in place of which a spec may give the path of a CSV file that has them in its one row.

    The file is read when the spec is, so that the component never sees its path.
    """


def as_tuple(value: object) -> object:
    """A list as the tuple that a frozen record holds."""
    return tuple(value) if isinstance(value, list) else value


Numbers = Annotated[tuple[float, ...], NumberList(as_tuple, json_schema_input_type=tuple[float, ...] | str)]
