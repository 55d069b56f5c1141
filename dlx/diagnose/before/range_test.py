"""The learning-rate range test: sweeps from several initializations, and the rate that their medians suggest."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace

import numpy as np

from dlx.diagnose.before.first_steps import seconds_of_step
from dlx.diagnose.before.probe import Probe
from dlx.documents.range_test import RangeTest, TestedRates
from dlx.errors import UsageError
from dlx.events import Count, finish
from dlx.nn.schedules import Manual
from dlx.spec.sections import Spec
from dlx.training import threads
from dlx.training.build import build
from dlx.training.experiment import Experiment
from dlx.training.range_sweep import RangeCurve, median_curve, rates_between, rounded_rate, swept
from dlx.training.streams import PURPOSES
from dlx.training.supervised import Supervised
from dlx.types import Array

LOWEST, HIGHEST, USUAL = -6.0, 6.0, 9.0  # powers of ten between which α grows; most sweeps end after so many
SHIFT, MOST_SHIFTS = 6.0, 3  # by which that is moved where it shows no end of the fall, or no fall
# Sweeps, and steps in each decade of them: the first of these that is affordable. The rates that a single sweep of 12
# suggests are 1.6 % behind the best on dev where those of the first plan are 1.2 %. Of small batches, whose costs are
# noisy, more steps are averaged.
PLANS = ((5, 24), (3, 24), (3, 12), (1, 12))
SMALL_BATCH, OF_SMALL_BATCHES = 16, 4
OF_OBJECTIVES = 5, 12  # after more steps w may have come so near the minimum that no rate is seen to lead away from it
MOST_TIMES = 1000  # at which a schedule is asked for its largest α
SECONDS = 1.0  # that a test may take by the estimate of a step, which is of the sizes alone


@dataclass(frozen=True)
class _Plan:
    """How an experiment is probed: what makes the copy to sweep, by a number, and how many sweeps of how many steps."""

    copy: Callable[[int], Experiment]
    probes: int
    per_decade: int
    is_affordable: bool


def range_test(experiment: Experiment) -> Generator[Count, None, RangeTest]:
    """Test the rates on copies: α grows from step to step, and the costs tell from where they fall and where they grow.

    Each sweep has other first parameters, another order of the examples and other units dropped. What is suggested
    depends neither on the rate of the spec nor on any clock. The events count the sweeps.

    Raises:
        UsageError: the rate of the spec has no part in its training.
    """
    peak = _peak(experiment)
    plan = _plan(experiment)
    yield Count(0, plan.probes)
    with threads.limited(1), np.errstate(all="ignore"):
        first, steps = _first_sweep(plan)
        curves = [first]
        yield Count(1, plan.probes)
        for number in range(1, plan.probes):
            curves.append(swept(plan.copy(number), first.rates))
            yield Count(number + 1, plan.probes)
    steps += sum(int(np.isfinite(curve.costs).sum()) for curve in curves[1:])
    return _document(experiment, median_curve(curves), peak, len(curves), steps)


def tested_rates(experiment: Supervised) -> TestedRates | None:
    """The rates that a test of about a second finds; None where it would take longer, or the rate has no part."""
    if is_stated_by_schedule(experiment.spec) or not _plan(experiment).is_affordable:
        return None
    return finish(range_test(experiment), lambda event: None).tested


def is_stated_by_schedule(spec: Spec) -> bool:
    """Whether a table states every rate, so that `optimizer.learning_rate` has no part in the training."""
    schedule = spec.schedule
    return isinstance(schedule, Manual) and not schedule.warmup and schedule.table[0][0] <= schedule.first


def _peak(experiment: Experiment) -> float:
    """The largest α of the schedule, as a multiple of `optimizer.learning_rate`."""
    spec = experiment.spec
    if is_stated_by_schedule(spec):
        what = "its table states every rate, and optimizer.learning_rate has no part in the training"
        raise UsageError(f"{spec.name}: schedule: manual: {what}: there is none to test (try schedule=constant)")
    epochs = spec.training.epochs
    units = epochs if spec.schedule.unit == "epoch" else epochs * experiment.steps_per_epoch
    times = np.unique(np.geomspace(1, units, min(units, MOST_TIMES)).astype(int)) - 1
    return max(spec.schedule.learning_rate(1.0, int(done), units) for done in times)


def _plan(experiment: Experiment) -> _Plan:
    if not isinstance(experiment, Supervised):
        return _Plan(lambda number: build(_seeded(experiment.spec, number)), *OF_OBJECTIVES, is_affordable=True)
    probe = Probe.of(experiment)

    def fresh(number: int) -> Supervised:
        return replace(probe, spec=_seeded(probe.spec, number)).fresh()

    sample = probe.copy()
    factor = OF_SMALL_BATCHES if sample.batch_size < min(SMALL_BATCH, sample.train.m) else 1
    affordable = SECONDS / seconds_of_step(sample)
    for probes, per_decade in PLANS:
        if probes * per_decade * factor * USUAL <= affordable:
            return _Plan(fresh, probes, per_decade * factor, is_affordable=True)
    return _Plan(fresh, *PLANS[-1], is_affordable=False)


def _seeded(spec: Spec, number: int) -> Spec:
    """The spec with other random numbers, also in streams that are pinned."""
    pins = {purpose: getattr(spec.randomness, purpose) for purpose in PURPOSES}
    moved = {
        purpose: pin.model_copy(update={"seed": pin.seed + number}) for purpose, pin in pins.items() if pin is not None
    }
    randomness = spec.randomness.model_copy(update=moved)
    return spec.model_copy(update={"seed": spec.seed + number, "randomness": randomness})


def _first_sweep(plan: _Plan) -> tuple[RangeCurve, int]:
    """A sweep over rates at which the cost falls, if there are any, and the steps that it took to find them."""
    shift, steps = 0.0, 0
    curve = first = swept(plan.copy(0), rates_between(LOWEST, HIGHEST, plan.per_decade))
    for _ in range(MOST_SHIFTS):
        steps += int(np.isfinite(curve.costs).sum())
        if curve.direction == 0:
            break
        shift += SHIFT * curve.direction
        shifted = swept(plan.copy(0), rates_between(LOWEST + shift, HIGHEST + shift, plan.per_decade))
        if curve.falls and not shifted.falls:
            break
        curve = shifted
    return curve if curve.falls else first, steps


def _document(experiment: Experiment, curve: RangeCurve, peak: float, probes: int, steps: int) -> RangeTest:
    spec = experiment.spec
    there: Array = np.isfinite(curve.costs)
    tested, training_steps = _tested(curve, peak, probes, steps), spec.training.epochs * experiment.steps_per_epoch
    return RangeTest(
        name=spec.name,
        optimizer=spec.optimizer.name,
        learning_rate=spec.optimizer.learning_rate,
        training_steps=training_steps,
        is_objective=spec.objective is not None,
        tested=replace(tested, may_stay=tested.allows(spec.optimizer.learning_rate, training_steps)),
        first=curve.first,
        rates=(curve.rates[there] / peak).tolist(),
        costs=curve.costs[there].tolist(),
    )


def _tested(curve: RangeCurve, peak: float, probes: int, steps: int) -> TestedRates:
    if not curve.falls:
        return TestedRates(None, None, None, None, probes, steps)
    grows_from = curve.grows_from
    return TestedRates(
        suggested=rounded_rate(curve.suggested / peak),
        falls_from=_two_digits(curve.falls_from / peak),
        steepest=_two_digits(curve.steepest / peak),
        grows_from=None if grows_from is None else _two_digits(grows_from / peak),
        probes=probes,
        steps=steps,
    )


def _two_digits(rate: float) -> float:
    return float(f"{rate:.2g}")
