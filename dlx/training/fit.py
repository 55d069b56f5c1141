"""Training: fitting an experiment is an iterator of records; whoever iterates logs, saves and stops."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf, isfinite, isnan
from time import perf_counter

import numpy as np

from dlx.errors import Diverged
from dlx.nn.tape import Tape
from dlx.training.experiment import Experiment
from dlx.training.recorded_stretch import RISKY_NORM, RISKY_RATE
from dlx.training.records import EpochRecord, LayerRecord, Progress, RowCosts

SECONDS_BETWEEN_REPORTS = 0.1


@dataclass
class Pace:
    """How long `fit` trains before it reports: so many seconds, or so many steps if that is sooner.

    Whoever takes the records may change both between two of them.
    """

    seconds: float = SECONDS_BETWEEN_REPORTS
    steps: int | None = None


def fit(experiment: Experiment, pace: Pace | None = None) -> Iterator[EpochRecord | LayerRecord | Progress]:
    """Train from where the experiment stands to its end.

    Yields an EpochRecord for each row of metrics.csv (epoch 1, then every ``evaluate_every``-th, and the last), a
    LayerRecord for each layer before the first step and before some of the EpochRecords, and a Progress about ten times
    a second, or at another ``pace``. At each EpochRecord and Progress the experiment may be saved, or left for good:
    training goes on from there and ends the same, bit for bit. ``position.finished`` says how it ended.

    Raises:
        Diverged: a cost, gradient, parameter or statistic is not finite, or what the frozen network makes of train; the
            experiment keeps its last finite state.
    """
    pace = pace or Pace(SECONDS_BETWEEN_REPORTS)
    position, m = experiment.position, experiment.steps.m
    started = perf_counter() - position.seconds
    report_at = perf_counter() + pace.seconds
    if position.samples == 0 and position.step == 0:
        yield from experiment.first_sample()
    while position.finished is None:
        last = inf if pace.steps is None else position.step + pace.steps
        _advance(experiment, report_at, last)
        if position.done == m and experiment.epoch_has_row():
            yield from _end_with_row(experiment, started)
            continue
        if perf_counter() >= report_at or position.step >= last:
            position.seconds = perf_counter() - started
            yield experiment.progress()
            report_at = perf_counter() + pace.seconds
        if position.done == m:
            experiment.end_epoch(None)


def take_steps(experiment: Experiment, count: int) -> None:
    """Train for that many steps, measuring nothing; raises `Diverged` as `fit` does."""
    position, steps, stretches, left = experiment.position, experiment.steps, experiment.stretches, count
    while left > 0:
        with np.errstate(all="ignore"):
            steps.begin_epoch()
            taken = stretches.take(most=left) if stretches is not None else 0
            if not taken:
                size, taken = min(steps.size, steps.m - position.done), 1
                _take_step(experiment, steps.next(size), size)
        left -= taken
        if position.done == steps.m:
            experiment.end_epoch(None)


def step_costs(experiment: Experiment, count: int) -> Iterator[float]:
    """Train for that many steps of full size; yields the cost of each, before its update.

    The shorter last batches of epochs are left out: of so few examples a cost is another, and a penalty, which is
    divided by their number, a multiple. Raises `Diverged` as `fit` does.
    """
    position, steps = experiment.position, experiment.steps
    for _ in range(count):
        if position.done + steps.size > steps.m:
            experiment.end_epoch(None)
        with np.errstate(all="ignore"):
            steps.begin_epoch()
            cost = _take_step(experiment, steps.next(steps.size), steps.size)
        yield cost


def _advance(experiment: Experiment, until: float, last: float) -> None:
    """Train to the end of the next epoch that has a row, or until the clock says so, or up to the ``last`` step."""
    position, steps, stretches = experiment.position, experiment.steps, experiment.stretches
    m, most = steps.m, steps.size
    if last < inf:  # stretches would go beyond it
        stretches = None
    with np.errstate(all="ignore"):  # what overflows shows in the cost or the gradient, which every step checks
        while True:
            steps.begin_epoch()
            has_row = experiment.epoch_has_row()
            sampled = has_row and experiment.sampling.may_be_due()
            while position.done < m:
                if stretches is None or not stretches.take(spare=int(sampled)):
                    size = min(most, m - position.done)
                    tape = steps.next(size)
                    if sampled and position.done + size == m:
                        experiment.see_before_last_step()
                    _take_step(experiment, tape, size)
                if perf_counter() >= until or position.step >= last:
                    return
            if has_row:
                return
            experiment.end_epoch(None)


def _take_step(experiment: Experiment, tape: Tape, size: int) -> float:
    """Replay the step, on so many examples, and update θ by its gradient; returns the cost before that."""
    position = experiment.position
    experiment.begin_step()
    tape.run()
    cost, norm = tape.cost(), experiment.parameters.gradient_norm()
    if not isfinite(cost + norm + tape.watched()):
        what = "cost" if not isfinite(cost) else "gradient" if not isfinite(norm) else "statistic"
        raise _diverged(experiment, tape, what)
    rate = experiment.learning_rate()
    if norm < RISKY_NORM and rate < RISKY_RATE:
        experiment.update(rate, norm)
    else:
        _update_with_care(experiment, tape, rate, norm)
    tape.accept()
    if norm > experiment.clip_norm:
        position.clipped += 1
    if position.step == 0:
        position.first_cost = cost
    position.step += 1
    position.done += size
    position.cost_sum += cost * size
    position.learning_rate, position.gradient_norm = rate, norm
    return cost


def _update_with_care(experiment: Experiment, tape: Tape, rate: float, norm: float) -> None:
    theta, update = experiment.parameters.theta, experiment.update
    before = theta.copy(), {slot: vector.copy() for slot, vector in update.vectors.items()}
    update(rate, norm)
    if not np.isfinite(theta).all():
        theta[...] = before[0]
        for slot, vector in before[1].items():
            update.vectors[slot][...] = vector
        update.t -= 1
        raise _diverged(experiment, tape, "parameter")


def _diverged(experiment: Experiment, tape: Tape, what: str) -> Diverged:
    position = experiment.position
    tensor, layer = tape.first_not_finite() or ("theta", None)
    where = tensor if layer is None else f"{tensor} of layer {layer}"
    position.diverged = {"epoch": position.epoch, "step": position.step + 1, "tensor": tensor, "layer": layer}
    hint = f"learning rate {experiment.learning_rate():g}: try a smaller one"
    if position.step == 0 and what != "parameter":  # no rate has had a part in it
        hint = "that is at the initialization, before any step, and no learning rate helps"
    return Diverged(
        f"diverged in epoch {position.epoch}, step {position.step + 1}: a {what} is not finite, first in {where}; "
        f"the state before that step is kept ({hint})"
    )


def _end_with_row(experiment: Experiment, started: float) -> Iterator[EpochRecord | LayerRecord]:
    """Measure the epoch that has just ended, and its layers where that is due; nothing is saved between the two."""
    sampled = experiment.sampling.is_due()
    record = _measure(experiment, started, sampled)
    experiment.end_epoch(record)
    if not sampled and experiment.position.finished is not None:
        sampled = True
        experiment.measure(sampled)
    if sampled:
        yield from experiment.sample()
    yield record


def _measure(experiment: Experiment, started: float, sampled: bool) -> EpochRecord:
    """The row of the epoch that has just ended."""
    position, costs = experiment.position, experiment.measure(sampled)
    _refuse_infinite(experiment, costs)
    position.seconds = perf_counter() - started
    return EpochRecord(
        epoch=position.epoch,
        step=position.step,
        learning_rate=position.learning_rate,
        cost=position.cost_sum / experiment.steps.m,
        **costs._asdict(),
        gradient_norm=position.gradient_norm,
        seconds=position.seconds,
    )


def _refuse_infinite(experiment: Experiment, costs: RowCosts) -> None:
    """Of dev an infinite cost can be true: an example far from all others."""
    position = experiment.position
    if not isfinite(costs.train_cost) or not np.isfinite(experiment.statistics.vector).all():
        what, tensor = "the cost of the frozen network on train is not finite", "train_cost"
    elif costs.dev_cost is not None and isnan(costs.dev_cost):
        what, tensor = "the cost of the frozen network on dev is not a number", "dev_cost"
    else:
        return
    position.diverged = {"epoch": position.epoch, "step": position.step, "tensor": tensor, "layer": None}
    raise Diverged(
        f"diverged in epoch {position.epoch}, step {position.step}: {what} "
        f"(learning rate {experiment.learning_rate():g}: try a smaller one)"
    )
