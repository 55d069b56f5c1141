"""Makes intervals.json: confidence intervals from SciPy 1.17 and arch 8.0, the figures that dlx's own are held to."""

import json
from pathlib import Path

import numpy as np
from arch.bootstrap import IIDBootstrap
from scipy import stats

COUNTS = ((0, 10), (1, 10), (10, 10), (4, 180), (5, 56), (15, 100), (150, 1000), (1, 60_000), (0, 5_000_000))

LIMITED = ((0, 30), (1, 30), (30, 30), (2, 180), (12, 100), (150, 1000), (900, 1000), (1, 60_000), (4, 5))


def wilson(wrong: int, m: int) -> list[float]:
    ends = stats.binomtest(wrong, m).proportion_ci(0.95, method="wilson")
    return [ends.low, ends.high]


def clopper_pearson(wrong: int, m: int, risk: float) -> list[float]:
    low = stats.beta.ppf(risk, wrong, m - wrong + 1) if wrong else 0.0
    return [float(low), float(stats.beta.ppf(1 - risk, wrong + 1, m - wrong)) if wrong < m else 1.0]


def bootstrap(squared_errors: np.ndarray, resamples: int) -> list[float]:
    """Of the root: the studentized interval of the mean."""
    drawn = IIDBootstrap(squared_errors, seed=0)
    spread = lambda mean, sample: sample.std() / np.sqrt(len(sample))  # noqa: E731 (arch asks for a callable)
    ends = drawn.conf_int(np.mean, resamples, method="studentized", std_err_func=spread)
    return [float(end) for end in np.sqrt(np.maximum(ends[:, 0], 0))]


document = {
    "wilson": [{"wrong": wrong, "m": m, "interval": wilson(wrong, m)} for wrong, m in COUNTS],
    "clopper_pearson": [
        {"wrong": wrong, "m": m, "risk": risk, "limits": clopper_pearson(wrong, m, risk)}
        for wrong, m in LIMITED
        for risk in (0.025, 0.0125)
    ],
    "bootstrap": [
        {"m": m, "seed": m, "interval": bootstrap(np.random.RandomState(m).exponential(size=m), 50_000)}
        for m in (30, 300, 4000)
    ],
}
Path(__file__).with_name("intervals.json").write_text(json.dumps(document, indent=1) + "\n")
