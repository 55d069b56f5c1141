"""The report on advice: advised.md, from the cases whose first command was typed."""

from __future__ import annotations

from collections.abc import Sequence

from .advised import HARMS, HELPS, NOTHING, REFUSED, REPLICATES, UNTYPED, Advised
from .bench import HALVES
from .files import FRESH
from .report import table, with_interval
from .scoring import Share, share

HEADER = ("case", "found", "first command", "healthy", "before", "after", "change", "it")
COUNTED = (HELPS, NOTHING, HARMS, UNTYPED, REFUSED)


def advice_report(cases: Sequence[Advised], seed: int, seconds: float) -> tuple[str, str]:
    """The whole of advised.md, and what it says in a sentence."""
    faults = [case for case in cases if case.case.kind is not None]
    repairable = [case for case in faults if case.case.kind is not None and case.case.kind.repairable]
    others = [case for case in faults if case not in repairable]
    healthy = [case for case in cases if case.case.kind is None]
    groups = {"a spec can undo": repairable, "lie in the data": others, "healthy": healthy}
    sentence = _sentence(repairable, faults, healthy)
    halves = " and ".join(half for half in HALVES if any(case.case.half == half for case in cases))
    text = f"""# The first command, typed

Written by `make advice` (seed {seed}, {seconds:.0f} s; {halves} half). Each case of the bench is trained, `dlx
diagnose` is asked, and the first command that it prints is typed. Both specs are then measured in {REPLICATES}
replicates, paired, on {FRESH:,} examples that no training and no diagnosis has seen (of digits and penguins, of which
there are no others, on dev). It *helps* when the 95 % interval of the change lies below 0, or when the error falls to
within the tolerance (2 %; of regressions, whose errors are told in the standard deviation of the targets, 10 %) of the
healthy spec's; it *harms* when the interval lies above 0. Where the first command does not train (it looks, measures or
uses the network) nothing changes. Aims: helps ≥ 85 % of the faults that a spec can undo, harms ≤ 2 %.

**{sentence}.**

{_counts(groups)}

## By kind of fault

{_kinds(faults)}

## Every case

{table(HEADER, [_row(case) for case in cases])}
"""
    return text, sentence


def _sentence(repairable: Sequence[Advised], faults: Sequence[Advised], healthy: Sequence[Advised]) -> str:
    return (
        f"the first command helps in {with_interval(_share(repairable, HELPS))} of {len(repairable)} faults that a "
        f"spec can undo; it harms in {with_interval(_share(faults, HARMS))} of all {len(faults)} faults and in "
        f"{with_interval(_share(healthy, HARMS))} of {len(healthy)} healthy specs"
    )


def _share(cases: Sequence[Advised], verdict: str) -> Share:
    return share(sum(case.verdict == verdict for case in cases), len(cases))


def _counts(groups: dict[str, list[Advised]]) -> str:
    rows = []
    for name, cases in groups.items():
        numbers = [str(sum(case.verdict == verdict for case in cases)) for verdict in COUNTED]
        rows.append((name, str(len(cases)), *numbers))
    return table(("faults that", "cases", *COUNTED), rows)


def _kinds(faults: Sequence[Advised]) -> str:
    rows = []
    for name in sorted({case.case.fault for case in faults}):
        of_kind = [case for case in faults if case.case.fault == name]
        names = sorted({name for case in of_kind for name in case.findings})
        numbers = [str(sum(case.verdict == verdict for case in of_kind)) for verdict in COUNTED]
        rows.append((name.replace("_", " "), str(len(of_kind)), *numbers, ", ".join(names)))
    return table(("kind of fault", "cases", *COUNTED, "found"), rows)


def _row(case: Advised) -> tuple[str, ...]:
    errors = (f"{error:.3f}" for error in (case.healthy, case.before, case.after))
    change = (
        "" if case.change is None else f"{case.change.value:+.3f} ({case.change.low:+.3f} to {case.change.high:+.3f})"
    )
    command = f"`{case.command}`" if case.command else ""
    return case.case.name, ", ".join(case.findings), command, *errors, change, case.verdict
