"""Order: whether the labels of train belong to their rows, or to the rows before or after, or to none."""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt

import numpy as np

from dlx.data.dataset import Dataset
from dlx.data.rows.mapped import MappedRows
from dlx.diagnose.data.halves import squares
from dlx.diagnose.data.marks import without_marks
from dlx.diagnose.data.samples import rows
from dlx.diagnose.findings import Cause, End, Finding
from dlx.stats.linear_models import ridge
from dlx.types import Array

MOST_ROWS = 1200  # that are looked at
FEWEST = 120  # fewer tell nothing
NEIGHBOURS = 7
FAR = 8.0  # standard deviations beyond which a value counts as that far
NORMAL = 1.349  # the interquartile range of the normal distribution, in standard deviations
MOST_CODES = 8  # columns that stand for the classes, drawn by chance where there are more
SHIFTS = (-3, -2, -1, 1, 2, 3)  # rows by which labels may have slipped
# How closely labels so many rows apart go with the inputs tells what chance makes of it, also in a file that has an
# order of its own, such as one sorted by class or by time.
FARTHER = (*range(-37, -12, 3), *range(13, 38, 3))
# Standard deviations of that by which labels in their place are related to the inputs, and shifted ones surely are.
RELATED, CERTAIN = 3.5, 8.0
LEAST_SHIFTED, TIMES = 0.1, 3.0  # a share of the variance of shifted labels, and times as much as of those in place
COPY = 0.99  # a correlation of a shifted target with an input from which on that input was made of it
# No relation is worth a word from so many rows on; in fewer than the second number, where there is no hint of any.
ENOUGH, MANY = 120, 300
HINT = 2.0  # standard deviations
LEAST_OTHERS = 40  # examples whose label is not the most frequent
LEAST_EXPLAINED = 0.02  # of the variance, which is a relation even if it is not certain


LABELS_SHIFTED = Cause(
    "labels_shifted",
    "pair labels and inputs anew, by a key that both have and not by their order",
    "Train, dev and test sets",
    severity="error",
    shows_in_rows=True,
    refuted_if=End.NEAR_THE_BEST,
)
LABELS_UNRELATED = Cause(
    "labels_unrelated",
    "see whether labels and inputs were shuffled apart, or joined by the wrong key; if not, look for inputs that say "
    "more: no model does better than the constant answer",
    "Train, dev and test sets",
    shows_in_rows=True,
    refuted_if=End.NEAR_THE_BEST,
)


def order_findings(dataset: Dataset) -> Iterator[Finding]:
    """A finding where labels go with the inputs of other rows than their own, or with none."""
    train = dataset.parts["train"]
    if train.m < FEWEST or isinstance(train.X, MappedRows):
        return
    of_source, y = _labels_in_order(dataset)
    which = np.sort(np.random.default_rng(15).choice(train.m, min(train.m, MOST_ROWS), replace=False))
    raw = without_marks(dataset, rows(train.X, which).astype(np.float64))
    with np.errstate(all="ignore"):
        X = np.nan_to_num(np.clip((raw - raw.mean(axis=0)) / raw.std(axis=0), -FAR, FAR))
    Y = _columns(y, len(dataset.classes))
    if not np.isfinite(Y).all() or (Y.std(axis=0) == 0).all():
        return
    in_place = Y[of_source[which]]
    if any(_clearly_related(look(X, [in_place])[0], len(X)) for look in (_by_line, _by_neighbours)):
        return  # as nearly always, and in little time
    shifts = (0, *SHIFTS, *FARTHER)
    labels = [Y[(of_source[which] + shift) % len(Y)] for shift in shifts]
    tables = np.array([_by_neighbours(X, labels), _by_line(X, labels)])  # (2, shifts)
    yield from _judged(X, labels, shifts, tables)


def _clearly_related(share: float, m: int) -> bool:
    return share > 2 * RELATED / sqrt(m) and share**2 > LEAST_SHIFTED / TIMES


def _labels_in_order(dataset: Dataset) -> tuple[Array, Array]:
    """The place of each example of train in its source, and the labels of the source from top to bottom.

    Where parts have sources of their own, each is taken in its order; of rows that are in no part the label is that of
    the row before.
    """
    train = dataset.parts["train"]
    if train.rows is None or (train.rows < 0).any():
        return np.arange(train.m), train.y
    parts = [part for part in dataset.parts.values() if part.rows is not None]
    places, y = (np.concatenate([getattr(part, name) for part in parts]) for name in ("rows", "y"))
    order = np.argsort(places, kind="stable")
    return np.searchsorted(places[order], train.rows), y[order]


def _columns(y: Array, classes: int) -> Array:
    """(m, k) Numbers that stand for the labels: mean 0 and variance 1 together."""
    if y.ndim > 1 or not classes:
        Y = y.reshape(len(y), -1).astype(np.float64)
        low, high = np.quantile(Y, [0.25, 0.75], axis=0)  # of the middle half: a few outliers would decide the others
        spread = np.where(high > low, (high - low) / NORMAL, Y.std(axis=0))
        Y = np.clip((Y - np.median(Y, axis=0)) / np.where(spread > 0, spread, 1), -FAR, FAR)
    else:
        codes = np.eye(classes)
        if classes > MOST_CODES:
            codes = codes @ np.random.default_rng(16).standard_normal((classes, MOST_CODES))
        Y = codes[y]
    return np.asarray(Y - Y.mean(axis=0))


