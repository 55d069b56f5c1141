"""Leaks: a feature that says the label by itself, where all the others together do not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from dlx.data.dataset import Dataset
from dlx.data.section import Data
from dlx.diagnose.data.halves import Answered, Halves, halves_of, linear, neighbours
from dlx.diagnose.data.samples import rows, sample
from dlx.diagnose.data.typed import left_out
from dlx.diagnose.findings import Cause, Finding
from dlx.stats.association import correlation, rank_correlation
from dlx.types import Array
from dlx.words import percent

FEWEST_FEATURES = 3  # of two, one may well be what the label is about
FEWEST, FEWEST_OF_A_CLASS = 60, 10  # examples that are judged, and of the second class among them
BINS = 32
# A leak makes so few mistakes alone, of all and of those of the constant answer; all other features together make so
# many more.
MOST_MISTAKES, SHARE_OF_CONSTANT = 0.02, 0.1
LEAST_REST, SHARE_OF_REST = 0.08, 0.3
# Or so many, by number, where the others are good too, and so many times as many: of clouds with a feature that lies
# farther apart than the others by right there were up to 9 times as many, which asks for a look, and no more.
FEWEST_OF_REST, TIMES_LESS, SURELY = 10, 4.0, 20.0
# Of a regression: the variance that a feature explains alone, and that all others together do not exceed.
EXPLAINED, REST_EXPLAINS = 0.99, 0.98
TIMES = 8.0  # as much of it as the feature leaves open is left open by all others
MOST_FEATURES = 256
# A running number goes so closely with the rows; a code of the labels varies within them so little, of the least
# distance between two of them: clouds of examples are wider.
MOST_ROWS, RUNNING, CODE = 4096, 0.995, 0.05


TARGET_LEAK = Cause(
    "target_leak",
    "see whether that feature is known before the label is; if not, leave it out (data.source.ignore)",
    "Train, dev and test sets",
    explains_training=False,
)


def leak_findings(dataset: Dataset, data: Data | None = None) -> Iterator[Finding]:
    """A finding for the feature that tells the label by itself, where the others do not."""
    if dataset.n_x < FEWEST_FEATURES or dataset.n_x > MOST_FEATURES:
        return
    halves = halves_of(dataset)
    if halves is None or len(halves.own.y) < FEWEST:
        return
    if dataset.task.is_regression:
        yield from _of_targets(dataset, halves, data)
    else:
        yield from _of_classes(dataset, halves, data)


def _of_classes(dataset: Dataset, halves: Halves, data: Data | None) -> Iterator[Finding]:
    own, classes = halves.own, len(dataset.classes)
    counts = np.sort(np.bincount(own.y, minlength=classes))
    constant = 1 - counts[-1] / len(own.y)
    if counts[-2] < FEWEST_OF_A_CLASS:
        return
    limit = min(MOST_MISTAKES, SHARE_OF_CONSTANT * constant)
    errors = [_alone(halves, own, j, classes) for j in range(dataset.n_x)]
    suspects = np.flatnonzero(np.array(errors) <= limit)
    if len(suspects) == 0 or len(suspects) > dataset.n_x // 2:
        return
    rest = _without(halves, suspects, classes)
    j = int(suspects[0])
    says_why = _says_why(dataset, halves, j)
    is_much_more, ratio = rest >= max(LEAST_REST, SHARE_OF_REST * constant), _times(errors[j], rest, len(own.y))
    if not is_much_more and ratio < TIMES_LESS and not says_why:
        return
    evidence = (
        f"{dataset.features[j]} alone is wrong about {percent(errors[j], 1)} of the labels, all others together about"
    )
    evidence = f"{evidence} {percent(rest)}{says_why}"
    finding = _finding(dataset, data, suspects, evidence, errors[j], limit)
    is_open = not is_much_more and ratio < SURELY and not says_why
    yield replace(finding, severity="note", overrides=()) if is_open else finding


def _times(alone: float, rest: float, m: int) -> float:
    """How many times the mistakes of a feature alone all others together make; 0 where these are too few to tell."""
    return rest / (alone + 1 / m) if rest * m >= FEWEST_OF_REST else 0.0


def _alone(halves: Halves, part: Answered, j: int, classes: int) -> float:
    """How often the label is wrong that a column says best: by bins, by the nearest value, or by the nearest mean."""
    column = halves.X[:, j]
    values = np.unique(column)
    edges = values if len(values) <= BINS else np.unique(np.quantile(column, np.linspace(0, 1, BINS + 1)[1:-1]))
    tables = np.zeros((len(edges) + 1, classes))
    np.add.at(tables, (np.searchsorted(edges, column, side="right"), halves.y), 1)
    answers = tables.argmax(axis=1)[np.searchsorted(edges, part.X[:, j], side="right")]
    means, present = _means(column, halves.y)
    nearest = present[np.abs(part.X[:, [j]] - means).argmin(axis=1)]
    order = np.argsort(column)
    middles = (column[order][1:] + column[order][:-1]) / 2
    beside = halves.y[order][np.searchsorted(middles, part.X[:, j])]
    return min(float((labels != part.y).mean()) for labels in (answers, nearest, beside))


def _means(column: Array, y: Array) -> tuple[Array, Array]:
    """The mean of a column in each class that there is, and these classes."""
    counts = np.bincount(y)
    present = np.flatnonzero(counts)
    return np.bincount(y, column)[present] / counts[present], present


def _without(halves: Halves, suspects: Array, classes: int) -> float:
    """The error of the better simple model of all features but these."""
    A, B = (np.delete(X, suspects, axis=1) for X in (halves.X, halves.own.X))
    return min(float((model(A, halves.y, B, classes) != halves.own.y).mean()) for model in (neighbours, linear))


def _says_why(dataset: Dataset, halves: Halves, j: int) -> str:
    """What makes a feature a leak whatever the others say; nothing where that is open."""
    train = dataset.parts["train"]
    which = sample(train.m, MOST_ROWS, seed=19)
    column = rows(train.X, which)[:, j].astype(np.float64)
    if _is_running(column):
        return "; it counts the rows of a file that is sorted by its labels"
    if dataset.task.is_regression:
        return ""
    means, present = _means(halves.X[:, j], halves.y)
    apart = np.sort(means)
    within = halves.X[:, j] - means[np.searchsorted(present, halves.y)]
    is_code = float(within.std()) < CODE * float(np.diff(apart).min())
    return "; it has a value for each label" if is_code else ""


def _finding(
    dataset: Dataset, data: Data | None, suspects: Array, evidence: str, value: float, threshold: float
) -> Finding:
    names = [dataset.features[j] for j in suspects]
    remedy = f"see whether {', '.join(names[:3])} is known before the label is; if not, leave it out (ignore)"
    columns = {name for name, *_ in dataset.preprocessing.get("columns", ())}
    overrides = left_out(data, names) if set(names) <= columns else ()
    return TARGET_LEAK.finding(evidence, value, threshold, remedy=remedy, overrides=overrides)


def _is_running(column: Array) -> bool:
    """Whether whole numbers rise, or fall, from row to row, about evenly: rows of other parts may lie between."""
    steps = np.diff(column)
    is_monotone = bool((steps > 0).all() or (steps < 0).all())
    is_even = abs(correlation(column, np.arange(float(len(column))))) > RUNNING
    return is_monotone and is_even and bool((column == np.floor(column)).all())


@dataclass(frozen=True)
class _Explained:
    """How much of the variance of a target a feature explains by itself."""

    j: int
    share: float


def _of_targets(dataset: Dataset, halves: Halves, data: Data | None) -> Iterator[Finding]:
    own = halves.own
    for target in range(own.y.shape[1]):
        y = own.y[:, target]
        shares = [_Explained(j, _explained(own.X[:, j], y)) for j in range(dataset.n_x)]
        suspects = [entry for entry in shares if entry.share >= EXPLAINED]
        if not suspects or len(suspects) > dataset.n_x // 2:
            continue
        rest = _rest_explains(halves, np.array([entry.j for entry in suspects]), target)
        best = max(suspects, key=lambda entry: entry.share)
        says_why = _says_why(dataset, halves, best.j)
        if rest > min(REST_EXPLAINS, 1 - TIMES * (1 - best.share)) and not says_why:
            continue
        which = f"target {target + 1}" if own.y.shape[1] > 1 else "the target"
        evidence = (
            f"{dataset.features[best.j]} alone explains {percent(best.share, 1)} of the variance of {which}, all others"
        )
        evidence = f"{evidence} together {percent(max(rest, 0))}{says_why}"
        yield _finding(dataset, data, np.array([entry.j for entry in suspects]), evidence, best.share, EXPLAINED)
        return


def _explained(column: Array, y: Array) -> float:
    return max(correlation(column, y), rank_correlation(column, y), key=abs) ** 2


def _rest_explains(halves: Halves, suspects: Array, target: int) -> float:
    A, B = (np.delete(X, suspects, axis=1) for X in (halves.X, halves.own.X))
    y, expected = halves.own.y[:, target], halves.y[:, [target]]
    residuals = [y - model(A, expected, B, 0)[:, 0] for model in (neighbours, linear)]
    return 1 - min(float(np.square(residual).mean()) for residual in residuals) / float(y.var())
