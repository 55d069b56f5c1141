"""Outliers: a few targets so far from all others that they are most of the squared error, and hide all other."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dlx.data.dataset import Dataset
from dlx.diagnose.data.halves import Halves, halves_of, linear, neighbours
from dlx.diagnose.findings import Cause, End, Finding
from dlx.diagnose.supply import words_of
from dlx.nn.losses import SquaredError
from dlx.training.supervised import Supervised
from dlx.types import Array
from dlx.words import percent

NORMAL = 1.349  # the interquartile range of the normal distribution, in standard deviations
FAR = 12.0  # such deviations of the middle half, beyond which a target lies apart: of a lognormal one in 200 does
FEW = 0.05  # of the targets, that are outliers and not a second kind of them
CARRIED = 0.5  # of the squared deviation from the median
TIMES = 1.5  # as much as models err on the other targets where they learn from the outliers too


OUTLIERS_IN_TARGETS = Cause(
    "outliers_in_targets",
    "see whether these targets are right; if so, let large residuals count less (loss: huber): that lowers the median "
    "absolute error (dlx diagnose --full), of the other rows, and not the RMSE, which these carry",
    "Bias and variance",
    shows_in_rows=True,
    refuted_if=End.NEAR_THE_BEST,
)


def outlier_findings(experiment: Supervised) -> Iterator[Finding]:
    """A finding where few targets carry the squared error, and simple models err less on the rest without them."""
    dataset = experiment.dataset
    if not (dataset.task.is_regression and isinstance(experiment.network.loss, SquaredError)):
        return
    y, halves = dataset.parts["train"].y, halves_of(dataset)
    if halves is None or not np.isfinite(y).all():
        return
    for target in range(y.shape[1]):
        middle, spread = _middle(y[:, target])
        if spread == 0:
            continue
        apart = np.abs(y[:, target] - middle)
        is_far, squares = apart > FAR * spread, np.square(apart)
        carried = float(squares[is_far].sum() / squares.sum())
        if not 0 < is_far.mean() <= FEW or carried <= CARRIED:
            continue
        with_them, without = _errors_on_the_rest(halves, target, middle, spread)
        if with_them > TIMES * without:
            which = f" of target {target + 1}" if y.shape[1] > 1 else ""
            evidence = (
                f"{int(is_far.sum()):,} of {len(y):,} targets{which} lie more than {FAR:g} times the usual spread"
            )
            evidence = f"{evidence} from the middle, and are {percent(carried)} of the squared deviation; on all others"
            evidence = f"{evidence} simple models err {with_them:.3g} with them, {without:.3g} without"
            yield OUTLIERS_IN_TARGETS.finding(evidence, carried, CARRIED, overrides=_robust(dataset, target, spread))
            return


def _middle(y: Array) -> tuple[float, float]:
    """The median, and the standard deviation that the middle half would have if it were normal."""
    low, middle, high = np.quantile(y, [0.25, 0.5, 0.75])
    return float(middle), float(high - low) / NORMAL


def _errors_on_the_rest(halves: Halves, target: int, middle: float, spread: float) -> tuple[float, float]:
    """What the better simple model errs on ordinary targets: fitted on all as they are, and drawn in to the others."""
    expected = halves.own.y[:, target]
    is_ordinary = np.abs(expected - middle) <= FAR * spread
    learned = halves.y[:, [target]]
    errors = [
        min(
            float(np.abs(model(halves.X, y, halves.own.X, 0)[:, 0] - expected)[is_ordinary].mean())
            for model in (neighbours, linear)
        )
        for y in (learned, np.clip(learned, middle - 3 * spread, middle + 3 * spread))
    ]
    return errors[0], errors[1]


def _robust(dataset: Dataset, target: int, spread: float) -> tuple[str, ...]:
    """The loss that counts residuals beyond the usual spread of targets linearly, in the unit that is learned."""
    y = np.zeros((2, dataset.n_y))
    y[1, target] = spread
    scaled = dataset.target_scaling.scaled(y)
    delta = float(f"{abs(scaled[1, target] - scaled[0, target]):.2g}")
    return tuple(words_of({"loss": {"name": "huber", "delta": delta}}))
