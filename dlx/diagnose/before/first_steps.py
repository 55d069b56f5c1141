"""First steps: what training brings in a few hundred steps on a copy, with this or another learning rate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import floor, inf, log10

import numpy as np

from dlx.diagnose.before.probe import SEEN_PART, UNSEEN_PART, Probe
from dlx.diagnose.before.probes import DIVERGED, ProbeResult, Runs, decide
from dlx.diagnose.models.constant import constant_answer
from dlx.errors import Diverged
from dlx.spec.sections import Spec
from dlx.training.fit import take_steps
from dlx.training.supervised import Supervised
from dlx.types import Array

# What one run of first steps may take by the estimate below, which is of the sizes alone: results depend on no clock.
SECONDS = 0.2
LEAST_STEPS, MOST_STEPS = 30, 4000
OPERATIONS_A_SECOND = 4e10
PIECES = 40  # of constant rate that stand for a schedule
HARDLY = 1e-30  # a rate that changes nothing, where a schedule ends at 0 or below what the type can hold
LOOKS = (0.7, 0.85, 1.0)  # at these shares of a run its cost is taken; their mean evens out the noise of small batches

# What counts as clearly better, in shares of the cost and the error of a constant answer. Of 90 random specs times nine
# learning rates, each trained to its end, runs judged by these find 436 of 444 rates that raise the error on dev by
# more than 0.15 of a constant's, and accuse 3 of 180 that raise it by less than 0.05.
CLEAR_COST, AND_ERROR, CLEAR_ERROR = 0.3, 0.1, 0.2
# Where the last digits of θ move the error by such a share of it, a learning rate leaves to chance what is learned, and
# that less is lost is enough. In the bench rates too high move it by 0.19 and more, other faults by 0.07 at most.
CHANCE, UNSTEADY_COST, UNSTEADY_ERROR = 0.1, 0.12, 0.06
# What regularization may add to the error on unseen examples: of 100 random specs times seven λ or nine keep_prob, each
# trained to its end, runs find 214 of 225 that add more than 0.2, and accuse 16 of 335 that add less than 0.08.
HARM = 0.15
# In shares of the cost of a constant answer: a difference that is noise, a beginning, an explosion.
NOISE, BEGUN, EXPLODED = 0.02, 0.1, 10.0
LEARNED, MISTAKEN = 0.97, 0.02  # nothing can be clearly better than what has learned so much


class FirstSteps:
    """Runs of a trial, each of the same number of steps, in which the whole schedule passes in quick motion.

    ``total`` are the steps of the real training, ``steps`` those of a run: ``patience`` times as many as are
    affordable. With α·f in place of α a run covers, as long as the steps are small, what the training covers in f·steps
    steps: along the same path, f times as fast.
    """

    def __init__(self, trial: Probe, total: int | None = None, patience: int = 1) -> None:
        original = trial.original
        copy = trial.copy()
        self.trial = trial
        self.total = total or original.spec.training.epochs * original.steps_per_epoch
        self.steps = min(self.total, patience * affordable_steps(copy))
        self.rates = rates_of(trial.spec, self.total)
        self.chance = of_a_constant(copy)
        self.first = copy.evaluate(SEEN_PART)[0]
        self._runs_by_factor: dict[float, Runs] = {}

    @property
    def reach(self) -> float:
        """The factor of α with which a run gets as far as the whole training does at α, were every step small."""
        return self.total / self.steps

    def at(self, factor: float) -> ProbeResult:
        """The outcome at ``factor`` times the rates of the schedule, as far as it is known."""
        return self.runs_at(factor).typical

    def runs_at(self, factor: float) -> Runs:
        """Runs at ``factor`` times the rates of the schedule."""
        if factor not in self._runs_by_factor:
            self._runs_by_factor[factor] = self.runs(self.trial, self.rates * factor)
        return self._runs_by_factor[factor]

    def runs(self, trial: Probe, rates: Array) -> Runs:
        """Runs of this trial at these rates, `PIECES` of them."""
        pieces = np.arange(self.steps) * len(rates) // self.steps
        rated = trial.with_rates(np.maximum(rates, HARDLY)[pieces].tolist())
        return Runs(rated, lambda trial: outcome(trial.copy(), self.steps), self.chance.cost)

    def farthest(self) -> float:
        """The factor within reach that brings most: a power of ten, or the reach itself."""
        decades = (10.0 ** np.arange(1 + floor(log10(self.reach)))).tolist()
        factors = [*decades, *([self.reach] if self.reach > 1.2 * decades[-1] else [])]
        return min(self.along(factors), key=lambda factor: self.at(factor).cost)

    def along(self, factors: Iterable[float]) -> Iterator[float]:
        """The factors, up to where the best must lie behind.

        That is where a cost that had fallen rises again, where a smaller rate no longer moves anything, and where a
        larger one makes the cost explode; on a plateau at the cost of a constant answer either way may lead off it.
        """
        before = inf
        for factor in factors:
            yield factor
            cost = self.at(factor).cost
            rises = cost > before + NOISE * self.chance.cost and before < (1 - BEGUN) * self.chance.cost
            still = factor < 1 and abs(cost - self.first) < NOISE * self.chance.cost
            if rises or still or (factor > 1 and cost > EXPLODED * self.chance.cost):
                return
            before = cost

    def learned(self, result: ProbeResult) -> float:
        """The share of the cost of a constant answer that is gone: 1 is all; at most so much is counted as lost."""
        return max(-0.5, 1 - result.cost / self.chance.cost)

    def clearly_better(
        self, result: ProbeResult, other: ProbeResult, clear_cost: float = CLEAR_COST, and_error: float = AND_ERROR
    ) -> bool:
        """Whether the first outcome beats the second by more than chance, in cost and error on what was seen."""
        cost = self.learned(result) - self.learned(other)
        error = min(1.5, other.error / self.chance.error) - min(1.5, result.error / self.chance.error)
        return (cost > clear_cost and error > and_error) or (error > CLEAR_ERROR and cost > 0.02)

    def bring_more(self, runs: Runs, other: Runs) -> bool:
        """Whether these runs are clearly better than the others."""
        return decide(self.clearly_better, runs, other)

    def steadier_bring_more(self, runs: Runs, other: Runs) -> bool:
        """The same where the others may be at a rate so high that it is chance what they bring."""
        if not other.errors_apart() > CHANCE * self.chance.error:
            return self.bring_more(runs, other)
        return decide(lambda a, b: self.clearly_better(a, b, UNSTEADY_COST, UNSTEADY_ERROR), runs, other)

    def harm(self, result: ProbeResult, without: ProbeResult) -> float:
        """By how much the error on unseen examples is larger than without something, as a share of a constant's."""
        return min(1.5, result.unseen / self.chance.error) - min(1.5, without.unseen / self.chance.error)

    def pays(self, result: ProbeResult, other: ProbeResult) -> bool:
        """Whether the first outcome is clearly better, or errs clearly less on unseen examples."""
        return self.clearly_better(result, other) or self.harm(other, result) > HARM

    def is_perfect(self, result: ProbeResult) -> bool:
        """Whether there is nothing left to learn of the seen examples."""
        return self.learned(result) > LEARNED and result.error < MISTAKEN * self.chance.error


