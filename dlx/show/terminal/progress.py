"""How far work has come: its events as one live picture on a terminal, as a plain line now and then elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from time import monotonic
from typing import TYPE_CHECKING, ClassVar, Generic, Self, TextIO, TypeVar

from dlx.show.terminal.lines import is_plain, say
from dlx.show.terminal.terminal import open_terminal

if TYPE_CHECKING:
    from rich.console import RenderableType

REFRESH_SECONDS = 0.1

Event = TypeVar("Event")


class ProgressView(Generic[Event]):
    """What there is to see of the events of one kind of work.

    ``refreshes`` is how often a second the picture is drawn anew by itself; 0 draws it only with events, where nothing
    may take time from the work.
    """

    refreshes: ClassVar[float] = 0

    def take(self, event: Event) -> None:
        """Takes in one event."""
        raise NotImplementedError

    def lines(self, event: Event) -> Iterator[str]:
        """The plain lines that are due after an event."""
        yield from ()

    def last_lines(self) -> Iterator[str]:
        """The plain lines at the end."""
        yield from ()

    def picture(self, width: int) -> RenderableType:
        """Where the work stands now, on a terminal of so many columns."""
        raise NotImplementedError


class Display(Generic[Event]):
    """The display that shows nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        return

    def update(self, event: Event) -> None:
        """Takes one event, and shows what is worth it."""


class PlainDisplay(Display[Event]):
    """Lines, each once and for good."""

    def __init__(self, view: ProgressView[Event], stream: TextIO) -> None:
        self.view, self.stream = view, stream

    def __exit__(self, *error: object) -> None:
        self._say(self.view.last_lines())

    def update(self, event: Event) -> None:
        self.view.take(event)
        self._say(self.view.lines(event))

    def _say(self, lines: Iterator[str]) -> None:
        for line in lines:
            say((line, ""), stream=self.stream)


class LiveDisplay(Display[Event]):
    """A picture that is drawn again in place, and gone at the end; there is one at a time."""

    is_shown: ClassVar[bool] = False

    def __init__(self, view: ProgressView[Event], stream: TextIO) -> None:
        from rich.live import Live

        console = open_terminal(stream)
        self.view, self.due = view, 0.0
        self.live = Live(
            console=console,
            auto_refresh=view.refreshes > 0,
            refresh_per_second=view.refreshes or 1 / REFRESH_SECONDS,
            transient=True,
            redirect_stdout=False,
            get_renderable=lambda: view.picture(console.width),
        )

    def __enter__(self) -> Self:
        LiveDisplay.is_shown = True
        self.live.start()
        return self

    def __exit__(self, *error: object) -> None:
        LiveDisplay.is_shown = False
        self.live.stop()

    def update(self, event: Event) -> None:
        self.view.take(event)
        if not self.view.refreshes and monotonic() >= self.due:
            self.due = monotonic() + REFRESH_SECONDS
            self.live.refresh()


def progress(view: ProgressView[Event], *, quiet: bool = False, stream: TextIO | None = None) -> Display[Event]:
    """A display for a ``with`` block, on stderr.

    Args:
        view: what there is to see of the events.
        quiet: shows nothing, as within a picture.
        stream: in place of stderr.
    """
    out = stream or sys.stderr
    if quiet or LiveDisplay.is_shown:
        return Display()
    return PlainDisplay(view, out) if is_plain(out) else LiveDisplay(view, out)
