"""The circles in PyTorch, eager: EXAMPLES."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from .problem import EPOCHS, LEARNING_RATE, UNITS, Row, first_weights, print_rows, read_arguments

torch.set_num_threads(1)  # faster for products this small


def make_network() -> nn.Module:
    layers: list[nn.Module] = []
    for n_in, n_out in pairwise(UNITS):
        layers += [nn.Linear(n_in, n_out, dtype=torch.float64), nn.ReLU()]
    for layer, W in zip(layers[::2], first_weights(), strict=True):
        assert isinstance(layer, nn.Linear)
        layer.weight.data[...] = torch.from_numpy(W)
        layer.bias.data.zero_()
    return nn.Sequential(*layers[:-1])


def error_of(Z: Tensor, t: Tensor) -> float:
    return float(((Z > 0) != t).double().mean())


def main() -> None:
    X, y, X_test, y_test = (torch.from_numpy(array) for array in read_arguments())
    t, t_test = y.double(), y_test.double()
    network = make_network()
    optimizer = torch.optim.SGD(network.parameters(), lr=LEARNING_RATE, fused=True)
    rows: list[Row] = []
    for _ in range(EPOCHS):
        cost = functional.binary_cross_entropy_with_logits(network(X)[:, 0], t)
        cost.backward()
        optimizer.step()
        optimizer.zero_grad()
        with torch.no_grad():
            Z = network(X)[:, 0]
            train_cost = functional.binary_cross_entropy_with_logits(Z, t)
        rows.append((cost.item(), train_cost.item(), error_of(Z, t)))
    with torch.no_grad():
        print_rows(rows, error_of(network(X_test)[:, 0], t_test))


if __name__ == "__main__":
    main()
