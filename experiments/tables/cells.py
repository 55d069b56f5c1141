"""One cell of the comparison, a model on a split of a table, kept in a file so that a run that is stopped goes on."""

from __future__ import annotations

import json
import os
import time
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

from .catalogue import Table
from .dlx_commands import ROOT, Commands
from .peers import SKLEARN
from .splitting import columns, split

CACHE = ROOT / "build" / "tables"
MODELS = ["dlx", *SKLEARN, "PyTorch", "Keras"]


def measure_all(table: Table, seed: int, models: Sequence[str], cache: Path) -> list[dict[str, Any]]:
    """The cells of one split."""
    return [measure(table, seed, model, cache) for model in models]


def measure(table: Table, seed: int, model: str, cache: Path = CACHE) -> dict[str, Any]:
    """The held-out error of a model and the processor seconds that it took, out of the cache if they are there."""
    folder = cache / table.name / str(seed)
    train, test = split(table, seed, folder)
    file = folder / f"{model.replace(' ', '_')}.json"
    cell: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    if model == "dlx":
        commands = Commands(folder)
        spec = commands.new(table.target)
        if cell.get("spec") == spec:
            return cell
        commands.train(seed)
        predictions, seconds = commands.predict(), commands.seconds
        cell = {"spec": spec}
    elif cell:
        return cell
    else:
        predictions, seconds = _of_peer(model, table, seed, train, test)
    cell |= {"error": error(predictions, train, test, table), "seconds": seconds}
    unfinished = file.with_suffix(f".{os.getpid()}")
    unfinished.write_text(json.dumps(cell), encoding="utf-8")
    unfinished.replace(file)
    return cell


def error(predictions: Any, train: Path, test: Path, table: Table) -> float:
    """The share of test's rows that are answered wrongly, or the RMSE; where there is no answer it is the mean."""
    _, y = columns(test, table)
    if not table.is_regression:
        return float(np.mean(np.asarray(predictions, dtype=str) != y.astype(str)))
    mean = columns(train, table)[1].mean()
    answers = np.array([mean if value == "" else float(value) for value in predictions])
    return float(np.sqrt(np.mean((answers - y) ** 2)))


def _of_peer(model: str, table: Table, seed: int, train: Path, test: Path) -> tuple[Any, float]:
    if model in SKLEARN:
        peer = SKLEARN[model]
    else:
        from .plain_networks import NETWORKS  # PyTorch takes seconds to import, which dlx's cells have no use for

        peer = NETWORKS[model]
    (X, y), (X_test, _) = columns(train, table), columns(test, table)
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the defaults are what is compared
        warnings.simplefilter("ignore", UserWarning)  # of categories that train does not have
        started = time.process_time()
        predictions = peer(X, y, X_test, seed)
        return predictions, time.process_time() - started
