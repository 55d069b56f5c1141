"""Cures before training: the overrides of a spec that undo what was found in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dlx.diagnose.causes import CAUSES
from dlx.diagnose.findings import Finding
from dlx.diagnose.rate_advice import overrides_at_tested_rate
from dlx.diagnose.remedies.changes import Overrides, SpecContext
from dlx.diagnose.typed_overrides import with_changes
from dlx.errors import SpecError
from dlx.spec.loader import derive


def with_first_cure(overrides: Sequence[str], findings: Sequence[Finding], now: SpecContext) -> list[str]:
    """Overrides as they were typed, and with them the first change that is known against the worst finding.

    Args:
        overrides: of the spec, as they were typed; those of a key that is changed give way.
        findings: about it, the worst first; notes ask for nothing.
        now: the spec with its overrides.
    """
    at_tested_rate = overrides_at_tested_rate(overrides, findings, now.tested, now.spec)
    if at_tested_rate != list(overrides):
        return at_tested_rate
    return with_changes(overrides, next(_cures(findings, now), {}))


def _cures(findings: Sequence[Finding], now: SpecContext) -> Iterator[Overrides]:
    """The changes that make another spec that is valid."""
    for finding in findings:
        if finding.severity == "note" or finding.overrides or finding.name not in CAUSES:
            continue
        for change in CAUSES[finding.name].changes:
            cure = change(now)
            try:
                if cure and derive(now.spec, cure) != now.spec:
                    yield cure
            except SpecError:
                continue
