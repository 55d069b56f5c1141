"""Splits: cutting one set of examples into train, train_dev, dev and test, with each class in its share."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from dlx.component import Options
from dlx.errors import DataError
from dlx.types import Array, Rng

Share = Annotated[float | int, Field(ge=0)]
ColumnName = str | Annotated[int, Field(ge=-(2**31), lt=2**31)]


class Split(Options):
    """How one source is cut: fractions of all examples (they add up to 1) or counts, stratified by class."""

    train: Annotated[float | int, Field(gt=0)] = Field(description="a fraction as 0.8, or a count as 800")
    dev: Share = Field(0, description="likewise; 0 is none")
    test: Share = Field(0, description="likewise; 0 is none")
    train_dev: Share = Field(0, description="taken out of train: same distribution, not trained on")
    rest: Literal["train"] | None = Field(
        None, description="train: the examples that counts leave over are trained on too; dev and test stay as they are"
    )
    rare: Literal["train"] | None = Field(
        None,
        description="train, what a file has when left out: every class is in train, however few examples it has; null: "
        "every class by its share alone, which may leave train without one that has few",
    )
    group: ColumnName | None = Field(
        None,
        description="a column, or an array of an .npz, such as patient: all examples with the same value are in one "
        "part, and no feature is made of it; the sizes come as near to those stated as the groups allow",
    )
    time: ColumnName | None = Field(
        None,
        description="a column of dates, times or numbers: the earliest examples are train, then dev, the latest test; "
        "equal ones are in one part, what counts leave over is earlier than train, and no feature is made of it",
    )
    duplicates: Literal["together"] | None = Field(
        None, description="together: examples with the same features are in one part; null: each by itself"
    )
    dev_fold: Annotated[int, Field(ge=0)] | None = Field(
        None,
        description="another part of train as dev, and dev in train: a number from 1 to as many parts of the size of "
        "dev as train has, at most 7; test stays as it is; 0 or null: the dev that is drawn",
    )
    as_features: Literal[True] | None = Field(
        None, description="true: the columns of `group` and `time` are features all the same"
    )

    @property
    def columns(self) -> dict[str, str | int]:
        """The columns that it goes by, by their role."""
        stated = {"group": self.group, "time": self.time}
        return {role: column for role, column in stated.items() if column is not None}


def split_rows(split: Split, strata: Array, rng: Rng) -> dict[str, Array]:
    """The rows of each part that has any, ascending; drawn by one ``rng.permutation(m)``.

    strata: (m,) class codes, or all zeros where there are no classes. Every part has exactly the size that
    `part_sizes` gives, but for a train that takes the rest. dev and test are the same whether or not it does, and
    whether or not a train_dev is taken out of train.
    """
    sizes = part_sizes(split, len(strata))
    divide = shares_with_rare if split.rare == "train" else class_shares
    shares = divide(np.bincount(strata), [sizes["train"] + sizes["train_dev"], sizes["dev"], sizes["test"]])
    of_train = divide(shares[:, 0], [sizes["train"], sizes["train_dev"]])
    counts = np.hstack([of_train[:, :2], shares[:, 1:]])
    shuffled = rng.permutation(len(strata))
    by_class = shuffled[strata[shuffled].argsort(kind="stable")]
    part_of = np.empty(len(strata), np.uint8)
    part_of[by_class] = np.repeat(np.tile(np.arange(counts.shape[1]), len(counts)), counts.ravel())
    if split.rest == "train":
        part_of[part_of == len(sizes)] = 0
    return {part: np.flatnonzero(part_of == i) for i, part in enumerate(sizes) if sizes[part]}


def stratified_order(strata: Array, rng: Rng) -> Array:
    """All rows in a random order whose every beginning has each class in its share; two ``rng.permutation(m)``.

    Example i (from 0, in random order) of a class of n stands at (i + ½)/n, ties in random order. That is the order
    in which the method of Webster and Sainte-Laguë gives out seats: a longer beginning holds every shorter one, and
    none favours the large classes or the small ones.
    """
    shuffled, tie_break = rng.permutation(len(strata)), rng.permutation(len(strata))
    by_class = shuffled[strata[shuffled].argsort(kind="stable")]
    place = np.concatenate([(np.arange(n) + 0.5) / n for n in np.bincount(strata)])
    return by_class[np.lexsort((tie_break, place))]


def part_sizes(split: Split, m: int) -> dict[str, int]:
    """The sizes of train, train_dev, dev and test.

    Fractions are of all m examples: those of train, dev and test add up to 1, and their sizes, rounded by largest
    remainder, to m. Counts may leave examples over. train_dev is taken out of train.
    """
    shares = {"train": split.train, "dev": split.dev, "test": split.test}
    _check(shares, split.train_dev, m)
    if isinstance(split.train, float):
        train, dev, test = _rounded(list(shares.values()), m)
        train_dev = round(split.train_dev * m)
    else:
        train, dev, test, train_dev = (int(count) for count in (*shares.values(), split.train_dev))
    sizes = {"train": train - train_dev, "train_dev": train_dev, "dev": dev, "test": test}
    for part, size in sizes.items():
        if size < 1 and getattr(split, part):
            raise DataError(f"data.split: {part} {getattr(split, part)} of {m} examples leaves it {size}")
    return sizes


def class_shares(counts: Array, sizes: list[int]) -> Array:
    """How many examples of each class (rows) go to each part (columns), and in a last column how many to none.

    Rows add up to ``counts``, columns to ``sizes``. A cell is the class's proportional share, rounded down, plus one
    where the remainders are largest and its row and column still lack one.
    """
    m = int(counts.sum())
    columns = np.array([*sizes, m - sum(sizes)])
    shares, remainders = np.divmod(np.outer(counts, columns), max(m, 1))
    in_row, in_column = counts - shares.sum(axis=1), columns - shares.sum(axis=0)
    largest_first = np.argsort(-remainders, axis=None, kind="stable").tolist()
    while in_row.any():
        for row, column in (divmod(cell, len(columns)) for cell in largest_first):
            if in_row[row] and in_column[column]:
                shares[row, column] += 1
                in_row[row] -= 1
                in_column[column] -= 1
    return shares


def shares_with_rare(counts: Array, sizes: list[int]) -> Array:
    """The same, with an example of each class in the first part as long as that has two of another to give for it."""
    shares = class_shares(counts, sizes)
    for row in np.flatnonzero((counts > 0) & (shares[:, 0] == 0)).tolist():
        column = shares.shape[1] - 1 if shares[row, -1] else int(shares[row].argmax())
        most = int(shares[:, 0].argmax())
        if shares[most, 0] > 1:
            shares[row, 0] += 1
            shares[most, 0] -= 1
            shares[row, column] -= 1
            shares[most, column] += 1
    return shares


def _check(shares: dict[str, float], train_dev: float, m: int) -> None:
    stated = ", ".join(f"{part} {share}" for part, share in shares.items())
    total = sum(shares.values())
    kinds = {type(share) for share in (*shares.values(), train_dev) if share}
    if len(kinds) > 1:
        raise DataError(f"data.split: {stated}, train_dev {train_dev}: state fractions or counts, not both")
    if float in kinds and abs(total - 1) > 1e-9:
        raise DataError(f"data.split: {stated} add up to {total:.12g}; fractions of the examples must add up to 1")
    if int in kinds and total > m:
        raise DataError(f"data.split: {stated} add up to {total}, but there are only {m} examples")
    if train_dev >= shares["train"]:
        raise DataError(f"data.split: train_dev {train_dev} is taken out of train {shares['train']}; nothing is left")


def _rounded(fractions: list[float], m: int) -> list[int]:
    """Whole numbers in these proportions that add up to m, by largest remainder."""
    exact = np.array(fractions) * m
    sizes = np.floor(exact).astype(int)
    sizes[np.argsort(sizes - exact, kind="stable")[: m - sizes.sum()]] += 1
    return [int(size) for size in sizes]
