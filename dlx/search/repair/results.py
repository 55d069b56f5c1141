"""The results of a race: what came of each remedy, and which one is the best bet where none surely helps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from math import inf, sqrt

import numpy as np

from dlx.diagnose.steps.advice import Remedy
from dlx.documents.repair import BestBet, RemedyResult
from dlx.search.repair.measurements import BASE
from dlx.search.repair.race import Race
from dlx.stats.best_bet import probabilities_below_zero
from dlx.stats.effects import spread_of_replicates
from dlx.stats.intervals import Estimate
from dlx.stats.sequential import (
    RISK,
    examples_to_settle,
    looks,
    replicates_to_settle,
    share_among,
)
from dlx.types import Array
from dlx.words import Status

NO_TIME = "there was no time for it"
LIKELIER = 0.5  # the probability from which a bet is worth a file
LEAST_GAIN = 0.5  # of the tolerance, by less of which a bet would lower the error by nothing that counts
SETTLING_RISK = RISK / share_among(1)  # of the look at all replicates, for what looked best


def results(race: Race) -> list[RemedyResult]:
    """What came of each remedy, in their order."""
    return [_result(race, remedy) for remedy in race.remedies]


def _result(race: Race, remedy: Remedy) -> RemedyResult:
    name, bad = remedy.name, race.measured.bad.get(remedy.name)
    if bad is not None:
        harm = "harmful" if bad.status is Status.DIVERGED else str(bad.status)
        return _of(race, remedy, None, [], harm, bad.message)
    if name in race.effects:
        return _of(race, remedy, race.effects[name], race.counted[name], race.verdict(name))
    if not (race.measured.has(name, 0) and race.measured.has(BASE, 0)):
        return _of(race, remedy, None, [], "not tried", "" if race.winner else NO_TIME)
    numbers = race.measured.shared(name) or [0]
    change = Estimate(float(race.measured.change(name, numbers).mean()), -inf, inf)
    may_help = race.ran_out_of_time() and name in race.finalists and change.value < 0
    return _of(race, remedy, change, numbers, "unclear" if may_help else "stopped")


def _of(
    race: Race, remedy: Remedy, change: Estimate | None, numbers: list[int], verdict: str, message: str = ""
) -> RemedyResult:
    clipped = _clipped(race, remedy.name, numbers)
    return RemedyResult(
        remedy.name,
        remedy.against,
        dict(remedy.overrides),
        remedy.why,
        remedy.notes,
        change and _open_ended(change, clipped),
        len(numbers),
        race.measured.seconds(remedy.name),
        verdict,
        message,
        clipped,
    )


def _clipped(race: Race, name: str, numbers: list[int]) -> list[str]:
    """Where a regression counts as always answering the mean: before the remedy, after it, or both."""
    sides = {"before": BASE, "after": name}
    return [side for side, spec in sides.items() if numbers and race.measured.is_trivial(spec, numbers)]


def _open_ended(change: Estimate, clipped: list[str]) -> Estimate:
    """The change with no end to its interval on the side where it was cut off."""
    low = -inf if "before" in clipped else change.low
    return replace(change, low=low, high=inf if "after" in clipped else change.high)


def not_tried(remedy: Remedy, message: str) -> RemedyResult:
    """What came of a remedy that was never trained."""
    name, against, overrides = remedy.name, remedy.against, dict(remedy.overrides)
    return RemedyResult(name, against, overrides, remedy.why, remedy.notes, None, 0, 0.0, "not tried", message)


def best_bet(race: Race, path: str) -> BestBet | None:
    """The remedy with the highest probability to help of all that were trained; None where nothing was.

    Args:
        race: without a winner.
        path: of the spec with it, which is to be written where it is likelier to help than not, and by what counts.
    """
    sound = [
        remedy for remedy in race.remedies if race.measured.has(remedy.name, 0) and remedy.name not in race.measured.bad
    ]
    if race.winner or not sound or not race.measured.has(BASE, 0):
        return None
    changes = {remedy.name: race.measured.change(remedy.name, _numbers(race, remedy.name)) for remedy in sound}
    spread = _typical_spread(changes.values())
    measured = {name: (float(change.mean()), _standard_error(change, spread)) for name, change in changes.items()}
    probabilities = probabilities_below_zero(measured, race.ground.tolerance)
    best = min(sound, key=lambda remedy: (-probabilities[remedy.name], measured[remedy.name][0]))
    probability, change = probabilities[best.name], changes[best.name]
    is_worth_it = probability > LIKELIER and -measured[best.name][0] >= LEAST_GAIN * race.ground.tolerance
    replicates, trainings = _to_settle(race, best.name, change)
    return BestBet(
        best.name,
        best.against,
        dict(best.overrides),
        best.why,
        best.notes,
        _change(race, best.name, change),
        len(change),
        probability,
        replicates,
        trainings,
        trainings * race.measured.seconds_of_training() / race.ground.at_a_time,
        None if replicates else examples_to_settle(change, len(race.remedies)),
        path if is_worth_it else None,
    )


def _change(race: Race, name: str, change: Array) -> Estimate:
    """The mean change of a remedy, with an interval where it was judged."""
    estimate = race.effects.get(name, Estimate(float(change.mean()), -inf, inf))
    return _open_ended(estimate, _clipped(race, name, _numbers(race, name)))


def _numbers(race: Race, name: str) -> list[int]:
    """The replicates that judge a remedy: not the first one, which chose it, where there are others."""
    return race.measured.shared(name) or [0]


def _typical_spread(changes: Iterable[Array]) -> float | None:
    """The variance of a change from replicate to replicate, on average; None where there is but one of each."""
    several = [spread_of_replicates(change) for change in changes if len(change) > 1]
    return float(np.mean(several)) if several else None


def _standard_error(change: Array, spread: float | None) -> float:
    """Of the mean: chance of the examples, where one more could go the other way, and of the replicates."""
    k, m = change.shape
    means = change.mean(axis=0)
    examples = float(means.var(ddof=1)) / m + (float(np.abs(change).max()) / m) ** 2
    if k > 1:
        return sqrt(examples + spread_of_replicates(change) / k)
    return sqrt(examples + (examples if spread is None else spread))


def _to_settle(race: Race, name: str, change: Array) -> tuple[int | None, int]:
    """In how many replicates a remedy would be certain, and the trainings that are still to be done for that."""
    done = len(race.measured.shared(name))
    needed: int | None = looks(race.ground.replicates)[0].replicates
    if len(change) > 1:
        needed = replicates_to_settle(change, len(race.remedies), risk=SETTLING_RISK)
    if needed is None:
        return None, 0
    needed = max(needed, done + 1)
    return needed, 2 * race.ground.design.folds * (needed - done)
