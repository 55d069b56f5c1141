"""Makes power_law.json: power laws with a floor fitted by SciPy 1.17, and the ends of their profile likelihood."""

import json
from pathlib import Path

import numpy as np
from scipy.optimize import least_squares, minimize

SIZES = np.array([50, 100, 200, 400, 800, 1600])
FAR = 4  # times the largest size, where the curve is extrapolated to
CASES = (  # c, a, b, the relative noise, and how much of it all sizes share
    (0.024, 0.05, 0.6, 0.03, 0.0),
    (0.0, 0.1, 0.35, 0.05, 0.5),
    (0.1, 0.02, 1.0, 0.02, 0.8),
    (0.05, 0.1, 0.3, 0.1, 0.3),
)


def law(parameters: np.ndarray, m: np.ndarray | float) -> np.ndarray:
    a, b, c = parameters
    return np.asarray(c + a * (m / SIZES.max()) ** -b)


def fitted(y: np.ndarray, covariance: np.ndarray) -> dict[str, object]:
    whiten = np.linalg.inv(np.linalg.cholesky(covariance))

    def residuals(p: np.ndarray) -> np.ndarray:
        return np.asarray(whiten @ (y - law(p, SIZES)))

    bounds = ([0, 0.02, 0], [np.inf, 4, np.inf])
    starts = [(0.5 * y[-1], b, c * y[-1]) for b in (0.1, 0.5, 1, 2) for c in (0.01, 0.5, 0.9)]
    found = [least_squares(residuals, start, bounds=bounds, xtol=1e-15, ftol=1e-15, gtol=1e-15) for start in starts]
    best = min(found, key=lambda one: one.cost)
    chi_squared = 2 * best.cost
    allowed = chi_squared + 1.959963984540054**2 * max(1.0, chi_squared / (len(SIZES) - 3))
    ends = []
    for sign in (1, -1):
        found = [
            minimize(
                lambda p, sign=sign: sign * law(p, FAR * SIZES.max()),
                start,
                method="SLSQP",
                bounds=[(0, None), (0.02, 4), (0, None)],
                constraints={"type": "ineq", "fun": lambda p: allowed - (residuals(p) ** 2).sum()},
                options={"ftol": 1e-12, "maxiter": 1000},
            )
            for start in [best.x, *starts]
        ]
        good = [one for one in found if allowed - (residuals(one.x) ** 2).sum() > -1e-6]
        ends.append(sign * min(one.fun for one in good))
    return {"a": best.x[0], "b": best.x[1], "c": best.x[2], "chi_squared": chi_squared, "far": ends}


rng = np.random.default_rng(1)
document = []
for c, a, b, noise, shared in CASES:
    truth = law(np.array([a, b, c]), SIZES)
    sd = noise * truth
    covariance = np.outer(sd, sd) * (shared + (1 - shared) * np.eye(len(SIZES)))
    y = rng.multivariate_normal(truth, covariance)
    document.append({"errors": y.tolist(), "covariance": covariance.tolist(), **fitted(y, covariance)})
path = Path(__file__).with_name("power_law.json")
path.write_text(json.dumps({"sizes": SIZES.tolist(), "far": FAR, "cases": document}, indent=1) + "\n")
