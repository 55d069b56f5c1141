"""How far a count has come: a bar on a terminal, nothing elsewhere."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from dlx.events import Count
from dlx.language import translated
from dlx.show.terminal.progress import ProgressView

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.progress import Progress


class CountProgress(ProgressView[Count]):
    """A bar with its label, the share that is done, and the time that is left."""

    refreshes = 10

    def __init__(self, label: str) -> None:
        self.label = label
        self.count: Count | None = None

    def take(self, event: Count) -> None:
        self.count = event

    def picture(self, width: int) -> RenderableType:
        if self.count is not None:
            self._bar.update(self._bar.task_ids[0], completed=self.count.done, total=self.count.total)
        return self._bar.get_renderable()

    @cached_property
    def _bar(self) -> Progress:
        from rich.progress import Progress

        bar = Progress(auto_refresh=False)
        bar.add_task(translated(self.label))
        return bar
