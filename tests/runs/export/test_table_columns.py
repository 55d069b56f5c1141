"""Exports of networks that were trained on tables of any kind give what ``dlx predict`` gives, from rows of numbers.

The rows are made here of the cells of the table and the names of the features, apart from what dlx makes of them.
"""

from __future__ import annotations

import csv
import importlib.util
import io
import json
import math
import sys
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.data.values.hashing import places
from dlx.types import Array

pytestmark = pytest.mark.usefixtures("blank_pictures")

TOWNS = ["Oslo", "Rome", "Bern", "Ulm", "Graz", "Linz", "Wien"]
M = 90
Row = Mapping[str, str]


def cells(rng: np.random.Generator) -> dict[str, list[str]]:
    """The columns of a table as text, some of whose cells are empty."""
    town = rng.choice(TOWNS, M, p=[0.4, 0.25, 0.2, 0.05, 0.04, 0.04, 0.02])
    size = rng.normal(80, 20, M)
    columns = {
        "size": [f"{value:.4f}" for value in size],
        "income": [f"{value:.3f}" for value in np.exp(rng.normal(9, 1.5, M))],
        "gain": [f"{value:.5g}" for value in rng.standard_cauchy(M)],
        "stamp": [str(1_700_000_000 + int(value)) for value in rng.integers(0, 9000, M)],
        "town": town.tolist(),
        "street": [f"{rng.integers(40)} {name} street" for name in town],
        "sold": [str(date(2019, 1, 1 + int(value))) for value in rng.integers(0, 28, M)],
        "grade": [str(value) for value in rng.integers(1, 5, M)],
    }
    score = (size - 80) / 20 + (town == "Oslo") + rng.normal(0, 0.3, M)
    columns["binary"] = ["yes" if value > 0.3 else "no" for value in score]
    columns["multiclass"] = ["abc"[int(value > 0) + int(value > 1)] for value in score]
    columns["regression"] = [f"{value:.3f}" for value in np.exp(score) * 1000]
    return columns


def drawn_source(rng: np.random.Generator, target: str) -> dict[str, Any]:
    """The options of a source, each of which is there or not."""
    columns: dict[str, Any] = {}
    kinds: dict[str, list[dict[str, Any]]] = {
        "size": [{}, {"impute": "mean"}, {"transform": "signed_log"}],
        "income": [
            {},
            {"transform": "log"},
            {"transform": "signed_log", "impute": "most_frequent"},
            {"transform": "quantile"},
        ],
        "gain": [{}, {"transform": "signed_log"}, {"transform": "quantile"}],
        "street": [{"kind": "hashed"}, {"kind": "hashed", "features": 7}, {"kind": "category"}],
        "sold": [{}, {"kind": "time", "parts": ["weekday", "day"]}, {"kind": "category"}],
        "grade": [{}, {"kind": "category"}],
    }
    for name, choices in kinds.items():
        columns[name] = choices[rng.integers(len(choices))]
    features = [name for name in [*columns, "stamp", "town"] if rng.random() < 0.75] or ["size"]
    source: dict[str, Any] = {"name": "file", "path": "table.csv", "target": target, "use": features}
    source["columns"] = {name: options for name, options in columns.items() if name in features}
    source["impute"] = str(rng.choice(["mean", "median", "most_frequent"]))
    source["missing_indicators"] = bool(rng.random() < 0.6)
    return source | ({"rare": int(rng.integers(1, 8))} if rng.random() < 0.6 else {})


def drawn_spec(rng: np.random.Generator, task: str) -> dict[str, Any]:
    normalize: list[dict[str, Any]] = [
        {"name": "standard"},
        {"name": "standard", "one_hot": True},
        {"name": "minmax"},
        {"name": "robust"},
    ]
    data: dict[str, Any] = {
        "source": drawn_source(rng, task),
        "split": {"train": 0.7, "dev": 0.3},
        "normalize": normalize[rng.integers(4)],
    }
    if task == "regression":
        data["normalize_targets"] = str(rng.choice(["standard", "minmax", "log"]))
    return {
        "name": "drawn",
        "seed": int(rng.integers(100)),
        "task": task,
        "data": data,
        "architecture": {"hidden": [6], "activation": str(rng.choice(["relu", "tanh"]))},
        "optimizer": {"name": "adam", "learning_rate": 0.01},
        "training": {"epochs": 4, "batch_size": 16},
    }


def with_gaps(rng: np.random.Generator, columns: dict[str, list[str]]) -> dict[str, list[str]]:
    targets = ("binary", "multiclass", "regression")
    return {
        name: [value if name in targets or rng.random() > 0.07 else "" for value in values]
        for name, values in columns.items()
    }


