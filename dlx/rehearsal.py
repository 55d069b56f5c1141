"""Rehearsal: what training would take, from building everything and doing one step, with nothing written."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from dlx.locked_directory import SCHEMA_VERSION
from dlx.minimized import objective_facts
from dlx.session import data_facts, prepare

if TYPE_CHECKING:
    from dlx.data.dataset import Dataset
    from dlx.experiment import Experiment
    from dlx.spec_file import Resolved

REPETITIONS = 5


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
        "schema_version": SCHEMA_VERSION,
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
    order = experiment.order_of_epoch()
    assert order is not None  # the first batch is never in place yet
    step = experiment.step_for(experiment.batch_size)
    seconds = []
    for _ in range(REPETITIONS):
        started = perf_counter()
        experiment.train.fill(order[: experiment.batch_size], step.X, step.Y)
        with np.errstate(all="ignore"):
            cost = step.run()
        seconds.append(perf_counter() - started)
    started = perf_counter()
    experiment.update(experiment.learning_rate(), 1.0)
    return cost, min(seconds) + perf_counter() - started


def _bytes(experiment: Experiment) -> int:
    """θ, dθ and the optimizer's vectors; the arrays of a step; the examples as read and as the network takes them."""
    theta = experiment.network.parameters.theta
    step = experiment.step_for(experiment.batch_size)
    examples = sum(
        part.X.nbytes + part.X.size * theta.itemsize
        for part in experiment.dataset.parts.values()
        if isinstance(part.X, np.ndarray)
    )
    return theta.nbytes * (2 + len(experiment.update.vectors)) + step.tape.memory() + step.X.nbytes + examples
