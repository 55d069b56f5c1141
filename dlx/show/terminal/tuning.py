"""A search for hyperparameters on the terminal: what is best, what it came to when trained again, what mattered."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlx.language import translated
from dlx.show.charts.importance import importance_bars, unexplained
from dlx.show.charts.search import COUNTS, ends_of, unit
from dlx.show.numbers import duration, error, signed
from dlx.show.short_names import short_names, short_value
from dlx.show.terminal.commands import say_command
from dlx.show.terminal.lines import (
    Piece,
    columns_of,
    facts,
    fitting,
    heading,
    labeled,
    paragraph,
    say,
    table,
    text_width,
)
from dlx.show.words import minimized
from dlx.spec.yaml_text.writing import dump_scalar
from dlx.text import command
from dlx.words import Status

if TYPE_CHECKING:
    from dlx.documents.tuning import ConfirmationResult, FinalistRecord, Importance, TuningDocument
    from dlx.stats.intervals import Estimate

BAR = 24  # characters of a share of 1
BESIDE_NAMES = BAR + 24  # columns of a screen that stand beside the names in the table of shares
EIGHTHS = " ▏▎▍▌▋▊▉"
STATUS = {
    Status.COMPLETED: "completed",
    Status.BUDGET_SPENT: "the budget is spent (--resume with a larger one goes on)",
    Status.INTERRUPTED: "interrupted",
    Status.RUNNING: "running",
}
FACTS = ("trial", "search", "fresh", "95 % interval")


def tuning(document: TuningDocument, directory: Path | None = None, pictures: Sequence[Path] = ()) -> None:
    """Prints the finalists, the shares of the hyperparameters, the best settings and where everything lies.

    Args:
        document: what the search has come to.
        directory: of the search.
        pictures: that were drawn of it.
    """
    heading(document.name, _headline(document))
    _counts(document)
    if document.confirmation is not None and document.confirmation.finalists:
        say()
        _finalists(document, document.confirmation)
    if document.importance:
        say()
        _importance(document.importance)
    say()
    _outcome(document)
    for number, message in enumerate(document.messages):
        paragraph("" if number else "widened", translated(message))
    if directory is not None:
        labeled("written", (str(directory), "cyan"))
    if pictures:
        paragraph("pictures", ", ".join(path.name for path in pictures))
    if document.best_spec:
        say_command("next", command("train", Path(document.best_spec)))


def tuning_foretold(document: Mapping[str, Any], json: bool = False) -> None:
    """Prints what a search would do: its dimensions with their scales, and the first settings, a column each."""
    if json:
        facts(document, json=True)
        return
    listed = ("dimensions", "first_settings")
    facts({name: value for name, value in document.items() if name not in listed})
    first = document["first_settings"]
    rows = [
        (key, scale, *(short_value(settings[key]) for settings in first))
        for key, scale in document["dimensions"].items()
    ]
    say()
    titles = ("dimension", "scale", *("first settings", *[""] * (len(first) - 1))[: len(first)])
    table(rows, [*map(translated, titles)])


def _headline(document: TuningDocument) -> str:
    rounds = len(document.rounds)
    count = len(document.trials)
    trials = f"{count:,} trial{'s' * (count != 1)}" + (f" in {rounds} rounds" if rounds > 1 else "")
    ended = translated(f"{trials} after {duration(document.seconds)}")
    return f"{ended}, {translated(STATUS.get(document.status, ''))}"


def _counts(document: TuningDocument) -> None:
    counts = document.counts
    parts = [translated(f"{counts[name]:,} {words}") for name, words in COUNTS.items() if counts.get(name)]
    if parts:
        labeled("", (", ".join(parts), "dim"))


def _finalists(document: TuningDocument, confirmation: ConfirmationResult) -> None:
    """The settings that were trained again, what they came to in the search, and what they really come to."""
    task, keys = unit(document), [dimension.key for dimension in document.space]
    rows: list[list[str | Piece]] = []
    for finalist in confirmation.finalists:
        style = "green" if finalist.index == confirmation.winner else ""
        cells = [str(finalist.index), error(finalist.search, task), *_estimate(finalist.fresh, task)]
        cells += [short_value(finalist.settings.get(key, "")) for key in keys]
        rows.append([(cell, style) for cell in cells])
    if confirmation.base:
        rows.append(["", translated("before"), *_estimate(confirmation.base, task), *[""] * len(keys)])
    headers = [*map(translated, FACTS), *short_names(keys)]
    count = fitting([[_text(cell) for cell in row] for row in rows], headers, columns_of(sys.stdout))
    table([row[:count] for row in rows], headers[:count])
    again = f"{confirmation.finalists[0].seeds} further trainings"
    note = f"search: where they were chosen; fresh: mean of {again}, the lowest wins"
    paragraph("", translated(note), "dim", margin=0)


def _text(cell: str | Piece) -> str:
    return cell[0] if isinstance(cell, tuple) else cell


def _estimate(estimate: Estimate | None, task: str | None) -> tuple[str, str]:
    """The value and its interval."""
    if estimate is None:
        return "", translated("diverged")
    return error(estimate.value, task), translated(ends_of(estimate, task))


def _importance(shares: Sequence[Importance]) -> None:
    """A bar for each hyperparameter, the most important one first."""
    bars = importance_bars(shares)
    keys = [share.key for share in bars]
    names = keys if max(map(text_width, keys)) + BESIDE_NAMES <= columns_of(sys.stdout) else short_names(keys)
    rows = []
    for name, share in zip(names, bars, strict=True):
        style = "cyan" if share.is_sure else "dim"
        ends = translated(f"{share.low:.0f} to {share.high:.0f} %")
        rows.append((name, f"{share.value:.0f} %", ends, (bar(share.value / 100), style)))
    table(rows, [*map(translated, ("importance", "share", "95 % interval", ""))])
    rest = unexplained(bars)
    note = f"alone, of what is explained of the trials' ranks; {rest:.0f} % are of several together, or unsure"
    paragraph("", translated(note), "dim", margin=0)


def bar(share: float) -> str:
    """A share of 1 as a bar of block characters."""
    eighths = round(8 * BAR * min(max(share, 0.0), 1.0))
    return "█" * (eighths // 8) + EIGHTHS[eighths % 8].strip()


def _outcome(document: TuningDocument) -> None:
    """The best settings, what they come to, and what they change."""
    if document.confirmation is None or document.confirmation.best is None:
        labeled("best", (_none(document), "bold"))
        return
    settings = document.confirmation.best.settings
    for label, (key, value) in zip(("best", *[""] * len(settings)), settings.items(), strict=False):
        labeled(label, (f"{key}={dump_scalar(value)}", "green"))
    for number, sentence in enumerate(_sentences(document, document.confirmation, document.confirmation.best)):
        paragraph("" if number else "result", translated(sentence))


def _none(document: TuningDocument) -> str:
    measured = [(trial.value, trial) for trial in document.trials if trial.value is not None]
    if not measured:
        return translated("none: no trial came to a number" if document.trials else "none: nothing has been tried")
    lowest, first = min(measured, key=lambda pair: pair[0])
    values = ", ".join(f"{key}={dump_scalar(value)}" for key, value in first.settings.items())
    so_far = f"so far trial {first.index}, {error(lowest, unit(document))}, not yet trained again"
    return f"{translated(so_far)}: {values}"


def _sentences(document: TuningDocument, confirmation: ConfirmationResult, best: FinalistRecord) -> Iterator[str]:
    task, unit_of_objective = document.task, unit(document)
    again = "diverged"
    if best.fresh is not None:
        again = f"{error(best.fresh.value, unit_of_objective)} ({ends_of(best.fresh, unit_of_objective)})"
    yield f"{minimized(document.objective)}: search {error(best.search, unit_of_objective)} → fresh {again}"
    if gain := confirmation.gain:
        sure = "surely better than" if gain.high < 0 else "not surely better than"
        yield f"{signed(gain.value, task)} dev error ({ends_of(gain, task)}): {sure} the spec before"
    if test := confirmation.test:
        yield f"{error(test.value, task)} ({ends_of(test, task)}) on test, measured once"
