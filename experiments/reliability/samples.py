"""Folders with runs of every kind in them: finished, interrupted, in training, of an objective, a search, a study."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import numpy as np

from .cases import Bench
from .commands import call, start
from .specs import SHORT, SHORT_OBJECTIVE, STUDY, TUNE, Document, write

FINISHED, OTHER, INTERRUPTED, RUNNING, OBJECTIVE, SEARCH, REPAIRED, CLAIMS = (
    f"runs/lab/{name}"
    for name in ("finished", "other", "interrupted", "running", "objective", "search", "repaired", "study")
)
EXAMPLES = "examples.npz"
LONG = {**SHORT, "training": {**SHORT["training"], "epochs": 3000, "evaluate_every": 100}}
PLACES = (FINISHED, INTERRUPTED, RUNNING, OBJECTIVE, SEARCH, REPAIRED, CLAIMS)


def samples(bench: Bench) -> Path:
    """The folder with all of them below ``runs/lab``; who changes something works in a copy."""
    return bench.shared("samples", _make)


def _make(folder: Path) -> None:
    _train(SHORT, FINISHED, folder)
    _train({**SHORT, "seed": 2}, OTHER, folder)
    _train(SHORT, REPAIRED, folder)
    _train(SHORT_OBJECTIVE, OBJECTIVE, folder)
    _stop(INTERRUPTED, "SIGINT", folder)
    _stop(RUNNING, "SIGKILL", folder)
    _examples(folder / EXAMPLES)
    for command, spec, place in (("tune", TUNE, SEARCH), ("study", STUDY, CLAIMS)):
        write(spec, folder / f"{command}.yaml")
        _done((command, f"{command}.yaml", "--out", place, "--quiet"), folder)
    _done(("diagnose", REPAIRED, "--act", "--seeds", "2", "--json"), folder)


def _train(spec: Document, place: str, folder: Path) -> None:
    write(spec, folder / "spec.yaml")
    _done(("train", "spec.yaml", "--out", place, "--quiet"), folder)


def _done(arguments: tuple[str, ...], folder: Path) -> None:
    ended = call(arguments, folder)
    assert ended.code == 0, f"{ended}: {ended.stderr}"


def _stop(place: str, name: str, folder: Path) -> None:
    """A training that has been stopped by that signal, after its first checkpoint."""
    write(LONG, folder / "spec.yaml")
    child = start(("train", "spec.yaml", "--out", place, "--quiet"), folder)
    while not (folder / place / "checkpoint" / "manifest.json").exists() and time.monotonic() < child.started + 30:
        time.sleep(0.005)
    child.kill(getattr(signal, name))
    ended = child.wait()
    assert ended.code == 128 + getattr(signal, name), f"{ended} → {ended.code}: {ended.stderr}"


def _examples(path: Path) -> None:
    rng = np.random.default_rng(3)
    np.savez(path, X=rng.standard_normal((20, 2)) * 5, y=rng.integers(3, size=20))

