"""Outliers: a few targets so far from all others that they are most of the squared error, and hide all other."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dlx.data.dataset import Dataset, Part
from dlx.diagnose.data.halves import Halves, halves_of, linear, neighbours
from dlx.diagnose.findings import Cause, End, Finding
from dlx.diagnose.supply import words_of
from dlx.nn.losses import SquaredError
from dlx.stats.outliers import CARRIED, FAR, Outliers, outliers
from dlx.training.supervised import Supervised
from dlx.types import Array
from dlx.words import figure, percent

THESE = "these targets"
TIMES = 1.5  # as much as models err on the other targets where they learn from the outliers too


OUTLIERS_IN_TARGETS = Cause(
    "outliers_in_targets",
    f"see whether {THESE} are right; if so, let large residuals count less (loss: huber): that lowers the median "
    "absolute error (dlx diagnose --full), of the other rows, and not the RMSE, which these carry",
    "Bias and variance",
    shows_in_rows=True,
    refuted_if=End.NEAR_THE_BEST,
)


def outlier_findings(experiment: Supervised, in_all_parts: bool = False) -> Iterator[Finding]:
    """A finding where few targets carry the squared error, and simple models err less on the rest without them.

    in_all_parts: whether they are looked for in all parts, as where each example is of train in other folds.
    """
    dataset = experiment.dataset
    if not (dataset.task.is_regression and isinstance(experiment.network.loss, SquaredError)):
        return
    halves = halves_of(dataset)
    if halves is None or not np.isfinite(halves.own.y).all():
        return
    parts = [*dataset.parts.values()] if in_all_parts else [dataset.parts["train"]]
    y, rows = np.concatenate([part.y for part in parts]), np.concatenate([_rows(part) for part in parts])
    for target in range(y.shape[1]):
        apart = outliers(y[:, target])
        if apart is None:
            continue
        with_them, without = _errors_on_the_rest(halves, target, apart)
        if with_them > TIMES * without:
            named = apart.in_words(lambda place: int(rows[place]))
            evidence = f"{_evidence(apart, named, _name(dataset, target))}; on all others simple models err"
            evidence = f"{evidence} {figure(with_them)} with them, {figure(without)} without"
            remedy = OUTLIERS_IN_TARGETS.remedy.replace(THESE, f"the targets of {named}", 1)
            robust = _robust(dataset, target, apart.spread)
            yield OUTLIERS_IN_TARGETS.finding(evidence, apart.share, CARRIED, remedy=remedy, overrides=robust)
            return


def _rows(part: Part) -> Array:
    """The numbers of its examples in their source, from 1."""
    return 1 + (np.arange(part.m) if part.rows is None else part.rows)


def _name(dataset: Dataset, target: int) -> str:
    """Of one of several targets."""
    names = dataset.output_names
    return f" of {names[target]}" if names else f" of target {target + 1}" if dataset.n_y > 1 else ""


def _evidence(apart: Outliers, named: str, of_target: str) -> str:
    """Which targets they are, and how far they lie off."""
    what = f"{len(apart.places):,} of {apart.m:,} targets{of_target} are {percent(apart.share)}"
    return f"{what} of the squared deviation: {named}, more than {FAR:g} times the usual spread from the middle"


def _errors_on_the_rest(halves: Halves, target: int, apart: Outliers) -> tuple[float, float]:
    """What the better simple model errs on ordinary targets: fitted on all as they are, and drawn in to the others.

    Either half is learned from in turn, since few outliers may all be in one; where they do more harm counts.
    """
    own = halves.own
    ways = (halves.X, halves.y, own.X, own.y), (own.X, own.y, halves.X, halves.y)
    pairs = [_with_and_without(X, y[:, [target]], queries, y_q[:, target], apart) for X, y, queries, y_q in ways]
    return max(pairs, key=lambda pair: pair[0] / pair[1] if pair[1] > 0 else pair[0])


def _with_and_without(X: Array, y: Array, queries: Array, expected: Array, apart: Outliers) -> tuple[float, float]:
    is_ordinary = np.abs(expected - apart.middle) <= FAR * apart.spread
    ends = apart.middle - 3 * apart.spread, apart.middle + 3 * apart.spread
    errors = []
    for learned in (y, np.clip(y, *ends)):
        answers = (model(X, learned, queries, 0)[:, 0] for model in (neighbours, linear))
        errors.append(min(float(np.abs(answer - expected)[is_ordinary].mean()) for answer in answers))
    return errors[0], errors[1]


def _robust(dataset: Dataset, target: int, spread: float) -> tuple[str, ...]:
    """The loss that counts residuals beyond the usual spread of targets linearly, in the unit that is learned."""
    y = np.zeros((2, dataset.n_y))
    y[1, target] = spread
    scaled = dataset.target_scaling.scaled(y)
    delta = float(f"{abs(scaled[1, target] - scaled[0, target]):.2g}")
    return tuple(words_of({"loss": {"name": "huber", "delta": delta}}))
