"""Writes objectives.json: where PyTorch's optimizers come to on Rosenbrock's function, in float64.

Run where PyTorch is installed; the numbers in the file are of 2.13.0.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import torch

STEPS = 200
OPTIMIZERS = {
    "gradient_descent": lambda w: torch.optim.SGD([w], lr=0.001),
    "rmsprop": lambda w: torch.optim.RMSprop([w], lr=0.01, alpha=0.9, eps=1e-8),
    "adam": lambda w: torch.optim.Adam([w], lr=0.01),
}


def end(make: Callable[[torch.Tensor], torch.optim.Optimizer]) -> list[float]:
    """w after the steps, from (−1.2, 1)."""
    w = torch.tensor([-1.2, 1.0], dtype=torch.float64, requires_grad=True)
    optimizer = make(w)
    for _ in range(STEPS):
        optimizer.zero_grad()
        (100 * (w[1] - w[0] ** 2) ** 2 + (1 - w[0]) ** 2).backward()
        optimizer.step()
    return [float(entry) for entry in w.detach()]


found = {name: end(make) for name, make in OPTIMIZERS.items()}
(Path(__file__).parent / "objectives.json").write_text(json.dumps({"steps": STEPS, "ends": found}, indent=1) + "\n")
