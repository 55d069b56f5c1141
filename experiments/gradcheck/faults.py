"""Planted faults: mistakes in the backward pass, put into dlx from outside, each with its true place and names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from typing import Any, Protocol
from unittest.mock import patch

import numpy as np

from dlx.gradcheck.check import check
from dlx.gradcheck.report import Point
from dlx.gradcheck.subject import CheckedCost, Subject
from dlx.nn import penalties
from dlx.nn.activations import Activation
from dlx.nn.dropout import mask_from
from dlx.nn.initializers import He
from dlx.nn.layers import Activate, Dropout, Linear, Normalize
from dlx.nn.losses import Loss
from dlx.nn.network import LayerPlan, Network
from dlx.nn.norms import batch_norm, layer_norm  # noqa: F401 - they register themselves
from dlx.nn.norms.norm import Backward, Norm
from dlx.nn.tape import Tape
from dlx.types import Array

M, UNITS, KEEP_PROB = 10, 6, 0.75


@dataclass(frozen=True)
class Setting:
    """A small network: two hidden layers of equal width, so that a transposed W still fits."""

    activation: str
    loss: str
    norm: str | None = None
    dropout: bool = False
    l2: float = 0.0
    l1: float = 0.0

    @property
    def title_of_norm(self) -> str:
        """What the check calls the norm."""
        return str(self.norm).replace("_", " ")

    def subject(self) -> Subject:
        rng = np.random.default_rng(3)
        norm = Norm.parse(self.norm) if self.norm else None
        draw = mask_from(np.random.RandomState(1), KEEP_PROB) if self.dropout else None
        plan = LayerPlan(UNITS, Activation.parse(self.activation), He(), True, norm, draw)
        n_y = 1 if self.loss == "logistic" else 3
        plans = [plan, plan, LayerPlan(n_y, None, He())]
        network = Network(4, plans, Loss.parse(self.loss), np.float64, self.l2, self.l1)
        network.initialize(rng)
        network.parameters.theta[...] += 0.3 * rng.standard_normal(network.parameters.theta.size)
        classes = np.eye(3)[:n_y, rng.integers(3, size=M)]
        Y = rng.standard_normal((n_y, M)) if self.loss == "squared_error" else classes
        return Subject(network, rng.standard_normal((M, 4)), np.ascontiguousarray(Y))


class HasSubject(Protocol):
    """A network to plant a fault in."""

    def subject(self) -> CheckedCost:
        """It on a batch; built anew each time, so that what is changed while it is built is in it."""


@dataclass(frozen=True)
class Planted:
    """A fault: how it is put there, the operation it is in, and the signatures that name it rightly."""

    setting: HasSubject
    description: str
    operation: str
    names: tuple[str, ...]
    put: Callable[[], Any]

    def check(self) -> Point:
        """The check of the network with the fault in it."""
        with self.put():
            return check(self.setting.subject(), "planted")

    def judged(self) -> tuple[tuple[bool, bool, bool], str]:
        """What became of it."""
        return self.outcome(self.check())

    def outcome(self, point: Point) -> tuple[tuple[bool, bool, bool], str]:
        """Whether that check has detected, placed and named it, and what it says."""
        fault = point.fault
        if fault is None:
            return (not point.passed, False, False), ""
        placed = fault.operation == self.operation
        return (True, placed, placed and fault.signature in self.names), f"{fault.operation}: {fault.signature}"


Spoil = Callable[[Tape, Array], None]  # write calls that make a gradient wrong
Change = Callable[[Tape, Any, Array, Array, Array, Array], None]  # … knowing layer, input, output, u and gradient


def times(c: float) -> Spoil:
    return lambda tape, gradient: tape.call(np.multiply, gradient, np.array(c), out=gradient)


def one_entry(c: float) -> Spoil:
    def spoil(gradient: Array) -> None:
        gradient.reshape(-1)[np.abs(gradient).argmax()] *= c

    return lambda tape, gradient: tape.call(spoil, gradient)


def one_row(c: float) -> Spoil:
    def spoil(gradient: Array) -> None:
        gradient[np.abs(gradient).sum(axis=1).argmax()] *= c

    return lambda tape, gradient: tape.call(spoil, gradient)


def in_place(change: Callable[[Array], Array]) -> Spoil:
    return lambda tape, gradient: tape.call(lambda: np.copyto(gradient, change(gradient)))


# Mistakes that the checker has no signature for: they are to be detected and placed, and count as not named.
UNFORESEEN: dict[str, Callable[[Array], Array]] = {
    "+ 0.01": lambda gradient: gradient + 0.01,
    "rows in another order": lambda gradient: np.roll(gradient, 1, axis=0),
    "absolute values": np.abs,
    "positive part": lambda gradient: np.maximum(gradient, 0.0),
}


def transposed(tape: Tape, gradient: Array) -> None:
    tape.call(lambda: np.copyto(gradient, gradient.T.copy()))


def stale(tape: Tape, gradient: Array) -> None:
    previous = np.zeros_like(gradient)

    def swap() -> None:
        gradient[...], previous[...] = previous.copy(), gradient.copy()

    tape.call(swap)


def usual(
    mean: tuple[str, ...], missing: tuple[str, ...], rows: bool, square: bool
) -> Iterator[tuple[str, Spoil, Any]]:
    """Mistakes that any gradient can have: description, what does it, and its right names; mean: of × m and × 1/m."""
    yield "× 2", times(2), ("constant factor 2",)
    yield "× −1", times(-1), ("sign",)
    yield "× 1.0005", times(1.0005), ("constant factor 1.0005",)
    yield "× m", times(M), mean[:1]
    yield "× 1/m", times(1 / M), mean[1:]
    yield "0", times(0), missing
    yield "one entry × 1.0005", one_entry(1.0005), ("one entry",)
    yield "one entry × −1", one_entry(-1), ("one entry",)
    yield "NaN in one entry", one_entry(np.nan), ("not finite",)
    yield "from the pass before", stale, ("stale",)
    for description, change in UNFORESEEN.items():
        if rows or description == "+ 0.01":
            yield description, in_place(change), ()
    if rows:
        yield "one row × 2", one_row(2), ("one row",)
    if square:
        yield "transposed", transposed, ("transposed",)


@contextmanager
def in_layer(kind: type, number: int, change: Change) -> Iterator[None]:
    """Every layer of this kind and number gets its backward pass changed."""
    record = kind.record  # type: ignore[attr-defined]

    def spoiled(self: Any, tape: Tape, A: Array, training: bool) -> Any:
        backward: Backward
        out, backward = record(self, tape, A, training)

        def wrong(u: Array) -> Array:
            if self.l != number:
                return backward(u)
            output_gradient = np.empty_like(u)
            tape.call(np.positive, u, out=output_gradient)
            dx = backward(u)
            change(tape, self, A, out, output_gradient, dx)
            return dx

        return out, wrong

    with patch.object(kind, "record", spoiled):
        yield


@contextmanager
def in_loss(kind: type, change: Callable[[Tape, Array, Array, Array], None]) -> Iterator[None]:
    """The dZ of this loss gets changed; change: tape, A, Y, dZ."""
    record = kind.record  # type: ignore[attr-defined]

    def spoiled(self: Any, tape: Tape, Z: Array, Y: Array) -> Any:
        backward: Backward
        A, backward = record(self, tape, Z, Y)

        def wrong(_: Array) -> Array:
            dZ = backward(_)
            change(tape, A, Y, dZ)
            return dZ

        return A, wrong

    with patch.object(kind, "record", spoiled):
        yield


@contextmanager
def in_penalty(name: str, spoil: Spoil) -> Iterator[None]:
    """What a penalty adds to dW gets changed."""
    record = getattr(penalties, f"record_{name}")

    def spoiled(tape: Tape, parameters: Any, lambd: float, m: int) -> Any:
        backward = record(tape, parameters, lambd, m)

        def wrong() -> None:
            d_weights = parameters.d_weights
            before = np.empty_like(d_weights)
            tape.call(np.copyto, before, d_weights)
            tape.call(np.multiply, d_weights, np.array(0.0), out=d_weights)
            backward()
            spoil(tape, d_weights)
            tape.call(np.add, d_weights, before, out=d_weights)

        return wrong

    with patch.object(penalties, f"record_{name}", spoiled):
        yield


def set_to(values: Callable[[Any, Array, Array, Array, Array], Array]) -> Change:
    """dx becomes values(layer, x, out, u, dx)."""

    def change(tape: Tape, layer: Any, x: Array, out: Array, u: Array, dx: Array) -> None:
        tape.call(lambda: np.copyto(dx, values(layer, x, out, u, dx)))

    return change


def all_faults() -> list[Planted]:
    """Every planted fault."""
    return [*_of_parameters(), *_of_inputs(), *_of_losses(), *_of_penalties(), *_of_activations(), *_of_norms()]


FULL = Setting("tanh", "softmax", norm="batch_norm", dropout=True, l2=0.7)
PLAIN = Setting("tanh", "softmax")
AXES = {"batch_norm": 1, "layer_norm": 0}  # of Z (n, m), that each norm takes μ and σ² over
NORMALIZED = [FULL, Setting("tanh", "softmax", norm="layer_norm", l2=0.7)]


def _of_parameters() -> Iterator[Planted]:
    targets: list[tuple[Setting, type, int, str, bool]] = [
        (PLAIN, Linear, number, name, name == "dW" and number == 2) for number in (1, 2, 3) for name in ("dW", "db")
    ]
    for setting, number, name in product(NORMALIZED, (1, 2), ("dgamma", "dbeta")):
        targets.append((setting, Normalize, number, name, False))
    for setting, kind, number, name, square in targets:
        operation = f"{'linear' if kind is Linear else setting.title_of_norm} {number}"
        for mistake, spoil, names in usual(("sum for mean", "mean for sum"), ("missing",), name == "dW", square):
            change = _on_parameter(name, spoil)
            description = f"{name}{number} of {operation} {mistake}"
            yield Planted(setting, description, operation, names, _putter(kind, number, change))


def _on_parameter(name: str, spoil: Spoil) -> Change:
    def change(tape: Tape, layer: Any, x: Array, out: Array, u: Array, dx: Array) -> None:
        is_of_norm = isinstance(layer, Normalize)
        spoil(tape, layer.arrays.gradients[name.removeprefix("d")] if is_of_norm else getattr(layer, name))

    return change


def _putter(kind: type, number: int, change: Change) -> Callable[[], Any]:
    return lambda: in_layer(kind, number, change)


def _of_inputs() -> Iterator[Planted]:
    targets: list[tuple[Setting, type, int, str, str, bool]] = [
        (PLAIN, Linear, 2, "linear 2", "dA1", False),
        (PLAIN, Linear, 3, "linear 3", "dA2", False),
        (PLAIN, Activate, 1, "tanh 1", "dZ1", False),
        (FULL, Activate, 2, "tanh 2", "dZ2", False),
        (FULL, Dropout, 1, "dropout 1", "dA1", False),
        (FULL, Dropout, 2, "dropout 2", "dA2", False),
        *(
            (setting, Normalize, number, f"{setting.title_of_norm} {number}", f"dZ{number}", False)
            for setting, number in product(NORMALIZED, (1, 2))
        ),
    ]
    for setting, kind, number, operation, name, square in targets:
        means = ("constant factor 10", "constant factor 0.1") if kind is Dropout else ("sum for mean", "mean for sum")
        for description, spoil, names in usual(means, ("missing",), True, square):
            change = _on_input(spoil)
            yield Planted(
                setting, f"{name} of {operation} {description}", operation, names, _putter(kind, number, change)
            )
    wrong_side = set_to(lambda layer, x, out, u, dx: layer.W @ u)
    yield Planted(PLAIN, "dA1 = W2·dZ2", "linear 2", ("transposed",), _putter(Linear, 2, wrong_side))
    no_mask = set_to(lambda layer, x, out, u, dx: u)
    no_scale = set_to(lambda layer, x, out, u, dx: u * (dx != 0))
    twice = set_to(lambda layer, x, out, u, dx: dx / KEEP_PROB)
    for number in (1, 2):
        place = f"dropout {number}"
        yield Planted(FULL, f"{place} without its mask", place, ("missing mask",), _putter(Dropout, number, no_mask))
        yield Planted(
            FULL, f"{place} without 1/keep_prob", place, ("missing 1/keep_prob",), _putter(Dropout, number, no_scale)
        )
        yield Planted(
            FULL, f"{place} with 1/keep_prob²", place, ("1/keep_prob twice",), _putter(Dropout, number, twice)
        )


def _on_input(spoil: Spoil) -> Change:
    return lambda tape, layer, x, out, u, dx: spoil(tape, dx)


def _of_losses() -> Iterator[Planted]:
    for kind in Loss.members().values():
        setting = Setting("tanh", kind.name)
        for description, spoil, names in usual(
            ("missing 1/m", "1/m twice"), ("missing",), kind.name != "logistic", False
        ):
            yield Planted(setting, f"dZ3 of {kind.name} {description}", kind.name, names, _in_loss(kind, spoil))
        without_y = _loss_values(lambda A, Y: A / M)
        yield Planted(setting, f"{kind.name} without Y", kind.name, ("Y left out",), _loss_putter(kind, without_y))
        without_a = _loss_values(lambda A, Y: -Y / M)
        yield Planted(setting, f"{kind.name} without A", kind.name, ("A left out",), _loss_putter(kind, without_a))
    logistic = Loss.members()["logistic"]
    squared = _loss_values(lambda A, Y: (A - Y) * A * (1 - A) / M)
    name = ("an activation derivative too much",)
    yield Planted(
        Setting("tanh", "logistic"), "logistic with A(1 − A)", "logistic", name, _loss_putter(logistic, squared)
    )


def _in_loss(kind: type, spoil: Spoil) -> Callable[[], Any]:
    return lambda: in_loss(kind, lambda tape, A, Y, dZ: spoil(tape, dZ))


def _loss_values(values: Callable[[Array, Array], Array]) -> Callable[[Tape, Array, Array, Array], None]:
    return lambda tape, A, Y, dZ: tape.call(lambda: np.copyto(dZ, values(A, Y)))


def _loss_putter(kind: type, change: Callable[[Tape, Array, Array, Array], None]) -> Callable[[], Any]:
    return lambda: in_loss(kind, change)


def _of_penalties() -> Iterator[Planted]:
    missing = {"l2": "missing λ/m·W", "l1": "missing λ/2m·sign(W)"}
    for name in ("l2", "l1"):
        setting = Setting("tanh", "logistic", l2=0.7 * (name == "l2"), l1=0.7 * (name == "l1"))
        for description, spoil, names in usual(("missing 1/m", "1/m twice"), (missing[name],), False, False):
            if description == "× 2":
                names = ("factor 2 too much",)
            yield Planted(setting, f"{name} {description}", name, names, _in_penalty(name, spoil))
    half = _in_penalty("l2", times(0.5))
    yield Planted(Setting("tanh", "logistic", l2=0.7), "l2 with λ/2m", "l2", ("λ/2m in place of λ/m",), half)


def _in_penalty(name: str, spoil: Spoil) -> Callable[[], Any]:
    return lambda: in_penalty(name, spoil)


def _of_activations() -> Iterator[Planted]:
    for name in Activation.members():
        if name == "identity":
            continue
        setting, place = Setting(name, "logistic"), f"{name} 1"
        missing = set_to(lambda layer, x, out, u, dx: u)
        squared = set_to(lambda layer, x, out, u, dx: np.divide(dx * dx, u, out=np.zeros_like(u), where=u != 0))
        yield Planted(
            setting, f"{place} without g′", place, ("missing activation derivative",), _putter(Activate, 1, missing)
        )
        if name != "relu":
            named = ("activation derivative squared",)
            yield Planted(setting, f"{place} with g′²", place, named, _putter(Activate, 1, squared))
        yield Planted(setting, f"{place} × 1.0005", place, ("constant factor 1.0005",), _factor_put(1.0005))


def _factor_put(c: float) -> Callable[[], Any]:
    return _putter(Activate, 1, _on_input(times(c)))


def _of_norms() -> Iterator[Planted]:
    for setting in NORMALIZED:
        place = f"{setting.title_of_norm} 2"
        for name, change in _mistakes_of_norm(AXES[str(setting.norm)]).items():
            yield Planted(setting, f"{place}: {name}", place, (name,), _putter(Normalize, 2, change))


def _mistakes_of_norm(axis: int) -> dict[str, Change]:
    def values(change: Callable[[Array, Array, Array], Array], gamma: bool = True) -> Change:
        """The right dZ is (v − mean − along)/σ with v = γ·u and along = Z_norm·mean(v·Z_norm); change gets these."""

        def wrong(layer: Any, x: Array, out: Array, u: Array, dx: Array) -> Array:
            sigma = np.sqrt(x.var(axis=axis, keepdims=True) + layer.norm.epsilon)
            Z_norm = (x - x.mean(axis=axis, keepdims=True)) / sigma
            v: Array = layer.arrays.parameters["gamma"] * u if gamma else u
            along = Z_norm * (v * Z_norm).mean(axis=axis, keepdims=True)
            spoiled: Array = change(v, v.mean(axis=axis, keepdims=True), along) / sigma
            return spoiled

        return set_to(wrong)

    count = (UNITS, M)[axis]
    return {
        "μ and σ² taken as constants": values(lambda v, mean, along: v),
        "σ² taken as a constant": values(lambda v, mean, along: v - mean),
        "μ taken as a constant": values(lambda v, mean, along: v - along),
        "sum for mean": values(lambda v, mean, along: v - count * mean - count * along),
        "sign of the mean": values(lambda v, mean, along: v + mean - along),
        "missing γ": values(lambda v, mean, along: v - mean - along, gamma=False),
    }
