"""Trains small networks in PyTorch (float64, given batches) and keeps what the tests compare dlx's training with.

Run with torch and pandas installed: python tests/reference/make_torch_trajectories.py

torch_trajectories.npz holds, for each network, ``<network>/X`` (m, n_x) and ``<network>/y``, and for each case
``<network>/<optimizer>/<variant>/W1`` … ``b1`` … ``gamma1`` … ``beta1`` with a leading axis of the four ``STEPS``;
``…/cost``: the cost of each batch before its update, penalty included; ``…/frozen_cost``: the cost over all examples at
the end, without penalty, batch norm by the bias-corrected exponentially weighted averages (β 0.9) of the batches' μ and
σ² (divided by m). ``recipe`` is JSON: for each case its dlx spec without data. Each epoch's order is one permutation(m)
of ``RandomState(11)``, cut in batches of 16, the last one of 8.
"""

from __future__ import annotations

import json
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch.nn import functional

M, BATCH, EPOCHS, SHUFFLE_SEED = 56, 16, 50, 11
STEPS = (0, 4, 40, 200)  # the starts of epochs 1, 2, 11 and the end

Theta = dict[str, torch.Tensor]

NETWORKS: dict[str, dict[str, Any]] = {
    "softmax": {"units": (5, 7, 6, 3), "activations": ("tanh", "relu"), "task": "multiclass"},
    "logistic": {"units": (4, 6, 1), "activations": ("relu",), "task": "binary"},
    "linear": {"units": (3, 5, 2), "activations": ("tanh",), "task": "regression"},
}
OPTIMIZERS: dict[str, dict[str, float]] = {
    "gradient_descent": {"learning_rate": 0.1},
    "momentum": {"learning_rate": 0.1, "beta": 0.9},
    "rmsprop": {"learning_rate": 0.005, "beta": 0.9, "epsilon": 1e-8},
    "adam": {"learning_rate": 0.01, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8},
    "adamw": {"learning_rate": 0.01, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weight_decay": 0.05},
}
VARIANTS: dict[str, dict[str, Any]] = {
    "plain": {},
    "l2": {"regularization": {"l2": 0.7}},
    "l1": {"regularization": {"l1": 0.3}},
    "batch_norm": {"architecture": {"batch_norm": {"momentum": 0.9, "epsilon": 1e-5}}},
    "layer_norm": {"architecture": {"layer_norm": {"epsilon": 1e-5}}},
    "schedule": {"schedule": {"name": "inverse_time", "decay_rate": 0.05}},
    "clip": {"optimizer": {"clip_norm": 0.25}},
}
ACTIVATIONS = {"tanh": torch.tanh, "relu": torch.relu}


def all_cases() -> dict[str, dict[str, Any]]:
    """The spec of each case; the small networks are trained plainly only."""
    chosen = [*product(["softmax"], OPTIMIZERS, VARIANTS), *product(["logistic", "linear"], OPTIMIZERS, ["plain"])]
    return {"/".join(names): spec_of(*names) for names in chosen}


def spec_of(network: str, optimizer: str, variant: str) -> dict[str, Any]:
    facts, changes = NETWORKS[network], VARIANTS[variant]
    hidden = [
        {"units": units, "activation": name}
        for units, name in zip(facts["units"][1:-1], facts["activations"], strict=True)
    ]
    return changes | {
        "task": facts["task"],
        "architecture": {"hidden": hidden} | changes.get("architecture", {}),
        "optimizer": {"name": optimizer} | OPTIMIZERS[optimizer] | changes.get("optimizer", {}),
        "training": {"epochs": EPOCHS, "batch_size": BATCH},
        "randomness": {"generator": "legacy", "shuffle": {"seed": SHUFFLE_SEED}},
    }


def make_data(network: str, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Inputs, and labels that depend on them but not without noise."""
    n_x, n_y = NETWORKS[network]["units"][0], NETWORKS[network]["units"][-1]
    X = rng.standard_normal((M, n_x))
    scores = np.sin(X @ rng.standard_normal((n_x, n_y))) + 0.3 * rng.standard_normal((M, n_y))
    return X, {"softmax": scores.argmax(axis=1), "logistic": (scores[:, 0] > 0).astype(int), "linear": scores}[network]


def initial_parameters(network: str, architecture: dict[str, Any]) -> Theta:
    """He-scaled W; small b and β, γ near 1, so that none of them hides behind a zero or a one."""
    rng = np.random.default_rng(7)
    units = NETWORKS[network]["units"]
    parameters = {}
    for layer, (n_in, n_out) in enumerate(pairwise(units), start=1):
        parameters[f"W{layer}"] = rng.standard_normal((n_out, n_in)) * np.sqrt(2 / n_in)
        is_hidden = layer < len(units) - 1
        if is_hidden and architecture.keys() & {"batch_norm", "layer_norm"}:
            parameters[f"gamma{layer}"] = 1 + 0.1 * rng.standard_normal(n_out)
            parameters[f"beta{layer}"] = 0.1 * rng.standard_normal(n_out)
        if not (is_hidden and "batch_norm" in architecture):
            parameters[f"b{layer}"] = 0.1 * rng.standard_normal(n_out)
    return {name: torch.tensor(value, requires_grad=True) for name, value in parameters.items()}


class Statistics:
    """μ and σ² of every batch before each batch norm; their averages normalize once training is over."""

    def __init__(self) -> None:
        self.training = True
        self.seen: dict[int, list[tuple[np.ndarray, np.ndarray]]] = {}

    def normalize(self, Z: torch.Tensor, layer: int, theta: Theta) -> torch.Tensor:
        if self.training:
            self.seen.setdefault(layer, []).append((Z.mean(0).detach().numpy(), Z.var(0, False).detach().numpy()))
        frozen = (None, None) if self.training else self.averages(layer)
        return functional.batch_norm(Z, *frozen, theta[f"gamma{layer}"], theta[f"beta{layer}"], self.training, eps=1e-5)

    def averages(self, layer: int) -> list[torch.Tensor]:
        """pandas' adjusted ewm is the bias-corrected exponentially weighted average."""
        series = [pd.DataFrame(values) for values in zip(*self.seen[layer], strict=True)]
        return [torch.tensor(values.ewm(alpha=0.1, adjust=True).mean().iloc[-1].to_numpy()) for values in series]


def cost_of(network: str, theta: Theta, X: np.ndarray, y: np.ndarray, statistics: Statistics) -> torch.Tensor:
    """The mean loss of these examples."""
    A, t, activations = torch.tensor(X), torch.tensor(y), NETWORKS[network]["activations"]
    for layer, activation in enumerate(activations, start=1):
        Z = functional.linear(A, theta[f"W{layer}"], theta.get(f"b{layer}"))
        A = ACTIVATIONS[activation](normalize(Z, layer, theta, statistics))
    last = len(activations) + 1
    Z = functional.linear(A, theta[f"W{last}"], theta[f"b{last}"])
    if network == "softmax":
        return functional.cross_entropy(Z, t)
    if network == "logistic":
        return functional.binary_cross_entropy_with_logits(Z[:, 0], t.double())
    return (Z - t).square().sum(dim=1).mean()


def normalize(Z: torch.Tensor, layer: int, theta: Theta, statistics: Statistics) -> torch.Tensor:
    """Layer norm where there are γ, β and b, batch norm where there is no b."""
    if f"gamma{layer}" not in theta:
        return Z
    if f"b{layer}" not in theta:
        return statistics.normalize(Z, layer, theta)
    return functional.layer_norm(Z, Z.shape[1:], theta[f"gamma{layer}"], theta[f"beta{layer}"], eps=1e-5)


def penalty(theta: Theta, m: int, l2: float = 0.0, l1: float = 0.0) -> torch.Tensor:
    weights = torch.cat([value.flatten() for name, value in theta.items() if name.startswith("W")])
    return l2 / (2 * m) * weights.square().sum() + l1 / (2 * m) * weights.abs().sum()


def make_optimizer(options: dict[str, Any], theta: Theta) -> torch.optim.Optimizer:
    name, rate, parameters = options["name"], options["learning_rate"], list(theta.values())
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
    common = {"lr": rate, "betas": (options["beta1"], options["beta2"]), "eps": options["epsilon"]}
    if name == "adam":
        return torch.optim.Adam(parameters, **common)
    groups = [{"params": [value], "weight_decay": 0.0} for value in parameters]
    for group, parameter in zip(groups, theta, strict=True):
        group["weight_decay"] = options["weight_decay"] if parameter.startswith("W") else 0.0
    return torch.optim.AdamW(groups, **common)


def clip(theta: Theta, max_norm: float) -> None:
    """Scales dθ down to ``max_norm``; torch's clip_grad_norm_ would add 1e-6 to the norm."""
    norm = torch.nn.utils.get_total_norm([value.grad for value in theta.values()])
    for value in theta.values():
        value.grad.mul_(torch.clamp(max_norm / norm, max=1.0))


def train(network: str, spec: dict[str, Any], X: np.ndarray, y: np.ndarray, nudge: float = 0.0) -> dict[str, Any]:
    """The trajectory of one case; ``nudge`` disturbs the start, to see how far rounding may carry."""
    theta = initial_parameters(network, spec["architecture"])
    theta["W1"].data += nudge
    optimizer, statistics = make_optimizer(spec["optimizer"], theta), Statistics()
    rate, decay = spec["optimizer"]["learning_rate"], spec.get("schedule", {}).get("decay_rate", 0.0)
    shuffle = np.random.RandomState(SHUFFLE_SEED)
    snapshots, costs = [snapshot(theta)], []
    for epoch in range(1, EPOCHS + 1):
        for group in optimizer.param_groups:
            group["lr"] = rate / (1 + decay * epoch)
        order = shuffle.permutation(M)
        for batch in np.split(order, range(BATCH, M, BATCH)):
            optimizer.zero_grad()
            cost = cost_of(network, theta, X[batch], y[batch], statistics)
            cost = cost + penalty(theta, len(batch), **spec.get("regularization", {}))
            cost.backward()
            if "clip_norm" in spec["optimizer"]:
                clip(theta, spec["optimizer"]["clip_norm"])
            optimizer.step()
            costs.append(cost.item())
            if len(costs) in STEPS:
                snapshots.append(snapshot(theta))
    statistics.training = False
    figures = {"cost": np.array(costs), "frozen_cost": cost_of(network, theta, X, y, statistics).item()}
    return {name: np.stack([shot[name] for shot in snapshots]) for name in theta} | figures


def snapshot(theta: Theta) -> dict[str, np.ndarray]:
    return {name: value.detach().numpy().copy() for name, value in theta.items()}


def main() -> None:
    rng = np.random.default_rng(1)
    kept: dict[str, Any] = {}
    for network in NETWORKS:
        kept[f"{network}/X"], kept[f"{network}/y"] = make_data(network, rng)
    for key, spec in all_cases().items():
        network = key.split("/")[0]
        X, y = kept[f"{network}/X"], kept[f"{network}/y"]
        trajectory, nudged = (train(network, spec, X, y, nudge) for nudge in (0.0, 1e-15))
        kept |= {f"{key}/{name}": value for name, value in trajectory.items()}
        cost, spread = trajectory["cost"], max(np.abs(nudged[n] - trajectory[n]).max() for n in trajectory)
        print(f"{key:32} cost {cost[0]:.4f} → {cost[-1]:.4f}   spread {spread:.1e}")
    kept["recipe"] = np.array(json.dumps({"torch": torch.__version__, "steps": STEPS, "cases": all_cases()}))
    np.savez_compressed(Path(__file__).with_name("torch_trajectories.npz"), **kept)


if __name__ == "__main__":
    main()
