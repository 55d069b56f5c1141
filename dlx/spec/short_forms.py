"""Short forms: other ways to write a mapping of a spec, as marks on the types of its sections."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import BeforeValidator

from dlx.component import Options


@dataclass(frozen=True)
class ShortForm(BeforeValidator):
    """Another way to write a mapping; ``says`` are the words of messages for it."""

    says: tuple[str, ...] = ()

    def expand(self, value: object) -> object:
        """The mapping that a value stands for, or the value itself."""
        function: Any = self.func
        return function(value)


def as_mapping(key: str, says: tuple[str, ...], schema: Any) -> ShortForm:
    """A bare value stands for the mapping {key: value}."""
    return ShortForm(lambda value: value if isinstance(value, dict | Options) else {key: value}, schema, says)


def as_switch(schema: Any, off: bool | None = None) -> ShortForm:
    """True stands for all defaults, false for none at all."""
    return ShortForm(lambda value: {} if value is True else off if value is False else value, schema, ("true", "false"))
