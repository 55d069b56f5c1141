"""How far training has come: a bar on a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

import sys
from time import monotonic
from typing import TYPE_CHECKING, Self, TextIO

from dlx.show.numbers import duration, error
from dlx.show.terminal.lines import is_plain, say
from dlx.show.terminal.terminal import open_terminal
from dlx.training.records import EpochRecord, Progress

if TYPE_CHECKING:
    from rich.console import RenderableType

REFRESH_SECONDS = 0.1
FIRST_WAIT, LONGEST_WAIT = 1.0, 600.0
SECONDS_TO_JUDGE_SPEED = 0.5
SHORTEST_BAR = 10


def progress(*, task: str | None = None, quiet: bool = False, stream: TextIO | None = None) -> Display:
    """A display for a ``with`` block, on stderr; ``update`` takes every record and shows what is worth it.

    Args:
        task: ``regression`` has its errors in the units of the target, ``objective`` none, the others in percent.
        quiet: shows nothing.
        stream: in place of stderr.
    """
    out = stream or sys.stderr
    return Display() if quiet else Lines(task, out) if is_plain(out) else Bar(task, out)


class Display:
    """The display that shows nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        return

    def update(self, record: EpochRecord | Progress) -> None:
        """Takes one record of training."""


class Watch(Display):
    """Keeps what training told last, and knows when it is time to show it."""

    def __init__(self, task: str | None, stream: TextIO) -> None:
        self.task, self.stream = task, stream
        self.row: EpochRecord | None = None
        self.place: Progress | None = None
        self.start: tuple[float, int] | None = None  # the time and the step of the first record
        self.due = 0.0

    def update(self, record: EpochRecord | Progress) -> None:
        if isinstance(record, EpochRecord):
            self.row = record
        else:
            self.place = record
        now = monotonic()
        if now >= self.due:
            self.start = self.start or (now, record.step)
            self.due = now + self.wait(now - self.start[0])
            self.show()

    def wait(self, elapsed: float) -> float:
        """Seconds until it is time again."""
        raise NotImplementedError

    def show(self) -> None:
        """Shows what is known now."""
        raise NotImplementedError

    def epoch(self) -> str:
        """Such as `epoch 12/40`; those of an objective are its steps."""
        unit = "step" if self.task == "objective" else "epoch"
        done = max(record.epoch for record in (self.row, self.place) if record)
        return f"{unit} {done:,}/{self.place.epochs:,}" if self.place else f"{unit} {done:,}"

    def values(self) -> str:
        """Such as `cost 0.0842  train 1.20 %  dev 3.40 %`: errors of the last row, and the newest cost."""
        newest = max((record for record in (self.row, self.place) if record), key=lambda record: record.step)
        parts = [f"cost {newest.cost:.4g}"]
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
        return f"{duration(seconds / steps * (self.place.steps - self.place.step))} left"


class Lines(Watch):
    """One plain line first, then at growing intervals, and one at the end."""

    def __init__(self, task: str | None, stream: TextIO) -> None:
        super().__init__(task, stream)
        self.last_line = ""

    def __exit__(self, *error: object) -> None:
        if self.start is not None and self._line() != self.last_line:
            say((self._line(), ""), stream=self.stream)

    def wait(self, elapsed: float) -> float:
        return min(max(elapsed, FIRST_WAIT), LONGEST_WAIT)

    def show(self) -> None:
        self.last_line = self._line()
        say((f"{self.last_line}  {self.left()}", ""), stream=self.stream)

    def _line(self) -> str:
        return f"{self.epoch()}  {self.values()}"


class Bar(Watch):
    """One line that is drawn again in place, and gone at the end."""

    def __init__(self, task: str | None, stream: TextIO) -> None:
        super().__init__(task, stream)
        from rich.live import Live

        self.live = Live(
            console=open_terminal(stream),
            auto_refresh=False,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def __enter__(self) -> Self:
        self.live.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.live.stop()

    def wait(self, elapsed: float) -> float:
        return REFRESH_SECONDS

    def show(self) -> None:
        if self.place is not None:
            self.live.update(self._line(self.place), refresh=True)

    def _line(self, place: Progress) -> RenderableType:
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        texts = (self.epoch(), self.values(), self.left())
        if self.live.console.width < len("  ".join(texts)) + SHORTEST_BAR:
            return Text("  ".join(texts), no_wrap=True, overflow="ellipsis")
        epoch, values, left = map(Text, texts)
        line = Table.grid(padding=(0, 2, 0, 0), expand=True)
        for ratio in (None, 1, None, None):
            line.add_column(ratio=ratio, no_wrap=True)
        bar = ProgressBar(place.steps, place.step, complete_style="cyan", finished_style="cyan")
        line.add_row(epoch, bar, values, left)
        return line
