"""How far the basic recipe has come: one line drawn again in place on a terminal, a line for each race elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from dlx.events import RaceEnd, RaceStart, RaceState, RepairEvent, TrialEnd
from dlx.language import translated
from dlx.show.numbers import duration, signed
from dlx.show.terminal.progress import ProgressView

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.spinner import Spinner

LATER = 60.0  # seconds between plain lines


class RepairProgress(ProgressView[RepairEvent]):
    """What is being trained, how much of the budget has been spent, and which remedy is in front.

    Args:
        task: of a regression errors are in the unit of the target, else in percent.
    """

    refreshes = 12.5

    def __init__(self, task: str | None = None) -> None:
        self.task, self.trials, self.race = task, 0, ""
        self.state: RaceState | None = None
        self.since = self.latest = time.monotonic()  # of the state, and of the plain line before

    def take(self, event: RepairEvent) -> None:
        if isinstance(event, RaceStart):
            self.race, self.state = translated(f"{event.remedies} remedies against {event.against}"), None
        elif isinstance(event, RaceState):
            self.state, self.since = event, time.monotonic()
        elif isinstance(event, TrialEnd):
            self.trials += 1

    def lines(self, event: RepairEvent) -> Iterator[str]:
        if isinstance(event, RaceStart):
            yield self.race
        elif isinstance(event, RaceEnd):
            winner = event.winner or translated("none")
            after = translated(f"after {self.trials:,} trial{'s' * (self.trials != 1)}")
            yield f"{translated('kept')}: {winner}, {after}"
        elif isinstance(event, RaceState) and time.monotonic() >= self.latest + LATER:
            self.latest = time.monotonic()
            yield self.standing()

    def standing(self) -> str:
        """The state of the race in one line."""
        if self.state is None:
            return self.race
        state, names = self.state, [name or translated("as it is") for name in self.state.training]
        others = translated(f" and {len(names) - 1} more") if len(names) > 1 else ""
        spent = state.elapsed + time.monotonic() - self.since
        leader = ""
        if state.leader and state.change is not None:
            leader = f"  {translated('in front')}: {state.leader} {signed(state.change, self.task)}"
        time_spent = translated(f"{duration(spent)} of {duration(state.budget)}")
        trials = translated(f"{self.trials:,} trial{'s' * (self.trials != 1)}")
        return (
            f"{time_spent}  {self.race}  {translated('training')} {names[0]}{others}, "
            f"{translated('replicate')} {state.replicate}{leader}  {trials}"
        )

    def picture(self, width: int) -> RenderableType:
        from rich.text import Text

        self._spinner.update(text=Text(self.standing()))
        return self._spinner

    @cached_property
    def _spinner(self) -> Spinner:
        from rich.spinner import Spinner

        return Spinner("dots", style="status.spinner")
