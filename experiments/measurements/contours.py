"""The contours of a linear regression's cost over its two weights, with inputs as they are and normalized.

One input lies between 0 and 10, the other between 0 and 1, both drawn uniformly. The curvatures of J are the
eigenvalues λ of the covariance of the inputs, of which the quotient says how elongated the contours are. Gradient
descent has the best learning rate that there is, 2/(λ_min + λ_max), from w = 0; it needs some ½·λ_max/λ_min·ln(1/δ)
steps until J has fallen to the share δ² of what it was (Nocedal & Wright, Numerical Optimization, 2006, theorem 3.3).
"""

from __future__ import annotations

from math import log

import numpy as np

from dlx.runs.files.directory import RunDirectory
from dlx.show.pictures import DescentPath, paths
from dlx.spec.loader import load_spec
from dlx.training.build import build
from dlx.training.minimization import Minimization
from experiments.reproduce.measuring import Bench, Measured

SPEC = "../configs/objectives/ravine.yaml"
SHARE = 1e-6
STEPS = 1500


def measure(bench: Bench) -> Measured:
    """Both contours, and gradient descent on them."""
    X = np.random.default_rng(1).random((1000, 2)) * [10, 1]
    spectra = {"raw": _spectrum(X), "normalized": _spectrum((X - X.mean(axis=0)) / X.std(axis=0))}
    runs = bench.trained(SPEC, {name: _overrides(spectrum) for name, spectrum in spectra.items()})
    rows = {name: _row(runs[name], spectrum) for name, spectrum in spectra.items()}
    ways = [_way(name, run, int(rows[name]["steps"])) for name, run in runs.items()]
    return Measured(rows, {"paths": paths(ways, title="Normalized inputs make contours round, and the way straight")})


def _spectrum(X: np.ndarray) -> np.ndarray:
    found: np.ndarray = np.linalg.eigvalsh(np.cov(X.T))
    return found


def _overrides(spectrum: np.ndarray) -> tuple[str, ...]:
    alpha = 2 / spectrum.sum()
    return (
        f"objective={{name: quadratic, spectrum: [{spectrum[0]}, {spectrum[1]}]}}",
        f"optimizer.learning_rate={alpha}",
        f"training.epochs={STEPS}",
    )


def _row(run: RunDirectory, spectrum: np.ndarray) -> dict[str, float]:
    costs = np.array(run.metrics()["train_cost"])
    start = 0.5 * spectrum.sum()  # J(0)
    elongated = spectrum[1] / spectrum[0]
    return {
        "curvature_across": spectrum[1],
        "curvature_along": spectrum[0],
        "elongated": elongated,
        "steps": int((costs > SHARE * start).sum()) + 1,
        "steps_in_theory": 0.5 * elongated * log(1 / SHARE) / 2,
    }


def _way(name: str, run: RunDirectory, shown: int) -> DescentPath:
    steps, points = run.trail()
    experiment = build(load_spec(run.path / "config.yaml").spec)
    assert isinstance(experiment, Minimization)
    landscape = experiment.landscape
    count = sum(step <= shown for step in steps)
    return DescentPath(name, steps[:count], points[:count], landscape.costs)
