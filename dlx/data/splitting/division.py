"""Division: one set of examples cut into parts, by chance, by group or by time, or into folds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from dlx.data.examples import Examples
from dlx.data.row_hashes import hashes
from dlx.data.splitting.dev_folds import turned
from dlx.data.splitting.group_split import parts_of_groups
from dlx.data.splitting.splits import Split, part_sizes, split_rows
from dlx.data.splitting.time_split import rows_by_time
from dlx.errors import DataError, remark
from dlx.types import Array, Rng

if TYPE_CHECKING:
    from dlx.data.section import Data
    from dlx.data.targets.labels import Labels


def divided(parts: dict[str, Examples], data: Data, labels: Labels, rng: Rng) -> dict[str, Examples]:
    """The parts, with all examples of an undivided source split, or in train where no split is stated."""
    split = data.split
    if "all" not in parts and (split is not None or data.folds is not None):
        key = "split" if split is not None else "folds"
        raise DataError(f"data.{key}: the source is divided already, into {', '.join(parts)}; leave {key} out")
    if "all" not in parts:
        return parts
    whole = parts.pop("all")
    if split is None and data.folds is None:
        return {"train": whole, **parts}
    for role, column in split.columns.items() if split is not None else ():
        if role not in whole.split_columns:
            what = f"{whole.origin} has neither columns nor named arrays, so none that is called {column!r}"
            raise DataError(f"data.split.{role}: {what} (allowed: a column of a table, an array of an .npz)")
    assert whole.y is not None, "they have been labelled"
    strata = strata_of(whole.y, labels)
    if data.folds is None:
        assert split is not None
        rows = _rows_with_dev_fold(split, whole, strata, rng)
    else:
        rows = _rows_of_fold(split or Split(train=1.0), data.folds, data.fold or 1, whole, strata, rng)
    twice = rows.keys() & parts.keys()
    if twice:
        raise DataError(f"data.split: {min(twice)} has a source of its own; leave it out of the split")
    return {part: _selected(whole, of) for part, of in rows.items()} | parts


def strata_of(y: Array, labels: Labels) -> Array:
    """What a split keeps in proportion: the classes, where there are any."""
    return y if labels.task.has_one_class else np.zeros(len(y), np.uint8)


def _selected(whole: Examples, rows: Array) -> Examples:
    names = tuple(whole.names[row] for row in rows) if whole.names else ()
    return replace(whole.take(rows), names=names, split_columns={})


def _rows(split: Split, whole: Examples, strata: Array, groups: Array | None, rng: Rng) -> dict[str, Array]:
    """The rows of each part, by chance, by time or by group, and a remark where sizes are not those stated."""
    if split.time is not None:
        rows = rows_by_time(split, whole.split_columns["time"], strata, rng)
    elif groups is not None:
        rows = _rows_by_group(split, groups, strata, rng)
    else:
        return split_rows(split, strata, rng)
    goals = part_sizes(split, len(strata))
    fixed = [part for part in goals if goals[part] and not (part == "train" and split.rest)]
    if any(len(rows[part]) != goals[part] for part in fixed):
        reached = ", ".join(f"{part} {len(rows[part])} for {goals[part]}" for part in fixed)
        why = "equal times are in one part" if split.time is not None else "a group is in one part"
        _remark(f"data.split: the sizes are not just those stated, since {why}: {reached}")
    return rows


def _rows_with_dev_fold(split: Split, whole: Examples, strata: Array, rng: Rng) -> dict[str, Array]:
    """The same, with another fold of train for dev where the split says so; folds are cut without the rest."""
    groups = _together(split, whole)
    if not split.dev_fold:
        return _rows(split, whole, strata, groups, rng)
    without_rest = _rows(split.model_copy(update={"rest": None}), whole, strata, groups, rng)
    rows = turned(without_rest, split, strata, groups, rng)
    if split.rest == "train":
        rest = np.setdiff1d(np.arange(len(strata)), np.concatenate(list(without_rest.values())))
        rows["train"] = np.union1d(rows["train"], rest)
    return rows


def _rows_by_group(split: Split, groups: Array, strata: Array, rng: Rng) -> dict[str, Array]:
    sizes = part_sizes(split, len(groups))
    present = [part for part, size in sizes.items() if size]
    _check_groups(split, groups, len(present), f"the split has {len(present)} parts: {', '.join(present)}")
    rest = len(groups) - sum(sizes.values())
    part = parts_of_groups(groups, strata, [*(sizes[name] for name in present), *[rest] * (rest > 0)], rest > 0, rng)
    if split.rest == "train":
        part[part == len(present)] = 0
    return {name: np.flatnonzero(part == i) for i, name in enumerate(present)}


def _rows_of_fold(split: Split, folds: int, fold: int, whole: Examples, strata: Array, rng: Rng) -> dict[str, Array]:
    """test is the fold; the others are train and, in the proportions of the split, train_dev and dev."""
    m, groups = len(strata), _together(split, whole)
    if m < 2 * folds:
        raise DataError(f"data.folds: {folds} folds of {m} examples; a fold needs at least two")
    if groups is None:
        of_fold = folds_of(folds, strata, rng)
    else:
        _check_groups(split, groups, folds, f"there are {folds} folds")
        of_fold = parts_of_groups(groups, strata, [(m + i) // folds for i in range(folds)], False, rng)
    test, others = np.flatnonzero(of_fold == fold - 1), np.flatnonzero(of_fold != fold - 1)
    within = _rows(within_fold(split, len(others)), whole, strata[others], _renumbered(groups, others), rng)
    return {part: others[rows] for part, rows in within.items()} | {"test": test}


def folds_of(folds: int, strata: Array, rng: Rng) -> Array:
    """The fold of each example, from 0; their sizes, and the counts of each class in them, differ by one at most."""
    shuffled = rng.permutation(len(strata))
    by_class = shuffled[strata[shuffled].argsort(kind="stable")]
    fold = np.empty(len(strata), np.intp)
    fold[by_class] = np.arange(len(strata)) % folds
    return fold


def within_fold(split: Split, m: int) -> Split:
    """The split of the m examples outside a fold: train and dev in their proportion, and train_dev out of train."""
    total = split.train + split.dev
    dev, train_dev = (max(1, round(m * share / total)) if share else 0 for share in (split.dev, split.train_dev))
    return split.model_copy(
        update={"train": m - dev, "dev": dev, "test": 0, "train_dev": train_dev, "rest": None, "time": None}
    )


def _together(split: Split, whole: Examples) -> Array | None:
    """The group of each example, (m,) codes from 0: those of a group, or equal ones; None where each is by itself."""
    groups = None
    if split.group is not None:
        groups = np.unique(whole.split_columns["group"], return_inverse=True)[1].reshape(-1)
    if split.duplicates is None:
        return groups
    copies = np.unique(hashes(whole.X), return_inverse=True)[1].reshape(-1)
    extra = len(copies) - int(copies.max()) - 1
    what = f"{extra:,} of {len(copies):,} examples are copies of others, feature for feature"
    _remark(f"data.split: {what}; they stay together" if extra else "data.split: no example is a copy of another")
    if extra == 0:
        return groups
    return copies if groups is None else _joined(groups, copies)


def _joined(groups: Array, copies: Array) -> Array:
    """Codes of what hangs together by a common group or by copies."""
    joined = groups.copy()
    while True:
        before = joined
        for codes in (copies, groups):
            least = np.full(int(codes.max()) + 1, len(groups))
            np.minimum.at(least, codes, joined)
            joined = least[codes]
        if np.array_equal(joined, before):
            return np.unique(joined, return_inverse=True)[1].reshape(-1)


def _renumbered(groups: Array | None, rows: Array) -> Array | None:
    return None if groups is None else np.unique(groups[rows], return_inverse=True)[1].reshape(-1)


def _check_groups(split: Split, groups: Array, needed: int, what: str) -> None:
    count = int(groups.max()) + 1
    if count >= needed and count > 1:
        return
    if split.group is None:
        raise DataError(f"data.split.duplicates: {count} of the examples are different, and {what}")
    if count == 1:
        joined = " (with the copies of its examples)" if split.duplicates else ""
        raise DataError(
            f"data.split.group: all examples are of one {split.group}{joined}, so they cannot be split by it"
        )
    raise DataError(f"data.split.group: {split.group} has {count} groups, and {what}")


def _remark(text: str) -> None:
    remark(text)
