"""How wide the 95 % interval of an error of 2 % is on dev sets cut off 1,000 to 1,000,000 examples, and how often true.

The interval is Wilson's, as `dlx diagnose` tells it. Covered is how often it holds the true 2 %, over 20,000 dev sets
drawn by the binomial distribution.
"""

from __future__ import annotations

import numpy as np
from drawing import Chart, Line, charts
from measuring import Bench, Measured

from dlx.diagnose.intervals import error_rate

ERROR = 0.02
SIZES = (1_000, 10_000, 100_000, 1_000_000)
SHARES = {"60/20/20": 0.2, "98/1/1": 0.01, "99.5/0.25/0.25": 0.0025}
DRAWS = 20_000


def measure(bench: Bench) -> Measured:
    """Over the sizes and shares."""
    rows = {f"m{m}_{_plain(name)}": _row(round(share * m)) for name, share in SHARES.items() for m in SIZES}
    lines = {name: Line(SIZES, [100 * rows[f"m{m}_{_plain(name)}"]["width"] for m in SIZES]) for name in SHARES}
    chart = Chart(lines, "examples in all", "width of the dev interval, %", xscale="log", yscale="log")
    return Measured(rows, {"widths": charts(chart, title="How well a dev set tells an error of 2 %")})


def _plain(name: str) -> str:
    return name.replace("/", "_").replace(".", "")


def _row(dev: int) -> dict[str, float]:
    """Of the mean interval over the dev sets that can come."""
    wrong, counts = np.unique(np.random.default_rng(dev).binomial(dev, ERROR, DRAWS), return_counts=True)
    found = [error_rate(k / dev, dev) for k in wrong]
    low, high = (np.array([getattr(one, end) for one in found]) for end in ("low", "high"))
    return {
        "dev_examples": dev,
        "width": float(np.average(high - low, weights=counts)),
        "covered": float(np.average((low <= ERROR) & (high >= ERROR), weights=counts)),
    }
