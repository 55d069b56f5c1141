"""The libraries that train a workload, each as it is fastest.

A peer is a function of a workload and the folder with its examples. It gives its candidates: name → ``run(n)``, which
does at least n training steps (forward, backward, cost added up, optimizer, next mini-batch) and says how many it did.
The fastest candidate is measured. Libraries are imported inside the functions that use them: a process loads one.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from workloads import Workload, read_examples

if TYPE_CHECKING:
    import jax
    import torch

Run = Callable[[int], int]


def repeat(step: Callable[[], object], finish: Callable[[], object] = lambda: None) -> Run:
    def run(n: int) -> int:
        for _ in range(n):
            step()
        finish()
        return n

    return run


def batches(m: int, size: int, permutation: Callable[[int], object]) -> Iterator[object]:
    """Shuffled consecutive slices for ever, the last of each epoch shorter; the whole set is not shuffled."""
    while True:
        order = permutation(m)
        yield from (order[start : start + size] for start in range(0, m, size))


def data_types(X: np.ndarray) -> dict[str, np.ndarray]:
    """Images may be held ready as float32, or as bytes that are scaled after the gather."""
    if X.dtype != np.uint8:
        return {"float32 data": X}
    return {"float32 data": X / np.float32(255), "uint8 data": X}


def torch_network(work: Workload) -> Callable:
    from torch import nn

    layers: list = []
    for n_in, n_out in pairwise(work.units[:-1]):
        layers += [nn.Linear(n_in, n_out, bias=not work.batch_norm)]
        layers += [nn.BatchNorm1d(n_out)] if work.batch_norm else []
        layers += [nn.ReLU()] + ([nn.Dropout(1 - work.keep_prob)] if work.keep_prob < 1 else [])
    return nn.Sequential(*layers, nn.Linear(*work.units[-2:]))


def torch_loss(work: Workload, Z: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
    from torch.nn import functional

    return functional.binary_cross_entropy_with_logits(Z[:, 0], t) if work.binary else functional.cross_entropy(Z, t)


def torch_examples(work: Workload, X: np.ndarray, y: np.ndarray) -> tuple[torch.Tensor, torch.Tensor, Iterator | None]:
    """Examples, labels and what draws the mini-batches' indices."""
    import torch

    labels = torch.from_numpy(y.astype(np.float32) if work.binary else y)
    drawn = None if work.batch_size == work.m else batches(work.m, work.batch_size, torch.randperm)
    return torch.from_numpy(X), labels, drawn


def scaled(x: torch.Tensor) -> torch.Tensor:
    return x if x.is_floating_point() else x.float().mul_(1 / 255)


def torch_step(work: Workload, X: np.ndarray, y: np.ndarray, options: dict) -> Run:
    import torch

    examples, labels, drawn = torch_examples(work, X, y)
    network = torch_network(work)
    kind = torch.optim.SGD if work.optimizer == "gradient_descent" else torch.optim.Adam
    optimizer = kind(network.parameters(), lr=work.learning_rate, **options)
    total = torch.zeros(())

    def step() -> None:
        index = next(drawn) if drawn else None
        x, t = (examples[index], labels[index]) if drawn else (examples, labels)
        cost = torch_loss(work, network(scaled(x)), t)
        cost.backward()
        total.add_(cost.detach(), alpha=len(t))
        optimizer.step()
        optimizer.zero_grad()

    return repeat(step)


