"""What there is to see of a training of another process: its curves and newest row, or the counts of its trials."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from math import isfinite
from time import monotonic
from typing import TYPE_CHECKING

from dlx.events import WatchedWork
from dlx.language import translated
from dlx.show.numbers import error, sparkline
from dlx.show.terminal.lines import say
from dlx.show.terminal.progress import ProgressView
from dlx.show.words import step_word
from dlx.words import Status

if TYPE_CHECKING:
    from rich.console import RenderableType

FIRST_WAIT, LONGEST_WAIT = 1.0, 600.0
CURVES = ("cost", "train_error", "dev_error")
LABEL = 8  # characters
VALUE = 12
WORDS = {
    Status.COMPLETED: "trained",
    Status.EARLY_STOPPED: "trained",
    Status.RUNNING: "in training",
    Status.STOPPED: "stopped early",
}


class WatchProgress(ProgressView[WatchedWork]):
    """Curves on a terminal; elsewhere a line at growing intervals."""

    def __init__(self) -> None:
        self.work: WatchedWork | None = None
        self.start, self.due, self.last_line = monotonic(), 0.0, ""

    def take(self, event: WatchedWork) -> None:
        self.work = event

    def lines(self, event: WatchedWork) -> Iterator[str]:
        now, text = monotonic(), line_of(event)
        if now >= self.due and text != self.last_line and event.status is Status.RUNNING:
            self.due = now + min(max(now - self.start, FIRST_WAIT), LONGEST_WAIT)
            self.last_line = text
            yield text

    def picture(self, width: int) -> RenderableType:
        from rich.console import Group
        from rich.text import Text

        if self.work is None:
            return ""
        texts = [Text(f"{self.work.name}  {line_of(self.work)}", no_wrap=True, overflow="ellipsis")]
        for name in CURVES:
            values = self.work.metrics.get(name, ())
            curve = sparkline(values, max(width - LABEL - VALUE, 1))
            if curve:
                label = translated(name.removesuffix("_error"))
                last = _value(name, values[-1], self.work.task)
                texts.append(Text(f"{label:<{LABEL}}{curve}  {last}", no_wrap=True, overflow="ellipsis"))
        texts += [Text(f"{text}", style="dim", no_wrap=True, overflow="ellipsis") for text in best_lines(self.work)]
        return Group(*texts)


def line_of(work: WatchedWork) -> str:
    """Such as ``epoch 12/40  cost 0.0842  train 1.20 %  dev 3.40 %``, or ``12 trained, 2 in training``."""
    if work.counts is not None:
        words = [translated(count) for count in counted(work.counts, work.status)]
        best = best_lines(work)
        return "; ".join([", ".join(words) or translated("nothing trained yet"), *best[:1]])
    if work.is_starting:
        return translated("nothing is written there yet: it is waited for")
    unit, steps = step_word(work.task), work.metrics.get("epoch")
    if not steps:
        return translated(f"no {unit} has ended yet")
    parts = [f"{translated(unit)} {steps[-1]:,.0f}" + (f"/{work.epochs:,}" if work.epochs else "")]
    for name in CURVES:
        value = work.metrics.get(name, (float("nan"),))[-1]
        if isfinite(value):
            parts.append(f"{translated(name.removesuffix('_error'))} {_value(name, value, work.task)}")
    return "  ".join(parts)


def counted(counts: Mapping[Status, int], status: Status) -> list[str]:
    """How many trainings there are of each status, in a search or a study that has this one.

    One that was interrupted goes on where the search does: until then it is waiting.

    >>> counted({Status.COMPLETED: 12, Status.EARLY_STOPPED: 1, Status.RUNNING: 2}, Status.RUNNING)
    ['13 trained', '2 in training']
    """
    words: Counter[str] = Counter()
    for each, count in counts.items():
        is_waiting = each is Status.INTERRUPTED and status is Status.RUNNING
        words["waiting" if is_waiting else WORDS.get(each, each.in_words)] += count
    return [f"{count:,} {word}" for word, count in words.items()]


def best_lines(work: WatchedWork) -> list[str]:
    """The best settings so far, a line each; none of a run."""
    lines = [f"{error(value, work.task)}: {setting}" for setting, value in work.best]
    return [f"{translated('best')} {line}" for line in lines[:1]] + lines[1:]


def watch_end(work: WatchedWork) -> None:
    """Print how it has ended."""
    style = "green" if work.status.is_good else "yellow"
    say((translated(work.status.in_words), style), (f"  {line_of(work)}", ""))


def _value(name: str, value: float, task: str | None) -> str:
    return f"{value:.4g}" if name == "cost" else error(value, task)
