"""Computes losses and trains small networks in PyTorch (float64): every loss, with and without weights of examples.

Run with torch and scikit-learn installed: python tests/reference/make_torch_losses.py

torch_losses.npz holds for each loss, with and without ``/weighted``, ``unit/<loss>/Z``, ``Y`` (n_y, m), ``w`` (m,), the
``cost`` and ``dZ``; for each case of a training ``<case>/X``, ``<case>/y``, ``<case>/w`` (as a file would have them),
``<case>/W1`` … ``b1`` … with a leading axis of the ``STEPS``, and ``<case>/cost`` of each batch before its update.
``recipe`` is JSON: for each case its dlx spec without the source. Each epoch's order is one permutation(m) of
``RandomState(11)``, cut in batches of 16, the last one of 8; batches of 56 are all examples. ``balanced/…`` are class
weights of scikit-learn.

Weights are divided by their mean over all examples; the cost of a batch is Σ w·ℓ/m. For a batch of all examples that
is what ``torch.nn.CrossEntropyLoss(weight=…)`` calls the mean, which the cases ``…/full`` are trained by.
"""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.utils.class_weight import compute_class_weight
from torch.nn import functional

M, BATCH, EPOCHS, SHUFFLE_SEED, RATE = 56, 16, 50, 11, 0.02
STEPS = (0, 4, 40, 200)
DELTA = 0.7
CLASS_WEIGHT = {"0": 0.5, "1": 3.0}  # of class 2 nothing is stated: 1
UNITS = {"softmax": (5, 6, 3), "logistic": (4, 6, 1), "logistic_per_label": (4, 6, 3)}
TASKS = {"softmax": "multiclass", "logistic": "binary", "logistic_per_label": "multilabel"}
REGRESSIONS = ("squared_error", "absolute", "huber", "poisson")
LOSSES = (*UNITS, *REGRESSIONS)


