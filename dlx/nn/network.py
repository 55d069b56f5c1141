"""The network: layers over one θ, written down as a training step or as the frozen network's evaluation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import DTypeLike

from dlx.errors import UsageError
from dlx.nn import penalties
from dlx.nn.activations import Activation
from dlx.nn.functions import recorded
from dlx.nn.initializers import Initializer, Normal01
from dlx.nn.layers import Activate, Dropout, Layer, Linear, Normalize
from dlx.nn.losses import Loss
from dlx.nn.norms.norm import Norm
from dlx.nn.params import Flat, Parameters, Shapes
from dlx.nn.tape import Tape
from dlx.types import Array

RecordPenalty = Callable[[Tape, int], penalties.Backward]


@dataclass(frozen=True)
class LayerPlan:
    """One layer l: its width and what stands around W·A + b; ``draw`` fills the dropout mask, where there is one."""

    units: int
    activation: Activation | None
    initializer: Initializer
    bias: bool = True
    norm: Norm | None = None
    draw: Callable[[Array], None] | None = None

    @property
    def has_bias(self) -> bool:
        """Whether there is a b, which some norms take away."""
        return self.bias and not (self.norm is not None and self.norm.replaces_bias)


@dataclass(frozen=True)
class Step:
    """One recorded pass over a batch: the tape, the arrays it reads (X (m, n_x), Y (n_y, m)), logits Z and output A.

    Below the rows of Y stands one more, the weights of the examples, where these are weighted.
    ``Zs`` are what enters the activations of the hidden layers and, last, the logits.
    """

    tape: Tape
    X: Array
    Y: Array
    Z: Array
    A: Array
    Zs: tuple[Array, ...]

    @property
    def targets(self) -> Array:
        """Y without weights."""
        return self.Y[: len(self.Z)]

    def run(self) -> float:
        """Replay the pass; return its cost."""
        self.tape.run()
        return self.tape.cost()


@final
class Network:
    """A fully-connected network n_x – units – … – n_y over one θ.

    ``plans`` holds the hidden layers and, last, the output layer. ``statistics`` are what norms remember for
    evaluation, such as the frozen μ and σ² of batch norm, which are not parameters.
    """

    def __init__(
        self, n_x: int, plans: Sequence[LayerPlan], loss: Loss, dtype: DTypeLike, l2: float = 0.0, l1: float = 0.0
    ) -> None:
        self.n_x, self.plans, self.loss = n_x, tuple(plans), loss
        self.l2, self.l1 = l2, l1
        self.tape_type: type[Tape] = Tape  # how passes are replayed
        self.sizes = [n_x, *(plan.units for plan in plans)]
        self.parameters = Parameters(self._parameter_shapes(), dtype)
        self.statistics = Flat(self._statistics_shapes(), dtype)
        self.layers = [layer for l, plan in enumerate(self.plans, start=1) for layer in self._layers(l, plan)]
        self._exact_norms = [layer for layer in self.norms() if layer.norm.measures]

    def _parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        shapes: dict[str, tuple[int, ...]] = {}
        for l, plan in enumerate(self.plans, start=1):
            shapes[f"W{l}"] = (plan.units, self.sizes[l - 1])
            if plan.has_bias:
                shapes[f"b{l}"] = (plan.units, 1)
            if plan.norm is not None:
                shapes |= _of_layer(l, plan.norm, plan.norm.parameter_shapes(plan.units))
        return shapes

    def _statistics_shapes(self) -> dict[str, tuple[int, ...]]:
        shapes: dict[str, tuple[int, ...]] = {}
        for l, plan in enumerate(self.plans, start=1):
            if plan.norm is not None:
                shapes |= _of_layer(l, plan.norm, plan.norm.statistics_shapes(plan.units))
        return shapes

    def _layers(self, l: int, plan: LayerPlan) -> list[Layer]:
        layers: list[Layer] = [Linear(l, self.parameters, first=l == 1)]
        if plan.norm is not None:
            layers.append(Normalize(l, plan.norm, self.parameters, self.statistics))
        if plan.activation is not None:
            layers.append(Activate(l, plan.activation))
        if plan.draw is not None:
            layers.append(Dropout(l, plan.draw))
        return layers

    def initialize(self, rng: Normal01) -> None:
        """Give θ its first values: norms theirs, then layer by layer what the initializers draw or read."""
        for norm in self.norms():
            norm.norm.initialize(norm.arrays)
        with np.errstate(over="ignore"):  # what float32 cannot hold shows in the first cost
            for l, plan in enumerate(self.plans, start=1):
                plan.initializer.fill(self.parameters, l, rng)

    def record_step(self, X: Array, Y: Array) -> Step:
        """Write down one training step on X (m, n_x) and Y (n_y, m): the cost with penalties, and all of dθ.

        Y may have one row more, the weights of the examples.
        """
        tape = self._tape(X, Y)
        Zs, backwards = self._forward(tape, X, training=True)
        A, backward = self.record_loss(tape, Zs[-1], Y)
        penalty_backwards = [record(tape, X.shape[0]) for record in self.penalties().values()]
        dA = backward(A)
        for layer, layer_backward in reversed(list(zip(self.layers, backwards, strict=True))):
            tape.layer = layer.l
            dA = layer_backward(dA)
        tape.layer = None
        for penalty_backward in penalty_backwards:
            penalty_backward()
        return Step(tape, X, Y, Zs[-1], A, Zs)

    def record_evaluation(self, X: Array, Y: Array) -> Step:
        """Write down the frozen network on a batch: no dropout, batch norm by its statistics, cost without penalty."""
        tape = self._tape(X, Y)
        Zs, _ = self._forward(tape, X, training=False)
        A, _ = self.record_loss(tape, Zs[-1], Y)
        return Step(tape, X, Y, Zs[-1], A, Zs)

    def penalties(self) -> dict[str, RecordPenalty]:
        """l2 and l1, as far as there are any, each as the function that records it on a tape for m examples."""
        lambdas = {"l2": (penalties.record_l2, self.l2), "l1": (penalties.record_l1, self.l1)}

        def recorder(record: Callable[..., penalties.Backward], lambd: float) -> RecordPenalty:
            return lambda tape, m: record(tape, self.parameters, lambd, m)

        return {name: recorder(record, lambd) for name, (record, lambd) in lambdas.items() if lambd}

    def _tape(self, X: Array, Y: Array) -> Tape:
        tape = self.tape_type(self.parameters.theta.dtype)
        tape.register("X", X)
        tape.register("Y", Y)
        for name, view in self.parameters.items():
            tape.register(name, view)
            tape.register(f"d{name}", self.parameters.gradients[name])
        tape.register("W", self.parameters.weights)
        tape.register("dW", self.parameters.d_weights)
        return tape

    def _forward(
        self, tape: Tape, X: Array, training: bool, stop: Layer | None = None
    ) -> tuple[tuple[Array, ...], list[Callable[[Array], Array]]]:
        """Write the forward calls up to ``stop`` or to the end; return each Z before an activation and the last one."""
        Zs, A, backwards = [], X.T, []
        for layer in self.layers:
            if layer is stop:
                break
            if isinstance(layer, Activate):
                Zs.append(A)
            tape.layer = layer.l
            A, backward = layer.record(tape, A, training)
            backwards.append(backward)
        return (*Zs, A), backwards

    def record_loss(self, tape: Tape, Z: Array, Y: Array) -> tuple[Array, Callable[[Array], Array]]:
        """Write the output and the cost, weighted where Y has a row more than Z; return A and what writes dZ."""
        tape.layer = len(self.plans)
        weights = () if len(Y) == len(Z) else (tape.register("w", Y[len(Z) :]),)
        return recorded(self.loss, "record", self.loss.record(tape, Z, Y[: len(Z)], *weights), Z.shape)

    def norms(self) -> list[Normalize]:
        """The operations that normalize, first layer first."""
        return [layer for layer in self.layers if isinstance(layer, Normalize)]

    def exact_norms(self) -> list[Normalize]:
        """Those that evaluate with statistics over the train set."""
        return self._exact_norms

    def record_until(self, norm: Normalize, X: Array) -> tuple[Tape, Array]:
        """Write down the frozen network up to what ``norm`` normalizes; return the tape and that Z."""
        tape = self._tape(X, X)
        Zs, _ = self._forward(tape, X, training=False, stop=norm)
        return tape, Zs[-1]


def _of_layer(l: int, norm: Norm, shapes: Shapes) -> dict[str, tuple[int, ...]]:
    """The shapes of a norm's arrays under their names in layer l."""
    for name in shapes:
        if not name.isidentifier() or name[-1].isdigit() or name in ("W", "w", "b"):
            raise UsageError(f"norm {norm.name}: none of its arrays can be called {name!r}")
    return {f"{name}{l}": shape for name, shape in shapes.items()}
