"""The share of saddle points among the critical points of random costs of one to ten variables.

J(w) = Σ aₖ·cos(k·w + φₖ) over random whole-numbered k, on a torus, so that it has no borders. Critical points are where
Newton's method on ∇J ends, from random starts; a minimum is one where all eigenvalues of the Hessian are positive, a
saddle point one that has eigenvalues of both signs. If each sign were drawn by itself, as the notes have it, the share
of what is no saddle point would be 2·2⁻ⁿ. For two variables Morse's theory says more: of all critical points on a torus
exactly half are saddle points.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from experiments.reproduce.drawing import Chart, Line, charts
from experiments.reproduce.measuring import Bench, Measured

VARIABLES = (1, 2, 3, 4, 6, 8, 10)
COSTS, STEPS = 12, 50  # costs of each number of variables, Newton steps from each start
STARTS, MOST_STARTS, WAVES = 400, 800, 12  # of each cost; starts and waves for each variable
NEAR = 1e-3


class Cost(NamedTuple):
    """J of rows of points w (m, n)."""

    waves: np.ndarray
    sizes: np.ndarray
    phases: np.ndarray

    def slopes(self, w: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The gradients (m, n) and the Hessians (m, n, n)."""
        angles = w @ self.waves.T + self.phases
        products = np.einsum("ki,kj->kij", self.waves, self.waves).reshape(len(self.waves), -1)
        hessians = -(self.sizes * np.cos(angles)) @ products
        return -(self.sizes * np.sin(angles)) @ self.waves, hessians.reshape(len(w), w.shape[1], w.shape[1])


def measure(bench: Bench) -> Measured:
    """The shares of saddle points and of minima."""
    rows = {f"n{n}": _shares(n) for n in VARIABLES}
    measured = {"saddle points": Line(VARIABLES, [100 * row["saddles"] for row in rows.values()])}
    expected = [100 * (1 - 2 * 0.5**n) for n in VARIABLES]
    lines = {
        **measured,
        "minima": Line(VARIABLES, [100 * row["minima"] for row in rows.values()]),
        "maxima": Line(VARIABLES, [100 * row["maxima"] for row in rows.values()]),
        "1 − 2·2⁻ⁿ": Line(VARIABLES, expected, dashed=True),
    }
    picture = charts(
        Chart(lines, "n, variables", "% of the critical points"),
        title="Of ten variables nearly every point without slope is a saddle",
    )
    return Measured(rows, {"shares": picture})


def _shares(n: int) -> dict[str, float]:
    rng = np.random.default_rng(n)
    positive = np.concatenate([_positive(_critical(_cost(n, rng), n, rng)) for _ in range(COSTS)])
    return {
        "points": len(positive),
        "minima": float((positive == n).mean()),
        "maxima": float((positive == 0).mean()),
        "saddles": float(((positive > 0) & (positive < n)).mean()),
        "signs_drawn_singly": 1 - 2 * 0.5**n,
    }


def _cost(n: int, rng: np.random.Generator) -> Cost:
    waves = rng.integers(-2, 3, (WAVES * n, n)).astype(float)
    return Cost(waves, rng.normal(size=len(waves)), rng.uniform(0, 2 * np.pi, len(waves)))


def _critical(cost: Cost, n: int, rng: np.random.Generator) -> np.ndarray:
    """The Hessians of the different critical points that were found, (points, n, n)."""
    w = rng.uniform(0, 2 * np.pi, (min(STARTS * n, MOST_STARTS), n))
    for _ in range(STEPS):
        gradients, hessians = cost.slopes(w)
        step = np.linalg.solve(hessians + 1e-9 * np.eye(n), gradients[..., np.newaxis])[..., 0]
        w = w - step * np.minimum(1, 0.5 / np.linalg.norm(step, axis=1, keepdims=True).clip(1e-12))
    w = w[np.linalg.norm(cost.slopes(w)[0], axis=1) < 1e-8]
    found: list[np.ndarray] = []
    for point in w:
        if not found or np.linalg.norm(np.sin((np.array(found) - point) / 2), axis=1).min() > NEAR:
            found.append(point)
    return cost.slopes(np.array(found))[1]


def _positive(hessians: np.ndarray) -> np.ndarray:
    """How many eigenvalues of each are positive."""
    return (np.linalg.eigvalsh(hessians) > 0).sum(axis=1)
