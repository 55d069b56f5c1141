"""JAX: a stretch of steps in one jitted call, by lax.scan; Python sees nothing of the steps in between.

A stretch is an epoch, or of a toy as many epochs as have about 500 steps. Within an epoch the scan goes over the full
mini-batches, and the last, shorter one follows it; the orders of a stretch are drawn before it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import jax
import numpy as np
from jax import numpy as jnp

from .stepping import Run, State, data_types
from .with_jax import first_state, make_step, on_device
from .workloads import Workload, read_examples

STEPS, TOY = 500, 1000  # of a stretch; parameters of a toy
UNROLLED = (1, 4)  # steps that an iteration of the loop is made of: which is faster depends on the workload


def make_stretch(work: Workload, X: np.ndarray, y: np.ndarray, unroll: int) -> Callable[[State, jax.Array], State]:
    """The epochs whose orders stand in an array (epochs, m)."""
    step = make_step(work, *on_device(work, X, y))
    full, rest = divmod(work.m, work.batch_size)

    def full_set(state: State, order: jax.Array) -> tuple[State, None]:
        return step(state, order, work.m), None

    def epoch(state: State, order: jax.Array) -> tuple[State, None]:
        state, _ = jax.lax.scan(
            lambda state, _: (step(state, order, work.batch_size), None), state, length=full, unroll=min(unroll, full)
        )
        return step(state, order, rest) if rest else state, None

    def stretch(state: State, orders: jax.Array) -> State:
        options = {"unroll": unroll} if work.batch_size == work.m else {}
        state, _ = jax.lax.scan(full_set if options else epoch, state, orders, **options)
        return state

    jitted: Callable[[State, jax.Array], State] = jax.jit(stretch, donate_argnames="state")
    return jitted


def runner(work: Workload, X: np.ndarray, y: np.ndarray, unroll: int) -> Run:
    rng = np.random.default_rng(0)
    steps_per_epoch = math.ceil(work.m / work.batch_size)
    epochs = max(1, STEPS // steps_per_epoch) if work.parameters < TOY else 1
    state, stretch = first_state(work, rng), make_stretch(work, X, y, unroll)

    def orders() -> jax.Array:
        if steps_per_epoch == 1:  # the whole set is not shuffled
            return jnp.zeros((epochs, 0), jnp.int32)
        return jnp.asarray(np.stack([rng.permutation(work.m) for _ in range(epochs)]).astype(np.int32))

    def run(n: int) -> int:
        nonlocal state
        stretches = math.ceil(n / (epochs * steps_per_epoch))
        for _ in range(stretches):
            state = stretch(state, orders())
        jax.block_until_ready(state)
        return stretches * epochs * steps_per_epoch

    return run


def scanned(work: Workload, folder: Path) -> dict[str, Run]:
    X, y = read_examples(folder)
    return {
        f"{kind}, unroll {unroll}": runner(work, data, y, unroll)
        for kind, data in data_types(X).items()
        for unroll in UNROLLED
    }
