"""The target: what every format that a network is exported to says of itself; a subclass with a name is one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection
from typing import ClassVar

from dlx.errors import UsageError, allowed
from dlx.runs.export.frozen import Formula, Frozen


class Target(ABC):
    """A format: how a frozen network is written in it, and by what its files are recognized."""

    name: ClassVar[str]
    title: ClassVar[str]  # as its users write it
    rank: ClassVar[int] = 9  # the lower, the further up in lists
    signs: ClassVar[tuple[bytes, ...]]  # each of its files has one of these near its beginning
    registered: ClassVar[list[Target]] = []

    def __init_subclass__(cls) -> None:
        if "name" in cls.__dict__:
            Target.registered.append(cls())

    @abstractmethod
    def files(self, network: Frozen, name: str) -> dict[str, bytes]:
        """The files of the network, ``name`` theirs, by what their names end in."""

    def no_counterpart(self, formula: Formula, counterparts: Collection[str]) -> UsageError:
        """A formula that the format does not have."""
        component = formula.component
        what = f"the {component.kind} {component.name} has no counterpart in {self.title}"
        return UsageError(f"{what} {allowed('', sorted(counterparts))}")
