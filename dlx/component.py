"""What a registered component is: one class whose typed fields are its options, found by its kind and name."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    SerializerFunctionWrapHandler,
    model_serializer,
)
from pydantic_core import PydanticCustomError, core_schema

from dlx.errors import allowed

REGISTRY: dict[str, dict[str, type[Component]]] = {}


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
        if "kind" in cls.__dict__:
            REGISTRY.setdefault(cls.kind, {})
        if "name" in cls.__dict__:
            _register(cls)

    @classmethod
    def members(cls) -> dict[str, type[Self]]:
        """The members of this family by name, in the order of their definition."""
        return {name: member for name, member in REGISTRY.get(cls.kind, {}).items() if issubclass(member, cls)}

    @classmethod
    def parse(cls, given: object) -> Self:
        """The component that a spec's value stands for: a component, a name, or a mapping with a name and options."""
        if isinstance(given, cls):
            return given
        if isinstance(given, str):
            return cls._member(given).model_validate({})
        if not isinstance(given, dict):
            raise cls._refusal(
                f"expected the name of {_a(cls.kind)} or a mapping with its name and options, got {given!r}"
            )
        if "name" not in given:
            raise cls._refusal(f"the name of {_a(cls.kind)} is missing")
        return cls._member(given["name"]).model_validate({key: value for key, value in given.items() if key != "name"})

    @classmethod
    def _member(cls, name: object) -> type[Self]:
        members = cls.members()
        if not isinstance(name, str) or name not in members:
            raise cls._refusal(f"there is no {cls.kind.replace('_', ' ')} named {name!r}", name)
        return members[name]

    @classmethod
    def _refusal(cls, what: str, given: object = "") -> PydanticCustomError:
        return PydanticCustomError("component", "{what}", {"what": f"{what} {allowed(given, list(cls.members()))}"})

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
        return {"family": cls.kind}  # dlx.schema puts the family's definition in its place


def _register(member: type[Component]) -> None:
    family = REGISTRY.setdefault(member.kind, {})
    known = family.get(member.name)
    if known is not None and (known.__module__, known.__qualname__) != (member.__module__, member.__qualname__):
        raise TypeError(f"{member.kind} {member.name!r} is defined in {known.__module__} and in {member.__module__}")
    family[member.name] = member


def _a(kind: str) -> str:
    words = kind.replace("_", " ")
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"
