"""Checks verdicts, advised sizes and intervals of a diagnosis against the truth; writes results.md beside this file."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from itertools import groupby
from pathlib import Path
from typing import TypeVar

from dlx.search.trials.executors import executor_for

from . import coverage, settling
from .wrong_verdicts import Truth, families, pairs_of_errors, wrong_share

RESULTS = Path(__file__).parent / "results.md"
WORKERS, LARGEST = 2, 5
In = TypeVar("In")
Out = TypeVar("Out")


def run(executor: Executor, work: Callable[[In], Out], items: Sequence[In]) -> list[Out]:
    """What the work comes to for each item."""
    return [future.result() for future in [executor.submit(work, item) for item in items]]


def verdicts(title: str, truths: Sequence[Truth]) -> Iterator[str]:
    """The most probable wrong verdicts."""
    shares = sorted(((*wrong_share(truth), truth) for truth in truths), key=lambda row: -row[1])
    too_many = sum(share > 0.05 for _, share, _ in shares)
    yield f"### {title}\n"
    of_any = 100 * max(any_gap for _, any_gap, _ in shares)
    of_last = 100 * max(last for last, _, _ in shares)
    yield f"**{len(shares):,} cases, {too_many} with a wrong verdict in more than 5 % of trainings.** At most it is"
    yield f"{of_any:.1f} %, of the last gap alone {of_last:.1f} %.\n"
    yield "| true errors | examples | optimal | tolerance | any gap wrong |\n|---|---|---|---|---|"
    for _, share, truth in shares[:LARGEST]:
        errors, sizes = (", ".join(f"{value:.4g}" for value in values) for values in (truth.errors, truth.sizes))
        yield f"| {errors} | {sizes} | {truth.optimal:.4g} | {truth.tolerance:.4g} | {100 * share:.1f} % |"
    yield ""


def advised(cells: Sequence[settling.Cell]) -> Iterator[str]:
    """How often what was advised settles it."""
    mean = sum(cell.settled * cell.advised for cell in cells) / sum(cell.advised for cell in cells)
    yield f"**{100 * mean:.0f} % of the advised sizes settle it.**\n"
    head = " | ".join(f"{m:,} dev examples" for m in settling.DEV_SIZES)
    yield f"| true dev errors | tolerance | {head} |\n|---|---|{'---|' * len(settling.DEV_SIZES)}"
    for (truths, tolerance), row in groupby(cells, key=lambda cell: (cell.truths, cell.tolerance)):
        shares = " | ".join(f"{100 * cell.settled:.0f} % ({cell.advised} of {cell.unsettled})" for cell in row)
        yield f"| {truths} | {100 * tolerance:g} % | {shares} |"
    yield ""


def covered(cells: Sequence[coverage.Cell]) -> Iterator[str]:
    """How often the intervals of a regression hold the truth."""
    head = " | ".join(f"m = {m:,}" for m in coverage.SIZES)
    yield f"| residuals | | {head} |\n|---|---|{'---|' * len(coverage.SIZES)}"
    for name, of_name in groupby(cells, key=lambda cell: cell.distribution):
        rows = list(of_name)
        for title, key in (
            ("RMSE", "squared"),
            ("MAE", "absolute"),
            ("carriers named", "named"),
            ("RMSE, or named", "covered_or_named"),
        ):
            yield f"| {name} | {title} | {' | '.join(f'{100 * getattr(cell, key):.0f} %' for cell in rows)} |"
    yield ""


HEAD = """# Verdicts and intervals, checked

Written by `make intervals`.

## Wrong verdicts

Train, dev and the other parts are measured on so many examples of a network whose true errors are known. A verdict is
wrong that calls a gap high which is not above the tolerance, or low which is. Its probability is no estimate: it is
summed over all numbers of wrong answers that can come.
"""
SETTLED = """## Sizes that are advised

True dev errors are drawn, train errors below them, and both are measured. Where the variance is open, a diagnosis says
how many dev examples would settle it in 4 of 5 cases. Below: the mean probability that so many do, and in brackets of
how many open cases there was such advice; of the others no number of dev examples settles it, or 10,000,000 do not.
Where the tolerance is far below what so few examples can tell, the number depends on what true errors are likely.
"""
COVERED = """## Intervals of a regression

Shares of 95 % intervals that hold the true error. *Carriers named*: the diagnosis says how few residuals carry the
error. Of outliers that are in none of the examples no method can know.
"""


def main() -> None:
    """Check everything."""
    started = time.monotonic()
    lines = [HEAD, *verdicts("Bias and variance", [*pairs_of_errors()])]
    lines += verdicts("Three and four gaps at once, each at the tolerance or just above it", [*families()])
    with executor_for(WORKERS) as executor:
        lines += [SETTLED, *advised(run(executor, settling.simulate, [*settling.cells()]))]
        lines += [COVERED, *covered(run(executor, coverage.simulate, [*coverage.cells()]))]
    RESULTS.write_text("\n".join(lines), encoding="utf-8")
    print(f"{RESULTS}: {lines[2]} ({time.monotonic() - started:.0f} s)")


if __name__ == "__main__":
    main()
