"""Training: fitting an experiment is an iterator of records; whoever iterates logs, saves and stops."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite, isnan
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from dlx.errors import Diverged
from dlx.training.records import EpochRecord, LayerRecord, Progress

if TYPE_CHECKING:
    from dlx.nn.network import Step
    from dlx.training.experiment import Experiment
    from dlx.training.layer_statistics import LayerWatch

# A gradient or rate beyond these could overflow θ in one step: only then is θ backed up and checked around the step.
RISKY_NORM, RISKY_RATE = 1e15, 1e8

SECONDS_BETWEEN_REPORTS = 0.1


def fit(experiment: Experiment) -> Iterator[EpochRecord | LayerRecord | Progress]:
    """Train from where the experiment stands to its end.

    Yields an EpochRecord for each row of metrics.csv (epoch 1, then every ``evaluate_every``-th, and the last), a
    LayerRecord for each layer before the first step and before some of the EpochRecords, and a Progress about ten times
    a second. At each EpochRecord and Progress the experiment may be saved, or left for good: training goes on from
    there and ends the same, bit for bit. ``position.finished`` says how it ended.

    Raises:
        Diverged: a cost, gradient, parameter or statistic is not finite, or what the frozen network makes of train; the
            experiment keeps its last finite state.
    """
    position, m = experiment.position, experiment.train.m
    started = perf_counter() - position.seconds
    report_at = perf_counter() + SECONDS_BETWEEN_REPORTS
    if position.samples == 0 and position.step == 0:
        yield from experiment.first_sample()
    while position.finished is None:
        _advance(experiment, report_at)
        if position.done == m and experiment.epoch_has_row():
            yield from _end_with_row(experiment, started)
            continue
        if perf_counter() >= report_at:
            position.seconds = perf_counter() - started
            yield experiment.progress()
            report_at = perf_counter() + SECONDS_BETWEEN_REPORTS
        if position.done == m:
            experiment.end_epoch(None)


def _end_with_row(experiment: Experiment, started: float) -> Iterator[EpochRecord | LayerRecord]:
    """Measure the epoch that has just ended, and its layers where that is due; nothing is saved between the two."""
    watch = experiment.watch if experiment.sampling.is_due() else None
    record = _measure(experiment, started, watch)
    experiment.end_epoch(record)
    if watch is None and experiment.position.finished is not None:
        watch = experiment.watch
        _see_train(experiment, watch)
    if watch is not None:
        yield from experiment.sampling.take()
    yield record


def _see_train(experiment: Experiment, watch: LayerWatch) -> tuple[float, float]:
    watch.clear()
    return experiment.evaluate("train", watch)


def take_steps(experiment: Experiment, count: int) -> None:
    """Train for that many steps, measuring nothing; raises `Diverged` as `fit` does."""
    for _ in range(count):
        _advance(experiment, until=0.0)
        if experiment.position.done == experiment.train.m:
            experiment.end_epoch(None)


def _advance(experiment: Experiment, until: float) -> None:
    """Train to the end of the next epoch that has a row, or until the clock says so."""
    position, batches = experiment.position, experiment.batches
    m, size = batches.m, batches.size
    with np.errstate(all="ignore"):  # what overflows shows in the cost or the gradient, which every step checks
        while True:
            batches.order()
            has_row = experiment.epoch_has_row()
            watched = has_row and experiment.sampling.may_be_due()
            while position.done < m:
                step = batches.step_for(min(size, m - position.done))
                batches.fill(step)
                if watched and position.done + size >= m:
                    experiment.watch.keep(position.step)
                _train_step(experiment, step)
                if perf_counter() >= until:
                    return
            if has_row:
                return
            experiment.end_epoch(None)


def _train_step(experiment: Experiment, step: Step) -> None:
    position, tape = experiment.position, step.tape
    experiment.begin_step()
    tape.run()
    cost, norm = tape.cost(), experiment.network.parameters.gradient_norm()
    if not isfinite(cost + norm + tape.watched()):
        what = "cost" if not isfinite(cost) else "gradient" if not isfinite(norm) else "statistic"
        raise _diverged(experiment, step, what)
    rate = experiment.learning_rate()
    if norm < RISKY_NORM and rate < RISKY_RATE:
        experiment.update(rate, norm)
    else:
        _update_with_care(experiment, step, rate, norm)
    tape.accept()
    if norm > experiment.clip_norm:
        position.clipped += 1
    if position.step == 0:
        position.first_cost = cost
    m = step.X.shape[0]
    position.step += 1
    position.done += m
    position.cost_sum += cost * m
    position.learning_rate, position.gradient_norm = rate, norm


def _update_with_care(experiment: Experiment, step: Step, rate: float, norm: float) -> None:
    theta, update = experiment.network.parameters.theta, experiment.update
    before = theta.copy(), {slot: vector.copy() for slot, vector in update.vectors.items()}
    update(rate, norm)
    if not np.isfinite(theta).all():
        theta[...] = before[0]
        for slot, vector in before[1].items():
            update.vectors[slot][...] = vector
        update.t -= 1
        raise _diverged(experiment, step, "parameter")


def _diverged(experiment: Experiment, step: Step, what: str) -> Diverged:
    position = experiment.position
    tensor, layer = step.tape.first_not_finite() or ("theta", None)
    where = tensor if layer is None else f"{tensor} of layer {layer}"
    position.diverged = {"epoch": position.epoch, "step": position.step + 1, "tensor": tensor, "layer": layer}
    return Diverged(
        f"diverged in epoch {position.epoch}, step {position.step + 1}: a {what} is not finite, first in {where}; "
        f"the state before that step is kept (learning rate {experiment.learning_rate():g}: try a smaller one)"
    )


def _refuse_infinite(experiment: Experiment, train_cost: float, dev_cost: float | None) -> None:
    """Of dev an infinite cost can be true: an example far from all others."""
    position, statistics = experiment.position, experiment.network.statistics.vector
    if not isfinite(train_cost) or not np.isfinite(statistics).all():
        what, tensor = "the cost of the frozen network on train is not finite", "train_cost"
    elif dev_cost is not None and isnan(dev_cost):
        what, tensor = "the cost of the frozen network on dev is not a number", "dev_cost"
    else:
        return
    position.diverged = {"epoch": position.epoch, "step": position.step, "tensor": tensor, "layer": None}
    raise Diverged(
        f"diverged in epoch {position.epoch}, step {position.step}: {what} "
        f"(learning rate {experiment.learning_rate():g}: try a smaller one)"
    )


def _measure(experiment: Experiment, started: float, watch: LayerWatch | None) -> EpochRecord:
    """The row of the epoch that has just ended."""
    position, has_dev = experiment.position, "dev" in experiment.dataset.parts
    train_cost, train_error = _see_train(experiment, watch) if watch else experiment.evaluate("train")
    dev_cost, dev_error = experiment.evaluate("dev") if has_dev else (None, None)
    _refuse_infinite(experiment, train_cost, dev_cost)
    position.seconds = perf_counter() - started
    return EpochRecord(
        epoch=position.epoch,
        step=position.step,
        learning_rate=position.learning_rate,
        cost=position.cost_sum / experiment.train.m,
        train_cost=train_cost,
        train_error=None if isnan(train_error) else train_error,
        dev_cost=dev_cost,
        dev_error=dev_error,
        gradient_norm=position.gradient_norm,
        seconds=position.seconds,
    )
