"""A rule that is checked by its properties: which of them it lacks first, and where it is defined."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from dlx.component import Component, defined_at
from dlx.errors import DlxError
from dlx.gradcheck.fault import Fault

FAILS = "fails"
Subject = TypeVar("Subject")


class Lack(NamedTuple):
    """A property that a rule lacks: its name, and what shows that."""

    signature: str
    sentence: str


@dataclass(frozen=True)
class Properties(Generic[Subject]):
    """The properties of one kind of component, each a function of what is looked at, the most telling first."""

    look: Callable[[Any, bool], Subject]
    each: Sequence[Callable[[Subject], Lack | None]]


@dataclass(frozen=True)
class RuleCase:
    """One optimizer, schedule or initializer, checked; ``setting`` is its options, where they are not the defaults."""

    kind: str
    name: str
    setting: str
    properties: int
    fault: Fault | None

    @property
    def passed(self) -> bool:
        """Whether it has all of them."""
        return self.fault is None

    def document(self) -> Mapping[str, Any]:
        """Its part of the JSON document."""
        return {
            "kind": self.kind,
            "name": self.name,
            "setting": self.setting,
            "properties": self.properties,
            "passed": self.passed,
            "signature": self.fault and self.fault.signature,
        }


def checked(component: Component, setting: str, properties: Properties[Any]) -> RuleCase:
    """The component with the first property that it lacks; raises what dlx itself refuses, such as a missing file."""
    lack = _first_lack(component, not setting, properties)
    fault = lack and Fault(
        component.name, None, None, lack.signature, lack.sentence, defined_at(type(component)), at=setting or None
    )
    return RuleCase(component.kind, component.name, setting, len(properties.each), fault or None)


def _first_lack(component: Component, is_default: bool, properties: Properties[Any]) -> Lack | None:
    try:
        subject = properties.look(component, is_default)
        return next((lack for find in properties.each if (lack := find(subject))), None)
    except DlxError:
        raise
    except Exception as error:
        return Lack(FAILS, f"{type(error).__name__}: {error}")
