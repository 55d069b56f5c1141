"""How far training has come: a bar on a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic
from typing import TYPE_CHECKING

from dlx.language import translated
from dlx.show.numbers import duration, error
from dlx.show.terminal.progress import ProgressView
from dlx.show.words import step_word
from dlx.training.records import EpochRecord, Progress

if TYPE_CHECKING:
    from rich.console import RenderableType

FIRST_WAIT, LONGEST_WAIT = 1.0, 600.0
SECONDS_TO_JUDGE_SPEED = 0.5
SHORTEST_BAR = 10


class TrainingProgress(ProgressView[EpochRecord | Progress]):
    """The epoch, the newest cost and errors, and the time that is left: elsewhere first, at growing intervals, at last.

    Args:
        task: ``regression`` has its errors in the units of the target, ``objective`` none, the others in percent.
    """

    def __init__(self, task: str | None = None) -> None:
        self.task = task
        self.row: EpochRecord | None = None
        self.place: Progress | None = None
        self.is_refit = False
        self.start: tuple[float, int] | None = None  # the time and the step of the first record
        self.due = 0.0
        self.last_line = ""

    def take(self, event: EpochRecord | Progress) -> None:
        if isinstance(event, EpochRecord):
            self.row = event
        else:
            if event.is_refit and not self.is_refit:
                self.is_refit, self.start = True, None
            self.place = event
        self.start = self.start or (monotonic(), event.step)

    def lines(self, event: EpochRecord | Progress) -> Iterator[str]:
        now = monotonic()
        if self.start is not None and now >= self.due:
            self.due = now + min(max(now - self.start[0], FIRST_WAIT), LONGEST_WAIT)
            self.last_line = self._line()
            yield f"{self.last_line}  {self.left()}"

    def last_lines(self) -> Iterator[str]:
        if self.start is not None and self._line() != self.last_line:
            yield self._line()

    def epoch(self) -> str:
        """Such as `epoch 12/40`; those of an objective are its steps."""
        unit = "refit epoch" if self.is_refit else step_word(self.task)
        unit = translated(unit)
        done = max(record.epoch for record in self._records())
        return f"{unit} {done:,}/{self.place.epochs:,}" if self.place else f"{unit} {done:,}"

    def _records(self) -> list[EpochRecord | Progress]:
        """Those of the training that goes on, a row and the place after it, or before it."""
        row = None if self.is_refit else self.row
        return [record for record in (row, self.place) if record is not None]

    def values(self) -> str:
        """Such as `cost 0.0842  train 1.20 %  dev 3.40 %`: errors of the last row, and the newest cost."""
        newest = max(self._records(), key=lambda record: record.step)
        parts = [translated(f"cost {newest.cost:.4g}")]
        if self.is_refit:
            return parts[0]  # no example is left to tell errors
        if self.row and self.row.train_error is not None:
            parts.append(f"train {error(self.row.train_error, self.task)}")
        if self.row and self.row.dev_error is not None:
            parts.append(f"dev {error(self.row.dev_error, self.task)}")
        return "  ".join(parts)

    def left(self) -> str:
        """The time that the remaining steps take at the speed so far; empty while it is too early to tell."""
        if self.place is None or self.start is None:
            return ""
        seconds, steps = monotonic() - self.start[0], self.place.step - self.start[1]
        if seconds < SECONDS_TO_JUDGE_SPEED or steps < 1:
            return ""
        return translated(f"{duration(seconds / steps * (self.place.steps - self.place.step))} left")

    def _line(self) -> str:
        return f"{self.epoch()}  {self.values()}"

    def picture(self, width: int) -> RenderableType:
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        if self.place is None:
            return ""
        texts = (self.epoch(), self.values(), self.left())
        if width < len("  ".join(texts)) + SHORTEST_BAR:
            return Text("  ".join(texts), no_wrap=True, overflow="ellipsis")
        epoch, values, left = map(Text, texts)
        line = Table.grid(padding=(0, 2, 0, 0), expand=True)
        for ratio in (None, 1, None, None):
            line.add_column(ratio=ratio, no_wrap=True)
        bar = ProgressBar(self.place.steps, self.place.step, complete_style="cyan", finished_style="cyan")
        line.add_row(epoch, bar, values, left)
        return line
