"""The basic recipe on the terminal: what each remedy came to."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

from dlx.show.numbers import duration, error, interval
from dlx.show.terminal.best_bet import best_bet
from dlx.show.terminal.commands import say_command
from dlx.show.terminal.lines import Piece, columns_of, labeled, paragraph, say, table_lines, text_width
from dlx.spec.yaml_text.writing import dump_scalar
from dlx.stats.intervals import Estimate
from dlx.text import command, shorten
from dlx.words import Status

if TYPE_CHECKING:
    from dlx.documents.repair import RaceResult, RemedyResult, RepairStory

COLORS = {"keep": "green", "harmful": "red", "failed": "red", "unclear": "yellow"}
STATUS = {
    "done": "bias and variance are within the tolerance now",
    "nothing_needed": "nothing is needed: bias and variance are within the tolerance",
    "nothing_helps": "nothing more surely helps, and everything has been tried",
    Status.BUDGET_SPENT: "the budget is spent (a larger --budget goes on from here)",
    Status.INTERRUPTED: "interrupted",
}
HEADERS = ("remedy", "against", "change of dev", "95 % interval", "replicates", "seconds", "verdict")
GIVING_WAY = ("against", "seconds", "replicates")  # columns that a narrow screen does without, one after the other
LONGEST = 60  # characters of a value that is shown
AT_LEAST = "at least "


def recipe(story: RepairStory, task: str | None) -> None:
    """Prints what has been tried and what it came to.

    Args:
        story: what the recipe has come to.
        task: of a regression errors are in the unit of the target, else in percent.
    """
    for number, round_ in enumerate(story.rounds, 1):
        _round(number, round_, task)
    say()
    labeled("act", (STATUS[story.status], "bold"), (f"  after {duration(story.seconds)}", "dim"))
    if story.folds > 1:
        text = f"judged by {story.folds} folds of train and dev, since dev alone is small; test stays apart"
        paragraph("folds", text)
    before, after = story.errors.before.get("dev"), story.errors.after.get("dev")
    if story.spec and before and after:
        labeled("dev error", (f"{_error(before, task)} before", ""))
        labeled("", (f"{_error(after, task)} now, means over {story.replicates} replicates", ""))
        labeled("verdict", (story.verdict, "bold"))
    if story.test:
        labeled("test", (f"{_error(story.test, task)}, measured once: no choice was made by it", ""))
    if story.bet:
        best_bet(story.bet, story.replicates, task)
    if story.spec:
        say_command("next", command("train", Path(story.spec)))


def _round(number: int, race: RaceResult, task: str | None) -> None:
    """A race: the remedies that were trained, those with an interval first, and which is kept."""
    tried = [remedy for remedy in race.remedies if remedy.verdict != "not tried"]
    trainings = f", {race.trainings} trainings" if race.trainings else ""
    say()
    say((f"round {number}", "bold"), (f"  against {race.against}: {len(tried)} remedies{trainings}", ""))
    rows = [_row(remedy, task) for remedy in sorted(tried, key=_rank)]
    if rows:
        for line in _fitting(rows, columns_of(sys.stdout)):
            say(*line)
    _clipped(tried)
    for reason, names in _left_out(race.remedies).items():
        paragraph("", f"{len(names)} more not tried, since {reason}: {', '.join(names)}", "dim")
    if race.winner is None:
        labeled("kept", ("none: no remedy surely lowers the error", ""))
        return
    overrides = race.winner.overrides
    for label, (key, value) in zip(("kept", *[""] * len(overrides)), overrides.items(), strict=False):
        labeled(label, (f"{key}={shorten(dump_scalar(value), LONGEST)}", "green"))


def _fitting(rows: Sequence[Sequence[str | Piece]], columns: int) -> list[list[Piece]]:
    """The lines of the table with as many of its columns as the screen takes."""
    for without in range(len(GIVING_WAY) + 1):
        left = [k for k, header in enumerate(HEADERS) if header not in GIVING_WAY[:without]]
        lines = list(table_lines([[row[k] for k in left] for row in rows], [HEADERS[k] for k in left]))
        if max(sum(text_width(text) for text, _ in line) for line in lines) <= columns:
            break
    return lines


def _row(remedy: RemedyResult, task: str | None) -> tuple[str | Piece, ...]:
    change, verdict = remedy.change, remedy.verdict
    value = "" if change is None else _change(change.value, remedy.clipped, task)
    ends = _ends(change, task) if change else ""
    times = str(remedy.replicates or "")
    seconds = f"{remedy.seconds:.1f}"
    return remedy.name, remedy.against, value, ends, times, seconds, (verdict, COLORS.get(verdict, ""))


def _ends(change: Estimate, task: str | None) -> str:
    """The interval, which may have no end on one side, or nothing where there is none."""
    low, high = (_signed(end, task) for end in (change.low, change.high))
    if isfinite(change.low) and isfinite(change.high):
        return f"{low.removesuffix(' %')} to {high}"
    if isfinite(change.high):
        return f"below {high}"
    return f"above {low}" if isfinite(change.low) else ""


def _change(value: float, clipped: Sequence[str], task: str | None) -> str:
    """A change, marked where more than it was cut off; where nothing is left of both sides there is none to show."""
    if len(clipped) == len(("before", "after")):
        return "no better than the mean"
    return f"{AT_LEAST * bool(clipped)}{_signed(value, task)}"


def _clipped(tried: Sequence[RemedyResult]) -> None:
    """Says what `at least` means, where it stands above."""
    if any("before" in remedy.clipped for remedy in tried):
        text = "as it is, the network errs more than always answering the mean, from which changes are counted"
    elif any(remedy.clipped for remedy in tried):
        text = "at least: with these, the network errs more than always answering the mean, up to which it is counted"
    else:
        return
    paragraph("", text, "dim")


def _rank(remedy: RemedyResult) -> tuple[bool, float]:
    """Those with an interval first, each group from the best to the worst."""
    change = remedy.change
    return change is None or not _is_known(change), change.value if change else 0.0


def _is_known(change: Estimate) -> bool:
    """Whether there is an interval."""
    return isfinite(change.low) or isfinite(change.high)


def _left_out(remedies: Sequence[RemedyResult]) -> dict[str, list[str]]:
    """The remedies that were not tried, by the reason for that."""
    reasons: dict[str, list[str]] = {}
    for remedy in remedies:
        if remedy.verdict == "not tried":
            reason = remedy.message or "one that is good enough came before"
            reasons.setdefault(reason, []).append(remedy.name)
    return reasons


def _signed(value: float, task: str | None) -> str:
    return f"+{error(value, task)}" if value >= 0 else error(value, task)


def _error(estimate: Estimate, task: str | None) -> str:
    return f"{error(estimate.value, task)} ({interval(estimate.low, estimate.high, task)})"
