"""How far the basic recipe has come: one line drawn again in place on a terminal, a line for each race elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from dlx.events import RaceEnd, RaceStart, RepairEvent, TrialEnd
from dlx.show.terminal.progress import ProgressView

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.spinner import Spinner


class RepairProgress(ProgressView[RepairEvent]):
    """The present race, the remedy whose trial ended last, and how many trials there were."""

    refreshes = 12.5

    def __init__(self) -> None:
        self.trials = 0
        self.race = self.latest = ""

    def take(self, event: RepairEvent) -> None:
        if isinstance(event, RaceStart):
            self.race = f"{event.remedies} remedies against {event.against}"
        elif isinstance(event, TrialEnd):
            self.trials += 1
            self.latest = f"{self.race}  {event.remedy or 'as it is'}  {self.trials:,} trials"

    def lines(self, event: RepairEvent) -> Iterator[str]:
        if isinstance(event, RaceStart):
            yield self.race
        elif isinstance(event, RaceEnd):
            yield f"kept: {event.winner or 'none'}, after {self.trials:,} trials"

    def picture(self, width: int) -> RenderableType:
        from rich.text import Text

        self._spinner.update(text=Text(self.latest))
        return self._spinner

    @cached_property
    def _spinner(self) -> Spinner:
        from rich.spinner import Spinner

        return Spinner("dots", style="status.spinner")
