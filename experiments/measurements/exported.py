"""A trained network (batch norm, dropout, scaled inputs) as `dlx export` gives it to others, on 1,000 raw digits.

Neither PyTorch nor Keras is needed to write their files, and neither is run here: the exported arrays are put through
the formula that the modules spell out, softmax(W₃·relu(W₂·relu(W₁·(x − shift)·scale + b₁) + b₂) + b₃) in float32, and
compared with the probabilities of `dlx predict`. Without normalization: the same formula on x itself. An ONNX file
needs the extra `onnx`; the tests run one with onnxruntime.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from dlx.data.sources import Digits
from dlx.runs.export.formats import export
from dlx.runs.predictions.predict import predictions
from experiments.reproduce.measuring import Bench, Measured

EXAMPLES = 1000
TO = ("pytorch", "keras")


def measure(bench: Bench) -> Measured:
    """Both formats, and what is left where the normalization is forgotten."""
    run = str(bench.trained("../configs/digits.yaml", {"digits": []})["digits"].path)
    x = Digits().load()["all"].X[:EXAMPLES].astype(np.float32)
    np.save(bench.folder / "rows.npy", x)
    told = np.array([row[1:] for row in predictions(run, bench.folder / "rows.npy").rows])
    rows = {}
    for to in TO:
        code, arrays = _exported(run, to, bench.folder)
        compile(code, f"{to}.py", "exec")
        rows[to] = {"lines": len(code.splitlines()), **_compared(_outputs(arrays, x), told)}
    forgotten = {**arrays, "shift": np.zeros(1, np.float32), "scale": np.ones(1, np.float32)}
    rows["without_normalization"] = _compared(_outputs(forgotten, x), told)
    return Measured(rows)


def _exported(run: str, to: str, folder: Path) -> tuple[str, Mapping[str, np.ndarray]]:
    """The module's code, and the arrays that it loads."""
    code, weights = export(run, to, folder / f"net_{to}")
    with np.load(weights) as arrays:
        return code.read_text(encoding="utf-8"), dict(arrays)


def _outputs(arrays: Mapping[str, np.ndarray], x: np.ndarray) -> np.ndarray:
    """Probabilities, without any of dlx's own code."""
    A, last = (x - arrays["shift"]) * arrays["scale"], sum(name.startswith("W") for name in arrays)
    for l in range(1, last + 1):
        Z = A @ arrays[f"W{l}"].T + arrays[f"b{l}"]
        A = np.maximum(Z, 0)
    powers = np.exp(Z - Z.max(axis=1, keepdims=True))
    found: np.ndarray = powers / powers.sum(axis=1, keepdims=True)
    return found


def _compared(found: np.ndarray, told: np.ndarray) -> dict[str, float]:
    return {
        "examples": len(found),
        "same_class": float((found.argmax(axis=1) == told.argmax(axis=1)).mean()),
        "largest_difference": float(np.abs(found - told).max()),
    }
