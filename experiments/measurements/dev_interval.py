"""How wide the 95 % interval of a dev error of 15.9 % is, of a thousand to a million examples, split in three ways.

The interval is dlx's own (Wilson). Its coverage: the share of 20,000 drawn dev sets whose interval holds the true
error.
"""

from __future__ import annotations

from collections.abc import Mapping
from statistics import NormalDist

import numpy as np

from dlx.data.splitting.splits import Split, part_sizes
from dlx.stats.intervals import error_rate
from experiments.reproduce.drawing import Chart, Line, charts
from experiments.reproduce.measuring import Bench, Measured

ERROR = NormalDist().cdf(-1)  # of the best border between the two clouds of the study
SETS = 20_000
SPLITS = {
    "60_20_20": Split(train=0.6, dev=0.2, test=0.2),
    "98_1_1": Split(train=0.98, dev=0.01, test=0.01),
    "99_5_quarter": Split(train=0.995, dev=0.0025, test=0.0025),
}
LABELS = {"60_20_20": "60 / 20 / 20", "98_1_1": "98 / 1 / 1", "99_5_quarter": "99.5 / 0.25 / 0.25"}
NAMED = {"thousand": 1_000, "ten_thousand": 10_000, "hundred_thousand": 100_000, "million": 1_000_000}


def measure(bench: Bench) -> Measured:
    """Each split of each number of examples."""
    rng = np.random.default_rng(1)
    rows = {
        f"{number}_{split}": _row(part_sizes(how, m), rng)
        for number, m in NAMED.items()
        for split, how in SPLITS.items()
    }
    grid = np.unique(np.geomspace(1_000, 1_000_000, 40).round().astype(int))
    lines = {
        LABELS[name]: Line(grid, [100 * _width(part_sizes(split, int(m))["dev"]) for m in grid])
        for name, split in SPLITS.items()
    }
    chart = Chart(
        lines,
        "examples m in train, dev and test",
        f"95 % interval of {100 * ERROR:.1f} %, points",
        xscale="log",
        yscale="log",
    )
    title = "A quarter of a percent of a million tells more than a fifth of a thousand"
    return Measured(rows, {"widths": charts(chart, title=title)})


def _row(sizes: Mapping[str, int], rng: np.random.Generator) -> dict[str, float]:
    m = sizes["dev"]
    return {"train": sizes["train"], "dev": m, "width": _width(m), "coverage": _coverage(m, rng)}


def _width(m: int) -> float:
    """Of the interval of dev sets on which as many examples are wrong as is to be expected."""
    found = error_rate(ERROR, m)
    return found.high - found.low


def _coverage(m: int, rng: np.random.Generator) -> float:
    wrong, sets = np.unique(rng.binomial(m, ERROR, SETS), return_counts=True)
    intervals = [error_rate(count / m, m) for count in wrong.tolist()]
    covered = [one.low <= ERROR <= one.high for one in intervals]
    return float(sets[covered].sum()) / SETS
