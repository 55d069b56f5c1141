"""The operations of a network one by one, each on a tape of its own with the values that the batch gives it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping

import numpy as np

from dlx.gradcheck.moving import Moves, labels_of, move_away, roll
from dlx.nn.landscape import Landscape
from dlx.nn.layers import Activate, Dropout, Layer, Linear, Normalize
from dlx.nn.network import Network, RecordPenalty
from dlx.nn.tape import Tape
from dlx.types import Array


class Operation(ABC):
    """One operation: a number ``value`` that depends on ``variables``, and what its backward says of that.

    The value is Σ u∘f(x) with u = ∂J/∂f of the batch, or for what is part of the cost that part itself.
    ``variables`` are the arrays that it depends on, by the name of their gradient: dA1, dW2 …
    """

    name: str
    layer: int | None
    owner: object
    variables: dict[str, Array]
    forward: Tape  # whose cost is the value
    whole: Tape  # which writes the gradients
    backward_function: Callable[..., object]  # what writes the gradients down
    result = "J"  # what a pass of ``whole`` gives beside the gradients
    tape_type: type[Tape] = Tape

    def value(self) -> float:
        """The number, from a forward pass."""
        self.forward.run()
        return self.forward.cost()

    @abstractmethod
    def gradients(self) -> dict[str, Array]:
        """Copies of what the backward pass writes, by the same names."""

    @abstractmethod
    def record_whole(self) -> None:
        """Record the pass that writes the gradients anew: what it keeps of earlier passes is then forgotten."""

    def result_of_whole(self) -> Array:
        """It, after a pass."""
        return np.array(self.whole.cost())

    def moves(self) -> Moves:
        """All arrays that the gradients depend on but u, each with what moves it away."""
        return [(variable, move_away) for variable in self.variables.values()]

    def moves_of_u(self) -> Moves:
        """u likewise, where there is one."""
        return []

    @property
    def hinge(self) -> str | None:
        """The variable, if any, whose entries have a kink at 0."""
        return None


class LayerOperation(Operation):
    """A layer on its own; ``backward`` gives it u."""

    owner: Layer

    def __init__(self, layer: Layer, network: Network, x: Array, masks: Mapping[Dropout, Array] | None = None) -> None:
        self.owner, self.layer, self.name = layer, layer.l, f"{layer.title} {layer.l}"
        self.x, self.u = x, np.zeros(0)
        self._mask = masks.get(layer) if masks and isinstance(layer, Dropout) else None
        self.forward = Tape(x.dtype)
        self.out, _ = layer.record(self.forward, self._inside(self.forward), True)
        self.forward.run()
        parameters = {name: view for name, view in network.parameters.items() if name in layer.parameters}
        self._written = {f"d{name}": network.parameters.gradients[name] for name in parameters}
        self.variables = {f"d{name}": view for name, view in parameters.items()}
        self.result = f"{'Z' if isinstance(layer, Linear | Normalize) else 'A'}{layer.l}"
        self.input = f"dA{layer.l - 1}" if isinstance(layer, Linear) else _gradient_name(layer)
        self._has_input_gradient = not (isinstance(layer, Linear) and layer.first)

    def _inside(self, tape: Tape) -> Array:
        """A copy of x in each pass: the layer may write over it."""
        inside = tape.empty("x", *self.x.shape)
        tape.call(np.copyto, inside, self.x)
        return inside

    def backward(self, u: Array) -> None:
        """Give it u, and record the backward pass of that."""
        self.u, self._upstream = u.copy(), u.copy()
        weighted = self.forward.empty("u∘f", *u.shape)
        self.forward.call(np.multiply, self.u, self.out, out=weighted)
        self.forward.add_cost(1.0, weighted, self.forward.ones(u.size))
        if self._has_input_gradient:
            self.variables[self.input] = self.x
        self.record_whole()

    def record_whole(self) -> None:
        self.whole = self.tape_type(self.u.dtype)
        self._result, backward = self.owner.record(self.whole, self._inside(self.whole), True)
        self._dx, self.backward_function = backward(self._upstream), backward

    def result_of_whole(self) -> Array:
        return self._result.copy()

    def gradients(self) -> dict[str, Array]:
        self._upstream[...] = self.u
        self.whole.run()
        gradients = {name: written.copy() for name, written in self._written.items()}
        return gradients | ({self.input: self._dx.copy()} if self._has_input_gradient else {})

    def moves(self) -> Moves:
        inputs = [] if self._has_input_gradient else [(self.x, move_away)]
        return [*super().moves(), *inputs, *([(self._mask, roll)] if self._mask is not None else [])]

    def moves_of_u(self) -> Moves:
        return [(self.u, move_away)]

    @property
    def hinge(self) -> str | None:
        return self.input if isinstance(self.owner, Activate) and self.owner.activation.has_kink else None


class LossOperation(Operation):
    """The loss of the logits x."""

    layer = None

    def __init__(self, network: Network, x: Array, Y: Array) -> None:
        self.owner, self.name, self.x, self.task = network.loss, network.loss.name, x, network.loss.task
        self.Y, self.weights = Y[: len(x)], Y[len(x) :]
        self.input = f"dZ{len(network.plans)}"
        self.variables = {self.input: x}
        self.forward, self._network, self._Y = Tape(x.dtype), network, Y
        network.record_loss(self.forward, x, Y)
        self.record_whole()

    def record_whole(self) -> None:
        self.whole = self.tape_type(self.x.dtype)
        self.A, backward = self._network.record_loss(self.whole, self.x, self._Y)
        self._dx, self.backward_function = backward(self.A), backward

    def moves(self) -> Moves:
        return [*super().moves(), (self.Y, labels_of(self.task)), (self.weights, roll)]

    def gradients(self) -> dict[str, Array]:
        self.whole.run()
        return {self.input: self._dx.copy()}


class PenaltyOperation(Operation):
    """A penalty on the weights."""

    layer = None

    def __init__(self, name: str, record: RecordPenalty, network: Network, m: int) -> None:
        self.owner, self.name, self.m = record, name, m
        self.weights, self._d_weights = network.parameters.weights, network.parameters.d_weights
        self.variables = {"dW": self.weights}
        self.forward, self._record = Tape(self.weights.dtype), record
        record(self.forward, m)
        self.record_whole()

    def record_whole(self) -> None:
        self.whole = self.tape_type(self.weights.dtype)
        self.backward_function = self._record(self.whole, self.m)
        self.backward_function()

    def gradients(self) -> dict[str, Array]:
        self._d_weights[...] = 0
        self.whole.run()
        return {"dW": self._d_weights.copy()}

    @property
    def hinge(self) -> str | None:
        return "dW" if self.name == "l1" else None


class ObjectiveOperation(Operation):
    """An objective, which is all there is between w and J."""

    layer = None

    def __init__(self, landscape: Landscape) -> None:
        self.owner, self.name, w = landscape.objective, landscape.objective.name, landscape.w
        self.variables, self._dw = {"dw": w}, landscape.parameters.gradients["w"]
        self.forward, self._objective, self._w = Tape(w.dtype), landscape.objective, w
        landscape.objective.record(self.forward, w)
        self.record_whole()

    def record_whole(self) -> None:
        self.whole = self.tape_type(self._w.dtype)
        self.backward_function = self._objective.record(self.whole, self._w)
        self.backward_function(self._dw)

    def gradients(self) -> dict[str, Array]:
        self.whole.run()
        return {"dw": self._dw.copy()}


def _gradient_name(layer: Layer) -> str:
    return f"d{'A' if isinstance(layer, Dropout) else 'Z'}{layer.l}"
