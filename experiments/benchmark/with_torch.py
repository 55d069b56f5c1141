"""PyTorch: eager with each of its optimizers' implementations, and compiled as one graph."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.func import functional_call, grad_and_value
from torch.nn import functional

from .stepping import Run, batches, data_types, repeat
from .workloads import Workload, read_examples


def make_network(work: Workload) -> nn.Module:
    layers: list[nn.Module] = []
    for n_in, n_out in pairwise(work.units[:-1]):
        layers += [nn.Linear(n_in, n_out, bias=not work.batch_norm)]
        layers += [nn.BatchNorm1d(n_out)] if work.batch_norm else []
        layers += [nn.ReLU()] + ([nn.Dropout(1 - work.keep_prob)] if work.keep_prob < 1 else [])
    return nn.Sequential(*layers, nn.Linear(*work.units[-2:]))


def loss(work: Workload, Z: Tensor, t: Tensor) -> Tensor:
    return functional.binary_cross_entropy_with_logits(Z[:, 0], t) if work.binary else functional.cross_entropy(Z, t)


def as_tensors(work: Workload, X: np.ndarray, y: np.ndarray) -> tuple[Tensor, Tensor, Iterator[Tensor] | None]:
    """Examples, labels and what draws the mini-batches' indices."""
    labels = torch.from_numpy(y.astype(np.float32) if work.binary else y)
    indices = None if work.batch_size == work.m else batches(work.m, work.batch_size, torch.randperm)
    return torch.from_numpy(X), labels, indices


def scaled(x: Tensor) -> Tensor:
    return x if x.is_floating_point() else x.float().mul_(1 / 255)


def eager_step(work: Workload, X: np.ndarray, y: np.ndarray, options: dict[str, bool]) -> Run:
    examples, labels, indices = as_tensors(work, X, y)
    network = make_network(work)
    kind = torch.optim.SGD if work.optimizer == "gradient_descent" else torch.optim.Adam
    optimizer = kind(network.parameters(), lr=work.learning_rate, **options)
    total = torch.zeros(())

    def step() -> None:
        index = next(indices) if indices else None
        x, t = (examples[index], labels[index]) if indices else (examples, labels)
        cost = loss(work, network(scaled(x)), t)
        cost.backward()
        total.add_(cost.detach(), alpha=len(t))
        optimizer.step()
        optimizer.zero_grad()

    return repeat(step)


def compiled_step(work: Workload, X: np.ndarray, y: np.ndarray) -> Run:
    """Forward, backward and update in one compiled graph: faster than compiling a module and an optimizer apart."""
    examples, labels, indices = as_tensors(work, X, y)
    network = make_network(work)
    buffers = dict(network.named_buffers())
    theta = {name: value.detach().clone() for name, value in network.named_parameters()}
    v, s = ({name: torch.zeros_like(value) for name, value in theta.items()} for _ in range(2))
    steps, total = torch.zeros(()), torch.zeros(())

    def cost_of(theta: dict[str, Tensor], buffers: dict[str, Tensor], x: Tensor, t: Tensor) -> Tensor:
        return loss(work, functional_call(network, (theta, buffers), (scaled(x),)), t)

    def step(index: Tensor | None) -> None:
        x, t = (examples, labels) if index is None else (examples[index], labels[index])
        d_theta, cost = grad_and_value(cost_of)(theta, buffers, x, t)
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

    compiled = torch.compile(step, dynamic=False)
    return repeat(lambda: compiled(next(indices) if indices else None))


def eager(work: Workload, folder: Path) -> dict[str, Run]:
    X, y = read_examples(folder)
    return {
        f"{option or 'default'}, {kind}": eager_step(work, data, y, {option: True} if option else {})
        for option in ("", "foreach", "fused")
        for kind, data in data_types(X).items()
    }


def compiled(work: Workload, folder: Path) -> dict[str, Run]:
    X, y = read_examples(folder)
    return {kind: compiled_step(work, data, y) for kind, data in data_types(X).items()}
