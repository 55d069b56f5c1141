"""Stretches: many steps of a training in native calls, with the bits that step after step would give."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from math import isfinite, sqrt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dlx.training.recorded_stretch import RISKY_RATE, RecordedStretch

if TYPE_CHECKING:
    from dlx.training.batches import TrainingBatches
    from dlx.training.experiment import Experiment


class PlannedSteps(NamedTuple):
    """Steps of one size that follow each other, and whether the epoch ends with the last, or with each of them."""

    recorded: RecordedStretch
    first: int
    number: int
    ends_epoch: bool = False


class Stretches:
    """The steps of a training that learns from examples, a stretch at a time."""

    def __init__(self, experiment: Experiment, batches: TrainingBatches) -> None:
        self.experiment, self.batches = experiment, batches
        restarts = experiment.restarts_at_steps or (batches.is_full and batches.restarts)
        self.is_possible = not (restarts or experiment.spec.data.augment)

    @cached_property
    def _whole(self) -> RecordedStretch | None:
        """Of batches of full size."""
        return RecordedStretch.of(self.experiment, self.batches, self.batches.size)

    @cached_property
    def _rest(self) -> RecordedStretch | None:
        """Of the last batches of epochs, which are shorter."""
        rest = self.batches.m % self.batches.size
        return RecordedStretch.of(self.experiment, self.batches, rest) if rest else None

    def take(self, spare: int = 0, most: int | None = None) -> int:
        """Take steps; returns how many, 0 where a step must be taken alone.

        spare: how many examples of the epoch must be left, at least.
        most: take no more, wherever metrics.csv has its rows; by default up to the next row.
        """
        whole = self._whole if self.is_possible else None
        if whole is None:
            return 0
        room = whole.most if most is None else min(most, whole.most)
        if self.batches.is_full:
            count = room if most is not None else min(room, self._epochs_without_row())
            return self._take([PlannedSteps(whole, 0, count, ends_epoch=True)]) if count > 1 else 0
        epochs = self._whole_epochs(whole, most)
        if epochs > 1:
            return self._take_epochs(whole, epochs)
        return self._take(self._within_epoch(whole, spare, room))

    def _epochs_without_row(self) -> int:
        """How many there are from the present one on: epochs none of which has a row."""
        if self.experiment.epoch_has_row():
            return 0
        training, epoch = self.experiment.spec.training, self.experiment.position.epoch
        next_row = epoch + training.evaluate_every - (epoch - 1) % training.evaluate_every
        return min(next_row, training.epochs) - epoch

    def _whole_epochs(self, whole: RecordedStretch, most: int | None) -> int:
        """How many epochs of mini-batches may be taken at once."""
        batches = self.batches
        if self.experiment.position.done or batches.restarts:
            return 0
        epochs = self._epochs_without_row() if most is None else most // batches.per_epoch
        epochs = min(epochs, whole.most // (batches.m // batches.size))
        if epochs < 2 or batches.m % batches.size == 0:
            return epochs
        return min(epochs, self._rest.most) if self._rest is not None else 0

    def _take_epochs(self, whole: RecordedStretch, count: int) -> int:
        batches, rest = self.batches, self._rest
        size, steps = batches.size, batches.m // batches.size
        orders = batches.orders(count)
        order = np.stack(orders.orders)
        whole.fill(order[:, : steps * size].ravel())
        if rest is not None:
            rest.fill(order[:, steps * size :].ravel())
        plan = list[PlannedSteps]()
        for i in range(count):
            plan.append(PlannedSteps(whole, i * steps, steps, ends_epoch=rest is None))
            if rest is not None:
                plan.append(PlannedSteps(rest, i, 1, ends_epoch=True))
        first = self.experiment.position.epoch
        taken = self._take(plan)
        batches.stand_in(self.experiment.position.epoch - first, orders)
        return taken

    def _within_epoch(self, whole: RecordedStretch, spare: int, room: int) -> list[PlannedSteps]:
        """What is left of an epoch, or a part of it."""
        batches, done = self.batches, self.batches.position.done
        count = min(room, (batches.m - done - spare) // batches.size)
        end = done + count * batches.size
        plan = [PlannedSteps(whole, 0, count)]
        has_rest = spare == 0 and count < room and 0 < batches.m - end < batches.size
        if count + has_rest < 2:
            return []
        whole.fill(batches.order()[done:end])
        if has_rest and self._rest is not None:
            self._rest.fill(batches.order()[end:])
            plan.append(PlannedSteps(self._rest, 0, 1))
        return plan

    def _take(self, plan: Sequence[PlannedSteps]) -> int:
        """Take what is planned, or as many steps as there are before one that must be taken alone."""
        streams = self.experiment.streams
        rates = self._ready(plan) if sum(steps.number for steps in plan) > 1 else []
        if len(rates) < 2:
            return 0
        has_draws = any(steps.recorded.draws for steps in plan)
        state = streams.state("dropout") if has_draws else {}
        taken, words, counts = 0, 0, list[int]()
        for steps in plan:
            count = steps.recorded.run(steps.first, min(steps.number, len(rates) - taken))
            taken, words = taken + count, words + count * steps.recorded.draws
            counts.append(count)
            if count < steps.number:
                break
        if has_draws:  # the step that was begun, and not accepted, has drawn
            streams.set_state("dropout", state)
            streams.skip("dropout", words)
        if taken:
            self._account(plan[: len(counts)], counts)
            self.experiment.position.learning_rate = rates[taken - 1]
        return taken

    def _ready(self, plan: Sequence[PlannedSteps]) -> list[float]:
        """Fill in the optimizer's numbers; returns the rates of the steps, up to one that is a risk."""
        experiment, rates, is_full = self.experiment, list[float](), self.batches.is_full
        position, rate, values = experiment.position, experiment.rate, experiment.update.optimizer.values
        numbers = {steps.recorded: list[tuple[float, ...]]() for steps in plan}
        before, t = (position.step, position.epoch), experiment.update.t
        for steps in plan:
            rows = numbers[steps.recorded]
            for _ in range(steps.number):
                alpha, t = rate(position), t + 1
                rates.append(alpha)
                rows.append((alpha, *values(alpha, t)))
                position.step += 1
                position.epoch += is_full
            position.epoch += steps.ends_epoch and not is_full
        position.step, position.epoch = before
        risk = next((i for i, alpha in enumerate(rates) if not alpha < RISKY_RATE), len(rates))
        for recorded, rows in numbers.items():
            recorded.set(rows)
        return rates[:risk]

    def _account(self, plan: Sequence[PlannedSteps], counts: Sequence[int]) -> None:
        """Count the steps, as if each had been taken alone; the last epoch is not ended."""
        experiment = self.experiment
        position, clip, m = experiment.position, experiment.clip_norm, self.batches.m
        costs = {recorded: recorded.costs() for recorded in {steps.recorded for steps in plan}}
        if position.step == 0:
            position.first_cost = costs[plan[0].recorded][plan[0].first]
        for steps, count in zip(plan, counts, strict=True):
            size, total, done = steps.recorded.size, position.cost_sum, position.done
            for J in costs[steps.recorded][steps.first : steps.first + count]:
                if done == m:
                    position.done, position.cost_sum = done, total
                    experiment.end_epoch(None)
                    total, done = 0.0, 0
                total += J * size
                done += size
            position.cost_sum, position.done = total, done
            position.step += count
            if isfinite(clip):
                norms = steps.recorded.norms[steps.first : steps.first + count, 0].tolist()
                position.clipped += sum(sqrt(squares) > clip for squares in norms)
        experiment.update.t += sum(counts)
        steps, count = next(pair for pair in zip(reversed(plan), reversed(counts), strict=True) if pair[1])
        position.gradient_norm = sqrt(steps.recorded.norms[steps.first + count - 1, 0].item())
