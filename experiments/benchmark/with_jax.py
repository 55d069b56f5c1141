"""JAX: one jitted step; the examples, the epoch's order and the position in it stay on the device."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import jax
import numpy as np
from jax import numpy as jnp

from .stepping import Run, State, data_types, repeat
from .workloads import Workload, read_examples

Arrays = list[dict[str, jax.Array]]
Statistics = list[tuple[jax.Array, jax.Array]]
Step = Callable[[State, jax.Array, int], State]


def first_theta(work: Workload, rng: np.random.Generator) -> Arrays:
    theta = []
    for layer, (n_in, n_out) in enumerate(pairwise(work.units), start=2):
        W = jnp.asarray(rng.standard_normal((n_in, n_out)) * np.sqrt(2 / n_in), jnp.float32)
        normalized = work.batch_norm and layer < len(work.units)
        rest = {"gamma": jnp.ones(n_out), "beta": jnp.zeros(n_out)} if normalized else {"b": jnp.zeros(n_out)}
        theta.append({"W": W} | rest)
    return theta


def normalize(Z: jax.Array, layer: dict[str, jax.Array], statistics: Statistics) -> jax.Array:
    mu, sigma2 = Z.mean(0), Z.var(0)
    statistics.append((mu, sigma2))
    return (Z - mu) * jax.lax.rsqrt(sigma2 + 1e-5) * layer["gamma"] + layer["beta"]


def drop(A: jax.Array, key: jax.Array, keep_prob: float) -> jax.Array:
    return jnp.where(jax.random.bernoulli(key, keep_prob, A.shape), A, 0) / keep_prob


def forward(work: Workload, theta: Arrays, A: jax.Array, key: jax.Array) -> tuple[jax.Array, Statistics]:
    """The logits, and the batch's μ and σ² of each batch norm."""
    statistics: Statistics = []
    for number, layer in enumerate(theta[:-1]):
        Z = A @ layer["W"]
        A = jax.nn.relu(normalize(Z, layer, statistics) if work.batch_norm else Z + layer["b"])
        A = drop(A, jax.random.fold_in(key, number), work.keep_prob) if work.keep_prob < 1 else A
    return A @ theta[-1]["W"] + theta[-1]["b"], statistics


def cost_of(theta: Arrays, work: Workload, A: jax.Array, t: jax.Array, key: jax.Array) -> tuple[jax.Array, Statistics]:
    Z, statistics = forward(work, theta, A.astype(jnp.float32) / 255 if A.dtype == jnp.uint8 else A, key)
    if work.binary:
        return (jax.nn.softplus(Z[:, 0]) - t * Z[:, 0]).mean(), statistics
    return -jnp.take_along_axis(jax.nn.log_softmax(Z), t[:, None], axis=1).mean(), statistics


def gradient_descent(state: State, d_theta: Arrays, rate: float) -> State:
    return {"theta": jax.tree.map(lambda w, d: w - rate * d, state["theta"], d_theta)}


def adam(state: State, d_theta: Arrays, rate: float) -> State:
    t = state["t"].astype(jnp.float32)
    v = jax.tree.map(lambda v, d: 0.9 * v + 0.1 * d, state["v"], d_theta)
    s = jax.tree.map(lambda s, d: 0.999 * s + 0.001 * d * d, state["s"], d_theta)
    v_scale, s_scale = 1 / (1 - 0.9**t), 1 / (1 - 0.999**t)
    theta = jax.tree.map(lambda w, v, s: w - rate * v * v_scale / (jnp.sqrt(s * s_scale) + 1e-8), state["theta"], v, s)
    return {"theta": theta, "v": v, "s": s}


def make_step(work: Workload, examples: jax.Array, labels: jax.Array) -> Step:
    """A step on the next examples of the order, as many as it is told; not compiled yet."""
    update = {"adam": adam, "gradient_descent": gradient_descent}[work.optimizer]
    seed = jax.random.key(0, impl="rbg")

    def step(state: State, order: jax.Array, size: int) -> State:
        A, t, key = examples, labels, jax.random.fold_in(seed, state["t"])
        if size < work.m:
            index = jax.lax.dynamic_slice(order, (state["position"],), (size,))
            A, t = examples[index], labels[index]
        (cost, statistics), d_theta = jax.value_and_grad(cost_of, has_aux=True)(state["theta"], work, A, t, key)
        counters = {"t": state["t"] + 1, "position": (state["position"] + size) % work.m}
        averages = jax.tree.map(lambda old, new: 0.9 * old + 0.1 * new, state["averages"], statistics)
        state = state | counters | {"averages": averages, "total": state["total"] + cost * size}
        return state | update(state, d_theta, work.learning_rate)

    return step


def on_device(work: Workload, X: np.ndarray, y: np.ndarray) -> tuple[jax.Array, jax.Array]:
    return jnp.asarray(X), jnp.asarray(y.astype(np.float32 if work.binary else np.int32))


def first_state(work: Workload, rng: np.random.Generator) -> State:
    theta = first_theta(work, rng)
    moments = {name: jax.tree.map(jnp.zeros_like, theta) for name in ("v", "s")} if work.optimizer == "adam" else {}
    averages = [(jnp.zeros(n), jnp.ones(n)) for n in work.units[1:-1]] if work.batch_norm else []
    counters = {"t": jnp.int32(0), "position": jnp.int32(0), "total": jnp.float32(0)}
    return {"theta": theta, "averages": averages} | counters | moments


def runner(work: Workload, X: np.ndarray, y: np.ndarray) -> Run:
    rng = np.random.default_rng(0)
    state, order, done = first_state(work, rng), jnp.arange(work.m, dtype=jnp.int32), 0
    jitted = jax.jit(make_step(work, *on_device(work, X, y)), static_argnames="size", donate_argnames="state")
    steps_per_epoch = math.ceil(work.m / work.batch_size)

    def step() -> None:
        nonlocal state, order, done
        at = done % steps_per_epoch
        if at == 0 and steps_per_epoch > 1:
            order = jnp.asarray(rng.permutation(work.m).astype(np.int32))
        state = jitted(state, order, min(work.batch_size, work.m - at * work.batch_size))
        done += 1

    return repeat(step, lambda: jax.block_until_ready(state))


def jitted(work: Workload, folder: Path) -> dict[str, Run]:
    X, y = read_examples(folder)
    return {kind: runner(work, data, y) for kind, data in data_types(X).items()}
