"""How far a count has come: a bar on a terminal, nothing elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from dlx.show.terminal.lines import is_plain
from dlx.show.terminal.terminal import open_terminal

REFRESH_SECONDS = 0.1


@contextmanager
def counting(what: str, quiet: bool = False) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr while inside; call the ``on_progress`` that it gives with how many are done, of how many."""
    if quiet or is_plain(sys.stderr):
        yield lambda done, total: None
        return
    from rich.progress import Progress

    due = 0.0
    with Progress(console=open_terminal(sys.stderr), transient=True) as bar:
        task = bar.add_task(what)

        def on_progress(done: int, total: int) -> None:
            nonlocal due
            if monotonic() >= due:
                due = monotonic() + REFRESH_SECONDS
                bar.update(task, completed=done, total=total)

        yield on_progress
