"""How far a search has come: the best trials so far and a bar on a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from time import monotonic
from typing import TYPE_CHECKING, Any, Self, TextIO

from dlx.show.numbers import duration, error
from dlx.show.terminal.lines import is_plain, padded, say
from dlx.show.terminal.short_names import fitting, short_names, short_value
from dlx.show.terminal.terminal import open_terminal
from dlx.words import Task

if TYPE_CHECKING:
    from rich.console import RenderableType

REFRESHES = 4  # in a second
FIRST_WAIT, LONGEST_WAIT = 10.0, 600.0
TRIALS_TO_JUDGE_SPEED = 4
SHORTEST_BAR, LONGEST_BAR = 8, 40
NARROW = 2  # columns that stay free beside the table

Record = Mapping[str, Any]


def tuning_progress(
    task: str | None = None,
    quiet: bool = False,
    *,
    trials: int | None = None,
    objective: str = "dev_error",
    stream: TextIO | None = None,
) -> Watching:
    """A watcher of a search for a ``with`` block, on stderr.

    Args:
        task: ``regression`` has its errors in the units of the target, the others in percent.
        quiet: shows nothing.
        trials: of the whole search, where that is known; else all rounds are taken to be as long as the present one.
        objective: what is searched for; a cost is no percentage.
        stream: in place of stderr.
    """
    out = stream or sys.stderr
    kind = Watching if quiet else PlainLines if is_plain(out) else TrialTable
    return kind(task if objective.endswith("error") else Task.REGRESSION, trials, objective.replace("_", " "), out)


class Watching:
    """The watcher that shows nothing, and knows where the search stands."""

    def __init__(self, task: str | None, trials: int | None, what: str, stream: TextIO) -> None:
        self.task, self.what, self.stream = task, what, stream
        self.stated = self.total = trials or 0
        self.round, self.rounds, self.done = 0, 1, 0
        self.best: Sequence[Record] = ()
        self.again = 0  # trainings of the finalists
        self.started = monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        return

    def round_(self, number: int, rounds: int, trials: int) -> None:
        """A round of so many settings begins."""
        self.round, self.rounds = number, rounds
        self.total = max(self.stated or self.done + trials * max(rounds - number + 1, 1), self.done + trials)

    def trial(self, record: Record, best: Sequence[Record]) -> None:
        """A setting has been trained as far as it is to be; the best so far, in their order."""
        self.done += 1
        self.total = max(self.total, self.done)
        self.best = list(best)

    def final(self, count: int) -> None:
        """The best are trained again, so many trainings in all."""
        self.again = count

    def stage(self) -> str:
        """Such as `round 2 of 3`."""
        if self.again:
            return f"the best again, {self.again:,} trainings"
        return f"round {self.round}" + (
            f" of {self.rounds}" if self.rounds >= self.round > 0 and self.rounds > 1 else ""
        )

    def left(self) -> str:
        """The time that the remaining trials take at the speed so far; empty while it is too early to tell."""
        if self.again or self.done < TRIALS_TO_JUDGE_SPEED:
            return ""
        each = (monotonic() - self.started) / self.done
        return f"{duration(each * (self.total - self.done))} left"

    def describe(self, record: Record) -> str:
        """A trial in words."""
        names = short_names(list(record["settings"]))
        values = (
            f"{name}={short_value(value)}" for name, value in zip(names, record["settings"].values(), strict=True)
        )
        return f"trial {record['index']}, {self.what} {error(record['value'], self.task)}: {' '.join(values)}"


class PlainLines(Watching):
    """A line for each round, for each new best, and at growing intervals."""

    def __init__(self, task: str | None, trials: int | None, what: str, stream: TextIO) -> None:
        super().__init__(task, trials, what, stream)
        self.wait = FIRST_WAIT
        self.due = monotonic() + self.wait

    def round_(self, number: int, rounds: int, trials: int) -> None:
        super().round_(number, rounds, trials)
        say((f"{self.stage()}: {trials:,} trials", ""), stream=self.stream)

    def trial(self, record: Record, best: Sequence[Record]) -> None:
        super().trial(record, best)
        if best and best[0]["index"] == record["index"]:
            say((f"best so far: {self.describe(record)}", ""), stream=self.stream)
        elif monotonic() >= self.due:
            self.wait = min(2 * self.wait, LONGEST_WAIT)
            self.due = monotonic() + self.wait
            say((f"{self.done:,} of {self.total:,} trials  {self.left()}", ""), stream=self.stream)

    def final(self, count: int) -> None:
        super().final(count)
        taken = duration(monotonic() - self.started)
        say((f"{self.done:,} trials after {taken}; {self.stage()}", ""), stream=self.stream)


class TrialTable(Watching):
    """The best so far below a bar, drawn again in place, and gone at the end."""

    def __init__(self, task: str | None, trials: int | None, what: str, stream: TextIO) -> None:
        super().__init__(task, trials, what, stream)
        from rich.live import Live

        self.console = open_terminal(stream)
        self.live = Live(
            console=self.console,
            refresh_per_second=REFRESHES,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
            get_renderable=self.picture,
        )

    def __enter__(self) -> Self:
        self.live.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.live.stop()

    def picture(self) -> RenderableType:
        """The bar, and the table where there is something in it."""
        from rich.console import Group
        from rich.text import Text

        table = [Text(line, style, no_wrap=True, overflow="ellipsis") for line, style in self._lines()]
        return Group(self._bar(), *table)

    def _bar(self) -> RenderableType:
        from rich.progress_bar import ProgressBar
        from rich.table import Table as Grid
        from rich.text import Text

        spent = duration(int(monotonic() - self.started)) if monotonic() - self.started >= 1 else ""
        counts = f"{self.done:,}/{self.total:,} trials"
        texts = [text for text in (self.stage(), counts, spent, self.left()) if text]
        room = self.console.width - len("  ".join(texts)) - 2 * NARROW
        line = Grid.grid(padding=(0, 2, 0, 0))
        cells: list[RenderableType] = [Text(text, no_wrap=True) for text in texts]
        if room >= SHORTEST_BAR:
            width = min(room, LONGEST_BAR)
            bar = ProgressBar(
                self.total, self.done, width=width, complete_style="cyan", finished_style="cyan", pulse=bool(self.again)
            )
            cells.insert(1, bar)
        line.add_row(*cells)
        return line

    def _lines(self) -> list[tuple[str, str]]:
        """The best trials in aligned columns, as many as the screen takes."""
        if not self.best:
            return []
        keys = list(self.best[0]["settings"])
        headers = ["trial", self.what, *short_names(keys)]
        rows = [
            [
                str(record["index"]),
                error(record["value"], self.task),
                *(short_value(record["settings"].get(key, "")) for key in keys),
            ]
            for record in self.best
        ]
        count = fitting(rows, headers, self.console.width - NARROW)
        columns = list(zip(headers, *rows, strict=True))[:count]
        lines = ["  ".join(cells).rstrip() for cells in zip(*(padded(*column) for column in columns), strict=True)]
        return [(line, style) for line, style in zip(lines, ("dim", "bold", *[""] * len(lines)), strict=False)]
