"""Cures before training: the overrides of a spec that undo what was found in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from dlx.diagnose.causes import CAUSES
from dlx.diagnose.findings import Finding
from dlx.diagnose.remedies.changes import Change, Overrides, SpecContext
from dlx.diagnose.steps.advice_context import train_command
from dlx.diagnose.steps.milder import beside_rate, beside_rate_in_words, milder
from dlx.diagnose.steps.next_step import NextStep, of_remedy
from dlx.diagnose.steps.typed_overrides import with_changes
from dlx.errors import SpecError
from dlx.spec.loader import derive

NOTHING = "nothing speaks against training it"


def next_steps_of_spec(
    path: Path, overrides: Sequence[str], findings: Sequence[Finding], now: SpecContext
) -> list[NextStep]:
    """What to type before training: what mends the data, then the spec with its first remedy.

    Args:
        path: of the spec.
        overrides: of the spec, as they were typed.
        findings: about it, the worst first.
        now: the spec with its overrides.
    """
    better, remedy = with_first_remedy(overrides, findings, now), _in_words(findings, now)
    serious = [(finding, f"{finding.name}: {finding.remedy}") for finding in findings if finding.is_serious]
    mended = [
        NextStep(train_command(path, [*better, *finding.overrides]), _joined(sentence, remedy))
        for finding, sentence in serious
        if finding.overrides
    ]
    unmended = next((sentence for _, sentence in serious), NOTHING)
    return [*mended, NextStep(train_command(path, better), remedy or unmended)]


def _joined(mending: str, remedy: str) -> str:
    return f"{mending}; {remedy}" if remedy else mending


def _in_words(findings: Sequence[Finding], now: SpecContext) -> str:
    """What is said of the first remedy; empty where there is none."""
    for finding, change, remedy in _remedies(findings, now):
        others = beside_rate_in_words(finding.name, findings)
        return of_remedy(f"{finding.name}: {finding.remedy}", change.name, remedy, others)
    return ""


def with_first_remedy(overrides: Sequence[str], findings: Sequence[Finding], now: SpecContext) -> list[str]:
    """Overrides as they were typed, and with them the first change that is known against the worst finding.

    Args:
        overrides: of the spec, as they were typed; those of a key that is changed give way.
        findings: about it, the worst first; notes ask for nothing.
        now: the spec with its overrides.
    """
    for _, _, remedy in _remedies(findings, now):
        return with_changes(overrides, remedy)
    return list(overrides)


def _remedies(findings: Sequence[Finding], now: SpecContext) -> Iterator[tuple[Finding, Change, Overrides]]:
    """The changes that make another spec that is valid, with what each sets and the finding that it is against."""
    for finding in findings:
        if not finding.is_serious or finding.overrides or finding.name not in CAUSES:
            continue
        for change in CAUSES[finding.name].changes:
            remedy = beside_rate(finding.name, change(now), milder(findings, now))
            try:
                if remedy and derive(now.spec, remedy) != now.spec:
                    yield finding, change, remedy
            except SpecError:
                continue
