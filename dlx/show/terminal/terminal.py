"""The terminal that rich draws on: whatever is drawn, only styles steer it, never a text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TextIO

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from dlx.text import raw, visible


class Terminal(Console):
    """A console on a stream; its texts become visible when they are rendered, so that no caller can forget it."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(file=raw(stream), force_terminal=True, highlight=False)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """The segments of anything that can be drawn."""
        for segment in super().render(renderable, options):
            text, style, control = segment
            yield segment if control or (text.isascii() and text.isprintable()) else Segment(visible(text), style)
