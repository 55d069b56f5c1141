"""Activations as ONNX's elementary operators, for types in which onnxruntime has none of the activations themselves."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from dlx.nn.activations import ELU, GELU, LeakyReLU, Softplus
from dlx.runs.export.frozen import Formula
from dlx.types import Array


class Graph(Protocol):
    """Operators in a row, each on what the one before gave, which is ``last``."""

    last: str

    def constant(self, name: str, values: Array) -> str:
        """A constant, and its name."""

    def add(self, operator: str, *others: str, out: str | None = None, **attributes: Any) -> str:
        """One more operator, and the name of its result."""


def add_activation(graph: Graph, formula: Formula, dtype: str) -> bool:
    """Add what the activation computes; whether it is one of these."""
    x, activation, l = graph.last, formula.component, formula.l

    def number(name: str, value: float) -> str:
        return graph.constant(f"{name}{l}", np.full(1, value, dtype))

    if isinstance(activation, LeakyReLU):
        graph.add("Mul", number("slope", activation.slope))
        graph.add("Max", x)
    elif isinstance(activation, ELU):
        zero = number("zero", 0)
        graph.add("Min", zero)
        graph.add("Exp")
        graph.add("Sub", number("one", 1))
        below = graph.add("Mul", number("alpha", activation.alpha))
        graph.last = x
        graph.add("Max", zero)
        graph.add("Add", below)
    elif isinstance(activation, Softplus):
        graph.add("Abs")
        graph.add("Neg")
        graph.add("Exp")
        graph.add("Add", number("one", 1))
        rest = graph.add("Log")
        graph.last = x
        graph.add("Max", number("zero", 0))
        graph.add("Add", rest)
    elif isinstance(activation, GELU):
        graph.add("Mul", x)
        graph.add("Mul", number("cubic", 0.044715))
        graph.add("Add", number("one", 1))
        graph.add("Mul", x)
        graph.add("Mul", number("root", float(np.sqrt(2 / np.pi))))
        graph.add("Tanh")
        graph.add("Add", f"one{l}")
        graph.add("Mul", x)
        graph.add("Mul", number("half", 0.5))
    else:
        return False
    return True
