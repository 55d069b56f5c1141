"""The keys of a spec, read off its classes: what each means, what it may be, its default, and an example of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic_core import PydanticUndefined

from dlx.component import REGISTRY, Component, Options
from dlx.data.section import SOURCES, Data
from dlx.spec.schema import option_of, summary
from dlx.spec.sections import DRAWN_ONCE, Spec, Stream, plain
from dlx.spec.shapes import Shape

# They have the options of `source`, which are listed there.
FURTHER_SOURCES = tuple(key for key in SOURCES if key != "source")


@dataclass(frozen=True)
class KeyStep:
    """One key on the way from the spec to an option.

    key: as it is written.
    options: the class whose field it is.
    shape: what may stand there.
    wrap: what is around what stands below: nothing, a list, or a mapping whose keys the user names.
    below: the class that the next key is an option of; None at the end.
    """

    key: str
    options: type[Options]
    shape: Shape
    wrap: str = ""
    below: type[Options] | None = None


@dataclass(frozen=True)
class Key:
    """A key of a spec.

    path: dotted; entries of lists have no number in it.
    trail: the way to it, for each component that has it.
    """

    path: str
    trails: tuple[tuple[KeyStep, ...], ...]

    @property
    def step(self) -> KeyStep:
        """Its last step, on the first way."""
        return self.trails[0][-1]

    @property
    def owners(self) -> list[str]:
        """The components whose option it is; none where it stands in every spec."""
        names = [trail[-1].options for trail in self.trails]
        return [options.name for options in names if issubclass(options, Component)]

    @property
    def family(self) -> type[Component] | None:
        """The family of components that one may stand there of."""
        return next((shape.family for shape in _inner(self.step.shape) if shape.family), None)

    @property
    def record(self) -> type[Options] | None:
        """The class of the mapping that may stand there."""
        return next((shape.record for shape in _inner(self.step.shape) if shape.record), None)

    def meaning(self) -> str:
        """What it is there for."""
        described = option_of(self.step.options, self.step.key)["description"]
        of = self.family or self.record
        return str(described) or (summary(of) if of is not None else "")

    def allowed(self) -> str:
        """What may stand there, in words."""
        if self.family is not None:
            names = ", ".join(self.family.members())
            listed = "a list of " if any(shape.family for shape in self.step.shape.entries) else ""
            return f"{listed}{names}; a name, or a mapping with its options"
        return str(option_of(self.step.options, self.step.key)["type"])

    def default(self) -> Any:
        """The value where nothing is stated, as plain data; `PydanticUndefined` where one has to be."""
        default = self.step.options.model_fields[self.step.key].default
        if default is PydanticUndefined:
            return default
        if isinstance(default, Component):
            return default.name
        return plain(default)

    def short_forms(self) -> list[str]:
        """Other ways to write it."""
        short = next((shape.short_form for shape in _inner(self.step.shape) if shape.short_form), None)
        forms = [f"{says} in place of a mapping" for says in short.says] if short is not None else []
        if self.family is not None and self.family.members():
            forms.append(f"{next(iter(self.family.members()))} is short for {{name: …}}")
        return forms

    def is_in(self, section: str) -> bool:
        """Whether it stands right below this section."""
        return self.path.rpartition(".")[0] == section


def keys(record: type[Options] = Spec) -> dict[str, Key]:
    """All keys of a spec, or of another record, by their dotted paths, the outer ones before the inner ones."""
    return _keys(record, sum(map(len, REGISTRY.values())))


@cache
def _keys(record: type[Options], components: int) -> dict[str, Key]:
    """The same as long as no plugin registers more components."""
    trails: dict[str, list[tuple[KeyStep, ...]]] = {}
    for trail in _walk(record, ()):
        trails.setdefault(".".join(step.key for step in trail), []).append(trail)
    paths = sorted(trails, key=lambda path: path.count("."))
    return {path: Key(path, tuple(trails[path])) for path in paths}


def places() -> Mapping[str, str]:
    """For each kind of component the key that it stands under."""
    by_kind: dict[str, str] = {}
    for key in keys().values():
        if key.family is not None:
            by_kind.setdefault(key.family.kind, key.path)
    return by_kind


def _walk(options: type[Options], trail: tuple[KeyStep, ...]) -> Iterator[tuple[KeyStep, ...]]:
    for name, field in options.model_fields.items():
        if options is Stream and name != "seed" and trail[-1].key in DRAWN_ONCE:
            continue
        shape = Shape((field.annotation, *field.metadata), field.default)
        yield (*trail, KeyStep(name, options, shape))
        for inner, wrap in _with_wraps(shape) if not (name in FURTHER_SOURCES and options is Data) else ():
            for below in _below(inner):
                if all(below is not step.options for step in trail):
                    yield from _walk(below, (*trail, KeyStep(name, options, shape, wrap, below)))


def _with_wraps(shape: Shape) -> Iterator[tuple[Shape, str]]:
    yield shape, ""
    for entry in shape.entries:
        yield entry, "list"
    if shape.values is not None:
        yield shape.values, "mapping"


def _inner(shape: Shape) -> list[Shape]:
    return [inner for inner, _ in _with_wraps(shape)]


def _below(shape: Shape) -> list[type[Options]]:
    """The classes whose options may stand below."""
    if shape.family is not None:
        return list(shape.family.members().values())
    return [shape.record] if shape.record is not None else []
