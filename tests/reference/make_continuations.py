"""Asks PyTorch (float64) for the derivatives that the complex step of dlx/gradcheck is compared with.

Run with torch installed: python tests/reference/make_continuations.py

continuations.npz holds, for each NumPy function by its name (``maximum.reduce`` for a method),
``<name>/at/0``, ``<name>/at/1`` …: its arguments, ``<name>/along/0`` …: the direction in which each of them moves, and
``<name>/derivative``: the derivative of its result in that direction, by torch's forward mode.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.func import jvp

Function = Callable[..., torch.Tensor]

OF_ONE: dict[str, tuple[Function, float, float]] = {  # with the interval that its argument is drawn from
    "negative": (torch.neg, -3, 3),
    "positive": (torch.positive, -3, 3),
    "reciprocal": (torch.reciprocal, 0.3, 3),
    "square": (torch.square, -3, 3),
    "sqrt": (torch.sqrt, 0.01, 9),
    "exp": (torch.exp, -40, 40),
    "exp2": (torch.exp2, -9, 9),
    "expm1": (torch.expm1, -40, 3),
    "log": (torch.log, 1e-8, 9),
    "log2": (torch.log2, 1e-8, 9),
    "log10": (torch.log10, 1e-8, 9),
    "log1p": (torch.log1p, -0.99, 9),
    "sin": (torch.sin, -9, 9),
    "cos": (torch.cos, -9, 9),
    "tan": (torch.tan, -1.5, 1.5),
    "arcsin": (torch.asin, -0.99, 0.99),
    "arccos": (torch.acos, -0.99, 0.99),
    "arctan": (torch.atan, -9, 9),
    "sinh": (torch.sinh, -9, 9),
    "cosh": (torch.cosh, -9, 9),
    "tanh": (torch.tanh, -20, 20),
    "arcsinh": (torch.asinh, -9, 9),
    "arccosh": (torch.acosh, 1.01, 9),
    "arctanh": (torch.atanh, -0.99, 0.99),
    "absolute": (torch.abs, -3, 3),
    "fabs": (torch.abs, -3, 3),
    "sign": (torch.sign, -3, 3),
    "copyto": (torch.clone, -3, 3),
    "sum": (lambda a: a.sum(0), -3, 3),
    "mean": (lambda a: a.mean(0), -3, 3),
    "add.reduce": (lambda a: a.sum(0), -3, 3),
    "multiply.reduce": (lambda a: a.prod(0), -3, 3),
    "maximum.reduce": (lambda a: a.amax(0), -3, 3),
    "minimum.reduce": (lambda a: a.amin(0), -3, 3),
}
OF_TWO: dict[str, Function] = {
    "add": torch.add,
    "subtract": torch.subtract,
    "multiply": torch.multiply,
    "divide": torch.divide,
    "maximum": torch.maximum,
    "minimum": torch.minimum,
    "copysign": lambda a, b: torch.abs(a) * torch.sign(b).detach(),
    "logaddexp": torch.logaddexp,
    "vecdot": lambda a, b: (a * b).sum(-1),
    "greater": lambda a, b: 0 * a,
    "greater_equal": lambda a, b: 0 * a,
    "less": lambda a, b: 0 * a,
    "less_equal": lambda a, b: 0 * a,
    "equal": lambda a, b: 0 * a,
    "not_equal": lambda a, b: 0 * a,
}


def main() -> None:
    """Write the file."""
    rng = np.random.default_rng(4)
    cases: dict[str, tuple[Function, list[np.ndarray]]] = {}
    for name, (function, low, high) in OF_ONE.items():
        cases[name] = function, [rng.uniform(low, high, (3, 4))]
    for name, function in OF_TWO.items():
        cases[name] = function, [rng.uniform(-3, 3, (3, 4)) for _ in range(2)]
    cases["power"] = torch.pow, [rng.uniform(0.1, 3, (3, 4)), rng.uniform(-2, 2, (3, 4))]
    cases["matmul"] = cases["dot"] = torch.matmul, [rng.uniform(-3, 3, (3, 4)), rng.uniform(-3, 3, (4, 2))]
    cases["clip"] = torch.clip, [rng.uniform(-3, 3, (3, 4)), np.full((3, 4), -1.0), np.full((3, 4), 1.5)]
    arrays: dict[str, Any] = {}
    for name, (function, at) in cases.items():
        along = [rng.standard_normal(one.shape) for one in at]
        _, derivative = jvp(function, tuple(map(torch.from_numpy, at)), tuple(map(torch.from_numpy, along)))
        arrays |= {f"{name}/at/{k}": one for k, one in enumerate(at)}
        arrays |= {f"{name}/along/{k}": one for k, one in enumerate(along)}
        arrays[f"{name}/derivative"] = derivative.numpy()
    np.savez_compressed(Path(__file__).parent / "continuations.npz", **arrays)


main()
