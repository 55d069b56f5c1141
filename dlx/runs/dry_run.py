"""Rehearsal: what training would take, from building everything and doing one step, with nothing written."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from dlx.diagnose.after.checks import data_findings
from dlx.runs.data_facts import data_facts
from dlx.runs.objective import objective_facts
from dlx.runs.preparation import prepare

if TYPE_CHECKING:
    from dlx.data.dataset import Dataset
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
    training = experiment.spec.training
    steps = training.epochs * experiment.steps_per_epoch
    rows = 1 + -(-(training.epochs - 1) // training.evaluate_every)
    cost, seconds_per_step = _one_step(experiment)
    evaluated = [part for part in ("train", "dev") if part in experiment.dataset.parts]
    seconds_per_row = sum(experiment.evaluation(part).predicted_seconds() for part in evaluated)
    return {
        "name": experiment.spec.name,
        **(_of_objective(experiment) if experiment.landscape else data_facts(experiment)),
        "parameters": experiment.network.parameters.theta.size,
        "threads": training.threads,
        "steps": steps,
        "first_cost": cost,
        "seconds_per_step": seconds_per_step,
        "predicted_seconds": steps * seconds_per_step + rows * seconds_per_row,
        "predicted_bytes": _bytes(experiment),
    }


def _of_objective(experiment: Experiment) -> dict[str, Any]:
    """What stands where a network has its data."""
    facts = objective_facts(experiment)
    return {"objective": facts["name"], "variables": facts["variables"]}


def _one_step(experiment: Experiment) -> tuple[float, float]:
    """The first cost and the time of a step; of some repetitions the fastest: the first finds nothing in the caches."""
    order = experiment.batches.order()
    assert order is not None  # the first batch is never in place yet
    step = experiment.batches.step_for(experiment.batch_size)
    seconds = []
    for _ in range(REPETITIONS):
        started = perf_counter()
        experiment.train.fill(order[: experiment.batch_size], step.X, step.Y)
        with np.errstate(all="ignore"):
            cost = step.run()
        seconds.append(perf_counter() - started)
    if rest := experiment.train.m % experiment.batch_size:  # the last batch of an epoch has arrays of its own
        last = experiment.batches.step_for(rest)
        experiment.train.fill(order[:rest], last.X, last.Y)
        with np.errstate(all="ignore"):
            last.run()
    started = perf_counter()
    experiment.update(experiment.learning_rate(), 1.0)
    return cost, min(seconds) + perf_counter() - started


def _bytes(experiment: Experiment) -> int:
    """The memory that training takes at its peak: what this process takes once it has done all that training does
    before its end, or a copy of what is written then, and the pictures.
    """
    experiment.first_sample()
    experiment.watch.keep(experiment.position.step)
    if experiment.landscape is None:
        data_findings(experiment.dataset, thorough=True)
    theta, statistics = experiment.network.parameters.theta, experiment.network.statistics.vector
    copies = 2 if experiment.spec.training.early_stopping else 1  # the file in memory, and the best so far
    later = copies * (theta.nbytes + statistics.nbytes) + _of_pictures(experiment)
    return max(_peak(), _now() + later)


def _of_pictures(experiment: Experiment) -> int:
    """What drawing takes, and loading what draws, where that is not loaded yet."""
    drawing = 0 if "matplotlib" in sys.modules else DRAWING_BYTES
    return drawing + (BOUNDARY_BYTES if experiment.dataset.n_x == 2 else 0)


def _now() -> int:
    """The memory that this process has now; where the system does not tell, that it had at most."""
    with suppress(OSError, ValueError, IndexError):
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return _peak()


def _peak() -> int:
    """The memory that this process had at most; 0 where the system does not tell."""
    try:
        import resource
    except ImportError:  # on Windows
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak
