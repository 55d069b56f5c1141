"""The basic recipe on the terminal: what each remedy came to."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dlx.language import translated
from dlx.show.charts.recipe import HEADERS, STATUS, error_with_ends, race_table
from dlx.show.numbers import duration
from dlx.show.terminal.best_bet import best_bet
from dlx.show.terminal.commands import say_command
from dlx.show.terminal.lines import Piece, columns_of, labeled, paragraph, say, table_lines, text_width
from dlx.spec.yaml_text.writing import dump_scalar
from dlx.text import command, shorten

if TYPE_CHECKING:
    from dlx.documents.repair import RaceResult, RepairDocument

COLORS = {"keep": "green", "harmful": "red", "failed": "red", "unclear": "yellow"}
GIVING_WAY = ("against", "seconds", "replicates")  # columns that a narrow screen does without, one after the other
LONGEST = 60  # characters of a value that is shown


def recipe(repair: RepairDocument, task: str | None) -> None:
    """Prints what has been tried and what it came to.

    Args:
        repair: what the recipe has come to.
        task: of a regression errors are in the unit of the target, else in percent.
    """
    for number, round_ in enumerate(repair.rounds, 1):
        _round(number, round_, task)
    say()
    labeled(
        "act", (translated(STATUS[repair.status]), "bold"), (translated(f"  after {duration(repair.seconds)}"), "dim")
    )
    if repair.folds > 1:
        text = f"judged by {repair.folds} folds of train and dev, since dev alone is small; test stays apart"
        paragraph("folds", translated(text))
    if repair.measure:
        paragraph("judged by", translated(f"the {repair.measure.replace('_', ' ')}, in place of the error"))
    before, after = repair.errors.before.get("dev"), repair.errors.after.get("dev")
    if repair.spec and before and after:
        labeled("dev error", (translated(f"{error_with_ends(before, task)} before"), ""))
        means = f", {repair.errors.means}" if repair.errors.means else ""
        now = f"{error_with_ends(after, task)} now{means}"
        labeled("", (translated(now), ""))
        labeled("verdict", (translated(repair.verdict), "bold"))
    if repair.test:
        measured = f"{error_with_ends(repair.test, task)}, measured once: no choice was made by it"
        labeled("test", (translated(measured), ""))
    if repair.bet:
        best_bet(repair, repair.bet, task)
    if repair.spec:
        say_command("next", command("train", Path(repair.spec)))


def _round(number: int, race: RaceResult, task: str | None) -> None:
    """A race: the remedies that were trained, those with an interval first, and which is kept."""
    races = race_table(race, task)
    trainings = f", {race.trainings} training{'s' * (race.trainings > 1)}" if race.trainings else ""
    say()
    noun = "remedy" if len(races.rows) == 1 else "remedies"
    against = translated(f"  against {race.against}: {len(races.rows)} {noun}{trainings}")
    say((translated(f"round {number}"), "bold"), (against, ""))
    rows: list[tuple[str | Piece, ...]] = [
        (row[0], *map(translated, row[1:-1]), (translated(row[-1]), COLORS.get(row[-1], ""))) for row in races.rows
    ]
    if rows:
        for line in _fitting(rows, columns_of(sys.stdout)):
            say(*line)
    if races.clipped:
        paragraph("", translated(races.clipped), "dim")
    for reason, names in races.left_out.items():
        left_out = translated(f"{len(names)} more not tried, since {reason}")
        paragraph("", f"{left_out}: {', '.join(names)}", "dim")
    if race.winner is None:
        labeled("kept", (translated("none: no remedy surely lowers the error"), ""))
        return
    overrides = race.winner.overrides
    for label, (key, value) in zip(("kept", *[""] * len(overrides)), overrides.items(), strict=False):
        labeled(label, (f"{key}={shorten(dump_scalar(value), LONGEST)}", "green"))


def _fitting(rows: Sequence[Sequence[str | Piece]], columns: int) -> list[list[Piece]]:
    """The lines of the table with as many of its columns as the screen takes."""
    for without in range(len(GIVING_WAY) + 1):
        left = [k for k, header in enumerate(HEADERS) if header not in GIVING_WAY[:without]]
        lines = list(table_lines([[row[k] for k in left] for row in rows], [translated(HEADERS[k]) for k in left]))
        if max(sum(text_width(text) for text, _ in line) for line in lines) <= columns:
            break
    return lines
