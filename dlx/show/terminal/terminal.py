"""The terminal that rich draws on: whatever is drawn, only styles steer it, never a text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TextIO

from dlx.text import raw, visible

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType
    from rich.segment import Segment


def open_terminal(stream: TextIO) -> Console:
    """A console on a stream; its texts become visible when they are rendered, so that no caller can forget it.

    rich is imported here, because most output goes to no terminal.
    """
    from rich.console import Console
    from rich.segment import Segment

    class Terminal(Console):
        def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
            for segment in super().render(renderable, options):
                text, style, control = segment
                yield segment if control or (text.isascii() and text.isprintable()) else Segment(visible(text), style)

    return Terminal(file=raw(stream), force_terminal=True, highlight=False)
