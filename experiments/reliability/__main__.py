"""Tortures dlx: injects faults of every kind, and writes what became of them into results.md beside this file."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from traceback import format_exc

from . import (
    broken_specs,
    damage,
    disk_sizes,
    failing_calls,
    foreign_files,
    kills,
    links,
    mutated_directories,
    names,
    power_loss,
    races,
    signals,
)
from .cases import Bench, Case
from .commands import prepare
from .report import Kind, report

KINDS: dict[str, Callable[[Bench], list[Case]]] = {
    "kills": kills.cases,
    "failing-calls": failing_calls.cases,
    "power-loss": power_loss.cases,
    "damage": damage.cases,
    "links": links.cases,
    "foreign-files": foreign_files.cases,
    "mutated-directories": mutated_directories.cases,
    "signals": signals.cases,
    "races": races.cases,
    "disk-sizes": disk_sizes.cases,
    "names": names.cases,
    "broken-specs": broken_specs.cases,
}
RESULTS = Path(__file__).parent / "results.md"
SEED = 1
NEGATIVE = 3  # the exit code of a check that came out negative


def options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m experiments.reliability", description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--share", type=float, default=1.0, help="of all injections: 0.02 takes seconds")
    parser.add_argument("--only", nargs="+", choices=KINDS, default=list(KINDS), metavar="KIND", help=", ".join(KINDS))
    parser.add_argument("--case", type=int, help="only the case of this number of the kind, as results.md gives it")
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)), help="processes")
    parser.add_argument("--keep", type=Path, help="an empty folder in which what the cases leave stays")
    parser.add_argument("--out", type=Path, help="the file to write; if not given, results.md where all kinds are run")
    return parser.parse_args()


def main() -> int:
    """Run the bench; returns its exit code."""
    settings = options()
    prepare()
    in_memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="torture-", dir=in_memory) as temporary:
        folder = (settings.keep or Path(temporary)).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        kinds: list[Kind] = []
        for name in settings.only:
            kinds.append(_kind(name, settings, folder))
            _publish(report(kinds, settings.seed, settings.share), settings, is_last=name == settings.only[-1])
    return NEGATIVE if any(kind.wrong for kind in kinds) else 0


def _publish(page: str, settings: argparse.Namespace, is_last: bool) -> None:
    """Write the page, as far as it is; of a part of the kinds print it at the end."""
    is_whole = settings.only == list(KINDS) and settings.case is None
    if out := settings.out or (RESULTS if is_whole else None):
        out.write_text(page, encoding="utf-8")
    elif is_last:
        print(page)


def _kind(name: str, settings: argparse.Namespace, folder: Path) -> Kind:
    """All cases of a kind."""
    started = time.monotonic()
    place = folder / name
    place.mkdir()
    try:
        chosen = list(enumerate(KINDS[name](Bench(settings.seed, settings.share, place))))
    except Exception:
        return Kind(name, 0, {"the bench itself": [format_exc()]}, time.monotonic() - started)
    chosen = [(number, case) for number, case in chosen if settings.case in (None, number)]
    wrong = {f"{number}: {case.name}": faults for (number, case), faults in _judged(chosen, place, settings) if faults}
    kind = Kind(name, sum(case.injections for _, case in chosen), wrong, time.monotonic() - started)
    print(kind, file=sys.stderr, flush=True)
    return kind


@dataclass(frozen=True)
class Work:
    """The cases that the workers inherit; only numbers go between the processes."""

    chosen: Sequence[tuple[int, Case]]
    place: Path
    keep: bool

    def __call__(self, k: int) -> tuple[int, list[str]]:
        number, case = self.chosen[k]
        with tempfile.TemporaryDirectory(prefix=f"{number}-", dir=self.place, ignore_cleanup_errors=True) as temporary:
            folder = self.place / f"case-{number}" if self.keep else Path(temporary)
            folder.mkdir(exist_ok=True)
            try:
                return k, case.judge(folder)
            except Exception:
                return k, [f"the bench itself: {format_exc()}"]


WORK: list[Work] = []


def _work(k: int) -> tuple[int, list[str]]:
    return WORK[-1](k)


def _judged(
    chosen: Sequence[tuple[int, Case]], place: Path, settings: argparse.Namespace
) -> Iterator[tuple[tuple[int, Case], list[str]]]:
    """Each case and what was wrong with it, in their order."""
    WORK.append(Work(chosen, place, settings.keep is not None))
    if settings.workers == 1:
        answers = map(_work, range(len(chosen)))
        yield from ((chosen[k], faults) for k, faults in answers)
        return
    with ProcessPoolExecutor(settings.workers, get_context("fork")) as pool:  # which tells when a process of it dies
        for k, faults in pool.map(_work, range(len(chosen))):
            yield chosen[k], faults


if __name__ == "__main__":
    sys.exit(main())
