"""Cures before training: the overrides of a spec that undo what was found in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from dlx.diagnose.advice_context import train_command
from dlx.diagnose.causes import CAUSES
from dlx.diagnose.findings import Finding
from dlx.diagnose.milder import beside_rate, beside_rate_in_words, milder
from dlx.diagnose.next_step import NextStep, of_cure
from dlx.diagnose.remedies.changes import Change, Overrides, SpecContext
from dlx.diagnose.typed_overrides import with_changes
from dlx.errors import SpecError
from dlx.spec.loader import derive

NOTHING = "nothing speaks against training it"


def next_steps_of_spec(
    path: Path, overrides: Sequence[str], findings: Sequence[Finding], now: SpecContext
) -> list[NextStep]:
    """What to type before training: what mends the data, then the spec with its first cure.

    Args:
        path: of the spec.
        overrides: of the spec, as they were typed.
        findings: about it, the worst first.
        now: the spec with its overrides.
    """
    better, cure = with_first_cure(overrides, findings, now), _in_words(findings, now)
    serious = [(finding, f"{finding.name}: {finding.remedy}") for finding in findings if finding.is_serious]
    mended = [
        NextStep(train_command(path, [*better, *finding.overrides]), _joined(sentence, cure))
        for finding, sentence in serious
        if finding.overrides
    ]
    unmended = next((sentence for _, sentence in serious), NOTHING)
    return [*mended, NextStep(train_command(path, better), cure or unmended)]


def _joined(mending: str, cure: str) -> str:
    return f"{mending}; {cure}" if cure else mending


def _in_words(findings: Sequence[Finding], now: SpecContext) -> str:
    """What is said of the first cure; empty where there is none."""
    for finding, change, cure in _cures(findings, now):
        others = beside_rate_in_words(finding.name, findings)
        return of_cure(f"{finding.name}: {finding.remedy}", change.name, cure, others)
    return ""


def with_first_cure(overrides: Sequence[str], findings: Sequence[Finding], now: SpecContext) -> list[str]:
    """Overrides as they were typed, and with them the first change that is known against the worst finding.

    Args:
        overrides: of the spec, as they were typed; those of a key that is changed give way.
        findings: about it, the worst first; notes ask for nothing.
        now: the spec with its overrides.
    """
    for _, _, cure in _cures(findings, now):
        return with_changes(overrides, cure)
    return list(overrides)


def _cures(findings: Sequence[Finding], now: SpecContext) -> Iterator[tuple[Finding, Change, Overrides]]:
    """The changes that make another spec that is valid, with what each sets and the finding that it is against."""
    for finding in findings:
        if not finding.is_serious or finding.overrides or finding.name not in CAUSES:
            continue
        for change in CAUSES[finding.name].changes:
            cure = beside_rate(finding.name, change(now), milder(findings, now))
            try:
                if cure and derive(now.spec, cure) != now.spec:
                    yield finding, change, cure
            except SpecError:
                continue
