"""Activations as ONNX's elementary operators, for types in which onnxruntime has none of the activations themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from dlx.nn.activations import ELU, GELU, LeakyReLU, Softplus
from dlx.runs.export.frozen import Formula
from dlx.types import Array

Number = Callable[[str, float], str]  # a constant with one number, and its name


class Graph(Protocol):
    """Operators in a row, each on what the one before gave, which is ``last``."""

    last: str

    def constant(self, name: str, values: Array) -> str:
        """A constant, and its name."""

    def add(self, operator: str, *others: str, out: str | None = None, **attributes: Any) -> str:
        """One more operator, and the name of its result."""


def add_activation(graph: Graph, formula: Formula, dtype: str) -> bool:
    """Add what the activation computes; whether it is one of these."""
    activation = formula.component

    def number(name: str, value: float) -> str:
        return graph.constant(f"{name}{formula.l}", np.full(1, value, dtype))

    if isinstance(activation, LeakyReLU):
        x = graph.last
        graph.add("Mul", number("slope", activation.slope))
        graph.add("Max", x)
    elif isinstance(activation, ELU):
        _add_elu(graph, number, activation.alpha)
    elif isinstance(activation, Softplus):
        _add_softplus(graph, number)
    elif isinstance(activation, GELU):
        _add_gelu(graph, number)
    else:
        return False
    return True


def _add_elu(graph: Graph, number: Number, alpha: float) -> None:
    x, zero = graph.last, number("zero", 0)
    graph.add("Min", zero)
    graph.add("Exp")
    graph.add("Sub", number("one", 1))
    below = graph.add("Mul", number("alpha", alpha))
    graph.last = x
    graph.add("Max", zero)
    graph.add("Add", below)


def _add_softplus(graph: Graph, number: Number) -> None:
    x = graph.last
    graph.add("Abs")
    graph.add("Neg")
    graph.add("Exp")
    graph.add("Add", number("one", 1))
    rest = graph.add("Log")
    graph.last = x
    graph.add("Max", number("zero", 0))
    graph.add("Add", rest)


def _add_gelu(graph: Graph, number: Number) -> None:
    x, unity = graph.last, number("one", 1)
    graph.add("Mul", x)
    graph.add("Mul", number("cubic", 0.044715))
    graph.add("Add", unity)
    graph.add("Mul", x)
    graph.add("Mul", number("root", float(np.sqrt(2 / np.pi))))
    graph.add("Tanh")
    graph.add("Add", unity)
    graph.add("Mul", x)
    graph.add("Mul", number("half", 0.5))
