"""The circles in plain NumPy, as a careful student of the course would write it: EXAMPLES [PICTURE]."""

from __future__ import annotations

import sys

import numpy as np

from .problem import EPOCHS, LEARNING_RATE, Row, first_weights, print_rows, read_arguments

Arrays = dict[str, np.ndarray]


def forward(X: np.ndarray, p: Arrays) -> Arrays:
    Z1 = p["W1"] @ X + p["b1"]
    A1 = np.maximum(0, Z1)
    Z2 = p["W2"] @ A1 + p["b2"]
    A2 = np.maximum(0, Z2)
    Z3 = p["W3"] @ A2 + p["b3"]
    return {"A1": A1, "A2": A2, "A3": 1 / (1 + np.exp(-Z3))}


def cost_of(A3: np.ndarray, Y: np.ndarray) -> float:
    return float(-np.mean(Y * np.log(A3) + (1 - Y) * np.log(1 - A3)))


def error_of(A3: np.ndarray, Y: np.ndarray) -> float:
    return float(np.mean((A3 > 0.5) != Y))


def backward(X: np.ndarray, Y: np.ndarray, p: Arrays, a: Arrays) -> Arrays:
    m = X.shape[1]
    dZ3 = (a["A3"] - Y) / m
    dZ2 = (p["W3"].T @ dZ3) * (a["A2"] > 0)
    dZ1 = (p["W2"].T @ dZ2) * (a["A1"] > 0)
    return {
        "W3": dZ3 @ a["A2"].T,
        "b3": dZ3.sum(axis=1, keepdims=True),
        "W2": dZ2 @ a["A1"].T,
        "b2": dZ2.sum(axis=1, keepdims=True),
        "W1": dZ1 @ X.T,
        "b1": dZ1.sum(axis=1, keepdims=True),
    }


def first_parameters() -> Arrays:
    parameters: Arrays = {}
    for layer, W in enumerate(first_weights(), start=1):
        parameters |= {f"W{layer}": W, f"b{layer}": np.zeros((len(W), 1))}
    return parameters


def train(X: np.ndarray, Y: np.ndarray, p: Arrays) -> list[Row]:
    rows = []
    for _ in range(EPOCHS):
        activations = forward(X, p)
        cost = cost_of(activations["A3"], Y)
        gradients = backward(X, Y, p, activations)
        for name in p:
            p[name] -= LEARNING_RATE * gradients[name]
        A3 = forward(X, p)["A3"]
        rows.append((cost, cost_of(A3, Y), error_of(A3, Y)))
    return rows


def draw(rows: list[Row], path: str) -> None:
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    pyplot.plot([cost for _, cost, _ in rows])
    pyplot.xlabel("epoch")
    pyplot.ylabel("cost on train")
    pyplot.savefig(path)


def main() -> None:
    X, y, X_test, y_test = read_arguments()
    p = first_parameters()
    rows = train(X.T, y[None], p)
    print_rows(rows, error_of(forward(X_test.T, p)["A3"], y_test[None]))
    if len(sys.argv) > 2:
        draw(rows, sys.argv[2])


if __name__ == "__main__":
    main()