def _share(answers: Array, Y: Array) -> float:
    """How much of labels goes with answers, from −1 to 1: the correlation over all columns together."""
    norm = sqrt(float((answers**2).sum()) * float((Y**2).sum()))
    return float((answers * Y).sum()) / norm if norm > 0 else 0.0


def _by_neighbours(X: Array, labels: list[Array]) -> list[float]:
    """How closely the labels go with the mean of those of their nearest neighbours."""
    distances = squares(X, X)
    np.fill_diagonal(distances, np.inf)
    nearest = np.argpartition(distances, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
    return [_share(_centred(Y[nearest].mean(axis=1)), _centred(Y)) for Y in labels]


def _by_line(X: Array, labels: list[Array]) -> list[float]:
    """How closely they go with a linear model of the other half of the rows."""
    even = np.arange(len(X)) % 4 < 2
    Y = np.column_stack(labels)
    answers = np.empty_like(Y)
    for half in (even, ~even):
        W, b = ridge(X[half], Y[half])
        answers[~half] = X[~half] @ W + b
    columns = labels[0].shape[1]
    pairs = ((answers[:, j : j + columns], Y[:, j : j + columns]) for j in range(0, Y.shape[1], columns))
    return [_share(_centred(a), _centred(b)) for a, b in pairs]


def _centred(Y: Array) -> Array:
    return np.asarray(Y - Y.mean(axis=0))


def _judged(X: Array, labels: list[Array], shifts: tuple[int, ...], tables: Array) -> Iterator[Finding]:
    far = tables[:, 1 + len(SHIFTS) :]
    spread = np.maximum(far.std(axis=1), 1 / sqrt(len(X)))
    level = far.mean(axis=1)
    z = (tables - level[:, np.newaxis]) / spread[:, np.newaxis]
    near = slice(1, 1 + len(SHIFTS))
    model, place = np.unravel_index(int(z[:, near].argmax()), (2, len(SHIFTS)))
    shifted, in_place = float(tables[model, 1 + place]), float(tables[:, 0].max())
    shift = shifts[1 + int(place)]
    is_shifted = z[model, 1 + place] > CERTAIN and shifted**2 > LEAST_SHIFTED
    if is_shifted and (z[:, 0] < RELATED).all() and shifted > TIMES * max(in_place, 0):
        if not _is_copied(X, labels[1 + int(place)]):
            yield _of_shift(shift, shifted, in_place)
    elif len(X) >= ENOUGH and _varies(labels[0]) and not _is_related(X, labels[0], tables[:, 0]):
        evidence = f"over {len(X):,} examples of train neither neighbours (correlation {tables[0, 0]:.2f}), nor a"
        evidence = f"{evidence} linear model ({tables[1, 0]:.2f}), nor any single input tells of the label"
        yield LABELS_UNRELATED.finding(evidence, in_place**2, LEAST_EXPLAINED)


def _varies(Y: Array) -> bool:
    """Whether enough examples have another label than the most."""
    _, counts = np.unique(Y, axis=0, return_counts=True)
    return len(Y) - int(counts.max()) >= LEAST_OTHERS


def _of_shift(shift: int, shifted: float, in_place: float) -> Finding:
    rows_away = f"{abs(shift)} row{'s' * (abs(shift) > 1)} {'below' if shift > 0 else 'above'}"
    evidence = f"the inputs tell of the label {rows_away} (correlation {shifted:.2f}), not of that in their own row"
    evidence = f"{evidence} ({max(in_place, 0):.2f}): the labels have slipped {'down' if shift > 0 else 'up'} by"
    return LABELS_SHIFTED.finding(f"{evidence} {abs(shift)}", shifted, TIMES * max(in_place, 0.0))


def _is_copied(X: Array, Y: Array) -> bool:
    """Whether a single input is that label, as where yesterday's value is among the inputs."""
    return bool(_correlations(X, Y).max() > COPY)


def _correlations(X: Array, Y: Array) -> Array:
    """|r| of each input with each column of the labels."""
    A, B = _centred(X), _centred(Y)
    with np.errstate(all="ignore"):
        products = np.abs(A.T @ B) / np.sqrt((A**2).sum(axis=0)[:, np.newaxis] * (B**2).sum(axis=0))
    return np.asarray(np.nan_to_num(products))


def _is_related(X: Array, Y: Array, in_place: Array) -> bool:
    """Whether anything tells of the labels: by more than chance makes of shuffled ones."""
    chance, is_large = 1 / sqrt(len(X)), len(X) >= MANY
    limit = min(RELATED * chance, sqrt(LEAST_EXPLAINED)) if is_large else HINT * chance
    if (in_place > limit).any():
        return True
    single = _correlations(X, Y)
    # Standard deviations that the largest has once in 100 tables, or once in two.
    level = sqrt(2 * np.log(max(single.size, 2) * (100 if is_large else 2)))
    return bool(single.max() > level * chance)