def outcome(copy: Supervised, steps: int) -> ProbeResult:
    """Train the copy for so many steps; the mean of what it shows near the end."""
    measurements, done = [], 0
    for look in sorted({max(1, round(share * steps)) for share in LOOKS}):
        try:
            take_steps(copy, look - done)
        except Diverged:
            return DIVERGED
        done = look
        measurements.append((*copy.evaluate(SEEN_PART), copy.evaluate(UNSEEN_PART)[1]))
    means = np.mean(measurements, axis=0)
    return ProbeResult(*means.tolist()) if np.isfinite(means).all() else DIVERGED


def rates_of(spec: Spec, total: int, pieces: int = PIECES) -> Array:
    """α at the middle of each of so many equal pieces of a training of ``total`` steps, above 0 even if by a hair."""
    units = spec.training.epochs if spec.schedule.unit == "epoch" else total
    done = (np.arange(pieces) + 0.5) * units / pieces
    alpha0 = spec.optimizer.learning_rate
    rates = [spec.schedule.learning_rate(alpha0, int(unit), units) for unit in done]
    return np.maximum(rates, HARDLY)


def affordable_steps(copy: Supervised) -> int:
    """How many steps a run may have."""
    return int(np.clip(SECONDS / seconds_of_step(copy), LEAST_STEPS, MOST_STEPS))


def seconds_of_step(copy: Supervised) -> float:
    """The time of a step by its calls and operations (measured on one thread)."""
    network, m = copy.network, copy.batch_size
    parameters, units = network.parameters.theta.size, sum(network.sizes)
    calls = 1e-5 * (1 + len(network.layers))
    return calls + parameters * (6 * m / OPERATIONS_A_SECOND + 4e-9) + 1e-8 * units * m


def of_a_constant(copy: Supervised) -> ProbeResult:
    """The least cost and error on the seen examples of a network that gives the same answer to all."""
    cost, error = constant_answer(copy.dataset, copy.dataset.parts[SEEN_PART], copy.network.loss)
    return ProbeResult(cost or 1.0, error or 1.0, error or 1.0)
