"""Makes comparisons.json: quantiles of Student's t and probabilities of Mann and Whitney's U by SciPy 1.17."""

import json
from pathlib import Path

import numpy as np
from scipy import stats

DEGREES = (1, 2, 3, 4, 5, 9, 30, 179, 998)
CONFIDENCES = (0.5, 0.95, 0.9975, 0.99999)
SIZES_AND_RANKS = ((2, 0), (4, 1), (5, 0), (5, 1), (5, 2), (5, 12), (8, 7), (12, 40))


def at_most(k: int, u: int) -> float:
    """P(U ≤ u) of two samples of k: the p-value of samples that have this U."""
    above = np.array([min(k, max(u - i * k, 0)) + 0.5 + 0.001 * i for i in range(k)])
    found = stats.mannwhitneyu(above, np.arange(1, k + 1), alternative="less", method="exact")
    assert found.statistic == u
    return float(found.pvalue)


document = {
    "student": [[df, p, float(stats.t.ppf((1 + p) / 2, df))] for df in DEGREES for p in CONFIDENCES],
    "rank_sums": [[k, u, at_most(k, u)] for k, u in SIZES_AND_RANKS],
}
Path(__file__).with_name("comparisons.json").write_text(json.dumps(document, indent=1) + "\n")
