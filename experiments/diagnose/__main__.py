"""Checks the diagnosis: faults with known causes and healthy specs; writes what was found in them into results.md."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench import HALVES, Examined, Task, processors, run, tasks
from report import report, summary

from dlx.search.executors import executor_for

RESULTS = Path(__file__).parent / "results.md"
SEED = 1


def options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="experiments/diagnose", description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED, help="of the drawn half")
    parser.add_argument("--half", choices=HALVES, help="only this one")
    parser.add_argument("--kind", default="", help="only faults of this kind")
    parser.add_argument("--workers", type=int, default=processors(), help="processes")
    parser.add_argument("--folder", type=Path, help="for the runs, which are then kept and not trained again")
    parser.add_argument("--out", type=Path, default=RESULTS, help="the file to write")
    return parser.parse_args()


def main() -> None:
    """Run the bench."""
    given = options()
    chosen = [task for task in tasks(given.seed, [given.half] if given.half else HALVES) if given.kind in task[2]]
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as temporary:
        cases, given_up = examine_all(chosen, given, (given.folder or Path(temporary)).absolute())
    given.out.write_text(report(cases, given_up, given.seed, time.monotonic() - started), encoding="utf-8")
    print(summary(cases))


def examine_all(chosen: Sequence[Task], given: argparse.Namespace, folder: Path) -> tuple[list[Examined], list[str]]:
    """The cases, and the tasks of which none has come."""
    cases, given_up = list[Examined](), list[str]()
    folder.mkdir(exist_ok=True)
    with executor_for(given.workers) as executor:
        for task, one in zip(chosen, run(chosen, given.seed, folder, executor), strict=True):
            if one is None:
                given_up.append(f"{task[0]} {task[1]} {task[2]}".strip())
            else:
                cases.append(one)
    return cases, given_up


main()
