"""The probability that an effect is below 0, for the best of several that are not certain: shrunk towards none."""

from __future__ import annotations

from collections.abc import Mapping
from math import exp, log, sqrt
from statistics import NormalDist

SCALES = 30  # of the prior that are weighed
NARROWEST, WIDEST = 0.1, 2.0  # of them, in effects that count and in measured effects
NORMAL = NormalDist()


def probabilities_below_zero(effects: Mapping[str, tuple[float, float]], least: float) -> dict[str, float]:
    """The probability of each effect to be below 0, x its measured value and σ its standard error.

    The prior of an effect is N(0, τ²): some remedies help, others harm. Then it is N(s·x, s·σ²) after the measurement,
    s = τ²/(τ² + σ²), and below 0 with Φ(−√s·x/σ). How large τ is, all effects of the family say together: scales from
    very small to twice the largest effect, all as likely before (A. Gelman, Bayesian Analysis 1 (2006)), are weighed by
    the likelihood Π N(x; 0, τ² + σ²). Effects above 0 count there as no larger than the largest below, because great
    harm says nothing of what helps. So the best of many is taken for partly lucky, and
    needs no further correction for having been chosen (B. Efron, "Tweedie's formula and selection bias", JASA 106
    (2011)).

    Args:
        effects: value and standard error of each.
        least: the effect that counts.
    """
    if not effects:
        return {}
    largest = max([least, *(-value for value, _ in effects.values())])
    capped = [(min(value, largest), error) for value, error in effects.values()]
    scales = _scales(NARROWEST * least, WIDEST * largest)
    logs = [_log_weight(scale, capped) for scale in scales]
    weights = [exp(each - max(logs)) for each in logs]
    return {name: _below_zero(value, error, scales, weights) for name, (value, error) in effects.items()}


def _scales(low: float, high: float) -> list[float]:
    """Evenly on a scale of orders of magnitude."""
    return [low * (high / low) ** (i / (SCALES - 1)) for i in range(SCALES)]


def _log_weight(scale: float, effects: list[tuple[float, float]]) -> float:
    """The logarithm of prior times likelihood, up to a constant; small scales lie closer together."""
    variances = [(value, scale**2 + error**2) for value, error in effects]
    likelihood = sum(-(log(variance) + value**2 / variance) / 2 for value, variance in variances)
    return likelihood + log(scale)


def _below_zero(value: float, error: float, scales: list[float], weights: list[float]) -> float:
    if error == 0:
        return float(value < 0) if value else 0.5
    shrinkage = [scale**2 / (scale**2 + error**2) for scale in scales]
    total = sum(w * NORMAL.cdf(-sqrt(s) * value / error) for w, s in zip(weights, shrinkage, strict=True))
    return total / sum(weights)
