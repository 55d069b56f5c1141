"""Folds of dev: another part of train as dev, each in turn, while test stays as it is."""

from __future__ import annotations

import numpy as np

from dlx.data.splitting.group_split import parts_of_groups
from dlx.data.splitting.splits import Split
from dlx.errors import DataError
from dlx.types import Array, Rng

MOST_FOLDS = 8  # trainings of a replicate that are worth while


def folds_of_dev(split: Split, train: int, dev: int) -> int:
    """Into how many folds train and dev, of these sizes, are cut: 1 where dev is not drawn by chance out of both."""
    is_drawn = bool(split.dev) and split.time is None and not split.dev_fold
    return 1 + _further(train, dev) if is_drawn else 1


def _further(train: int, dev: int) -> int:
    return max(1, min(MOST_FOLDS - 1, round(train / dev)))


def turned(rows: dict[str, Array], split: Split, strata: Array, groups: Array | None, rng: Rng) -> dict[str, Array]:
    """The rows of each part with ``split.dev_fold`` of train for dev, and dev in train in its place.

    Train is cut into folds of about the size of dev, stratified by class or by group. A class that only this fold of
    train and dev has stays in train.
    """
    fold = split.dev_fold
    if not fold:
        return rows
    if "dev" not in rows or split.time is not None:
        why = "dev is later than train" if split.time is not None else "the split has no dev"
        raise DataError(f"data.split.dev_fold: {why}, so there are no folds of both; leave it out")
    train, dev = rows["train"], rows["dev"]
    further = _further(len(train), len(dev))
    if fold > further:
        raise DataError(f"data.split.dev_fold: {fold} of train {len(train)}, dev {len(dev)} (allowed: 0 to {further})")
    if groups is None:
        of_fold = _stratified(further, strata[train], rng)
    else:
        codes = np.unique(groups[train], return_inverse=True)[1].reshape(-1)
        if int(codes.max()) + 1 < further:
            raise DataError(f"data.split.dev_fold: train has {int(codes.max()) + 1} groups, for {further} folds")
        of_fold = parts_of_groups(
            codes, strata[train], [(len(train) + i) // further for i in range(further)], False, rng
        )
    chosen = of_fold == fold - 1
    present = np.union1d(strata[train[~chosen]], strata[dev])
    chosen &= np.isin(strata[train], present)
    return rows | {"train": np.sort(np.concatenate([train[~chosen], dev])), "dev": train[chosen]}


def _stratified(folds: int, strata: Array, rng: Rng) -> Array:
    shuffled = rng.permutation(len(strata))
    of_fold = np.empty(len(strata), np.intp)
    of_fold[shuffled[strata[shuffled].argsort(kind="stable")]] = np.arange(len(strata)) % folds
    return of_fold
