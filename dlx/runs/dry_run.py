"""Rehearsal: what training would take, from building everything and doing one step, with nothing written."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from dlx.data.dataset import Dataset
from dlx.runs.kinds import RunKind, kind_of
from dlx.runs.preparation import prepare
from dlx.spec.loader import Resolved
from dlx.training.experiment import Experiment

REPETITIONS = 5
# Measured: matplotlib with the picture of the curves, and what the picture of the classes' regions takes beyond it.
DRAWING_BYTES, BOUNDARY_BYTES = 40_000_000, 30_000_000


def rehearse(resolved: Resolved, dataset: Dataset | None = None) -> dict[str, Any]:
    """The size of the network, the number of steps, and the seconds and bytes that training should take.

    ``dataset`` is that of the spec, where it has been loaded already.
    """
    experiment = prepare(resolved.spec, resolved.origins, dataset=dataset)
    kind, training = kind_of(experiment), experiment.spec.training
    steps = training.epochs * experiment.steps_per_epoch
    rows = 1 + -(-(training.epochs - 1) // training.evaluate_every)
    cost, seconds_per_step = _one_step(experiment)
    seconds_per_row = experiment.seconds_per_row()
    return {
        "name": experiment.spec.name,
        **kind.forecast(),
        "parameters": experiment.parameters.theta.size,
        "threads": training.threads,
        "steps": steps,
        "first_cost": cost,
        "seconds_per_step": seconds_per_step,
        "predicted_seconds": steps * seconds_per_step + rows * seconds_per_row,
        "predicted_bytes": _bytes(experiment, kind),
    }


def _one_step(experiment: Experiment) -> tuple[float, float]:
    """The first cost and the time of a step; of some repetitions the fastest: the first finds nothing in the caches."""
    steps, seconds = experiment.steps, []
    steps.begin_epoch()
    with np.errstate(all="ignore"):
        for _ in range(REPETITIONS):
            started = perf_counter()
            cost = steps.run_first(steps.size)
            seconds.append(perf_counter() - started)
        if rest := steps.m % steps.size:  # the last batch of an epoch has arrays of its own
            steps.run_first(rest)
    started = perf_counter()
    experiment.update(experiment.learning_rate(), 1.0)
    return cost, min(seconds) + perf_counter() - started


def _bytes(experiment: Experiment, kind: RunKind) -> int:
    """The memory that training takes at its peak: what this process takes once it has done all that training does
    before its end, or a copy of what is written then, and the pictures.
    """
    experiment.first_sample()
    experiment.see_before_last_step()
    kind.rehearse_judgement()
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
