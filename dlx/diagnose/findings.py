"""Causes: what is known to go wrong with a network, each of which becomes a finding where it is found."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum
from math import isfinite
from typing import TYPE_CHECKING, ClassVar

from dlx.documents.findings import SEVERITIES, Severity
from dlx.documents.findings import Finding as Finding

if TYPE_CHECKING:
    from dlx.diagnose.remedies.changes import Change


class End(Enum):
    """How well a training has ended, by which what was found before it may have come to nothing.

    TRAIN_FITS: the network errs on train as little as could be expected, so that nothing has kept it from fitting.
        That refutes what does no more than that.
    DEV_FITS: on dev, too, where there is one. That refutes what may spoil dev alone: weights that begin or are thrown
        too far fit train by a function that is too rough.
    NEAR_THE_BEST: every error is near what the spec states as the best possible. That refutes what is wrong with data
        and makes errors larger: simple models on the same data suffer from it, too. Leaks and copies make errors
        smaller, and are refuted by none.
    """

    TRAIN_FITS = "train fits"
    DEV_FITS = "dev fits"
    NEAR_THE_BEST = "every error is near the best"


@dataclass(frozen=True)
class Cause:
    """One thing that can be wrong, which is registered by being made; it stands beside what finds it.

    name: as ``diagnosis.json`` promises it.
    remedy: what to do, in words.
    notes: the place in the notes that speaks of it.
    changes: what the recipe tries against it, the likeliest first; none where a spec cannot mend it, as with labels.
    severity: an error keeps the network from learning what it should; a warning costs accuracy or time; a note may be
        meant so.
    explains_training: whether it can be why a network does not fit train.
    is_symptom: whether it is what other causes come to, which are then named, and cured, before it.
    shows_in_rows: whether the rows that the network is most wrong about show it, and nothing in a spec mends it,
            though changes may make it do less harm.
    refuted_if: what a training must have come to for this to be a note, though it was found; None if no end refutes it.
    """

    name: str
    remedy: str
    notes: str
    changes: tuple[Change, ...] = ()
    severity: Severity = "warning"
    explains_training: bool = True
    is_symptom: bool = False
    shows_in_rows: bool = False
    refuted_if: End | None = None

    members: ClassVar[dict[str, Cause]] = {}

    def __post_init__(self) -> None:
        if self.name in self.members:
            raise TypeError(f"there are two causes named {self.name!r}")
        self.members[self.name] = self

    def finding(
        self,
        evidence: str,
        value: float | None = None,
        threshold: float | None = None,
        layer: int | None = None,
        epoch: int | None = None,
        severity: Severity | None = None,
        remedy: str | None = None,
        overrides: tuple[str, ...] = (),
    ) -> Finding:
        """This cause, found: with its severity and remedy unless a better one is given.

        A value that is not finite becomes None, since JSON has no number for it; the evidence says what it is.
        """
        value = value if value is not None and isfinite(value) else None
        severity, remedy = severity or self.severity, remedy or self.remedy
        return Finding(self.name, severity, layer, epoch, value, threshold, evidence, remedy, self.notes, overrides)

    def is_among(self, findings: Iterable[Finding]) -> bool:
        """Whether this has been found."""
        return any(finding.name == self.name for finding in findings)


def of_normalized(findings: Iterable[Finding]) -> list[Finding]:
    """Findings about a network that has a norm already: no remedy says that batch norm would help."""
    return [replace(entry, remedy=_BATCH_NORM.sub("", entry.remedy)) for entry in findings]


_BATCH_NORM = re.compile(r"[,;] batch norm\b")


def by_severity(findings: Iterable[Finding]) -> list[Finding]:
    """The worst first; of the same severity causes before symptoms, each in the order in which they were found."""
    return sorted(findings, key=lambda entry: rank(entry.name, entry.severity))


def rank(name: str, severity: Severity) -> tuple[int, bool]:
    """What findings are ordered by; those of other names than dlx has are no symptoms."""
    return SEVERITIES.index(severity), is_symptom(name)


def is_symptom(name: str) -> bool:
    """Whether that is what other causes come to."""
    return name in Cause.members and Cause.members[name].is_symptom
