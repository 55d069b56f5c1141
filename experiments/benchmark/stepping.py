"""What the peers share: how steps are repeated, mini-batches drawn and examples held.

A peer is a function of a workload and the folder with its examples. It gives its candidates: name → ``run(n)``, which
does at least n training steps (forward, backward, cost added up, optimizer, next mini-batch) and says how many it did.
The fastest candidate is measured.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import torch

Run = Callable[[int], int]
State = dict[str, Any]  # of a training whose steps give the next one: parameters, averages, counters


def repeat(step: Callable[[], object], finish: Callable[[], object] = lambda: None) -> Run:
    def run(n: int) -> int:
        for _ in range(n):
            step()
        finish()
        return n

    return run


def batches(m: int, size: int, permutation: Callable[[int], torch.Tensor]) -> Iterator[torch.Tensor]:
    """Shuffled consecutive slices for ever, the last of each epoch shorter; the whole set is not shuffled."""
    while True:
        order = permutation(m)
        yield from (order[start : start + size] for start in range(0, m, size))


def data_types(X: np.ndarray) -> dict[str, np.ndarray]:
    """Images may be held ready as float32, or as bytes that are scaled after the gather."""
    if X.dtype != np.uint8:
        return {"float32 data": X}
    return {"float32 data": X / np.float32(255), "uint8 data": X}
