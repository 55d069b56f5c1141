"""Calibration: whether probabilities are what they say, the temperature that mends them, and a threshold for a cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from dlx.stats.intervals import Estimate, error_rate
from dlx.stats.metrics.answers import Answers
from dlx.types import Array
from dlx.words import Task

COLDEST, HOTTEST = 0.05, 20.0
STEPS = 50  # of bisection, on the scale of ln T
BINS = 10
MOST_THRESHOLDS = 500


@dataclass(frozen=True)
class Bin:
    """The answers whose probability lies from ``low`` to ``high``: its mean over them, and the share that is true."""

    low: float
    high: float
    probability: float
    share: Estimate


@dataclass(frozen=True)
class Reliability:
    """The calibration curve, bins without an answer left out, and the expected calibration error.

    Of two classes it is about the probability of the second; of more about that of the class that is predicted. The
    error is Σ m_b/m·|share − mean probability| over bins of equal width (M. Naeini et al., AAAI 2015).
    """

    bins: Sequence[Bin]
    error: float


def fitted_temperature(answers: Answers) -> float:
    """The T > 0 for which softmax(Z/T) has the lowest log loss on these answers, from 0.05 to 20.

    The log loss is convex in 1/T, so its derivative, the mean of E_p[Z] − Z_y, has one zero, found by bisection.
    Source: C. Guo, G. Pleiss, Y. Sun & K. Weinberger, "On calibration of modern neural networks", ICML 2017.
    """
    colder, hotter = np.log(COLDEST), np.log(HOTTEST)
    for _ in range(STEPS):
        middle = (colder + hotter) / 2
        if _slope(answers, float(np.exp(middle))) > 0:  # as 1/T grows, so does the loss: hotter is better
            colder = middle
        else:
            hotter = middle
    return float(np.exp((colder + hotter) / 2))


def _slope(answers: Answers, temperature: float) -> float:
    """∂(log loss)/∂(1/T)."""
    Z = answers.outputs
    expected = (tempered(answers, temperature).probabilities * Z).sum(axis=1)
    return float((expected - Z[np.arange(answers.m), answers.y]).mean())


def tempered(answers: Answers, temperature: float) -> Answers:
    """The same answers with their logits divided by T: the same classes, other probabilities."""
    return Answers(answers.task, answers.y, answers.outputs / temperature, answers.threshold)


def at_threshold(answers: Answers, threshold: float) -> Answers:
    """The same probabilities of two classes, the second named where its probability is above the threshold."""
    return replace(answers, threshold=threshold)


def reliability(answers: Answers) -> Reliability:
    """The calibration curve in bins of equal width."""
    if answers.task is Task.BINARY:
        probability, is_true = answers.probabilities[:, 1], answers.y == 1
    else:
        probability = answers.probabilities[np.arange(answers.m), answers.predicted]
        is_true = answers.predicted == answers.y
    number = np.minimum((probability * BINS).astype(np.intp), BINS - 1)
    curve, error = [], 0.0
    for index in range(BINS):
        inside = number == index
        m = int(inside.sum())
        if m:
            mean, share = float(probability[inside].mean()), float(is_true[inside].mean())
            curve.append(Bin(index / BINS, (index + 1) / BINS, mean, error_rate(share, m)))
            error += m / answers.m * abs(share - mean)
    return Reliability(curve, error)


def thresholds(answers: Answers) -> Array:
    """Thresholds between the different probabilities of the second class, ½ first; of very many those of quantiles."""
    values = np.unique(answers.probabilities[:, 1])
    if len(values) > MOST_THRESHOLDS:
        values = np.unique(np.quantile(values, np.linspace(0, 1, MOST_THRESHOLDS)))
    ends = np.concatenate([[0.0], values, [1.0]])
    return np.concatenate([[0.5], np.unique((ends[1:] + ends[:-1]) / 2)])


def best_threshold(answers: Answers, loss: Callable[[Answers], float]) -> float:
    """The threshold with the least loss on these answers of two classes; of equal ones that which is nearest to ½."""
    candidates = [(loss(at_threshold(answers, float(value))), abs(value - 0.5), value) for value in thresholds(answers)]
    return float(min(candidates)[2])


def mean_cost(answers: Answers, false_positive: float, false_negative: float) -> float:
    """What a mistake costs on average, one in naming the second class and one in not naming it."""
    wrong = answers.predicted != answers.y
    return float(np.where(answers.y == 0, false_positive, false_negative)[wrong].sum() / answers.m)
