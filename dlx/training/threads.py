"""Threads: how many the matrix products of a run use, decided once at its start."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from threading import Lock
from typing import Any

# Floating-point operations of a step that keep a thread busy: with fewer, handing them out costs more than it gives.
OPERATIONS_FOR_A_THREAD = 20e6
_lock, _users, _before = Lock(), list[int](), list[dict[str, int]]()  # of `restored`


def decide(weights: int, batch_size: int) -> int:
    """The threads for a step of about 6·weights·batch_size operations: one for small steps, at most all cores."""
    return min(available(), max(1, round(6 * weights * batch_size / OPERATIONS_FOR_A_THREAD)))


def available() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def limit(threads: int) -> int:
    """Give the BLAS this many threads; return how many it says it has now."""
    controller = _blas()
    controller.limit(limits=threads)
    return max((library.num_threads for library in controller.lib_controllers), default=threads)


@contextmanager
def limited(threads: int) -> Iterator[None]:
    """Within it the BLAS has this many threads; afterwards as many as before."""
    with _blas().limit(limits=threads):
        yield


@contextmanager
def restored() -> Iterator[None]:
    """Within it trainings may give the BLAS what they need; once the last of them has ended it is as before."""
    with _lock:
        if not _users:
            _before.append({library.filepath: library.num_threads for library in _blas().lib_controllers})
        _users.append(1)
    try:
        yield
    finally:
        with _lock:
            _users.pop()
            if not _users:
                counts = _before.pop()
                for library in _blas().lib_controllers:
                    library.set_num_threads(counts[library.filepath])


@lru_cache
def _blas() -> Any:
    """What controls NumPy's matrix products; found once, since looking through all loaded libraries takes a while."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController().select(user_api="blas")
