"""How a document is shown in an interpreter or a notebook: its plain fields, and the sizes of the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from html import escape
from typing import Any, ClassVar

from dlx.stats.intervals import Estimate
from dlx.text import shorten
from dlx.words import error_text, interval_text

LONGEST = 60  # characters of a value


class Brief:
    """A frozen dataclass, made with ``repr=False``, that is shown in brief; ``first`` are properties shown too."""

    first: ClassVar[tuple[str, ...]] = ()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value}' for name, value in self._brief())})"

    def __str__(self) -> str:
        """The same in a line, and below it what else is to be read."""
        return "\n".join([self.headline(), *(f"{name:12}  {value}" for name, value in self.details())])

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        shown = [*self._brief(), *self.details()]
        rows = (f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in shown)
        return f"<h4>{escape(type(self).__name__)}</h4><table>{''.join(rows)}</table>"

    def headline(self) -> str:
        """The first line of its text: the fields that can be shown in it."""
        shown = [f"{name}={value}" for name, value in self._brief() if value != "[]" and not value.startswith("<")]
        return f"{type(self).__name__}({', '.join(shown)})"

    def details(self) -> Iterable[tuple[str, str]]:
        """What has to be read of it in full, each with a name."""
        return ()

    def _brief(self) -> Iterator[tuple[str, str]]:
        shown = (field.name for field in fields(self) if field.repr)  # type: ignore[arg-type]  # it is a dataclass
        names = [*self.first, *shown]
        for name in names:
            value = getattr(self, name)
            if value is not None and value != "":
                yield name, _in_brief(value)


def judged(error: Estimate | None, task: str | None) -> str:
    """An error or a difference of errors as people read it, with its interval."""
    if error is None:
        return "not known"
    ends = f" ({interval_text(error.low, error.high, task)})" if error.has_interval else ""
    return f"{error_text(error.value, task)}{ends}"


def _in_brief(value: Any) -> str:
    if isinstance(value, Estimate):
        return f"{value.value:.4g} ({value.low:.4g} to {value.high:.4g})"
    if isinstance(value, Mapping) and value and all(isinstance(inner, Estimate) for inner in value.values()):
        return "{" + ", ".join(f"{name}: {_in_brief(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list | tuple | Mapping):
        text = _entries(value)
        return text if len(text) <= LONGEST else f"<{len(value)} entr{'y' if len(value) == 1 else 'ies'}>"
    if is_dataclass(value):
        has_text = not isinstance(value, Brief) and type(value).__str__ is not object.__str__
        lines = str(value).splitlines() if has_text else []
        return f"<{lines[0] if len(lines) == 1 else type(value).__name__}>"
    if isinstance(value, float):
        return f"{value:.4g}"
    return shorten(repr(str(value) if isinstance(value, str) else value), LONGEST)


def _entries(value: Any) -> str:
    """The entries, where all are plain; else a text that is too long."""
    inner = value.values() if isinstance(value, Mapping) else value
    if not isinstance(value, Mapping) and value and all(hasattr(entry, "name") for entry in value):
        return f"[{', '.join(str(entry.name) for entry in value)}]"
    if not all(entry is None or isinstance(entry, str | int | float) for entry in inner):
        return " " * (LONGEST + 1)
    plain = [*value] if not isinstance(value, Mapping) else dict(value)
    return repr(plain)
