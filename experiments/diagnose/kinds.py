"""Kinds of faults: what each puts into a good spec, and which findings count as its cause."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dlx.diagnose.causes import CAUSES
from dlx.spec.loader import derive
from dlx.spec.sections import Spec

from .bases import Base, Rng
from .drawing import log_uniform
from .files import Workshop

Put = Callable[[Base, float, Workshop], Spec | None]


def _itself(base: Base, severity: float) -> Base:
    return base


@dataclass(frozen=True)
class Kind:
    """A kind of fault.

    Args:
        name: what is wrong.
        exact: the findings that name it.
        equivalent: other findings that a user would be helped by: their remedy undoes the harm too, or they tell what
            this fault does to the layers or the cost.
        severity: the least and the largest number that it is drawn with, and how it reads in the table.
        description: the fault in words, with the severity in its place.
        put: the spec with the fault in it; None where it does not go into this base.
        healthy: the base that the fault is compared with, where that depends on the severity too.
        repairable: whether a change of the spec can undo it; data that are wrong, it cannot mend.
        hides: the fault makes the dev error look better than it is.
        in_drawn_half: whether the drawn half has it; few bases are such that it does harm otherwise.
    """

    name: str
    exact: frozenset[str]
    equivalent: frozenset[str]
    severity: tuple[float, float]
    description: str
    put: Put
    healthy: Callable[[Base, float], Base] = _itself
    repairable: bool = True
    hides: bool = False
    in_drawn_half: bool = True

    def draw(self, rng: Rng) -> float:
        """A severity."""
        return log_uniform(rng, *self.severity)


KINDS: dict[str, Kind] = {}


def kind(
    description: str, exact: str, equivalent: str, severity: tuple[float, float], **options: Any
) -> Callable[[Put], Put]:
    """Registers what puts a fault into a spec under its own name."""

    def register(put: Put) -> Put:
        name = put.__name__
        KINDS[name] = Kind(name, _names(exact), _names(equivalent), severity, description, put, **options)
        return put

    return register


def _names(listed: str) -> frozenset[str]:
    names = frozenset(listed.split())
    assert names <= CAUSES.keys(), names - CAUSES.keys()
    return names


def lasting(spec: Spec, epochs: int) -> dict[str, Any]:
    """Overrides for a training of so many epochs, as often measured, with a schedule that goes as far."""
    epochs = max(1, epochs)
    overrides: dict[str, Any] = {"training.epochs": epochs, "training.evaluate_every": max(1, epochs // 50)}
    if spec.schedule.name == "inverse_time":
        rate = spec.schedule.decay_rate * spec.training.epochs / epochs  # type: ignore[attr-defined]
        overrides["schedule.decay_rate"] = float(f"{rate:.2g}")
    return overrides


def changed(base: Base, overrides: Mapping[str, Any]) -> Spec:
    """The spec of a base with something else in it."""
    return derive(base.spec, overrides)
