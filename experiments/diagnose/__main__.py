"""Checks the diagnosis: faults with known causes and healthy specs; writes what was found in them into results.md."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import Executor
from pathlib import Path

from dlx.search.trials.executors import executor_for

from .advice_report import advice_report
from .advised import advise_all
from .bench import HALVES, Examined, Task, processors, run, tasks
from .repair import repairs
from .report import repair_section, report, summary

HERE = Path(__file__).parent
SEED = 101  # while the diagnosis was developed, it saw seeds below 100 only


def options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="experiments.diagnose", description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED, help="of the drawn half")
    parser.add_argument("--half", choices=HALVES, help="only this one")
    parser.add_argument("--kind", default="", help="only faults of this kind")
    parser.add_argument("--act", action="store_true", help="run the recipe on the faults too; writes repaired.md")
    parser.add_argument("--first", action="store_true", help="type the first command instead; writes advised.md")
    parser.add_argument("--budget", type=float, default=40, help="seconds for each of them")
    parser.add_argument("--workers", type=int, default=processors(), help="processes")
    parser.add_argument("--folder", type=Path, help="for the runs, which are then kept and not trained again")
    parser.add_argument("--out", type=Path, help="the file to write")
    return parser.parse_args()


def main() -> None:
    """Run the bench."""
    arguments = options()
    chosen = [
        task
        for task in tasks(arguments.seed, [arguments.half] if arguments.half else HALVES)
        if arguments.kind in task[2]
    ]
    with tempfile.TemporaryDirectory() as temporary, executor_for(arguments.workers) as executor:
        folder = (arguments.folder or Path(temporary)).absolute()
        folder.mkdir(exist_ok=True)
        sentence = _written(chosen, arguments, folder, executor)
    print(sentence)


def _written(chosen: Sequence[Task], arguments: argparse.Namespace, folder: Path, executor: Executor) -> str:
    """Writes the file; returns what it says in a sentence."""
    started = time.monotonic()
    if arguments.first:
        advised = []
        for case in advise_all(chosen, arguments.seed, folder, executor):
            print(f"{case.verdict:<12}{case.case.name}: {case.command or 'nothing'}", flush=True)
            advised.append(case)
        text, sentence = advice_report(advised, arguments.seed, time.monotonic() - started)
        (arguments.out or HERE / "advised.md").write_text(text, encoding="utf-8")
        return sentence
    cases, undrawn = examine_all(chosen, arguments.seed, folder, executor)
    if arguments.act:
        text, sentence = repair_section(
            repairs(cases, folder, arguments.budget, executor), arguments.budget, arguments.seed
        )
    else:
        text, sentence = report(cases, undrawn, arguments.seed, time.monotonic() - started), summary(cases)
    out = arguments.out or HERE / ("repaired.md" if arguments.act else "results.md")
    out.write_text(text, encoding="utf-8")
    return sentence


def examine_all(
    chosen: Sequence[Task], seed: int, folder: Path, executor: Executor
) -> tuple[list[Examined], list[str]]:
    """The cases, and the tasks of which none has come."""
    cases, undrawn = list[Examined](), list[str]()
    for task, case in zip(chosen, run(chosen, seed, folder, executor), strict=True):
        if case is None:
            undrawn.append(f"{task[0]} {task[1]} {task[2]}".strip())
        else:
            cases.append(case)
    return cases, undrawn


main()
