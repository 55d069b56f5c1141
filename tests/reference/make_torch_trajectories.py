"""Trains small networks in PyTorch (float64, given batches) and keeps what the tests compare dlx's training with.

Run with torch and pandas installed: python tests/reference/make_torch_trajectories.py

torch_trajectories.npz holds, for each network, ``<network>/X`` (m, n_x), ``<network>/y`` and ``<network>/order``
(epochs, m): the order of the examples in each epoch, cut in batches of 16, the last one of 8. For each case it holds
``<network>/<optimizer>/<variant>/W1`` … ``b1`` … ``gamma1`` … ``beta1`` with a leading axis of the four ``STEPS``, and
``…/cost``: the cost of each batch before its update, penalty included. Batch norm adds ``mu1`` … ``sigma21`` …, the
bias-corrected exponentially weighted averages (β 0.9) of the batches' statistics at the end. ``recipe`` is JSON: the
networks and, for each case, its parts of a dlx spec.
"""

from __future__ import annotations

import json
from itertools import pairwise, product
from pathlib import Path

import numpy as np
import pandas as pd
import torch

STEPS = (0, 1, 10, 200)
M, BATCH, EPOCHS = 56, 16, 50

NETWORKS = {
    "softmax": {"units": (5, 7, 6, 3), "activations": ("tanh", "relu")},
    "logistic": {"units": (4, 6, 1), "activations": ("relu",)},
    "linear": {"units": (3, 5, 2), "activations": ("tanh",)},
}
OPTIMIZERS = {
    "gradient_descent": {"learning_rate": 0.1},
    "momentum": {"learning_rate": 0.1, "beta": 0.9},
    "rmsprop": {"learning_rate": 0.005, "beta": 0.9, "epsilon": 1e-8},
    "adam": {"learning_rate": 0.01, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8},
    "adamw": {"learning_rate": 0.01, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weight_decay": 0.05},
}
VARIANTS = {
    "plain": {},
    "l2": {"regularization": {"l2": 0.7}},
    "l1": {"regularization": {"l1": 0.3}},
    "batch_norm": {"batch_norm": {"momentum": 0.9, "epsilon": 1e-5}},
    "schedule": {"schedule": {"name": "inverse_time", "decay_rate": 0.05}},
    "clip": {"clip_norm": 0.25},
}
ACTIVATIONS = {"tanh": torch.tanh, "relu": torch.relu}


def make_data(network: str, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Inputs, and labels that depend on them but not without noise."""
    n_x, n_y = NETWORKS[network]["units"][0], NETWORKS[network]["units"][-1]
    X = rng.standard_normal((M, n_x))
    scores = np.sin(X @ rng.standard_normal((n_x, n_y))) + 0.3 * rng.standard_normal((M, n_y))
    return X, {"softmax": scores.argmax(axis=1), "logistic": (scores[:, 0] > 0).astype(int), "linear": scores}[network]


def initial_parameters(network: str, batch_norm: bool) -> dict[str, torch.Tensor]:
    """He-scaled W; small b, β and γ near 1, so that none of them hides behind a zero."""
    rng = np.random.default_rng(7)
    units = NETWORKS[network]["units"]
    parameters = {}
    for layer, (n_in, n_out) in enumerate(pairwise(units), start=1):
        hidden = layer < len(units) - 1
        parameters[f"W{layer}"] = rng.standard_normal((n_out, n_in)) * np.sqrt(2 / n_in)
        if batch_norm and hidden:
            parameters[f"gamma{layer}"] = 1 + 0.1 * rng.standard_normal(n_out)
            parameters[f"beta{layer}"] = 0.1 * rng.standard_normal(n_out)
        else:
            parameters[f"b{layer}"] = 0.1 * rng.standard_normal(n_out)
    return {name: torch.tensor(value, requires_grad=True) for name, value in parameters.items()}


def forward(network: str, theta: dict[str, torch.Tensor], A: torch.Tensor, statistics: list) -> torch.Tensor:
    """The logits; each batch norm adds its batch's (μ, σ²) to ``statistics``."""
    for layer, activation in enumerate(NETWORKS[network]["activations"], start=1):
        Z = torch.nn.functional.linear(A, theta[f"W{layer}"], theta.get(f"b{layer}"))
        if f"gamma{layer}" in theta:
            statistics.append((Z.mean(0).detach().numpy(), Z.var(0, unbiased=False).detach().numpy()))
            gamma, beta = theta[f"gamma{layer}"], theta[f"beta{layer}"]
            Z = torch.nn.functional.batch_norm(Z, None, None, gamma, beta, training=True, eps=1e-5)
        A = ACTIVATIONS[activation](Z)
    last = len(NETWORKS[network]["units"]) - 1
    return torch.nn.functional.linear(A, theta[f"W{last}"], theta[f"b{last}"])


def loss(network: str, Z: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    if network == "softmax":
        return torch.nn.functional.cross_entropy(Z, y)
    if network == "logistic":
        return torch.nn.functional.binary_cross_entropy_with_logits(Z[:, 0], y.double())
    return (Z - y).square().sum(dim=1).mean()


def penalty(theta: dict[str, torch.Tensor], m: int, l2: float = 0.0, l1: float = 0.0) -> torch.Tensor:
    weights = [value for name, value in theta.items() if name.startswith("W")]
    return sum(l2 / (2 * m) * W.square().sum() + l1 / (2 * m) * W.abs().sum() for W in weights)


def make_optimizer(name: str, options: dict, theta: dict[str, torch.Tensor]) -> torch.optim.Optimizer:
    parameters = list(theta.values())
    rate = options["learning_rate"]
    if name == "gradient_descent":
        return torch.optim.SGD(parameters, lr=rate)
    if name == "momentum":
        beta = options["beta"]
        optimizer = torch.optim.SGD(parameters, lr=rate, momentum=beta, dampening=beta)
        for parameter in parameters:  # without this the first step would use dW instead of (1 − β)·dW
            optimizer.state[parameter]["momentum_buffer"] = torch.zeros_like(parameter)
        return optimizer
    if name == "rmsprop":
        return torch.optim.RMSprop(parameters, lr=rate, alpha=options["beta"], eps=options["epsilon"])
    betas = (options["beta1"], options["beta2"])
    if name == "adam":
        return torch.optim.Adam(parameters, lr=rate, betas=betas, eps=options["epsilon"])
    decayed = [value for name, value in theta.items() if name.startswith("W")]
    others = [value for name, value in theta.items() if not name.startswith("W")]
    groups = [{"params": decayed, "weight_decay": options["weight_decay"]}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=rate, betas=betas, eps=options["epsilon"])


def clip(theta: dict[str, torch.Tensor], max_norm: float) -> None:
    """Scales dθ down to ``max_norm``; torch's clip_grad_norm_ would add 1e-6 to the norm."""
    norm = torch.nn.utils.get_total_norm([value.grad for value in theta.values()])
    for value in theta.values():
        value.grad.mul_(torch.clamp(max_norm / norm, max=1.0))


def train(case: dict, X: np.ndarray, y: np.ndarray, order: np.ndarray, nudge: float = 0.0) -> dict[str, np.ndarray]:
    """The trajectory of one case; ``nudge`` disturbs the start, to see how far rounding may carry."""
    network = case["network"]
    theta = initial_parameters(network, "batch_norm" in case)
    for value in theta.values():
        value.data *= 1 + nudge
    optimizer = make_optimizer(case["optimizer"]["name"], case["optimizer"], theta)
    snapshots, costs, statistics = [snapshot(theta)], [], []
    for epoch, permutation in enumerate(order, start=1):
        for group in optimizer.param_groups:
            group["lr"] = case["optimizer"]["learning_rate"] / (
                1 + case.get("schedule", {}).get("decay_rate", 0) * epoch
            )
        for start in range(0, M, BATCH):
            batch = permutation[start : start + BATCH]
            optimizer.zero_grad()
            Z = forward(network, theta, torch.tensor(X[batch]), statistics)
            cost = loss(network, Z, torch.tensor(y[batch])) + penalty(
                theta, len(batch), **case.get("regularization", {})
            )
            cost.backward()
            if "clip_norm" in case:
                clip(theta, case["clip_norm"])
            optimizer.step()
            costs.append(cost.item())
            if len(costs) in STEPS:
                snapshots.append(snapshot(theta))
    return (
        {name: np.stack([shot[name] for shot in snapshots]) for name in theta}
        | {"cost": np.array(costs)}
        | (averages(statistics, len(NETWORKS[network]["activations"])) if statistics else {})
    )


def snapshot(theta: dict[str, torch.Tensor]) -> dict[str, np.ndarray]:
    return {name: value.detach().numpy().copy() for name, value in theta.items()}


def averages(statistics: list, layers: int) -> dict[str, np.ndarray]:
    """pandas' adjusted ewm is the bias-corrected exponentially weighted average."""
    kept = {}
    for layer in range(layers):
        for name, series in zip(("mu", "sigma2"), zip(*statistics[layer::layers], strict=True), strict=True):
            kept[f"{name}{layer + 1}"] = pd.DataFrame(series).ewm(alpha=0.1, adjust=True).mean().iloc[-1].to_numpy()
    return kept


def all_cases() -> list[dict]:
    chosen = [*product(["softmax"], OPTIMIZERS, VARIANTS), *product(["logistic", "linear"], OPTIMIZERS, ["plain"])]
    return [
        {
            "key": f"{network}/{optimizer}/{variant}",
            "network": network,
            "optimizer": {"name": optimizer} | OPTIMIZERS[optimizer],
        }
        | VARIANTS[variant]
        for network, optimizer, variant in chosen
    ]


def main() -> None:
    rng = np.random.default_rng(1)
    kept: dict[str, np.ndarray] = {}
    for network in NETWORKS:
        X, y = make_data(network, rng)
        kept |= {f"{network}/X": X, f"{network}/y": y}
        kept[f"{network}/order"] = np.array([rng.permutation(M) for _ in range(EPOCHS)], dtype=np.uint8)
    for case in all_cases():
        given = [kept[f"{case['network']}/{name}"] for name in ("X", "y", "order")]
        trajectory, nudged = train(case, *given), train(case, *given, nudge=1e-15)
        kept |= {f"{case['key']}/{name}": value for name, value in trajectory.items()}
        spread = max(
            np.abs(nudged[name][-1] - value[-1]).max() / np.abs(value[-1]).max() for name, value in trajectory.items()
        )
        print(f"{case['key']:32} cost {trajectory['cost'][0]:.4f} → {trajectory['cost'][-1]:.4f}   spread {spread:.1e}")
    recipe = {
        "torch": torch.__version__,
        "steps": STEPS,
        "batch_size": BATCH,
        "networks": NETWORKS,
        "cases": all_cases(),
    }
    kept["recipe"] = np.array(json.dumps(recipe))
    np.savez_compressed(Path(__file__).with_name("torch_trajectories.npz"), **kept)


if __name__ == "__main__":
    main()
