"""Where 10,000 draws of a hyperparameter fall, by its scale; and how many values of each 25 settings try.

α between 10⁻⁴ and 1: the share of the draws in each decade, on a linear scale and on a logarithmic one. β between 0.9
and 0.999: the share of the draws above 0.99, where an average is over more than 100 values. Settings: a grid of five
values by five, and as many random ones.
"""

from __future__ import annotations

import numpy as np

from dlx.search.tune.designs import grid, random_points, whole
from dlx.search.tune.space import Dimension
from experiments.reproduce.drawing import Chart, Line, charts
from experiments.reproduce.measuring import Bench, Measured

COUNT, SETTINGS = 10_000, 25
DECADES = (1e-4, 1e-3, 1e-2, 1e-1, 1.0)
LINEAR_ALPHA = Dimension("alpha", "uniform", 1e-4, 1.0)
LOG_ALPHA = Dimension("alpha", "log_uniform", 1e-4, 1.0)
LINEAR_BETA = Dimension("beta", "uniform", 0.9, 0.999)
LOG_BETA = Dimension("beta", "one_minus_log_uniform", 0.9, 0.999)


def measure(bench: Bench) -> Measured:
    """Both scales of both, and both designs."""
    alphas = {"alpha_linear": _drawn(LINEAR_ALPHA), "alpha_log": _drawn(LOG_ALPHA)}
    betas = {"beta_linear": _drawn(LINEAR_BETA), "beta_one_minus_log": _drawn(LOG_BETA)}
    rows: dict[str, dict[str, float]] = {name: _shares(values) for name, values in alphas.items()}
    rows |= {name: {"median": float(np.median(v)), "above_0_99": float((v > 0.99).mean())} for name, v in betas.items()}
    designs = {"grid": _grid(), "random": _random()}
    rows |= {name: {"settings": len(points), "alphas": len({a for a, _ in points})} for name, points in designs.items()}
    shown = [
        _counts(alphas, "α", np.geomspace(1e-4, 1, 25)),
        _counts(betas, "1 − β", np.geomspace(1e-3, 0.1, 17), True),
    ]
    plane = Chart({name: _line(points) for name, points in designs.items()}, "α", "1 − β", "25 settings", "log", "log")
    return Measured(
        rows,
        {"scales": charts(*shown, plane, title="On its own scale a hyperparameter is drawn from every decade alike")},
    )


def _drawn(one: Dimension) -> np.ndarray:
    return np.array([one.value(p) for (p,) in random_points([one], whole([one]), seed=1, round_=0, count=COUNT)])


def _shares(alphas: np.ndarray) -> dict[str, float]:
    found = np.histogram(alphas, DECADES)[0] / len(alphas)
    return {f"from_1e_{-round(np.log10(low))}": float(share) for low, share in zip(DECADES, found, strict=False)}


def _grid() -> list[tuple[float, float]]:
    dimensions = [LOG_ALPHA, LOG_BETA]
    return [(LOG_ALPHA.value(p), LOG_BETA.value(q)) for p, q in grid(dimensions, SETTINGS)]


def _random() -> list[tuple[float, float]]:
    dimensions = [LOG_ALPHA, LOG_BETA]
    points = random_points(dimensions, whole(dimensions), seed=1, round_=0, count=SETTINGS)
    return [(LOG_ALPHA.value(p), LOG_BETA.value(q)) for p, q in points]


def _counts(draws: dict[str, np.ndarray], x: str, edges: np.ndarray, from_one: bool = False) -> Chart:
    middles = np.sqrt(edges[:-1] * edges[1:])
    lines = {}
    for name, values in draws.items():
        counts = np.histogram(1 - values if from_one else values, edges)[0]
        lines["linear scale" if name.endswith("linear") else "its own scale"] = Line(middles, 100 * counts / COUNT)
    return Chart(lines, x, "% of the draws", f"{COUNT:,} draws", xscale="log")


def _line(points: list[tuple[float, float]]) -> Line:
    alphas, betas = zip(*points, strict=True)
    return Line(alphas, 1 - np.array(betas), dots=True)
