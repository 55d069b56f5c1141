"""The basic recipe: what each remedy came to in its race, and why others were not tried, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

from dlx.show.numbers import error, interval, signed
from dlx.words import Status

if TYPE_CHECKING:
    from dlx.documents.repair import RaceResult, RemedyResult
    from dlx.stats.intervals import Estimate

STATUS = {
    "done": "bias and variance are within the tolerance now",
    "nothing_needed": "nothing is needed: bias and variance are within the tolerance",
    "nothing_helps": "nothing more surely helps of all that can race",
    Status.BUDGET_SPENT: "the budget is spent (a larger --budget goes on from here)",
    Status.INTERRUPTED: "interrupted",
}
HEADERS = ("remedy", "against", "change of dev", "95 % interval", "replicates", "seconds", "verdict")
AT_LEAST = "at least "


@dataclass(frozen=True)
class RaceTable:
    """A race: a row under `HEADERS` for each remedy that was trained, those with an interval first.

    remedies: of the rows.
    clipped: what `at least` means, where it stands in a row.
    left_out: the names of those that were not tried, by the reason for that.
    """

    rows: Sequence[tuple[str, ...]]
    remedies: Sequence[RemedyResult]
    clipped: str
    left_out: dict[str, list[str]]


def race_table(race: RaceResult, task: str | None) -> RaceTable:
    """What is shown of a race; of a regression changes are in the unit of the target, else in percent."""
    tried = sorted((remedy for remedy in race.remedies if remedy.verdict != "not tried"), key=_rank)
    return RaceTable([_row(remedy, task) for remedy in tried], tried, _clipped(tried), _left_out(race.remedies))


def error_with_ends(estimate: Estimate, task: str | None) -> str:
    """An error with its interval behind it."""
    return f"{error(estimate.value, task)} ({interval(estimate.low, estimate.high, task)})"


def _row(remedy: RemedyResult, task: str | None) -> tuple[str, ...]:
    change = remedy.change
    value = "" if change is None else _change(change.value, remedy.clipped, task)
    ends = _ends(change, task) if change else ""
    times = str(remedy.replicates or "")
    return remedy.name, remedy.against, value, ends, times, f"{remedy.seconds:.1f}", remedy.verdict


def _clipped(tried: Sequence[RemedyResult]) -> str:
    if any("before" in remedy.clipped for remedy in tried):
        return "as it is, the network errs more than always answering the mean, from which changes are counted"
    if any(remedy.clipped for remedy in tried):
        return "at least: with these, the network errs more than always answering the mean, up to which it is counted"
    return ""


def _ends(change: Estimate, task: str | None) -> str:
    """The interval, which may have no end on one side, or nothing where there is none."""
    low, high = (signed(end, task) for end in (change.low, change.high))
    if isfinite(change.low) and isfinite(change.high):
        return f"{low.removesuffix(' %')} to {high}"
    if isfinite(change.high):
        return f"below {high}"
    return f"above {low}" if isfinite(change.low) else ""


def _change(value: float, clipped: Sequence[str], task: str | None) -> str:
    """A change, marked where more than it was cut off; where nothing is left of both sides there is none to show."""
    if len(clipped) == len(("before", "after")):
        return "no better than the mean"
    return f"{AT_LEAST * bool(clipped)}{signed(value, task)}"


def _rank(remedy: RemedyResult) -> tuple[bool, float]:
    """Those with an interval first, each group from the best to the worst."""
    change = remedy.change
    if change is None:
        return True, 0.0
    return not (isfinite(change.low) or isfinite(change.high)), change.value


def _left_out(remedies: Sequence[RemedyResult]) -> dict[str, list[str]]:
    """The remedies that were not tried, by the reason for that."""
    reasons: dict[str, list[str]] = {}
    for remedy in remedies:
        if remedy.verdict == "not tried":
            reason = remedy.message or "one that is good enough came before"
            reasons.setdefault(reason, []).append(remedy.name)
    return reasons
