"""Marks: numbers that stand for missing values, such as −999, or 0 where nothing can be 0."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

import numpy as np

from dlx.data.dataset import Dataset
from dlx.data.section import Data
from dlx.diagnose.data.samples import rows, sample
from dlx.diagnose.data.typed import as_missing
from dlx.diagnose.findings import Cause, End, Finding
from dlx.types import Array
from dlx.words import percent

MOST_ROWS = 4096
MOST_FEATURES = 2048  # of images and the like, whose numbers nobody codes
# A mark stands there often, and is not the most of a column; the other values are of many kinds.
FEWEST, LEAST_SHARE, MOST_SHARE = 5, 0.005, 0.7
FEWEST_VALUES = 12
# It comes far more often than any other value does, unless that is what these are rounded to.
SPIKE = 2.0
# Beyond all others lies any mark by their whole range; those that people write, by less: by as much as the middle half
# of the others spans. 0 and −1 are marks where all others are above 0, and no rounding of them leads there.
REPEATED = [digit * ones for digit in (7, 8, 9) for ones in (11, 111, 1111, 11111)]
MARKS = frozenset((-1.0, 0.0, -9.0, *map(float, REPEATED), *(-float(number) for number in REPEATED)))
CODES = sorted(mark for mark in MARKS if mark <= -77)  # which nothing but a missing value is likely to be …
FEWEST_OF_CODES = 2  # … where they stand below all others, also if there are few of them, or few others
OFTEN = 5.0  # times as often as any other value, where a code stands among the others
BESIDE, STEPS = 1.0, 2.0
FEWEST_OTHERS = 100  # values beside 0 and −1, which are numbers like others, or 99


MISSING_AS_NUMBERS = Cause(
    "missing_as_numbers",
    "say that the number is a mark of missing values (data.source.missing, with data.source.impute: median and "
    "data.source.missing_indicators: true)",
    "Normalizing inputs",
    shows_in_rows=True,
    refuted_if=End.NEAR_THE_BEST,
)


@lru_cache(maxsize=2)  # several checks look at what is left without them
def marks_of(dataset: Dataset) -> Mapping[int, float]:
    """The number that seems to stand for a missing value, by the place of its feature."""
    if dataset.image_shape is not None or dataset.n_x > MOST_FEATURES:
        return {}
    train = dataset.parts["train"]
    X = rows(train.X, sample(train.m, MOST_ROWS, seed=18))
    return {j: mark for j in range(dataset.n_x) if (mark := mark_of(np.asarray(X[:, j], np.float64))) is not None}


def without_marks(dataset: Dataset, X: Array) -> Array:
    """The rows with the median of all others in place of each mark."""
    marks = marks_of(dataset)
    if not marks:
        return X
    X = X.copy()
    for j, mark in marks.items():
        is_marked = X[:, j] == mark
        if not is_marked.all():
            X[is_marked, j] = np.median(X[~is_marked, j])
    return X


def mark_findings(dataset: Dataset, data: Data | None = None) -> Iterator[Finding]:
    """A finding where a number that comes often, far from all others of its column, seems to stand for none."""
    marks = marks_of(dataset)
    if not marks:
        return
    first, train = min(marks), dataset.parts["train"]
    X = rows(train.X, sample(train.m, MOST_ROWS, seed=18))
    shares = {j: float((X[:, j] == mark).mean()) for j, mark in marks.items()}
    others = X[:, first][X[:, first] != marks[first]]
    evidence = f"{dataset.features[first]} is {marks[first]:g} in {percent(shares[first], 1)} of train, and else"
    evidence = f"{evidence} {others.min():.3g} to {others.max():.3g}"
    further = sorted(marks)[1:]
    if further:
        names = ", ".join(f"{dataset.features[j]} ({marks[j]:g})" for j in further[:3])
        more = f" and {len(further) - 3} more" if len(further) > 3 else ""
        evidence = f"{evidence}; so it is with {names}{more}"
    overrides = as_missing(data, sorted(set(marks.values()))) if _mean_the_same(X, marks) else ()
    yield MISSING_AS_NUMBERS.finding(evidence, max(shares.values()), LEAST_SHARE, overrides=overrides)


def _mean_the_same(X: Array, marks: Mapping[int, float]) -> bool:
    """Whether no other column has these numbers and may mean them, as it cannot mean a code below all others."""
    others = np.delete(X, [*marks], axis=1)
    has_number = np.isin(others, [mark for mark in marks.values() if mark not in CODES]).any()
    has_code = any((others == code)[:, others.min(axis=0) < code].any() for code in {*marks.values()} & {*CODES})
    return not (has_number or has_code)


def mark_of(column: Array) -> float | None:
    """The number that seems to stand for a missing value; None where there is none."""
    values, counts = np.unique(column, return_counts=True)
    if not np.isfinite(values).all():
        return None
    code, m = _code_of(values, counts), len(column)
    if code is not None or len(values) < FEWEST_VALUES:
        return code
    for end in (0, -1):
        mark, count = float(values[end]), int(counts[end])
        others, of_others = (values[1:], counts[1:]) if end == 0 else (values[:-1], counts[:-1])
        if count < max(FEWEST, LEAST_SHARE * m) or count > MOST_SHARE * m:
            continue
        gap, is_spike = abs(float(others[end]) - mark), count >= SPIKE * of_others.max()
        if gap > float(others[-1] - others[0]) and (is_spike or mark in MARKS):
            return mark
        if mark in MARKS and _lies_apart(mark, gap, others, of_others, is_spike):
            return mark
    return None


def _code_of(values: Array, counts: Array) -> float | None:
    """The most frequent code, where it lies below what is never negative, far below others, or often among them."""
    is_code = np.isin(values, CODES)
    others, most = values[~is_code], MOST_SHARE * counts.sum()
    if len(others) < 2 or not is_code.any():
        return None
    place = int(np.where(is_code, counts, 0).argmax())
    code, count = float(values[place]), int(counts[place])
    is_below = code < others[0] and (others[0] >= 0 or others[0] - code > others[-1] - others[0])
    is_spike = len(others) >= FEWEST_VALUES and count >= max(FEWEST, OFTEN * counts[~is_code].max())
    return code if (is_spike or (is_below and count >= FEWEST_OF_CODES)) and count <= most else None


def _lies_apart(mark: float, gap: float, others: Array, counts: Array, is_spike: bool) -> bool:
    """Whether the others end well before a mark that people write, and steps between them are far smaller."""
    if mark < -1 and others[0] >= 0 and is_spike:
        return True  # of what is never below 0, however far it goes
    if mark >= -1 and counts.sum() < FEWEST_OTHERS:
        return False
    low, high = _quartiles(others, counts)
    is_beyond = gap > BESIDE * (high - low) and gap > STEPS * float(np.diff(others).max())
    return is_beyond and (others[0] > 0 or abs(mark) > 1)


def _quartiles(values: Array, counts: Array) -> tuple[float, float]:
    places = np.cumsum(counts) / counts.sum()
    low, high = (float(values[min(int(np.searchsorted(places, q)), len(values) - 1)]) for q in (0.25, 0.75))
    return low, high
