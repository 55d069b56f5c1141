"""The basic recipe on the terminal: what each remedy came to."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dlx.show.charts.recipe import HEADERS, STATUS, error_with_ends, race_table
from dlx.show.numbers import duration
from dlx.show.terminal.best_bet import best_bet
from dlx.show.terminal.commands import say_command
from dlx.show.terminal.lines import Piece, columns_of, labeled, paragraph, say, table_lines, text_width
from dlx.spec.yaml_text.writing import dump_scalar
from dlx.text import command, shorten

if TYPE_CHECKING:
    from dlx.documents.repair import RaceResult, RepairStory

COLORS = {"keep": "green", "harmful": "red", "failed": "red", "unclear": "yellow"}
GIVING_WAY = ("against", "seconds", "replicates")  # columns that a narrow screen does without, one after the other
LONGEST = 60  # characters of a value that is shown


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
        labeled("dev error", (f"{error_with_ends(before, task)} before", ""))
        labeled("", (f"{error_with_ends(after, task)} now, means over {story.replicates} replicates", ""))
        labeled("verdict", (story.verdict, "bold"))
    if story.test:
        labeled("test", (f"{error_with_ends(story.test, task)}, measured once: no choice was made by it", ""))
    if story.bet:
        best_bet(story.bet, story.replicates, task)
    if story.spec:
        say_command("next", command("train", Path(story.spec)))


def _round(number: int, race: RaceResult, task: str | None) -> None:
    """A race: the remedies that were trained, those with an interval first, and which is kept."""
    races = race_table(race, task)
    trainings = f", {race.trainings} trainings" if race.trainings else ""
    say()
    say((f"round {number}", "bold"), (f"  against {race.against}: {len(races.rows)} remedies{trainings}", ""))
    rows: list[tuple[str | Piece, ...]] = [(*row[:-1], (row[-1], COLORS.get(row[-1], ""))) for row in races.rows]
    if rows:
        for line in _fitting(rows, columns_of(sys.stdout)):
            say(*line)
    if races.clipped:
        paragraph("", races.clipped, "dim")
    for reason, names in races.left_out.items():
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
