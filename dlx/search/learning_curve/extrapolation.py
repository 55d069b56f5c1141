"""The extrapolation of a learning curve: the power laws that agree with its points, and the examples an error needs."""

from __future__ import annotations

import numpy as np

from dlx.documents.learning_curve import CurveTarget, FittedError, FittedLaw, Interval
from dlx.stats.intervals import Estimate
from dlx.stats.power_law import FEWEST_SIZES, Points, PowerLaws, fit

FAR = 1000  # times the examples there are: further no extrapolation is to be believed
CURVE_POINTS = 40  # of the fitted curve
CURVE_TO, CURVE_AT_MOST = 4, 30  # times the examples there are: how far it is drawn, and how far where more are needed


def extrapolation(measured: Points, error: float) -> tuple[FittedLaw | None, CurveTarget, list[FittedError]]:
    """What the measured points say of more examples: the law, what the error needs by it, and its curve.

    Too few sizes for a power law have neither fit nor curve.
    """
    if len(measured.sizes) < FEWEST_SIZES:
        return None, CurveTarget(error, None, None), []
    laws = fit(measured)
    needed = laws.examples_for(error)
    target = CurveTarget(error, Interval.of(needed), verdict(needed, laws.m0))
    return _fitted(laws), target, _curve(laws, needed)


def verdict(needed: Estimate, m: int) -> str:
    """Of the examples that an error needs, of which there are m.

    ``reached`` with what there is, ``out of reach`` of a thousand times as many, ``settled`` where both ends of the
    interval lie between, else ``open``.
    """
    if needed.high <= m:
        return "reached"
    if needed.low > FAR * m:
        return "out of reach"
    return "settled" if needed.high <= FAR * m else "open"


def _fitted(laws: PowerLaws) -> FittedLaw:
    exponent, floor = Interval.of(laws.exponent), Interval.of(laws.floor)
    return FittedLaw("c + a·(m/m0)^(−b)", laws.m0, laws.a, exponent, floor, laws.chi_squared)


def _curve(laws: PowerLaws, needed: Estimate) -> list[FittedError]:
    """The fitted error from the smallest size on to beyond what is needed, as far as the fit determines it."""
    m0 = laws.m0
    end = min(max(CURVE_TO * m0, 1.5 * needed.value), CURVE_AT_MOST * m0)
    sizes = np.unique([m0, *np.geomspace(laws.points.sizes.min(), end, CURVE_POINTS).round()])
    errors = [laws.error_at(size) for size in sizes]
    return [
        FittedError(int(size), error.value, error.low, error.high) for size, error in zip(sizes, errors, strict=True)
    ]
