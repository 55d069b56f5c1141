"""Drawn tables with odd columns, and specs of every kind of network on them."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from dlx.data.values.hashing import places
from dlx.types import Array

M = 120
TARGETS: dict[str, str | list[str]] = {
    "binary": "label",
    "multiclass": "kind",
    "regression": "value",
    "multilabel": ["p", "q"],
    "several": ["value", "other"],
}
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
    "electron": _numbers(".6e", lambda z: 1e-30 * z),
    "planck": _numbers(".9e", lambda z: 6.626e-34 * (1 + 1e-3 * z)),
    "agreed": lambda rng, z: ["true" if x > 0 else "false" for x in z],
    "only": lambda rng, z: ["one"] * len(z),
    "sold": lambda rng, z: [str(date(2019, 6, 1) + timedelta(days=int(60 * x))) for x in z],
    "street": lambda rng, z: [f"{int(20 * abs(x))} {'High' if x > 0 else 'Low'} street" for x in z],
}
OPTIONS: dict[str, dict[str, Any]] = {
    "size": {"kind": "category"},
    "only": {"kind": "category"},
    "agreed": {},
    "sold": {"kind": "time", "parts": ["weekday", "day"]},
    "street": {"kind": "hashed", "features": 7},
}
TRUTH = {"true": "1", "false": "0"}
PLUGIN = Path(__file__).with_name("own_loss.py")
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
    columns["other"] = [f"{100 * value:.3f}" for value in score + 0.5 * rng.standard_normal(M)]
    columns["p"] = [str(int(value > -0.3)) for value in score]
    columns["q"] = [str(int(value > 0.4)) for value in score + rng.standard_normal(M)]
    columns["count"] = [str(int(rng.poisson(math.exp(0.5 * value)))) for value in score]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def spec(rng: np.random.Generator, names: Sequence[str], gaps: bool) -> dict[str, Any]:
    """A spec on such a table."""
    answers = str(rng.choice(list(TARGETS)))
    task = "regression" if answers == "several" else answers
    losses = ["squared_error", "absolute", "huber", *(["poisson", "own_counts"] if answers == "regression" else [])]
    loss = str(rng.choice(losses)) if task == "regression" else None
    counts = loss in ("poisson", "own_counts")
    target = "count" if counts else TARGETS[answers]
    columns = {
        name: {"transform": str(rng.choice(TRANSFORMS[name]))}
        for name in names
        if name in TRANSFORMS and rng.random() < 0.6
    }
    columns = {name: OPTIONS.get(name) or columns.get(name, {"kind": "number"}) for name in names if name != "agreed"}
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
        "split": {"train": 0.8, "dev": 0.2},
        "normalize": str(rng.choice(["standard", "standard", "minmax", "robust"])),
    }
    if task == "regression" and not counts:
        data["normalize_targets"] = str(
            rng.choice(["standard", "minmax", "none", *(["log"] if answers == "regression" else [])])
        )
    return {
        "name": "drawn",
        "seed": int(rng.integers(1000)),
        "dtype": str(rng.choice(["float32", "float32", "float64"])),
        "task": task,
        **({"loss": loss} if loss else {}),
        **({"plugins": [str(PLUGIN)]} if loss == "own_counts" else {}),
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
    return np.array([[_number(row, feature, features) for feature in features] for row in rows])


def _number(row: Mapping[str, str], feature: str, features: Sequence[str]) -> float:
    name = min((column for column in row if feature.startswith(column)), key=lambda column: -len(column))
    cell, rest = row[name], feature[len(name) :]
    if not cell:
        return math.nan
    if rest.startswith("="):
        return float(rest[1:] == cell)
    if rest.startswith("#"):
        count = sum(other.startswith(f"{name}#") for other in features)
        return float(int(rest[1:]) in places(cell, count))
    if name != "sold":
        return float(TRUTH.get(cell, cell))
    day = date.fromisoformat(cell)
    turn = 2 * math.pi * (day.weekday() / 7 if "weekday" in rest else (day.day - 1) / 31)
    waves = {"": float((day - date(1970, 1, 1)).days), "sin": math.sin(turn), "cos": math.cos(turn)}
    return waves[rest.rpartition(" ")[2]]