def written(columns: dict[str, list[str]], path: Path) -> list[Row]:
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(columns)
        table.writerows(zip(*columns.values(), strict=True))
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def number(row: Row, feature: str, features: list[str]) -> float:
    """The number that a feature's name asks for of a row of cells."""
    name = min((column for column in row if feature.startswith(column)), key=lambda column: -len(column))
    cell, rest = row[name], feature[len(name) :]
    if not cell:
        return math.nan
    if rest.startswith("="):
        known = any(other == f"{name}={cell}" for other in features)
        return float(rest[1:] == (cell if known else "other"))
    if rest.startswith("#"):
        count = sum(other.startswith(f"{name}#") for other in features)
        return float(int(rest[1:]) in places(cell, count))
    if name != "sold":
        return float(cell)
    day = date.fromisoformat(cell)
    turn = 2 * math.pi * (day.weekday() / 7 if "weekday" in rest else (day.day - 1) / 31)
    waves = {"": float((day - date(1970, 1, 1)).days), "sin": math.sin(turn), "cos": math.cos(turn)}
    return waves[rest.rpartition(" ")[2]]


def of_onnx(folder: Path, rows: list[Row]) -> Array:
    onnxruntime = pytest.importorskip("onnxruntime")  # there is none for Macs with Intel
    session = onnxruntime.InferenceSession(folder / "net.onnx")
    [features] = session.get_inputs()
    names = json.loads(session.get_modelmeta().custom_metadata_map["features"])
    X = [[number(row, name, names) for name in names] for row in rows]
    dtype = {"tensor(float)": np.float32, "tensor(double)": np.float64}[features.type]
    result: Array
    [result] = session.run(None, {"features": np.array(X, dtype)})
    return result


def of_module(folder: Path, rows: list[Row]) -> Array:
    described = importlib.util.spec_from_file_location("net", folder / "net.py")
    assert described is not None
    assert described.loader is not None
    module = importlib.util.module_from_spec(described)
    sys.modules["net"] = module
    described.loader.exec_module(module)
    names = module.FEATURES
    X = np.array([[number(row, name, names) for name in names] for row in rows])
    X = X if "float64" in (module.__doc__ or "") else X.astype(np.float32)
    network = module.load()
    if hasattr(network, "predict"):
        outputs: Array = network.predict(X, verbose=0)
    else:
        outputs = network(module.torch.from_numpy(X)).detach().numpy()
    return outputs


PACKAGES = {"onnx": "onnxruntime", "pytorch": "torch", "keras": "keras"}


@pytest.mark.parametrize("to", PACKAGES)
@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
@pytest.mark.parametrize("draw", [*range(4), *(pytest.param(k, marks=pytest.mark.thorough) for k in range(4, 9))])
def test_a_drawn_spec(draw: int, task: str, to: str, tmp_path: Path, call_dlx: Callable[..., Any]) -> None:
    pytest.importorskip(PACKAGES[to], reason="not installed: the export is written, but not run here")
    rng = np.random.default_rng([draw, len(task)])
    (tmp_path / "spec.yaml").write_text(json.dumps(drawn_spec(rng, task)))
    written(with_gaps(rng, cells(rng)), tmp_path / "table.csv")
    result = call_dlx("train", "spec.yaml", "--out", "run", "--quiet", cwd=tmp_path)
    assert result.code == 0, result.stderr
    rows = written(with_gaps(rng, cells(rng)), tmp_path / "new.csv")
    result = call_dlx("predict", "run", "new.csv", cwd=tmp_path)
    answers = list(csv.DictReader(io.StringIO(result.stdout)))
    answered = [i for i, row in enumerate(answers) if not row.get("unanswered")]
    assert len(answered) > M / 3, result.stderr
    columns = [name for name in answers[0] if name not in ("class", "unanswered")]
    expected = np.array([[float(answers[i][name]) for name in columns] for i in answered])
    assert call_dlx("export", "run", "--to", to, "--out", "net", cwd=tmp_path).code == 0
    outputs = (of_onnx if to == "onnx" else of_module)(tmp_path, [rows[i] for i in answered])
    scale = np.abs(expected).max()
    np.testing.assert_allclose(outputs, expected, rtol=2e-4, atol=1e-5 * scale)


def test_what_is_not_answered_is_nan(tmp_path: Path, call_dlx: Callable[..., Any]) -> None:
    pytest.importorskip("onnxruntime")
    source = {"name": "file", "path": "table.csv", "target": "binary", "use": ["size", "income", "gain"]}
    columns = {"size": {"impute": "mean"}, "income": {"transform": "log"}}
    spec = {"data": {"source": source | {"columns": columns}}, "training": {"epochs": 2}}
    (tmp_path / "spec.yaml").write_text(json.dumps(spec))
    written(cells(np.random.default_rng(1)), tmp_path / "table.csv")
    assert call_dlx("train", "spec.yaml", "--out", "run", "--quiet", cwd=tmp_path).code == 0
    assert call_dlx("export", "run", "--to", "onnx", "--out", "net", cwd=tmp_path).code == 0
    new = {"size": ["", "80", "80", "80"], "income": ["9", "", "-1", "9"], "gain": ["1", "1", "1", ""]}
    rows = written(new, tmp_path / "new.csv")
    answers = list(csv.DictReader(io.StringIO(call_dlx("predict", "run", "new.csv", cwd=tmp_path).stdout)))
    assert [bool(row["class"]) for row in answers] == [True, False, False, False]
    assert np.isnan(of_onnx(tmp_path, rows)).all(axis=1).tolist() == [False, True, True, True]
