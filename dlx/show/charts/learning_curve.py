"""What a learning curve says of more examples, in sentences that claim no more than its intervals."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from typing import TYPE_CHECKING

from dlx.show.numbers import interval
from dlx.words import Task

if TYPE_CHECKING:
    from dlx.documents.learning_curve import CurveTarget, Interval, LearningCurve

EVEN = 1.5  # how different the two sides of an interval may be for "± half of it"
CLEAR_OF_ZERO = 0.1  # of the error there is: a floor whose low end is higher than that is one to speak of


def sentences(document: LearningCurve) -> Iterator[tuple[str, str]]:
    """What there is to say, each with its label."""
    if document.fit is None or document.target.examples is None:
        yield "verdict", "four sizes or more are needed to tell how the error goes on (--sizes, --budget)"
    else:
        yield "verdict", needed(document.target, document.target.examples, document.fit.m0, document.task)
        yield "", floor(document.fit.c, document.points[-1].dev.value, document.task)
        if hint := _bias(document):
            yield "", hint
    trainings = document.trainings
    for failed in trainings.failed:
        yield "left out", f"{failed.m:,} examples, replicate {failed.replicate}: {failed.message}"
    left = trainings.of - trainings.done - len(trainings.failed)
    if left:
        yield "missing", f"{left} of {trainings.of} trainings: the time was up; the same command goes on with them"


def needed(target: CurveTarget, examples: Interval, m: int, task: str) -> str:
    """How many examples the target needs, in a sentence that claims no more than the interval."""
    goal = f"{_rate(target.error, task)} dev error"
    if target.verdict == "reached":
        return f"{goal} is reached with the {m:,} examples there are"
    if target.verdict == "settled":
        return f"{goal} needs about {_about(examples)} examples; there are {m:,}"
    if target.verdict == "out of reach":
        return f"{goal} is out of reach of more data alone"
    upper = f"and perhaps {_count(examples.high)}" if isfinite(examples.high) else "and perhaps no number is enough"
    least = (
        f"at least {_count(examples.low)} examples are needed"
        if examples.low > m
        else f"the {m:,} examples there are may do"
    )
    return f"the measurements do not settle how many examples {goal} needs: {least}, {upper}"


def floor(lowest: Interval, now: float, task: str) -> str:
    """What no number of examples gets below."""
    ends = f"95 % interval {interval(lowest.low, lowest.high, task)}"
    if lowest.low > CLEAR_OF_ZERO * now:
        return f"more data will not go below about {_rate(lowest.value, task)} ({ends})"
    return f"no floor is established that more data could not go below ({ends})"


def _bias(document: LearningCurve) -> str:
    """Where even the train error is above the target, the network is the place to begin."""
    train = document.points[-1].train
    if document.target.verdict == "reached" or train.low <= document.target.error:
        return ""
    rate = _rate(train.value, document.task)
    return f"train error, {rate}, is above that too: a bigger network or longer training first"


def _rate(value: float, task: str) -> str:
    """An error without needless digits."""
    return f"{value:.4g}" if task == Task.REGRESSION else f"{100 * value:.3g} %"


def _about(count: Interval) -> str:
    below, above = count.value - count.low, count.high - count.value
    if 0 < max(below, above) <= EVEN * min(below, above):
        return f"{_count(count.value)} ± {_count((count.high - count.low) / 2)}"
    return f"{_count(count.value)} ({_count(count.low)} to {_count(count.high)})"


def _count(number: float) -> str:
    """Two significant digits, such as 870, 4,100, 41k, 1.2M."""
    rounded = float(f"{number:.2g}")
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if rounded >= size:
            return f"{rounded / (1e3 if unit == 'k' else size):.3g}{unit}"
    return f"{rounded:,.0f}"
