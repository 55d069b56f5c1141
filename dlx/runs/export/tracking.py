"""Tracking: runs, with all that was measured while they trained, for the programs that show many of them."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from dlx.runs.export import trackers
from dlx.runs.export.history import RunHistory
from dlx.runs.export.tracker import Tracker
from dlx.runs.reading.references import find_all

for module in iter_modules(trackers.__path__, f"{trackers.__name__}."):
    import_module(module.name)
TRACKERS = {tracker.name: tracker for tracker in Tracker.registered}


def track(reference: str, to: str, out: Path | None = None) -> list[str]:
    """Write a run, or all runs of a directory, for a tracker; returns what was written.

    Args:
        reference: a run, a directory of runs or all that a tag or a name means.
        to: the name of a tracker, such as tensorboard (which needs the extra ``tensorboard``).
        out: where they are written.

    Raises:
        UsageError: there is no such run.
        DataError: a file of one of them is damaged.
    """
    runs = [RunHistory.read(path) for path in find_all(reference)]
    named = Path(reference) if Path(reference).is_dir() else Path()  # a tag or a name means runs in several places
    source = runs[0].path if len(runs) == 1 else named
    return TRACKERS[to].write(sorted(runs, key=lambda run: (run.started, run.id)), source, out)
