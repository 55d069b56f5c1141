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
    """A property that a rule lacks: its name, and what shows that; a remark where it is usual, and not a law."""

    signature: str
    sentence: str
    is_remark: bool = False


@dataclass(frozen=True)
class Properties(Generic[Subject]):
    """The properties of one kind of component, each a function of what is looked at, the most telling first."""

    look: Callable[[Any, bool], Subject]
    each: Sequence[Callable[[Subject], Lack | None]]


@dataclass(frozen=True)
class RuleCase:
    """One optimizer, schedule or initializer, checked; ``setting`` is its options, where they are not the defaults.

    ``remark`` is what is unusual in it, and may be meant: with that it passes.
    """

    kind: str
    name: str
    setting: str
    properties: int
    fault: Fault | None
    remark: Fault | None = None

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
            "sentence": self.fault and self.fault.sentence,
            "place": self.fault and self.fault.place,
            "remark": self.remark and self.remark.sentence,
        }


def checked(component: Component, setting: str, properties: Properties[Any]) -> RuleCase:
    """The component with the first property that it lacks; raises what dlx itself refuses, such as a missing file."""
    lacks = _lacks(component, not setting, properties)
    faults = [
        Fault(
            component.name, None, None, lack.signature, lack.sentence, defined_at(type(component)), at=setting or None
        )
        for lack in lacks
    ]
    pairs = list(zip(lacks, faults, strict=True))
    fault = next((fault for lack, fault in pairs if not lack.is_remark), None)
    remark = next((fault for lack, fault in pairs if lack.is_remark), None)
    return RuleCase(component.kind, component.name, setting, len(properties.each), fault, remark)


def _lacks(component: Component, is_default: bool, properties: Properties[Any]) -> list[Lack]:
    """What it lacks, as far as the first that is no remark."""
    lacks: list[Lack] = []
    try:
        subject = properties.look(component, is_default)
        for find in properties.each:
            if lack := find(subject):
                lacks.append(lack)
                if not lack.is_remark:
                    break
    except DlxError:
        raise
    except Exception as error:
        lacks.append(Lack(FAILS, f"{type(error).__name__}: {error}"))
    return lacks
