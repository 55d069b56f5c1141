"""Duplicates: examples of dev or test that stand in train as well, found by a hash of each row."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dlx.data.dataset import Dataset
from dlx.data.examples import select
from dlx.data.row_hashes import hashes
from dlx.data.rows.compact_rows import CompactRows
from dlx.data.rows.stored_rows import StoredRows
from dlx.data.section import Data
from dlx.diagnose.data.samples import block_sample, rows, sample
from dlx.diagnose.data.typed import copies_together
from dlx.diagnose.findings import Cause, Finding
from dlx.types import Array
from dlx.words import percent

BYTES = 2**26  # read of each part at most
# A share of copies that moves an error by less than it is worth to look for; CIFAR has 3 % (Barz & Denzler 2020).
SHARE = 0.01
FEWEST = 2  # copies: one is no habit
# Rows of few discrete values coincide by chance; copies must be this many times as many.
BEYOND_CHANCE = 10.0
COLUMNS_ROWS = 1024  # rows by which the chance of a coincidence is estimated
# Where rows coincide by chance, as answers to the same questions do that hang together, far more of them differ in one
# answer alone: a copy among such rows proves nothing.
MOST_COPIES, MOST_COMPARED = 64, 2 * 10**8  # copies that are looked at, and numbers that they are compared in


DUPLICATES_ACROSS_PARTS = Cause(
    "duplicates_across_parts",
    "remove the copies from dev and test, which measure memory, or keep them in one part "
    "(data.split.duplicates=together)",
    "Train, dev and test sets",
    explains_training=False,
)


def duplicate_findings(dataset: Dataset, data: Data | None = None) -> Iterator[Finding]:
    """A finding for each part of which at least a hundredth stands in train too; the first says what mends all."""
    parts, overrides = dataset.parts, copies_together(data)
    train, read = _sampled_rows(parts["train"].X)
    train_hashes = np.sort(hashes(train))
    for name in sorted(parts.keys() - {"train"}):
        other, _ = _sampled_rows(parts[name].X)
        copies = _is_among(hashes(other), train_hashes)
        share = min(1.0, float(copies.mean()) / read) if copies.sum() >= FEWEST else 0.0
        if share >= SHARE and copies.sum() > BEYOND_CHANCE * chance(train, other):
            share *= without_kin(train, rows(other, np.flatnonzero(copies)))
        if share >= SHARE and copies.sum() > BEYOND_CHANCE * chance(train, other):
            about = "about " if read < 1 else ""
            evidence = f"{about}{percent(share)} of {name} stands in train as well, feature for feature"
            row = int(copies.argmax())
            evidence = f"{evidence} (such as row {row} of {name})"
            yield DUPLICATES_ACROSS_PARTS.finding(evidence, share, SHARE, overrides=overrides)
            overrides = ()


def _is_among(values: Array, sorted_values: Array) -> Array:
    """Which of the values are among the sorted ones."""
    return np.asarray(sorted_values[np.searchsorted(sorted_values, values).clip(max=len(sorted_values) - 1)] == values)


def chance(train: Array | StoredRows, other: Array | StoredRows) -> float:
    """How many rows of ``other`` would have a copy in train if all features were independent of each other."""
    pooled = np.concatenate([X[: COLUMNS_ROWS // 2] for X in (train, other)])
    n, log_probability = len(pooled), 0.0
    for column in pooled.T:
        _, counts = np.unique(column, return_counts=True)
        agreeing = float((counts * (counts - 1.0)).sum()) / (n * (n - 1))
        log_probability += np.log(max(agreeing, 1 / n**2))
    return len(other) * min(1.0, len(train) * float(np.exp(log_probability)))


def without_kin(train: Array | StoredRows, copied: Array) -> float:
    """The share of rows to which no row of train comes close without being equal.

    Close is a row that differs in one column of few values, or in two that have two values each, as 0/1 features of one
    question do.
    """
    copied = copied[sample(len(copied), MOST_COPIES, seed=1)]
    most = max(1, MOST_COMPARED // copied.size)
    compared = rows(train, sample(len(train), most, seed=2))
    columns = compared[:COLUMNS_ROWS]
    distinct = np.array([len(np.unique(column)) for column in columns.T])
    is_discrete, is_two_valued = 2 * distinct < len(columns), distinct <= 2
    return float(np.mean([not _has_kin(compared, row, is_discrete, is_two_valued) for row in copied]))


def _has_kin(train: Array, row: Array, is_discrete: Array, is_two_valued: Array) -> bool:
    differs = train != row
    count = np.count_nonzero(differs, axis=1)
    in_a_column = differs[count == 1][:, is_discrete].any()
    in_a_question = np.count_nonzero(differs[count == 2][:, is_two_valued], axis=1) == 2
    return bool(in_a_column or (is_two_valued.sum() > 2 and in_a_question.any()))


def _sampled_rows(X: Array | StoredRows) -> tuple[Array | StoredRows, float]:
    """As many rows as may be read, and their share of all; those of a large table as they are stored."""
    most = max(1, BYTES // (X.dtype.itemsize * X.shape[1]))
    which = block_sample(len(X), most, seed=0)
    sampled = select(X, which) if isinstance(X, CompactRows) else rows(X, which)
    return sampled, len(which) / len(X)
