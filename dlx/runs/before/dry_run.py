"""Rehearsal: what training would take, from building everything and taking some steps, with nothing written."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from math import inf
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np

from dlx.data.dataset import Dataset
from dlx.errors import Diverged
from dlx.runs.preparation import prepare
from dlx.runs.training.kinds import RunKind, kind_of
from dlx.spec.loader import Resolved
from dlx.training.experiment import Experiment
from dlx.training.fit import take_steps

SECONDS = 0.2  # that steps are taken for, so that their time is known
# Measured: matplotlib with the picture of the curves, and what the picture of the classes' regions takes beyond it.
DRAWING_BYTES, BOUNDARY_BYTES = 40_000_000, 30_000_000


def forecast_of(resolved: Resolved, dataset: Dataset | None = None) -> dict[str, Any]:
    """The size of the network, the number of steps, and the seconds and bytes that training should take.

    ``dataset`` is that of the spec, where it has been loaded already.
    """
    experiment = prepare(resolved.spec, resolved.origins, dataset=dataset)
    kind, training = kind_of(experiment), experiment.spec.training
    steps = training.epochs * experiment.steps_per_epoch
    rows = 1 + -(-(training.epochs - 1) // training.evaluate_every)
    cost, per_step = step_times(experiment, steps)
    per_row = row_times(experiment)
    return {
        "name": experiment.spec.name,
        **kind.forecast(),
        "parameters": experiment.parameters.theta.size,
        "threads": training.threads,
        "steps": steps,
        "first_cost": cost,
        "seconds_per_step": per_step.seconds,
        "predicted_seconds": per_step.of(steps) + per_row.of(rows),
        "predicted_bytes": _bytes(experiment, kind),
    }


class Times(NamedTuple):
    """How long something takes that is done many times.

    once: what it takes beforehand, for the first time: native code is made, and nothing is in the caches.
    seconds: what it takes each time.
    """

    once: float
    seconds: float

    def of(self, count: int) -> float:
        """How long it takes so many times."""
        return self.once + count * self.seconds


def step_times(experiment: Experiment, most: int) -> tuple[float, Times]:
    """The first cost, and the times of steps, taken as training takes them, and no more than ``most`` of them.

    Twice as many are taken again and again, and the fastest count: whatever else the machine does only slows them down.
    """
    started = perf_counter()
    cost = _first_cost(experiment)
    until_row = experiment.steps_per_epoch * experiment.spec.training.evaluate_every
    each, count, end = list[float](), 1, inf
    while count <= most and perf_counter() < end:
        try:
            take_steps(experiment, count)
        except Diverged:
            break
        each.append((perf_counter() - started) / count)
        most, count = most - count, min(2 * count, until_row)
        started = perf_counter()
        end = min(end, started + SECONDS)
    fastest = min(each, default=0.0)
    return cost, Times(max(each, default=0.0) - fastest, fastest)


def row_times(experiment: Experiment) -> Times:
    """The times of measuring train and dev."""
    first, again = experiment.seconds_per_row(), experiment.seconds_per_row()
    return Times(max(first - again, 0.0), min(first, again))


def _first_cost(experiment: Experiment) -> float:
    steps = experiment.steps
    steps.begin_epoch()
    with np.errstate(all="ignore"):
        cost = steps.run_first(steps.size)
        if rest := steps.m % steps.size:  # the last batch of an epoch has arrays of its own
            steps.run_first(rest)
    return cost


def _bytes(experiment: Experiment, kind: RunKind) -> int:
    """The memory that training takes at its peak: what this process takes once it has done all that training does
    before its end, or a copy of what is written then, and the pictures.
    """
    experiment.first_sample()
    experiment.see_before_last_step()
    kind.look_at_data()
    theta, statistics = experiment.parameters.theta, experiment.statistics.vector
    copies = 2 if experiment.spec.training.early_stopping else 1  # the file in memory, and the best so far
    drawing = 0 if "matplotlib" in sys.modules else DRAWING_BYTES
    pictures = drawing + (BOUNDARY_BYTES if kind.draws_boundary else 0)
    return max(_peak(), _now() + copies * (theta.nbytes + statistics.nbytes) + pictures)


def _now() -> int:
    """The memory that this process has now; where the system does not tell, that it had at most."""
    with suppress(OSError, ValueError, IndexError):
        return int(Path("/proc/self/statm").read_bytes().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return _peak()


def _peak() -> int:
    """The memory that this process had at most; 0 where the system does not tell."""
    try:
        import resource
    except ImportError:  # on Windows
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak
