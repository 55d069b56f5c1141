"""What is checked: the cost of a network on one batch, dropout masks frozen, or an objective; a function of θ alone."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import numpy as np

from dlx.errors import UsageError
from dlx.gradcheck.complex_step import ComplexStep
from dlx.gradcheck.moving import Moves, labels_of, move_away, moved, roll
from dlx.gradcheck.operations import LayerOperation, LossOperation, ObjectiveOperation, Operation, PenaltyOperation
from dlx.nn.gradcheck import Line
from dlx.nn.landscape import Landscape
from dlx.nn.layers import Activate, Dropout
from dlx.nn.network import Network
from dlx.nn.params import Parameters
from dlx.nn.tape import Tape
from dlx.spec.plugin_faults import blamed
from dlx.types import Array

Draw = Callable[[Array], None]

LEAST_COST = 1e-3  # below it the digits of dθ count, which come from A − Y, not those of J


class CheckedCost(ABC):
    """A cost J(θ) in float64, and its gradient as a training step computes it.

    Args:
        parameters: θ and dθ.
        step: writes dθ.
        cost: computes J alone.
        hinges: what has a kink at 0.
        draws: the functions on both tapes that stand for random ones; what they write does not depend on θ.

    Attributes:
        examples: that J is a mean over; 0 where there are none.
        outputs: the parameters that move no hinge, if there may be such.
    """

    examples: int = 0
    outputs: tuple[str, ...] = ()

    def __init__(
        self, parameters: Parameters, step: Tape, cost: Tape, hinges: Sequence[Array] = (), draws: Sequence[Draw] = ()
    ) -> None:
        self.parameters, self.theta, self.hinges = parameters, parameters.theta, hinges
        self._step, self._cost, self._draws = step, cost, draws
        with moved(self.moves()):
            for tape in (step, cost):
                _call_each_once(tape)

    def moves(self) -> Moves:
        """All arrays that a pass reads, each with what moves it away."""
        return [(self.theta, move_away)]

    @abstractmethod
    def operations(self) -> Iterator[Operation]:
        """Every operation from the cost backwards."""

    def cost(self) -> float:
        """J(θ), penalties included."""
        self._cost.run()
        return self._cost.cost()

    def complex_step(self) -> ComplexStep:
        """The derivative of `cost` that takes no difference; raises NotAnalytic."""
        return self.complex_step_of(self._cost, self.theta)

    def complex_step_of(self, tape: Tape, theta: Array) -> ComplexStep:
        """That of the cost of another tape with the same masks, by another θ."""
        return ComplexStep(tape, theta, set(self._draws))

    def gradient(self) -> Array:
        """A copy of dθ as the training step computes it.

        A pass at another θ, with another batch and other masks comes first: what a step wrongly keeps of the one before
        then shows. What it keeps of its very first shows too, since that was no other than such a pass.
        """
        with moved(self.moves()):
            self._step.run()
        self._step.run()
        return self.parameters.d_theta.copy()

    def later_gradients(self, count: int) -> Iterator[Array]:
        """dθ as it comes out so many times more; the first after a pass elsewhere."""
        for number in range(count):
            if number:
                self._step.run()
            yield self.parameters.d_theta if number else self.gradient()

    def parameters_before(self, owner: object) -> list[str]:
        """The parameters to which an operation passes its gradient on."""
        return []

    def first_not_finite(self) -> str:
        """The first array of the last training step that holds an infinity or a NaN, such as Z2."""
        name, _ = self._step.first_not_finite() or ("J", None)
        return name

    def crosses_a_kink(self, line: Line, epsilon: float) -> bool:
        """Whether a hinge is on one side of its kink at −ε, and on the other at ε."""
        sides = []
        for t in (-epsilon, epsilon):
            line(t)
            sides.append(b"".join(np.packbits(Z > 0).tobytes() for Z in self.hinges))
        return sides[0] != sides[1]


class Subject(CheckedCost):
    """A float64 network on X (m, n_x) and Y (n_y, m) in training mode.

    Dropout masks are drawn once; running statistics stay as they are, since no step is accepted. ``hinges`` are the Z
    of some activations, and the weights where L1 is on. X, Y and the masks are moved for a pass now and then, and put
    back.

    Args:
        sizes: of the batches that training takes, if they are known.
        masks: D/keep_prob of each layer with dropout, (units, m), in place of drawing them.
    """

    def __init__(
        self,
        network: Network,
        X: Array,
        Y: Array,
        sizes: Sequence[int] = (),
        masks: Mapping[Dropout, Array] | None = None,
    ) -> None:
        self.network, self.X, self.Y, self.examples, self.sizes = network, X, Y, len(X), tuple(sizes)
        self.outputs = (f"W{len(network.plans)}", f"b{len(network.plans)}")  # no hidden layer lies behind them
        self.masks = masks or {layer: _mask_of(layer, (network.sizes[layer.l], len(X))) for layer in _dropouts(network)}
        self._frozen = {layer: _frozen(mask) for layer, mask in self.masks.items()}
        with self.masks_frozen():
            step = network.record_step(X, Y)
            cost, hinges = self._record_cost()
        super().__init__(network.parameters, step.tape, cost, hinges, list(self._frozen.values()))

    def moves(self) -> Moves:
        n_y = self.network.sizes[-1]
        labels = [(self.Y[:n_y], labels_of(self.network.loss.task)), (self.Y[n_y:], roll)]
        return [*super().moves(), (self.X, move_away), *labels, *((mask, roll) for mask in self.masks.values())]

    def _record_cost(self) -> tuple[Tape, list[Array]]:
        network, tape, hinges = self.network, self._named_tape(), []
        A = self.X.T
        for layer in network.layers:
            tape.layer = layer.l
            if isinstance(layer, Activate) and layer.activation.has_kink:
                hinges.append(A)
            A, _ = layer.record(tape, A, training=True)
        network.record_loss(tape, A, self.Y)
        hinges += network.loss.record_hinges(tape, A, self.Y[: len(A)])
        for record in network.penalties().values():
            record(tape, len(self.X))
        if network.l1:
            hinges.append(tape.empty("W", network.parameters.weights.size))
            tape.call(np.copyto, hinges[-1], network.parameters.weights)
        return tape, hinges

    def parameters_before(self, owner: object) -> list[str]:
        layers = self.network.layers
        return [
            name for layer in layers[: layers.index(owner) if owner in layers else None] for name in layer.parameters
        ]

    def _named_tape(self) -> Tape:
        tape = Tape(self.network.parameters.theta.dtype)
        for name, array in {"X": self.X, "Y": self.Y, **self.network.parameters}.items():
            tape.register(name, array)
        return tape

    def operations(self) -> Iterator[Operation]:
        """The loss, the penalties, the layers."""
        network, x, layers = self.network, np.ascontiguousarray(self.X.T), []
        with self.masks_frozen():
            for layer in network.layers:
                layers.append(LayerOperation(layer, network, x.copy(), self.masks))
                x = layers[-1].out.copy()
            loss = LossOperation(network, x, self.Y)
            yield loss
            for name, record in network.penalties().items():
                yield PenaltyOperation(name, record, network, len(self.X))
            u = loss.gradients()[loss.input]
            for operation in reversed(layers):
                operation.backward(u)
                yield operation
                u = operation.gradients().get(operation.input, u)

    @contextmanager
    def masks_frozen(self) -> Iterator[None]:
        """What is recorded inside keeps to one mask per dropout layer; what was recorded before goes on drawing."""
        draws = {layer: layer.draw for layer in self._frozen}
        for layer, frozen in self._frozen.items():
            layer.draw = frozen
        try:
            yield
        finally:
            for layer, draw in draws.items():
                layer.draw = draw


class LandscapeSubject(CheckedCost):
    """The landscape of an objective, without noise on its gradient: J knows nothing of that."""

    def __init__(self, landscape: Landscape) -> None:
        self.landscape = landscape
        super().__init__(landscape.parameters, landscape.record_step(), landscape.record_evaluation())

    def operations(self) -> Iterator[Operation]:
        """The objective, which is all there is between w and J."""
        yield ObjectiveOperation(self.landscape)


def _call_each_once(tape: Tape) -> None:
    """Make each call once; one that a component has recorded wrongly is named."""
    with np.errstate(all="ignore"):
        for number, (function, args) in enumerate(tape.calls):
            try:
                function(*args)
            except Exception as error:
                message = blamed(error) or f"{type(error).__name__}: {error}"
                raise UsageError(f"{tape.place_of(number)}{tape.line(number)} fails: {message}") from error


def _dropouts(network: Network) -> list[Dropout]:
    return [layer for layer in network.layers if isinstance(layer, Dropout)]


def _mask_of(layer: Dropout, shape: tuple[int, int]) -> Array:
    mask = np.empty(shape)
    layer.draw(mask)
    return mask


def _frozen(mask: Array) -> Draw:
    def draw_frozen_mask(D: Array) -> None:
        np.copyto(D, mask)

    return draw_frozen_mask
