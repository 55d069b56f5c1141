"""Linear models that are fitted in closed form or in a few steps of Newton's: ridge and logistic regression."""

from __future__ import annotations

import numpy as np

from dlx.types import Array

PENALTY = 1.0  # λ in ½·λ‖w‖² beside the summed losses
NEWTON_STEPS, HALVINGS = 10, 8


def ridge(X: Array, Y: Array) -> tuple[Array, Array]:
    """w and b that minimize ‖Xw + b − Y‖² + λ‖w‖², in the smaller of the two forms that the solution has."""
    mean, centre = X.mean(axis=0), Y.mean(axis=0)
    X, Y = X - mean, Y - centre
    m, n = X.shape
    if n <= m:
        W = np.linalg.solve(X.T @ X + PENALTY * np.eye(n), X.T @ Y)
    else:
        W = X.T @ np.linalg.solve(X @ X.T + PENALTY * np.eye(m), Y)
    return W, centre - mean @ W


def logistic(X: Array, y: Array) -> Array:
    """(b, w) that minimizes Σ (ln(1 + exp z) − y·z) + ½·λ‖w‖², z = Xw + b, by Newton's method with halved steps."""
    X = np.column_stack([np.ones(len(X)), X])
    penalty = np.full(X.shape[1], PENALTY)
    penalty[0] = 1e-6  # keeps b where a class is missing
    w = np.zeros(X.shape[1])
    cost = _logistic_cost(X, y, w, penalty)
    for _ in range(NEWTON_STEPS):
        p = 1 / (1 + np.exp(-np.clip(X @ w, -500, 500)))
        slope = X.T @ (p - y) + penalty * w
        step = np.linalg.solve((X.T * (p * (1 - p))) @ X + np.diag(penalty), slope)
        for _ in range(HALVINGS):
            if (lower := _logistic_cost(X, y, w - step, penalty)) <= cost:
                break
            step = step / 2
        else:
            return w
        w, cost = w - step, lower
    return w


def _logistic_cost(X: Array, y: Array, w: Array, penalty: Array) -> float:
    z = X @ w
    return float((np.logaddexp(0, z) - y * z).sum() + (penalty * w * w).sum() / 2)
