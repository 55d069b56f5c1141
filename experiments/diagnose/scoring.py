"""Scoring: recall and precision of the cause over faults, and false alarms over healthy specs, with their intervals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from dlx.stats.intervals import Estimate, error_rate

from .kinds import Kind


class Diagnosed(Protocol):
    """A case with what was found: its kind of fault, None where it is healthy, and the names of findings."""

    @property
    def kind(self) -> Kind | None: ...

    def names(self, when: str = "both") -> frozenset[str]:
        """``before``, ``after`` or ``both``."""


Share = Estimate | None  # None of nothing


@dataclass(frozen=True)
class Score:
    """Shares with 95 % intervals (Wilson).

    exact: of the faults, those whose cause is found by its own name; recall: by that or an equivalent one.
    precision: of the names that were found over all faults, those that are the cause or equivalent; exact_precision:
    those that are the cause by its own name. false_alarms: of the healthy specs, those where anything was found.
    """

    exact: Share
    recall: Share
    exact_precision: Share
    precision: Share
    false_alarms: Share


def score(cases: Iterable[Diagnosed], when: str = "both") -> Score:
    """The scores over cases, by the findings of ``before``, ``after`` or ``both``."""
    cases = list(cases)
    faults = [(case.kind, case.names(when)) for case in cases if case.kind is not None]
    healthy = [case.names(when) for case in cases if case.kind is None]
    findings = sum(len(names) for _, names in faults)
    return Score(
        exact=share(sum(bool(names & kind.exact) for kind, names in faults), len(faults)),
        recall=share(sum(bool(names & causes(kind)) for kind, names in faults), len(faults)),
        exact_precision=share(sum(len(names & kind.exact) for kind, names in faults), findings),
        precision=share(sum(len(names & causes(kind)) for kind, names in faults), findings),
        false_alarms=share(sum(map(bool, healthy)), len(healthy)),
    )


def causes(kind: Kind) -> frozenset[str]:
    """The names that count."""
    return kind.exact | kind.equivalent


def share(count: int, of: int) -> Share:
    """count of so many, with its Wilson interval."""
    return error_rate(count / of, of) if of else None


@dataclass(frozen=True)
class OfKind:
    """What became of the faults of one kind: how many, found by their own name, by any, and all names that came."""

    kind: Kind
    count: int
    exact: int
    recalled: int
    names: Counter[str]


def by_kind(cases: Iterable[Diagnosed]) -> list[OfKind]:
    """The confusion: a row for each kind of fault, in alphabetical order."""
    groups: dict[str, list[Diagnosed]] = {}
    for case in cases:
        if case.kind is not None:
            groups.setdefault(case.kind.name, []).append(case)
    return [_of_kind(groups[name]) for name in sorted(groups)]


def _of_kind(cases: Sequence[Diagnosed]) -> OfKind:
    kind = cases[0].kind
    assert kind is not None
    return OfKind(
        kind,
        len(cases),
        _count(cases, lambda names: bool(names & kind.exact)),
        _count(cases, lambda names: bool(names & causes(kind))),
        Counter(name for case in cases for name in sorted(case.names())),
    )


def _count(cases: Iterable[Diagnosed], holds: Callable[[frozenset[str]], bool]) -> int:
    return sum(holds(case.names()) for case in cases)
