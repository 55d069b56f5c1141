"""Searches, which are many trainings of small networks, as whole commands: with NumPy's engine, natively, and before.

Trials leave their engine to the process that they run in: it is the compiled one where llvmlite can be imported. So
NumPy's is measured in a process that cannot. An earlier commit runs as it is.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

from .bench import ROOT, Bench, interleaved
from .tables import RATIO_COLUMNS, ratio_row, table
from .targets import SEARCH_TARGETS

PLAN = Path(__file__).parent / "search.yaml"
OVERFITTING = ROOT / "configs" / "overfitting.yaml"
NUMPY_ONLY = "import sys; sys.modules['llvmlite'] = None; from dlx.__main__ import main; sys.exit(main())"
TITLES = {
    "tune": "dlx tune: 64 random trials of W2, 300 steps each",
    "act": "dlx diagnose --act of overfitting.yaml",
}


@dataclass(frozen=True)
class Version:
    """How dlx is started: the checkout that it is imported from, and the arguments before its own."""

    checkout: Path
    start: tuple[str, ...] = ("-m", "dlx")

    def run(self, folder: Path, *arguments: str | Path) -> None:
        """Raises CalledProcessError unless the command ends with 0."""
        environment = os.environ | {"PYTHONPATH": str(self.checkout)}
        command = (sys.executable, *self.start, *arguments)
        subprocess.run(command, check=True, capture_output=True, cwd=folder, env=environment)


def search_sections(bench: Bench, before: str | None) -> Iterator[str]:
    """A table of seconds with the number of trainings in each search, and one of ratios within the rounds."""
    with checkout_of(before, bench.folder / "before") as checkout:
        versions = {"dlx": Version(ROOT, ("-c", NUMPY_ONLY)), "dlx compiled": Version(ROOT)}
        if checkout is not None:
            versions["before"] = Version(checkout)
        searches = {"tune": tuned, "act": acted}
        samplers: dict[tuple[str, str], Callable[[], tuple[float, int]]] = {
            (search, name): partial(searcher, bench.folder, version)
            for search, searcher in searches.items()
            for name, version in versions.items()
        }
        samples = interleaved(samplers, bench.rounds)
    seconds = {label: [value for value, _ in values] for label, values in samples.items()}
    trainings = {label: values[-1][1] for label, values in samples.items()}
    rows = []
    for search, title in TITLES.items():
        cells = [f"{median(seconds[search, name]):.2f} ({trainings[search, name]} trainings)" for name in versions]
        rows.append([title, *cells])
    titles = [f"before ({before})" if name == "before" else name for name in versions]
    yield "## Searches, whole commands (s)\n\n" + table(["command", *titles], rows)
    ratios = [
        ratio_row(target, {name: seconds[target.subject, name] for name in versions})
        for target in SEARCH_TARGETS
        if target.above in versions
    ]
    yield "## Ratios of searches\n\n" + table(["search", *RATIO_COLUMNS[1:]], ratios)


def tuned(folder: Path, version: Version) -> tuple[float, int]:
    """The seconds of a search, and how many trainings it consisted of."""
    out = folder / "search"
    shutil.rmtree(out, ignore_errors=True)
    return timed(folder, version, out, "tune", PLAN, "--out", out)


def acted(folder: Path, version: Version) -> tuple[float, int]:
    """The same of the basic recipe on a run, which is trained anew before the clock starts."""
    run = folder / "overfitting"
    shutil.rmtree(run, ignore_errors=True)
    version.run(folder, "train", OVERFITTING, "--out", run, "--quiet")
    return timed(folder, version, run, "diagnose", run, "--act")


def timed(folder: Path, version: Version, out: Path, *arguments: str | Path) -> tuple[float, int]:
    start = time.perf_counter()
    version.run(folder, *arguments)
    seconds = time.perf_counter() - start
    return seconds, sum(1 for _ in (out / "trials").rglob("metrics.csv"))


@contextmanager
def checkout_of(commit: str | None, folder: Path) -> Iterator[Path | None]:
    """A checkout of the commit, for a while."""
    if commit is None:
        yield None
        return
    git = ("git", "-C", str(ROOT), "worktree")
    subprocess.run([*git, "add", "--detach", str(folder), commit], check=True, capture_output=True)
    try:
        yield folder
    finally:
        subprocess.run([*git, "remove", "--force", str(folder)], check=True, capture_output=True)