def torch_compiled_step(work: Workload, X: np.ndarray, y: np.ndarray) -> Run:
    """Forward, backward and update in one compiled graph: faster than compiling a module and an optimizer apart."""
    import torch
    from torch.func import functional_call, grad_and_value

    examples, labels, drawn = torch_examples(work, X, y)
    network = torch_network(work)
    buffers = dict(network.named_buffers())
    theta = {name: value.detach().clone() for name, value in network.named_parameters()}
    v, s = ({name: torch.zeros_like(value) for name, value in theta.items()} for _ in range(2))
    steps, total = torch.zeros(()), torch.zeros(())

    def cost_of(theta: dict, x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        return torch_loss(work, functional_call(network, (theta, buffers), (scaled(x),)), t)

    @torch.compile(dynamic=False)
    def step(index: torch.Tensor | None) -> None:
        x, t = (examples, labels) if index is None else (examples[index], labels[index])
        d_theta, cost = grad_and_value(cost_of)(theta, x, t)
        total.add_(cost, alpha=len(t))
        steps.add_(1)
        for name, w in theta.items():
            if work.optimizer == "gradient_descent":
                w.sub_(work.learning_rate * d_theta[name])
                continue
            v[name].lerp_(d_theta[name], 0.1)
            s[name].mul_(0.999).addcmul_(d_theta[name], d_theta[name], value=0.001)
            root = (s[name] / (1 - 0.999**steps)).sqrt() + 1e-8
            w.sub_(work.learning_rate * (v[name] / (1 - 0.9**steps)) / root)

    return repeat(lambda: step(next(drawn) if drawn else None))


def torch_eager(work: Workload, folder: Path) -> dict[str, Run]:
    X, y = read_examples(folder)
    return {
        f"{option or 'default'}, {kind}": torch_step(work, data, y, {option: True} if option else {})
        for option in ("", "foreach", "fused")
        for kind, data in data_types(X).items()
    }


def torch_compiled(work: Workload, folder: Path) -> dict[str, Run]:
    X, y = read_examples(folder)
    return {kind: torch_compiled_step(work, data, y) for kind, data in data_types(X).items()}


def jax_step(work: Workload, X: np.ndarray, y: np.ndarray) -> Run:
    """One jitted step; the examples, the epoch's order and the position in it stay on the device."""
    import jax
    from jax import numpy as jnp

    examples, labels = jnp.asarray(X), jnp.asarray(y.astype(np.float32 if work.binary else np.int32))
    rng = np.random.default_rng(0)
    layers = [
        {"W": jnp.asarray(rng.standard_normal((n_in, n_out)) * np.sqrt(2 / n_in), jnp.float32), "b": jnp.zeros(n_out)}
        for n_in, n_out in pairwise(work.units)
    ]
    if work.batch_norm:
        layers[:-1] = [
            {"W": layer["W"], "gamma": jnp.ones_like(layer["b"]), "beta": layer["b"]} for layer in layers[:-1]
        ]
    running = [(jnp.zeros(n), jnp.ones(n)) for n in work.units[1:-1]] if work.batch_norm else []

    def forward(theta: list, A: jax.Array, key: jax.Array) -> tuple[jax.Array, list]:
        statistics = []
        for number, layer in enumerate(theta[:-1]):
            Z = A @ layer["W"]
            if work.batch_norm:
                mu, sigma2 = Z.mean(0), Z.var(0)
                statistics.append((mu, sigma2))
                Z = (Z - mu) * jax.lax.rsqrt(sigma2 + 1e-5) * layer["gamma"] + layer["beta"]
            else:
                Z = Z + layer["b"]
            A = jax.nn.relu(Z)
            if work.keep_prob < 1:
                A = jnp.where(jax.random.bernoulli(jax.random.fold_in(key, number), work.keep_prob, A.shape), A, 0)
                A = A / work.keep_prob
        return A @ theta[-1]["W"] + theta[-1]["b"], statistics

    def cost(theta: list, A: jax.Array, t: jax.Array, key: jax.Array) -> tuple[jax.Array, list]:
        Z, statistics = forward(theta, A.astype(jnp.float32) / 255 if A.dtype == jnp.uint8 else A, key)
        if work.binary:
            return (jax.nn.softplus(Z[:, 0]) - t * Z[:, 0]).mean(), statistics
        picked = jnp.take_along_axis(jax.nn.log_softmax(Z), t[:, None], axis=1)
        return -picked.mean(), statistics

    def adam(theta: list, d_theta: list, v: list, s: list, t: jax.Array) -> tuple[list, list, list]:
        v = jax.tree.map(lambda v, d: 0.9 * v + 0.1 * d, v, d_theta)
        s = jax.tree.map(lambda s, d: 0.999 * s + 0.001 * d * d, s, d_theta)
        v_scale, s_scale = 1 / (1 - 0.9**t), 1 / (1 - 0.999**t)
        moved = jax.tree.map(
            lambda w, v, s: w - work.learning_rate * v * v_scale / (jnp.sqrt(s * s_scale) + 1e-8), theta, v, s
        )
        return moved, v, s

    seed = jax.random.key(0, impl="rbg")

    def step(state: dict, order: jax.Array, size: int) -> dict:
        whole = size == work.m
        index = None if whole else jax.lax.dynamic_slice(order, (state["position"],), (size,))
        A, t = (examples, labels) if whole else (examples[index], labels[index])
        key = jax.random.fold_in(seed, state["t"])
        (value, statistics), d_theta = jax.value_and_grad(cost, has_aux=True)(state["theta"], A, t, key)
        state = state | {"t": state["t"] + 1, "position": (state["position"] + size) % work.m}
        state["total"] = state["total"] + value * size
        state["running"] = jax.tree.map(lambda old, new: 0.9 * old + 0.1 * new, state["running"], statistics)
        if work.optimizer == "gradient_descent":
            return state | {"theta": jax.tree.map(lambda w, d: w - work.learning_rate * d, state["theta"], d_theta)}
        theta, v, s = adam(state["theta"], d_theta, state["v"], state["s"], state["t"].astype(jnp.float32))
        return state | {"theta": theta, "v": v, "s": s}

    moments = {name: jax.tree.map(jnp.zeros_like, layers) for name in ("v", "s")} if work.optimizer == "adam" else {}
    state = {
        "theta": layers,
        "running": running,
        "t": jnp.int32(0),
        "position": jnp.int32(0),
        "total": jnp.float32(0),
    } | moments
    jitted = jax.jit(step, static_argnames="size", donate_argnames="state")
    steps_per_epoch = math.ceil(work.m / work.batch_size)
    order, done = jnp.arange(work.m, dtype=jnp.int32), 0

    def one() -> None:
        nonlocal state, order, done
        at = done % steps_per_epoch
        if at == 0 and steps_per_epoch > 1:
            order = jnp.asarray(rng.permutation(work.m).astype(np.int32))
        state = jitted(state, order, min(work.batch_size, work.m - at * work.batch_size))
        done += 1

    return repeat(one, lambda: jax.block_until_ready(state))


def jax_jitted(work: Workload, folder: Path) -> dict[str, Run]:
    X, y = read_examples(folder)
    return {kind: jax_step(work, data, y) for kind, data in data_types(X).items()}


def scikit_learn(work: Workload, folder: Path) -> dict[str, Run]:
    """Whole epochs of ``fit``, which sets up once and then loops: its own inner loop, with nothing stopping it."""
    from sklearn.neural_network import MLPClassifier

    warnings.filterwarnings("ignore")  # that it has not converged is intended
    X, y = read_examples(folder)
    data = next(iter(data_types(X).values()))
    solver = {"solver": "sgd", "momentum": 0.0} if work.optimizer == "gradient_descent" else {"solver": "adam"}
    steps_per_epoch = math.ceil(work.m / work.batch_size)

    def run(n: int) -> int:
        epochs = math.ceil(n / steps_per_epoch)
        options = {"alpha": 0.0, "tol": 0.0, "n_iter_no_change": epochs + 1, "max_iter": epochs, "random_state": 0}
        options |= {"batch_size": work.batch_size, "learning_rate_init": work.learning_rate} | solver
        MLPClassifier(work.units[1:-1], **options).fit(data, y)
        return epochs * steps_per_epoch

    return {"fit": run}


def bare_step(work: Workload, ones: Callable, product: Callable, copy: Callable, dot: Callable) -> Callable[[], None]:
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
    import torch

    in_numpy = bare_step(work, lambda *shape: np.ones(shape, np.float32), np.dot, np.copyto, np.dot)
    in_torch = bare_step(work, torch.ones, torch.mm, torch.Tensor.copy_, torch.dot)
    return {"NumPy": repeat(in_numpy), "PyTorch": repeat(in_torch)}


def dlx(work: Workload, folder: Path) -> dict[str, Run]:
    """The public training loop; only its first epoch, which belongs to the warm-up, is followed by an evaluation."""
    from dlx.session import prepare
    from dlx.spec import Spec
    from dlx.train import fit

    for_ever = 10**9
    spec = {
        "data": {"train": dlx_source(work, folder)},
        "architecture": {"hidden": list(work.units[1:-1]), "batch_norm": work.batch_norm},
        "regularization": {"keep_prob": work.keep_prob},
        "optimizer": {"name": work.optimizer, "learning_rate": work.learning_rate},
        "training": {
            "epochs": for_ever,
            "evaluate_every": for_ever,
            "batch_size": "full" if work.batch_size == work.m else work.batch_size,
        },
    }
    experiment = prepare(Spec.model_validate(spec))
    progress = fit(experiment)

    def run(n: int) -> int:
        position = experiment.position
        start = position.step
        while position.step < start + n:
            next(progress)
        return position.step - start

    return {f"threads {experiment.spec.training.threads}": run}


def dlx_source(work: Workload, folder: Path) -> dict[str, str]:
    """A pair of .npy files is read memory-mapped, one .npz file into memory."""
    if work.memory_mapped:
        return {"name": "file", "path": str(folder / "X.npy"), "target": str(folder / "y.npy")}
    X, y = read_examples(folder)
    np.savez(folder / "examples.npz", X=X, y=y)
    return {"name": "file", "path": str(folder / "examples.npz")}


PEERS = {
    "dlx": (dlx, "dlx"),
    "PyTorch": (torch_eager, "torch"),
    "PyTorch compiled": (torch_compiled, "torch"),
    "JAX": (jax_jitted, "jax"),
    "scikit-learn": (scikit_learn, "scikit-learn"),
    "limit": (limit, "numpy"),
}
