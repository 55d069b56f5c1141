"""Drawn tables with odd columns, and specs of every kind of network on them."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from dlx.types import Array

M = 120
TARGETS = {"binary": "label", "multiclass": "kind", "regression": "value", "multilabel": "p"}
Cells = Callable[[np.random.Generator, Array], list[str]]


def _numbers(form: str, change: Callable[[Array], Array]) -> Cells:
    return lambda rng, z: [format(x, form) for x in change(z)]


def _categories(rng: np.random.Generator, z: Array) -> list[str]:
    return ["low" if x < -0.5 else "high" if x > 0.8 else str(rng.choice(["mid", "other one"])) for x in z]


def _days(rng: np.random.Generator, z: Array) -> list[str]:
    days = [date(2020, 6, 1) + timedelta(days=int(300 * x)) for x in z]
    return [f"{day:%Y%m%d}" for day in days]


# Each by standard normal numbers, on which the targets depend.
COLUMNS: dict[str, Cells] = {
    "plain": _numbers(".4f", lambda z: z),
    "seconds_of_hours": _numbers(".0f", lambda z: 1_700_000_000 + 3000 * z),
    "seconds_of_years": _numbers(".0f", lambda z: 1_600_000_000 + 4e7 * z),
    "milliseconds": _numbers(".0f", lambda z: 1_700_000_000_000 + 5e4 * z),
    "yyyymmdd": _days,
    "ampere": _numbers(".6e", lambda z: 3e-9 * z),
    "metre": _numbers(".6e", lambda z: 5e-7 + 3e-9 * z),
    "joule": _numbers(".5e", lambda z: 1e-25 * (2 + z)),
    "atoms": _numbers(".6e", lambda z: 6e23 + 2e20 * z),
    "mass": _numbers(".5e", lambda z: 2e30 * np.exp(z)),
    "celsius": _numbers(".2f", lambda z: 20 + 5 * z),
    "pressure": _numbers(".3f", lambda z: 101_325 + 0.5 * z),
    "income": _numbers(".2f", lambda z: np.exp(9 + 1.5 * z)),
    "heavy": _numbers(".5g", lambda z: z**9),
    "constant": _numbers(".1f", lambda z: 0 * z + 7.5),
    "size": _categories,
    "flag": _numbers(".0f", lambda z: z > 0),
}
TRANSFORMS = {
    "income": ("log", "signed_log", "quantile"),
    "heavy": ("signed_log", "quantile"),
    "mass": ("log", "quantile"),
}


def table(rng: np.random.Generator, names: Sequence[str], gaps: bool, path: Path) -> list[dict[str, str]]:
    """Write a table with these columns and every target; its rows as text."""
    z = {name: rng.standard_normal(M) for name in names}
    score = sum(z.values()) / math.sqrt(len(z)) + 0.3 * rng.standard_normal(M)
    columns = {name: COLUMNS[name](rng, z[name]) for name in names}
    if gaps:
        columns = {name: [cell if rng.random() > 0.08 else "" for cell in cells] for name, cells in columns.items()}
    columns["label"] = ["yes" if value > 0 else "no" for value in score]
    columns["kind"] = ["abc"[int(value > -0.4) + int(value > 0.5)] for value in score]
    columns["value"] = [f"{math.exp(0.7 * value):.4f}" for value in score]
    columns["count"] = [str(int(rng.poisson(math.exp(0.5 * value)))) for value in score]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def spec(rng: np.random.Generator, names: Sequence[str], gaps: bool) -> dict[str, Any]:
    """A spec on such a table."""
    task = str(rng.choice(["binary", "multiclass", "regression"]))
    losses = ["squared_error", "absolute", "huber", "poisson"]
    loss = str(rng.choice(losses)) if task == "regression" else None
    target = "count" if loss == "poisson" else TARGETS[task]
    columns = {
        name: {"transform": str(rng.choice(TRANSFORMS[name]))}
        for name in names
        if name in TRANSFORMS and rng.random() < 0.6
    }
    columns |= {"size": {"kind": "category"}} if "size" in names else {}
    columns = {
        name: {"kind": "number"} if name not in ("size",) and name not in columns else columns[name] for name in names
    }
    source: dict[str, Any] = {
        "name": "file",
        "path": "table.csv",
        "target": target,
        "use": list(names),
        "columns": columns,
    }
    if gaps:
        source |= {
            "impute": str(rng.choice(["mean", "median", "most_frequent"])),
            "missing_indicators": bool(rng.random() < 0.5),
        }
    data: dict[str, Any] = {
        "source": source,
        "normalize": str(rng.choice(["standard", "standard", "minmax", "robust"])),
    }
    if task == "regression" and loss != "poisson":
        data["normalize_targets"] = str(rng.choice(["standard", "minmax", "log", "none"]))
    return {
        "name": "drawn",
        "seed": int(rng.integers(1000)),
        "dtype": str(rng.choice(["float32", "float32", "float64"])),
        "task": task,
        **({"loss": loss} if loss else {}),
        "data": data,
        "architecture": _architecture(rng),
        "optimizer": {"name": "adam", "learning_rate": 0.02},
        "training": {"epochs": 15, "batch_size": 32},
    }


def _architecture(rng: np.random.Generator) -> dict[str, Any]:
    activations = ["sigmoid", "tanh", "relu", "leaky_relu", "elu", "softplus", "swish", "gelu"]
    hidden = [
        {"units": int(rng.integers(2, 9)), "activation": str(rng.choice(activations))}
        for _ in range(rng.integers(1, 4))
    ]
    norm = str(rng.choice(["none", "batch_norm", "layer_norm"], p=[0.5, 0.3, 0.2]))
    return {"hidden": hidden, **({} if norm == "none" else {norm: True})}


def numbers(rows: Sequence[Mapping[str, str]], features: Sequence[str]) -> Array:
    """What the names of the features ask for, of the cells of a table."""
    return np.array([[_number(row, feature) for feature in features] for row in rows])


def _number(row: Mapping[str, str], feature: str) -> float:
    name, _, category = feature.partition("=")
    if not row[name]:
        return math.nan
    return float(row[name] == category) if category else float(row[name])
