"""Folders with runs of every kind in them: finished, interrupted, in training, of an objective, a search, a study."""

from __future__ import annotations

import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from dlx.runs.files.directory import RunDirectory

from .cases import Bench, copy
from .commands import call, often
from .specs import SHORT, SHORT_OBJECTIVE, STUDY, TUNE, Document, write

FINISHED, OTHER, INTERRUPTED, RUNNING, OBJECTIVE, SEARCH, REPAIRED, CLAIMS = (
    f"runs/lab/{name}"
    for name in ("finished", "other", "interrupted", "running", "objective", "search", "repaired", "study")
)
EXAMPLES = "examples.npz"
LONG = {**SHORT, "training": {**SHORT["training"], "epochs": 1000, "evaluate_every": 200}}


def sample(bench: Bench, place: str, folder: Path) -> None:
    """Put the one of that place, and the examples, into a folder."""
    whole = bench.of_all_kinds().shared(f"sample {Path(place).name}", partial(MAKERS[place], place))
    copy(whole / place, folder / place)
    _examples(folder / EXAMPLES)


def arrange(bench: Bench, place: str, folder: Path) -> None:
    """The same, and two finished runs beside it."""
    for needed in dict.fromkeys((place, FINISHED, OTHER)):
        sample(bench, needed, folder)


def _train(spec: Document, place: str, folder: Path) -> None:
    write(spec, folder / "spec.yaml")
    _done(("train", "spec.yaml", "--out", place, "--quiet"), folder)


def _done(arguments: tuple[str, ...], folder: Path) -> None:
    ended = call(arguments, folder)
    assert ended.code == 0, f"{ended}: {ended.stderr}"


def _stop(number: signal.Signals, place: str, folder: Path) -> None:
    """A training that has been stopped by that signal, right after its first checkpoint."""
    write(LONG, folder / "spec.yaml")
    ended = call(("train", "spec.yaml", "--out", place, "--quiet"), folder, partial(_stop_once_saved, number))
    assert ended.code == 128 + number, f"{ended} → {ended.code}: {ended.stderr}"


def _stop_once_saved(number: signal.Signals) -> None:
    """Let this process send itself the signal when it has saved a checkpoint, and save one with each row."""
    save = RunDirectory.save_checkpoint

    def save_and_stop(*arguments: Any) -> None:
        save(*arguments)
        signal.raise_signal(number)

    often()
    setattr(RunDirectory, save.__name__, save_and_stop)


def _plan(command: str, spec: Document, place: str, folder: Path) -> None:
    write(spec, folder / f"{command}.yaml")
    _done((command, f"{command}.yaml", "--out", place, "--quiet"), folder)


def _repair(place: str, folder: Path) -> None:
    _train(SHORT, place, folder)
    _done(("diagnose", place, "--act", "--seeds", "2", "--json"), folder)


def _examples(path: Path) -> None:
    rng = np.random.default_rng(3)
    np.savez(path, X=rng.standard_normal((20, 2)) * 5, y=rng.integers(3, size=20))


MAKERS: dict[str, Callable[[str, Path], None]] = {
    FINISHED: partial(_train, SHORT),
    OTHER: partial(_train, {**SHORT, "seed": 2}),
    INTERRUPTED: partial(_stop, signal.SIGINT),
    RUNNING: partial(_stop, signal.SIGKILL),
    OBJECTIVE: partial(_train, SHORT_OBJECTIVE),
    SEARCH: partial(_plan, "tune", TUNE),
    CLAIMS: partial(_plan, "study", STUDY),
    REPAIRED: _repair,
}
