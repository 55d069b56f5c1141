"""Faults of the learning rate, put into good specs: the first command that dlx prints, typed as it stands."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dlx.spec.loader import dump_yaml
from dlx.spec.sections import Spec
from experiments.diagnose.cases import FIXED, Case, draw_fault, fixed_fault
from experiments.diagnose.measuring import HARM, measure, tolerance, unit

KINDS = ("learning_rate_too_high", "learning_rate_too_low")


@dataclass(frozen=True)
class Typed:
    """A faulty spec: its dev error, that of the healthy spec, and that after the first command; in units of the bench.

    before: the command that is printed before any training, as what it changes; after: likewise after one.
    """

    name: str
    healthy: float
    faulty: float
    before: str
    after_before: float
    after: str
    after_after: float
    margin: float

    @property
    def is_repaired(self) -> bool:
        """Whether the command that follows the training brings the error to within the margin of the healthy one."""
        return self.after_after <= self.healthy + self.margin


def cases(folder: Path, count: int, seed: int) -> Iterator[Case]:
    """The planted faults of the fixed half of the bench, and so many of each kind that are drawn."""
    fixed = [number for number, (_, kind, _) in enumerate(FIXED) if kind in KINDS]
    listed = [fixed_fault(number, folder) for number in fixed]
    listed += [draw_fault(seed, number, kind, folder) for kind in KINDS for number in range(count)]
    yield from (case for case in listed if case is not None)


def typed(case: Case, folder: Path) -> Typed:
    """Ask before training, train, type what is printed first, and measure each network on dev."""
    work = folder / f"typed {case.name}".replace("/", "over")
    work.mkdir(parents=True, exist_ok=True)
    (work / "spec.yaml").write_text(dump_yaml(case.spec), encoding="utf-8")
    before = _first(_dlx(work, "diagnose", "spec.yaml"))
    _dlx(work, "train", "spec.yaml", "--out", "faulty")
    after = _first(_dlx(work, "diagnose", "faulty"))
    errors = [_error(work, command, name, case.spec) for command, name in ((before, "before"), (after, "after"))]
    healthy = measure(case.base.spec, folder).error
    faulty = measure(case.spec, folder).error
    margin = HARM * tolerance(case.base.spec)
    return Typed(case.name, healthy, faulty, _changes(before), errors[0], _changes(after), errors[1], margin)


def _dlx(work: Path, *words: str) -> str:
    command = [sys.executable, "-m", "dlx", *words]
    return subprocess.run(command, cwd=work, capture_output=True, encoding="utf-8").stdout


def _first(printed: str) -> list[str]:
    """The first command to train that is printed."""
    lines = [line.strip() for line in printed.splitlines()]
    commands = [shlex.split(line[line.index("dlx train ") :]) for line in lines if "dlx train " in line]
    return commands[0][1:] if commands else []


def _changes(command: list[str]) -> str:
    return " ".join(command[2:]) or "nothing"


def _error(work: Path, command: list[str], name: str, spec: Spec) -> float:
    """The dev error of the network that a command trains; that of the faulty one where there is no command."""
    run = work / name
    if command:
        _dlx(work, *command, "--quiet", "--out", name)
    else:
        run = work / "faulty"
    document = json.loads((run / "diagnosis.json").read_text(encoding="utf-8"))
    return float(document["errors"]["dev"]["value"]) / unit(spec)
