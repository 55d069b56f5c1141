"""The circles in JAX: EXAMPLES [scan]; a jitted call is an epoch and what is measured after it, or all.

Rows stay on the device until the end, so that nothing waits for them.
"""

from __future__ import annotations

import sys
from typing import Any

import jax
import numpy as np
from jax import numpy as jnp

from .problem import EPOCHS, LEARNING_RATE, first_weights, print_rows, read_arguments

jax.config.update("jax_enable_x64", True)

Theta = list[tuple[Any, Any]]


def logits(theta: Theta, X: Any) -> Any:
    A = X
    for W, b in theta[:-1]:
        A = jax.nn.relu(A @ W + b)
    W, b = theta[-1]
    return (A @ W + b)[:, 0]


def cost_of(Z: Any, y: Any) -> Any:
    return (jax.nn.softplus(Z) - y * Z).mean()


def main() -> None:
    X, y, X_test, y_test = map(jnp.asarray, read_arguments())

    def epoch(theta: Theta) -> tuple[Theta, Any]:
        cost, gradients = jax.value_and_grad(lambda theta: cost_of(logits(theta, X), y))(theta)
        theta = jax.tree.map(lambda w, d: w - LEARNING_RATE * d, theta, gradients)
        Z = logits(theta, X)
        return theta, jnp.stack([cost, cost_of(Z, y), ((Z > 0) != y).mean()])

    theta: Theta = [(jnp.asarray(W.T), jnp.zeros(len(W))) for W in first_weights()]
    if "scan" in sys.argv:
        every = jax.jit(lambda theta: jax.lax.scan(lambda t, _: epoch(t), theta, length=EPOCHS), donate_argnums=0)
        theta, rows = every(theta)
    else:
        jitted, rows = jax.jit(epoch, donate_argnums=0), []
        for _ in range(EPOCHS):
            theta, row = jitted(theta)
            rows.append(row)
    test_error = float(((logits(theta, X_test) > 0) != y_test).mean())
    print_rows([tuple(row) for row in np.asarray(jax.device_get(rows)).tolist()], test_error)


if __name__ == "__main__":
    main()
