"""How far work has come that was asked for in Python: in place within a notebook, or on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from html import escape
from importlib import import_module
from io import StringIO
from time import monotonic
from typing import Any, TypeVar

from dlx.show.terminal.progress import Display, ProgressView, progress

Event = TypeVar("Event")
Bundle = Mapping[str, str]  # what a notebook shows, by its type
WIDTH, REFRESH_SECONDS = 100, 0.2


class NotebookDisplay(Display[Event]):
    """The picture of a view as text in the output of a cell, drawn again in place.

    Args:
        view: what there is to see.
        show: puts a bundle into the output, each in place of the one before.
    """

    def __init__(self, view: ProgressView[Event], show: Callable[[Bundle], object]) -> None:
        self.view, self.show, self.due = view, show, 0.0

    def __exit__(self, *error: object) -> None:
        self.show({"text/plain": "", "text/html": ""})

    def update(self, event: Event) -> None:
        """Takes one event, and shows it where the last one is some time ago."""
        self.view.take(event)
        if monotonic() >= self.due:
            self.due = monotonic() + REFRESH_SECONDS
            text = _as_text(self.view)
            self.show({"text/plain": text, "text/html": f"<pre>{escape(text)}</pre>"})


def displayed(view: ProgressView[Event], progress_bar: bool | None) -> Display[Event]:
    """The display of a view for a ``with`` block: where it is wanted, or nothing is said, in a notebook."""
    if progress_bar is not False and is_notebook():
        return NotebookDisplay(view, _place_in_output())
    return progress(view, quiet=not progress_bar)


def is_notebook() -> bool:
    """Whether a notebook's kernel runs this."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return hasattr(shell, "kernel")


def _place_in_output() -> Callable[[Bundle], object]:
    handle = import_module("IPython.display").display({"text/plain": ""}, raw=True, display_id=True)

    def show(bundle: Bundle) -> Any:
        return handle.update(dict(bundle), raw=True)

    return show


def _as_text(view: ProgressView[Any]) -> str:
    from rich.console import Console

    console = Console(file=StringIO(), width=WIDTH, no_color=True, force_terminal=False, force_jupyter=False)
    with console.capture() as capture:
        console.print(view.picture(WIDTH))
    return capture.get().rstrip("\n")
