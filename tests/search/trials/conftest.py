"""What tests of trials share: a small spec, its trials, and how far their trainings have come."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from dlx.search.trials.outcome import Outcome
from dlx.search.trials.trial import Trial
from dlx.spec.loader import load_spec
from dlx.spec.trust import NamedBy

MOONS = """
name: moons
dtype: float64
data: {source: {name: moons, m: 120, noise: 0.2}, split: {train: 60, dev: 40, test: 20}}
architecture: {hidden: [5, 2]}
optimizer: {name: adam, learning_rate: 0.01}
training: {epochs: 6, batch_size: 16, evaluate_every: 2}
"""
ENDLESS = "training.epochs=10000000"

# A plugin by which a test knows where a training stands, however fast or slow it is.
GATE = """
import time
from pathlib import Path
from dlx.nn.schedules import Schedule

shut = Path(__file__).with_name("shut")  # a number and a folder: waits once so many runs have begun there


def waits():
    try:
        number, _, trials = shut.read_text(encoding="utf-8").partition(" ")
    except FileNotFoundError:  # it has just been opened
        return False
    return len(list(Path(trials).glob("*/run.json"))) >= int(number)


class Gate(Schedule):
    \"\"\"The first rate throughout; halfway, training waits while the gate is shut.\"\"\"

    name = "gate"

    def rate(self, alpha0, t, total):
        while t == total // 2 and waits():
            time.sleep(0.01)
        return alpha0
"""


def written(folder: Path, text: str = MOONS) -> Path:
    """The file of a spec."""
    path = folder / "moons.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@contextmanager
def gate_shut(folder: Path, trials: Path, runs: int) -> Iterator[Path]:
    """The plugin in a folder, by which trainings wait while this many runs have begun among these trials."""
    plugin, shut = folder / "gate.py", folder / "shut"
    plugin.write_text(GATE, encoding="utf-8")
    shut.write_text(f"{runs} {trials}", encoding="utf-8")
    try:
        yield plugin
    finally:
        shut.unlink(missing_ok=True)


def trials_of(spec: Path, count: int, *overrides: str) -> list[Trial]:
    """So many trials of a spec, each with a seed of its own."""
    return [
        Trial.of(load_spec(spec, [f"seed={seed}", *overrides], named_by=NamedBy.USER).spec) for seed in range(count)
    ]


def without_times(outcome: Outcome) -> Outcome:
    """The outcome, without the times in its rows."""
    final, best = (row and replace(row, seconds=0.0) for row in (outcome.final, outcome.best))
    return replace(outcome, final=final, best=best)


def by_key(outcomes: Iterator[Outcome]) -> dict[str, Outcome]:
    """The outcomes, each of which comes once, without the times in their rows."""
    outcome_of: dict[str, Outcome] = {}
    for outcome in outcomes:
        assert outcome.key not in outcome_of
        outcome_of[outcome.key] = without_times(outcome)
    return outcome_of


def waited_for(reached: Callable[[], bool]) -> None:
    """Let another process get there; its progress decides how long."""
    give_up = time.monotonic() + 60
    while not reached():
        assert time.monotonic() < give_up
        time.sleep(0.01)


def rows(run: Path) -> list[str]:
    """The lines of metrics.csv so far, the header apart."""
    path = run / "metrics.csv"
    return path.read_text(encoding="utf-8").splitlines()[1:] if path.exists() else []


def begun(trials: Path, runs: int) -> Callable[[], bool]:
    """Whether so many runs have begun among these trials."""
    return lambda: len(list(trials.glob("*/run.json"))) >= runs


def in_training(runs: list[Path]) -> Callable[[], bool]:
    """Whether all of these runs have some rows."""
    return lambda: all(len(rows(run)) > 3 for run in runs)
