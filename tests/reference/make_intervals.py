"""Makes intervals.json: confidence intervals from SciPy, the figures that dlx's own are held to (SciPy 1.17)."""

import json
from pathlib import Path

import numpy as np
from scipy import stats

COUNTS = ((0, 10), (1, 10), (10, 10), (4, 180), (5, 56), (15, 100), (150, 1000), (1, 60_000), (0, 5_000_000))


def wilson(wrong: int, m: int) -> list[float]:
    ends = stats.binomtest(wrong, m).proportion_ci(0.95, method="wilson")
    return [ends.low, ends.high]


def bootstrap(squared_errors: np.ndarray) -> list[float]:
    root_mean = lambda sample, axis: np.sqrt(np.mean(sample, axis=axis))  # noqa: E731 (SciPy asks for a callable)
    ends = stats.bootstrap(
        (squared_errors,), root_mean, n_resamples=200_000, batch=1000, method="percentile", rng=np.random.default_rng(0)
    ).confidence_interval
    return [ends.low, ends.high]


document = {
    "wilson": [{"wrong": wrong, "m": m, "interval": wilson(wrong, m)} for wrong, m in COUNTS],
    "bootstrap": [
        {"m": m, "seed": m, "interval": bootstrap(np.random.RandomState(m).exponential(size=m))}
        for m in (30, 300, 4000)
    ],
}
Path(__file__).with_name("intervals.json").write_text(json.dumps(document, indent=1) + "\n")
