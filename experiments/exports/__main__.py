"""Exports drawn networks in three formats, runs each for real beside `dlx predict`, and writes results.md.

``python -m experiments.exports COUNT FIRST``; what is not installed is not run, and is said so. The first number drawn
is 0 unless given; results of other numbers are only printed.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import json
import os
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

import dlx
from dlx.errors import UsageError
from dlx.runs.export.formats import export
from dlx.runs.predictions import calibrate
from dlx.runs.predictions.predict import predictions
from dlx.types import Array

from . import drawn

RESULTS, LARGEST = Path(__file__).parent / "results.md", 1e-4


def main(count: int, first: int) -> None:
    """Draw, train, export and run."""
    os.environ.setdefault("KERAS_BACKEND", "torch")
    differences: dict[str, list[float]] = {to: [] for to in RUNNERS}
    outcomes: Counter[str] = Counter()
    lines = []
    for number in range(first, first + count):
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
            for to, outcome in compared(number, Path(folder)):
                if isinstance(outcome, float):
                    differences[to].append(outcome)
                    if outcome > LARGEST:
                        lines.append(f"- spec {number}, {to}: differs by {outcome:.2g}")
                else:
                    outcomes[f"{to}: {outcome.split(':')[0]}"] += 1
                    lines += [f"- spec {number}, {to}: {outcome}"] if outcome.startswith("refused") else []
    text = summary(count, differences, outcomes, lines)
    if first == 0:
        RESULTS.write_text(text, encoding="utf-8")
    print(text)


def summary(count: int, differences: dict[str, list[float]], outcomes: Counter[str], lines: list[str]) -> str:
    """The table, and what was not run."""
    rows = [
        f"| {to} | {len(values)} | {sum(value > LARGEST for value in values)} | {max(values, default=0):.1e} |"
        for to, values in differences.items()
    ]
    text = [
        "# Exports, run for real",
        "",
        f"Written by `make exports`. {count} drawn specs (odd columns, gaps, all activations, norms and losses), each",
        "exported in three formats and run on new rows beside `dlx predict`. A difference is of probabilities,",
        "or of values in units of their standard deviation.",
        "",
        f"| format | run | differ by more than {LARGEST:g} | largest difference |",
        "|---|---|---|---|",
        *rows,
        "",
        *(f"- {outcome}: {number}" for outcome, number in sorted(outcomes.items())),
        *lines,
    ]
    return "\n".join(text).rstrip() + "\n"


def compared(number: int, folder: Path) -> Iterator[tuple[str, float | str]]:
    """For each format the largest difference, or why there is none."""
    rng = np.random.default_rng([23, number])
    names = sorted(rng.choice(list(drawn.COLUMNS), rng.integers(2, 6), replace=False).tolist())
    gaps = bool(rng.random() < 0.4)
    drawn.table(rng, names, gaps, folder / "table.csv")
    spec = drawn.spec(rng, names, gaps)
    (folder / "spec.yaml").write_text(json.dumps(spec), encoding="utf-8")
    with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        try:
            dlx.train(folder / "spec.yaml", out=folder / "run")
        except dlx.errors.DlxError as error:
            yield "training", type(error).__name__
            return
        if spec["task"] in ("binary", "multiclass") and rng.random() < 0.3:
            calibrate.apply(calibrate.calibrate(str(folder / "run"), _aim(spec["task"])))
        rows = drawn.table(rng, names, gaps, folder / "new.csv")
        answers = predictions(str(folder / "run"), folder / "new.csv")
        cells = list(answers.rows)
        answered = [i for i in range(len(cells)) if i not in answers.unanswered]
        first = {"multiclass": 1, "binary": 1, "multilabel": 2}.get(spec["task"], 0)
        width = len(answers.header) - first - bool(answers.unanswered)
        expected = np.array([cells[i][first : first + width] for i in answered], np.float64)
        for to, runner in RUNNERS.items():
            try:
                export(str(folder / "run"), to, folder / f"net_{to}")
                outputs = runner(folder, [rows[i] for i in answered])
            except UsageError as error:
                yield to, f"refused, {error}"
            except ImportError as error:
                yield to, f"not run, {error.name} is not installed"
            else:
                unit = expected.std(axis=0) if spec["task"] == "regression" else 1.0
                difference = np.abs(outputs - expected) - 2.0**-21 * np.abs(expected)
                yield to, float(np.nan_to_num(difference / np.where(unit == 0, 1, unit), nan=np.inf).max())


def _aim(task: str) -> calibrate.Aim | None:
    return calibrate.parse_aim("balanced_error") if task == "binary" else None


def _onnx(folder: Path, rows: list[dict[str, str]]) -> Array:
    import onnxruntime  # type: ignore[import-untyped]

    session = onnxruntime.InferenceSession(folder / "net_onnx.onnx")
    [features] = session.get_inputs()
    names = json.loads(session.get_modelmeta().custom_metadata_map["features"])
    dtype = {"tensor(float)": np.float32, "tensor(double)": np.float64}[features.type]
    [outputs] = session.run(None, {"features": drawn.numbers(rows, names).astype(dtype)})
    return np.asarray(outputs)


def _module(folder: Path, to: str) -> ModuleType:
    described = importlib.util.spec_from_file_location(f"net_{to}", folder / f"net_{to}.py")
    assert described is not None
    assert described.loader is not None
    module = importlib.util.module_from_spec(described)
    sys.modules[f"net_{to}"] = module
    described.loader.exec_module(module)
    return module


def _inputs(module: ModuleType, rows: list[dict[str, str]]) -> Array:
    X = drawn.numbers(rows, module.FEATURES)
    return X if "float64" in (module.__doc__ or "") else X.astype(np.float32)


def _pytorch(folder: Path, rows: list[dict[str, str]]) -> Array:
    module = _module(folder, "pytorch")
    with module.torch.no_grad():
        return np.asarray(module.load()(module.torch.from_numpy(_inputs(module, rows))).numpy())


def _keras(folder: Path, rows: list[dict[str, str]]) -> Array:
    module = _module(folder, "keras")
    network: Any = module.load()
    return np.asarray(network.predict(_inputs(module, rows), verbose=0))


RUNNERS: dict[str, Callable[[Path, list[dict[str, str]]], Array]] = {
    "onnx": _onnx,
    "pytorch": _pytorch,
    "keras": _keras,
}

STATED = [int(number) for number in sys.argv[1:3]]
main(*STATED, *(200, 0)[len(STATED) :])
