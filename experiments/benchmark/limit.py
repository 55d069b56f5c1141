"""The limit: what no training step can do without, in the faster of two libraries."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch

from .stepping import Run, repeat
from .workloads import Workload

Calls = Callable[..., Any]  # of NumPy, or of PyTorch


def bare_step(work: Workload, ones: Calls, product: Calls, copy: Calls, dot: Calls) -> Callable[[], None]:
    """The matrix products of a step into arrays that are there already, then the optimizer's reads and writes:

    θ, v and s of Adam, or θ of gradient descent, are read and written, dθ is read.
    """
    products, m = [], work.batch_size
    for layer, (n_in, n_out) in enumerate(pairwise(work.units)):
        W, A, Z, dW, dA = ones(n_out, n_in), ones(n_in, m), ones(n_out, m), ones(n_out, n_in), ones(n_in, m)
        products += [(W, A, Z), (Z, A.T, dW)] + ([(W.T, Z, dA)] if layer else [])
    updated = 3 if work.optimizer == "adam" else 1
    copies = [(ones(work.parameters), ones(work.parameters)) for _ in range(updated)]
    gradient = ones(work.parameters)

    def step() -> None:
        for a, b, out in products:
            product(a, b, out=out)
        for target, source in copies:
            copy(target, source)
        dot(gradient, gradient)

    return step


def limit(work: Workload, folder: Path) -> dict[str, Run]:
    """The bare matrix products plus the memory traffic of the optimizer, in NumPy and in PyTorch."""
    in_numpy = bare_step(work, lambda *shape: np.ones(shape, np.float32), np.dot, np.copyto, np.dot)
    in_torch = bare_step(work, torch.ones, torch.mm, torch.Tensor.copy_, torch.dot)
    return {"NumPy": repeat(in_numpy), "PyTorch": repeat(in_torch)}
