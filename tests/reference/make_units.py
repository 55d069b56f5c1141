"""Asks PyTorch (float64), pandas and SciPy for the single figures that the tests of dlx/nn compare with.

Run with torch, pandas and scipy installed: python tests/reference/make_units.py

units.npz holds, examples in columns as in dlx/nn:
``z``; ``activation/<name>/A`` and ``/derivative`` at z; ``softmax/Z``, ``/A``;
``loss/<name>/Z``, ``/Y``, ``/cost`` (mean over the columns), ``/losses`` (each column), ``/dZ`` (of the mean);
``batch_norm/Z``, ``gamma``, ``beta``, ``Z_tilde``, ``dZ_tilde``, ``dZ``, ``dgamma``, ``dbeta`` (ε 1e-5), and
``layer_norm/`` the same;
``optimizer/<name>/theta`` (steps + 1, n) for the gradients ``optimizer/d_theta`` (steps, n), rate 0.01;
``average/series``, ``average/<β>/plain`` (v = βv + (1−β)x from 0) and ``/corrected``;
``schedule/<name>``: α of the first 30 epochs from α₀ = 0.2 (torch's schedulers count from 0).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from scipy.signal import lfilter
from torch.nn import functional

ACTIVATIONS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "identity": lambda z: z * 1,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "leaky_relu": lambda z: functional.leaky_relu(z, 0.01),
    "elu": functional.elu,
    "softplus": functional.softplus,
    "swish": functional.silu,
    "gelu": lambda z: functional.gelu(z, approximate="tanh"),
}
Z_POINTS = [
    -1e4,
    -800,
    -50,
    -20,
    -5,
    -2,
    -1,
    -0.5,
    -0.1,
    -1e-3,
    -1e-8,
    0,
    1e-8,
    1e-3,
    0.1,
    0.5,
    1,
    2,
    5,
    20,
    50,
    800,
    1e4,
]


def activations() -> dict[str, np.ndarray]:
    kept = {"z": np.array(Z_POINTS, dtype=float)}
    for name, function in ACTIVATIONS.items():
        z = torch.tensor(Z_POINTS, dtype=torch.float64, requires_grad=True)
        A = function(z)
        A.sum().backward()
        kept |= {f"activation/{name}/A": A.detach().numpy(), f"activation/{name}/derivative": z.grad.numpy()}
    Z = np.array([[1, 2, 3], [1e4, -1e4, 0], [-1e4, -1e4, -1e4], [0.5, 0.5, 700], [-800, -745, -700]], dtype=float).T
    return kept | {"softmax/Z": Z, "softmax/A": torch.softmax(torch.tensor(Z), dim=0).numpy()}


def loss(
    Z: np.ndarray, Y: np.ndarray, function: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
) -> dict[str, np.ndarray]:
    """``function`` gives the loss of each column."""
    logits = torch.tensor(Z, requires_grad=True)
    losses = function(logits, torch.tensor(Y))
    losses.mean().backward()
    return {"Z": Z, "Y": Y, "losses": losses.detach().numpy(), "cost": losses.mean().item(), "dZ": logits.grad.numpy()}


def losses() -> dict[str, np.ndarray]:
    z = np.array([-1e4, -1e4, -40, -40, -2, -2, -1e-9, 0, 0, 0.3, 0.3, 35, 35, 1e4, 1e4])
    labels = np.array([0, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 0, 1, 0, 1.0])
    Z = np.array(
        [[1, 2, 3], [1, 2, 3], [1e4, -1e4, 0], [1e4, -1e4, 0], [0, 0, 0], [-40, 40, 1], [700, 710, -1e4]]
    ).T.astype(float)
    one_hot = np.eye(3)[:, [0, 2, 0, 1, 1, 2, 1]]
    real = np.array([[0.5, -1, 1e4, 3], [2, 0, -7, 1e-9]])
    binary = loss(
        z[None], labels[None], lambda Z, Y: functional.binary_cross_entropy_with_logits(Z, Y, reduction="none")[0]
    )
    softmax = loss(Z, one_hot, lambda Z, Y: functional.cross_entropy(Z.T, Y.T, reduction="none"))
    squared = loss(real, np.flip(real) / 2, lambda Z, Y: functional.mse_loss(Z, Y, reduction="none").sum(dim=0))
    named = {"logistic": binary, "softmax": softmax, "squared_error": squared}
    return {f"loss/{name}/{key}": value for name, figures in named.items() for key, value in figures.items()}


def norm(name: str, function: Callable[..., torch.Tensor]) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(2)
    given = {"Z": rng.normal(3, 2, (4, 10)), "gamma": rng.normal(1, 0.2, 4), "beta": rng.normal(0, 0.2, 4)}
    Z, gamma, beta = (torch.tensor(value, requires_grad=True) for value in given.values())
    Z_tilde = function(Z.T, gamma, beta).T
    given["dZ_tilde"] = rng.standard_normal((4, 10))
    Z_tilde.backward(torch.tensor(given["dZ_tilde"]))
    figures = given | {"Z_tilde": Z_tilde.detach().numpy(), "dZ": Z.grad, "dgamma": gamma.grad, "dbeta": beta.grad}
    return {f"{name}/{key}": np.asarray(value) for key, value in figures.items()}


def norms() -> dict[str, np.ndarray]:
    def batch_norm(Z: torch.Tensor, gamma: torch.Tensor, beta: torch.Tensor) -> torch.Tensor:
        return functional.batch_norm(Z, None, None, gamma, beta, training=True, eps=1e-5)

    def layer_norm(Z: torch.Tensor, gamma: torch.Tensor, beta: torch.Tensor) -> torch.Tensor:
        return functional.layer_norm(Z, Z.shape[1:], gamma, beta, eps=1e-5)

    return norm("batch_norm", batch_norm) | norm("layer_norm", layer_norm)


def optimizers() -> dict[str, np.ndarray]:
    """Gradients from 1 down to 1e-10, beside and below ε = 1e-8, and one that is zero."""
    rng = np.random.default_rng(3)
    gradients = rng.standard_normal((5, 12)) * np.append(10.0 ** -np.arange(11), 0)
    start = rng.standard_normal(12)
    made: dict[str, Callable[[list[torch.nn.Parameter]], torch.optim.Optimizer]] = {
        "gradient_descent": lambda p: torch.optim.SGD(p, lr=0.01),
        "momentum": lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9, dampening=0.9),
        "nesterov": lambda p: torch.optim.SGD(p, lr=0.01 * (1 - 0.9), momentum=0.9, nesterov=True),
        "adagrad": lambda p: torch.optim.Adagrad(p, lr=0.01, eps=1e-10),
        "rmsprop": lambda p: torch.optim.RMSprop(p, lr=0.01, alpha=0.9, eps=1e-8),
        "adam": lambda p: torch.optim.Adam(p, lr=0.01),
        "adamw": lambda p: torch.optim.AdamW(p, lr=0.01, weight_decay=0.1),
    }
    kept = {"optimizer/d_theta": gradients}
    for name, make in made.items():
        theta = torch.tensor(start.copy(), requires_grad=True)
        optimizer = make([theta])
        if name == "momentum":  # without this the first step would use dW instead of (1 − β)·dW
            optimizer.state[theta]["momentum_buffer"] = torch.zeros_like(theta)
        path = [start]
        for gradient in gradients:
            theta.grad = torch.tensor(gradient)
            optimizer.step()
            path.append(theta.detach().numpy().copy())
        kept[f"optimizer/{name}/theta"] = np.stack(path)
    return kept


def averages() -> dict[str, np.ndarray]:
    series = np.random.default_rng(4).normal(10, 3, 60)
    kept = {"average/series": series}
    for beta in (0.5, 0.9, 0.98):
        kept[f"average/{beta}/plain"] = lfilter([1 - beta], [1, -beta], series)
        kept[f"average/{beta}/corrected"] = pd.Series(series).ewm(alpha=1 - beta, adjust=True).mean().to_numpy()
    return kept


def schedules() -> dict[str, np.ndarray]:
    """α of 30 epochs from α₀ = 0.2, where torch has a scheduler of the same formula."""
    schedulers = torch.optim.lr_scheduler
    made: dict[str, Callable[[torch.optim.Optimizer], torch.optim.lr_scheduler.LRScheduler]] = {
        "exponential": lambda optimizer: schedulers.ExponentialLR(optimizer, gamma=0.95),
        "staircase": lambda optimizer: schedulers.StepLR(optimizer, step_size=10, gamma=0.5),
        "cosine": lambda optimizer: schedulers.CosineAnnealingLR(optimizer, T_max=30),
    }
    kept = {}
    for name, make in made.items():
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.2)
        scheduler, rates = make(optimizer), []
        for _ in range(30):
            rates.append(optimizer.param_groups[0]["lr"])
            scheduler.step()
        kept[f"schedule/{name}"] = np.array(rates)
    return kept


def main() -> None:
    warnings.filterwarnings("ignore", message=".*lr_scheduler.step.*")  # no step of the optimizer is wanted here
    kept: dict[str, Any] = activations() | losses() | norms() | optimizers() | averages() | schedules()
    assert not [name for name, value in kept.items() if not np.isfinite(value).all()]
    np.savez_compressed(Path(__file__).with_name("units.npz"), torch=np.array(torch.__version__), **kept)


if __name__ == "__main__":
    main()
