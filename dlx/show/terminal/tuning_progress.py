"""How far a search has come: the best trials so far and a bar on a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic
from typing import TYPE_CHECKING

from dlx.events import ConfirmationStart, RoundStart, SettingEnd, TriedSetting, TuningEvent
from dlx.language import translated
from dlx.show.numbers import duration, error
from dlx.show.short_names import short_names, short_value
from dlx.show.terminal.lines import fitting, padded
from dlx.show.terminal.progress import ProgressView
from dlx.show.words import minimized
from dlx.words import Task

if TYPE_CHECKING:
    from rich.console import RenderableType

FIRST_WAIT, LONGEST_WAIT = 10.0, 600.0
TRIALS_TO_JUDGE_SPEED = 4
SHORTEST_BAR, LONGEST_BAR = 8, 40
NARROW = 2  # columns that stay free beside the table


class TuningProgress(ProgressView[TuningEvent]):
    """The round, the trials so far, the time that is left, and the best settings; elsewhere a line for each round, for
    each new best, and at growing intervals.

    Args:
        task: ``regression`` has its errors in the units of the target, the others in percent.
        trials: of the whole search, where that is known; else all rounds are taken to be as long as the present one.
        objective: what is searched for; a cost is no percentage.
    """

    refreshes = 4

    def __init__(self, task: str | None = None, trials: int | None = None, objective: str = "dev_error") -> None:
        self.task = task if objective.endswith("error") else Task.REGRESSION
        self.what = translated(minimized(objective))
        self.stated = self.total = trials or 0
        self.round, self.rounds, self.done = 0, 1, 0
        self.best: tuple[TriedSetting, ...] = ()
        self.again = 0  # trainings of the finalists
        self.started = monotonic()
        self.wait = FIRST_WAIT
        self.due = self.started + self.wait

    def take(self, event: TuningEvent) -> None:
        if isinstance(event, RoundStart):
            self.round, self.rounds = event.number, event.rounds
            expected = self.done + event.trials * max(event.rounds - event.number + 1, 1)
            self.total = max(self.stated or expected, self.done + event.trials)
        elif isinstance(event, SettingEnd):
            self.done += 1
            self.total = max(self.total, self.done)
            self.best = event.best
        else:
            self.again = event.trainings

    def lines(self, event: TuningEvent) -> Iterator[str]:
        if isinstance(event, RoundStart):
            yield f"{self.stage()}: {translated(_trials(event.trials))}"
        elif isinstance(event, ConfirmationStart):
            yield f"{translated(f'{_trials(self.done)} after {duration(monotonic() - self.started)}')}; {self.stage()}"
        elif event.best and event.best[0].index == event.setting.index:
            yield f"{translated('best so far')}: {self.describe(event.setting)}"
        elif monotonic() >= self.due:
            self.wait = min(2 * self.wait, LONGEST_WAIT)
            self.due = monotonic() + self.wait
            yield f"{translated(f'{self.done:,} of {_trials(self.total)}')}  {self.left()}"

    def stage(self) -> str:
        """Such as `round 2 of 3`."""
        if self.again:
            return translated(f"the best again, {self.again:,} training{'s' * (self.again > 1)}")
        of_all = f" of {self.rounds}" if self.rounds >= self.round > 0 and self.rounds > 1 else ""
        return translated(f"round {self.round}{of_all}")

    def left(self) -> str:
        """The time that the remaining trials take at the speed so far; empty while it is too early to tell."""
        if self.again or self.done < TRIALS_TO_JUDGE_SPEED:
            return ""
        each = (monotonic() - self.started) / self.done
        return translated(f"{duration(each * (self.total - self.done))} left")

    def describe(self, setting: TriedSetting) -> str:
        """A trial in words."""
        names = short_names(list(setting.values))
        values = (f"{name}={short_value(value)}" for name, value in zip(names, setting.values.values(), strict=True))
        result = f"{self.what} {error(setting.value, self.task)}"
        return f"{translated('trial')} {setting.index}, {result}: {' '.join(values)}"

    def picture(self, width: int) -> RenderableType:
        from rich.console import Group
        from rich.text import Text

        table = [Text(line, style, no_wrap=True, overflow="ellipsis") for line, style in self._table(width)]
        return Group(self._bar(width), *table)

    def _bar(self, width: int) -> RenderableType:
        from rich.progress_bar import ProgressBar
        from rich.table import Table as Grid
        from rich.text import Text

        spent = duration(int(monotonic() - self.started)) if monotonic() - self.started >= 1 else ""
        counts = f"{self.done:,}/{self.total:,} {translated('trials')}"
        texts = [text for text in (self.stage(), counts, spent, self.left()) if text]
        room = width - len("  ".join(texts)) - 2 * NARROW
        line = Grid.grid(padding=(0, 2, 0, 0))
        cells: list[RenderableType] = [Text(text, no_wrap=True) for text in texts]
        if room >= SHORTEST_BAR:
            bar = ProgressBar(self.total, self.done, min(room, LONGEST_BAR), pulse=bool(self.again))
            bar.complete_style = bar.finished_style = "cyan"
            cells.insert(1, bar)
        line.add_row(*cells)
        return line

    def _table(self, width: int) -> list[tuple[str, str]]:
        """The best trials in aligned columns, as many as the screen takes."""
        if not self.best:
            return []
        keys = list(self.best[0].values)
        headers = [translated("trial"), self.what, *short_names(keys)]
        rows = [
            [str(best.index), error(best.value, self.task), *(short_value(best.values.get(key, "")) for key in keys)]
            for best in self.best
        ]
        count = fitting(rows, headers, width - NARROW)
        columns = list(zip(headers, *rows, strict=True))[:count]
        lines = ["  ".join(cells).rstrip() for cells in zip(*(padded(*column) for column in columns), strict=True)]
        return [(line, style) for line, style in zip(lines, ("dim", "bold", *[""] * len(lines)), strict=False)]


def _trials(count: int) -> str:
    return f"{count:,} trial{'s' * (count != 1)}"
