"""``dlx watch``: a training of another process, followed in the terminal."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Annotated

import typer

from dlx.cli import folds, study
from dlx.cli.options import Json
from dlx.cli.quiet import is_quiet
from dlx.errors import CheckFailed, Diverged, Interrupted
from dlx.language import translated
from dlx.runs.files import collection as collections
from dlx.runs.reading import watch as watching
from dlx.runs.training import signals as noted
from dlx.show import terminal
from dlx.text import command
from dlx.words import Status

if TYPE_CHECKING:
    from dlx.events import WatchedWork

Of = Annotated[
    str | None,
    typer.Argument(
        metavar="RUN",
        help="A run directory, or latest, ~1, a tag, the beginning of an id; the directory of a search or a study.",
        show_default=False,
    ),
]

EVERY = 0.5  # seconds between two looks
GLANCE = 0.1  # seconds between two looks at signals
GOOD = (Status.COMPLETED, Status.EARLY_STOPPED, Status.STOPPED, Status.BUDGET_SPENT)


def watch(source: Of = None, json: Json = False) -> None:
    """Follow a training, a search or a study of another process by its files, until it ends.

    Without one it is what was begun last. Curves and the newest row are shown on a terminal, plain lines elsewhere.
    Ctrl-C ends the watching and leaves the training alone. Exit code 0 says that it came to a good end, 4 that it
    diverged, 3 that a claim of the study fails, or that it ended in another way, 5 that a part of it cannot be trained.
    """
    path = watching.find_work(source)
    work = None
    with (
        noted.noted_signals() as signals,
        terminal.progress(terminal.WatchProgress(), quiet=json or is_quiet()) as display,
    ):
        for work in watching.watch(path, lambda: _rest(signals)):
            display.update(work)
    assert work is not None
    if json:
        terminal.document(work.document())
    else:
        terminal.watch_end(work)
    _judge(work)


def _rest(signals: list[int]) -> None:
    """Wait for the next look; raises `Interrupted` once a signal has come."""
    end = time.monotonic() + EVERY
    while not signals and time.monotonic() < end:
        time.sleep(GLANCE)
    if signals:
        raise Interrupted(signals[0], "the watching has ended; the training goes on")


def _judge(work: WatchedWork) -> None:
    """Name the command that goes on, and raise what the command raises whose work did not come to a good end."""
    directory = collections.collection_at(work.path)
    if again := watching.way_on(work.path):
        terminal.say((translated(f"{again} goes on with it"), "dim"), stream=sys.stderr)
    if isinstance(directory, collections.StudyDirectory):
        study.judge(directory.outcome())
    if isinstance(directory, collections.FoldsDirectory):
        folds.judge(directory.path, directory.outcome())
    if work.status is Status.DIVERGED:
        raise Diverged(f"{work.path}: diverged ({command('diagnose', work.path)} says why)")
    if work.status not in GOOD:
        raise CheckFailed