def losses(name: str, Z: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """The loss of each example, for logits Z (m, n_y) and class codes (m,), or labels or targets (m, n_y)."""
    if name == "softmax":
        return functional.cross_entropy(Z, y, reduction="none")
    if name == "logistic":
        return functional.binary_cross_entropy_with_logits(Z[:, 0], y.double(), reduction="none")
    y = y.double()
    if name == "logistic_per_label":
        return functional.binary_cross_entropy_with_logits(Z, y, reduction="none").sum(1)
    if name == "absolute":
        return functional.l1_loss(Z, y, reduction="none").sum(1)
    if name == "huber":
        return functional.huber_loss(Z, y, reduction="none", delta=DELTA).sum(1)
    if name == "poisson":  # less what it is where exp(Z) = y, which does not depend on Z
        best = torch.special.xlogy(y, y) - y
        return (functional.poisson_nll_loss(Z, y, log_input=True, full=False, reduction="none") + best).sum(1)
    return functional.mse_loss(Z, y, reduction="none").sum(1)


def targets(name: str, X: np.ndarray, n_y: int, rng: np.random.Generator) -> np.ndarray:
    scores = np.sin(X @ rng.standard_normal((X.shape[1], n_y))) + 0.3 * rng.standard_normal((len(X), n_y))
    if name == "softmax":
        return np.asarray(scores.argmax(axis=1))
    if name == "logistic":
        return np.asarray(scores[:, 0] > 0.5).astype(int)
    if name == "logistic_per_label":
        return (scores > 0.3).astype(int)
    return np.asarray(rng.poisson(np.exp(scores)) * 1.0 if name == "poisson" else scores)


def unit(name: str, is_weighted: bool, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Cost and dZ of 9 examples, among them some with large logits."""
    n_y, m, large = UNITS.get(name, (0, 0, 2))[-1], 9, 30 if name == "poisson" else 900
    Z = rng.standard_normal((m, n_y)) * np.append(np.ones(m - 2), [large, large])[:, None]
    y = targets(name, rng.standard_normal((m, 4)), n_y, rng)
    w = rng.exponential(1, m) if is_weighted else np.ones(m)
    logits = torch.tensor(Z, requires_grad=True)
    cost = (losses(name, logits, torch.tensor(y)) * torch.tensor(w)).mean()
    cost.backward()
    Y = np.eye(n_y)[y].T if name == "softmax" else y.reshape(m, n_y).T.astype(float)
    return {"Z": Z.T, "Y": Y, "w": w, "cost": np.array(cost.item()), "dZ": logits.grad.numpy().T}


def cases() -> dict[str, dict[str, Any]]:
    """The spec of each case."""
    plain: dict[str, dict[str, Any]] = {
        f"{name}/plain": {} for name in LOSSES if name not in ("softmax", "logistic", "squared_error")
    }
    weighted: dict[str, dict[str, Any]] = {f"{name}/weighted": {"sample_weight": "w"} for name in LOSSES}
    by_class: dict[str, dict[str, Any]] = {
        "softmax/classes": {"class_weight": CLASS_WEIGHT},
        "softmax/both": {"class_weight": CLASS_WEIGHT, "sample_weight": "w"},
        "softmax/full": {"class_weight": CLASS_WEIGHT},
        "softmax/balanced": {"class_weight": "balanced"},
        "logistic/full": {"class_weight": "balanced"},
    }
    return {key: spec_of(key, data) for key, data in (plain | weighted | by_class).items()}


def spec_of(key: str, data: dict[str, Any]) -> dict[str, Any]:
    name, variant = key.split("/")
    loss: Any = {"name": name} | ({"delta": DELTA} if name == "huber" else {})
    return {
        "task": TASKS.get(name, "regression"),
        "loss": loss,
        "data": data,
        "architecture": {"hidden": [{"units": 6, "activation": "tanh"}]},
        "optimizer": {"name": "adam", "learning_rate": RATE},
        "training": {"epochs": EPOCHS, "batch_size": "full" if variant == "full" else BATCH},
        "randomness": {"generator": "legacy", "shuffle": {"seed": SHUFFLE_SEED}},
    }


def weights_of(spec: dict[str, Any], y: np.ndarray, w: np.ndarray) -> np.ndarray:
    """The weights as they count, with mean 1."""
    data = spec["data"]
    weights = w if "sample_weight" in data else np.ones(M)
    if "class_weight" in data:
        weights = weights * per_class(data["class_weight"], y)[y]
    return np.asarray(weights / weights.mean())


def per_class(stated: Any, y: np.ndarray) -> np.ndarray:
    classes = np.unique(y)
    if stated == "balanced":
        return np.asarray(compute_class_weight("balanced", classes=classes, y=y))
    return np.array([stated.get(str(code), 1.0) for code in classes])


def train(key: str, spec: dict[str, Any], X: np.ndarray, y: np.ndarray, w: np.ndarray) -> dict[str, np.ndarray]:
    name, variant = key.split("/")
    rng = np.random.default_rng(7)
    units = UNITS.get(name, (3, 6, 2))
    theta = {}
    for layer, (n_in, n_out) in enumerate(pairwise(units), start=1):
        theta[f"W{layer}"] = torch.tensor(rng.standard_normal((n_out, n_in)) * np.sqrt(2 / n_in), requires_grad=True)
        theta[f"b{layer}"] = torch.tensor(0.1 * rng.standard_normal(n_out), requires_grad=True)
    optimizer = torch.optim.Adam(list(theta.values()), lr=RATE, betas=(0.9, 0.999), eps=1e-8)
    shuffle, weights = np.random.RandomState(SHUFFLE_SEED), weights_of(spec, y, w)
    snapshots, costs = [snapshot(theta)], []
    for _ in range(EPOCHS):
        order = np.arange(M) if variant == "full" else shuffle.permutation(M)
        for batch in [order] if variant == "full" else np.split(order, range(BATCH, M, BATCH)):
            optimizer.zero_grad()
            A = torch.tanh(functional.linear(torch.tensor(X[batch]), theta["W1"], theta["b1"]))
            Z = functional.linear(A, theta["W2"], theta["b2"])
            t = torch.tensor(y[batch])
            if key == "softmax/full":
                cost = functional.cross_entropy(Z, t, weight=torch.tensor(per_class(CLASS_WEIGHT, y)))
            else:
                cost = (losses(name, Z, t) * torch.tensor(weights[batch])).mean()
            cost.backward()
            optimizer.step()
            costs.append(cost.item())
            if len(costs) in STEPS:
                snapshots.append(snapshot(theta))
    return {n: np.stack([shot[n] for shot in snapshots]) for n in theta} | {"cost": np.array(costs)}


def snapshot(theta: dict[str, torch.Tensor]) -> dict[str, np.ndarray]:
    return {name: value.detach().numpy().copy() for name, value in theta.items()}


def main() -> None:
    rng = np.random.default_rng(1)
    kept: dict[str, Any] = {}
    for name in LOSSES:
        for is_weighted in (False, True):
            figures = unit(name, is_weighted, rng)
            kept |= {f"unit/{name}{'/weighted' * is_weighted}/{key}": value for key, value in figures.items()}
    for key, spec in cases().items():
        name = key.split("/")[0]
        units = UNITS.get(name, (3, 6, 2))
        X = rng.standard_normal((M, units[0]))
        y, w = targets(name, X, units[-1], rng), rng.exponential(1, M)
        trajectory = train(key, spec, X, y, w)
        kept |= {f"{key}/{n}": value for n, value in ({"X": X, "y": y, "w": w} | trajectory).items()}
        print(f"{key:28} cost {trajectory['cost'][0]:.4f} → {trajectory['cost'][-1]:.4f}")
    for number, counts in enumerate([(3, 5), (1, 9, 40), (7, 7, 7, 2)]):
        y = np.repeat(np.arange(len(counts)), counts)
        kept[f"balanced/{number}/y"] = y
        kept[f"balanced/{number}/weights"] = per_class("balanced", y)
    kept["recipe"] = np.array(json.dumps({"torch": torch.__version__, "steps": STEPS, "cases": cases()}))
    np.savez_compressed(Path(__file__).with_name("torch_losses.npz"), **kept)


if __name__ == "__main__":
    main()
