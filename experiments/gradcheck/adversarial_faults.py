"""Mistakes as an adversary makes them: late, of one type's digits, of special inputs, labels, weights and options."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any
from unittest.mock import patch

import numpy as np

from dlx.component import Component
from dlx.events import finish
from dlx.gradcheck.plugin import check_components
from dlx.gradcheck.report import Point
from dlx.gradcheck.subject import Subject
from dlx.nn.activations import Activation
from dlx.nn.layers import Activate, Dropout, Linear, Normalize
from dlx.nn.losses import Loss
from dlx.nn.norms.norm import Norm
from dlx.nn.tape import Tape
from dlx.types import Array

from .faults import FULL, KEEP_PROB, NORMALIZED, PLAIN, Change, Planted, Setting, in_layer, in_loss, in_penalty, set_to

FLOAT32, TAILS, STALE = ("digits of float32",), ("in the tails",), ("stale",)
SPECIAL = ("special inputs", *TAILS)
OF_LOSS = Callable[[Array, Array, Array], Array]  # A, Y, dZ → dZ


def adversarial_faults() -> list[Planted]:
    """Every one of them."""
    return [
        *_late(),
        *_of_digits(),
        *_of_inputs(),
        *_of_what_comes_in(),
        *_of_labels(),
        *_of_weights(),
        *_of_formulas(),
        *_of_options(),
    ]


def _layer(
    setting: Any, kind: type, number: int, operation: str, what: str, names: tuple[str, ...], change: Change
) -> Planted:
    return Planted(setting, f"{operation}: {what}", operation, names, lambda: in_layer(kind, number, change))


def _activation(name: str, what: str, names: tuple[str, ...], factor: Callable[[Array], Array | float]) -> Planted:
    """g′ of the first layer times what Z says."""
    change = set_to(lambda layer, x, out, u, dx: dx * factor(x))
    return _layer(Setting(name, "softmax"), Activate, 1, f"{name} 1", what, names, change)


def _loss(setting: Any, name: str, what: str, names: tuple[str, ...], values: OF_LOSS) -> Planted:
    def change(tape: Tape, A: Array, Y: Array, dZ: Array) -> None:
        tape.call(lambda: np.copyto(dZ, values(A, Y, dZ)))

    return Planted(setting, f"{name}: {what}", name, names, lambda: in_loss(Loss.members()[name], change))


def _late() -> Iterator[Planted]:
    for least in (200, 900):
        for name in ("dW", "db"):
            what = f"{name}2 × 1.5 from pass {least} on"
            yield _layer(PLAIN, Linear, 2, "linear 2", what, STALE, partial(_from_pass, least, name))
    for name in ("dW", "db"):
        yield _layer(PLAIN, Linear, 2, "linear 2", f"{name}2 adds up over passes", STALE, partial(_added_up, name))
    for name in ("tanh", "swish"):
        what, setting = "g′ of the pass before", Setting(name, "softmax")
        yield _layer(setting, Activate, 2, f"{name} 2", what, STALE, _of_pass_before)


def _from_pass(least: int, name: str, tape: Tape, layer: Any, *arrays: Array) -> None:
    passes = [0]

    def write() -> None:
        passes[0] += 1
        if passes[0] >= least:
            getattr(layer, name)[...] *= 1.5

    tape.call(write)


def _added_up(name: str, tape: Tape, layer: Any, *arrays: Array) -> None:
    gradient = getattr(layer, name)
    total = np.zeros_like(gradient)

    def write() -> None:
        total[...] += gradient
        gradient[...] = total

    tape.call(write)


def _of_pass_before(tape: Tape, layer: Any, x: Array, out: Array, u: Array, dx: Array) -> None:
    before = np.zeros_like(dx)

    def write() -> None:
        derivative = np.divide(dx, u, out=np.zeros_like(u), where=u != 0)
        dx[...] = before * u
        before[...] = derivative

    tape.call(write)


def _float32(array: Array) -> Array:
    rounded: Array = array.astype(np.float32).astype(np.float64)
    return rounded


def _of_digits() -> Iterator[Planted]:
    for name in ("tanh", "sigmoid", "softplus", "swish", "gelu"):
        change = set_to(lambda layer, x, out, u, dx: u * _float32(np.divide(dx, u, out=np.zeros_like(u), where=u != 0)))
        yield _layer(Setting(name, "logistic"), Activate, 1, f"{name} 1", "g′ rounded to float32", FLOAT32, change)
    for name in ("softmax", "logistic", "squared_error", "poisson"):
        yield _loss(Setting("tanh", name), name, "dZ rounded to float32", FLOAT32, lambda A, Y, dZ: _float32(dZ))
    rounded = set_to(lambda layer, x, out, u, dx: _float32(dx))
    inputs = [(PLAIN, Linear, "linear 2"), (FULL, Dropout, "dropout 2")]
    inputs += [(setting, Normalize, f"{setting.title_of_norm} 1") for setting in NORMALIZED]
    for setting, kind, operation in inputs:
        yield _layer(
            setting, kind, int(operation[-1]), operation, "gradient of its input rounded to float32", FLOAT32, rounded
        )
    yield _layer(PLAIN, Linear, 2, "linear 2", "dW2 rounded to float32", FLOAT32, _rounded_parameter)
    spoil = partial(_write, lambda gradient: _float32(gradient))
    yield Planted(
        Setting("tanh", "logistic", l2=0.7), "l2 rounded to float32", "l2", FLOAT32, lambda: in_penalty("l2", spoil)
    )


def _rounded_parameter(tape: Tape, layer: Any, *arrays: Array) -> None:
    tape.call(lambda: np.copyto(layer.dW, _float32(layer.dW)))


def _write(values: Callable[[Array], Array], tape: Tape, gradient: Array) -> None:
    tape.call(lambda: np.copyto(gradient, values(gradient)))


def _same(Z: Array, axis: int) -> Array:
    """Where all numbers along an axis of more than one are the same."""
    same: Array = (np.ptp(Z, axis=axis, keepdims=True) == 0) & (Z.shape[axis] > 1)
    return same


def _of_inputs() -> Iterator[Planted]:
    for name in ("tanh", "gelu"):
        yield _activation(
            name, "g′ × 0.5 of a unit that is constant over the batch", SPECIAL, lambda Z: np.where(_same(Z, 1), 0.5, 1)
        )
        yield _activation(
            name, "g′ × 0.5 of an example that is constant over units", SPECIAL, lambda Z: np.where(_same(Z, 0), 0.5, 1)
        )
    for name in ("swish", "softplus", "sigmoid"):
        yield _activation(name, "g′ = 0 where Z is 0", SPECIAL, lambda Z: np.where(Z == 0, 0.0, 1))
    yield _activation("tanh", "g′ × 1.01 where every Z is positive", SPECIAL, lambda Z: 1.01 if (Z > 0).all() else 1)
    yield _activation("swish", "g′ × 1.01 where every Z is negative", SPECIAL, lambda Z: 1.01 if (Z < 0).all() else 1)
    doubled = (*SPECIAL, "constant factor 2")
    yield _activation("tanh", "g′ × 2 of a single example", doubled, lambda Z: 2.0 if Z.shape[1] == 1 else 1)
    yield _activation("tanh", "g′ × 2 of a single unit", SPECIAL, lambda Z: 2.0 if Z.shape[0] == 1 else 1)
    for name in ("swish", "softplus"):
        yield _activation(
            name, "g′ is NaN where exp overflows, and taken for 0", TAILS, lambda Z: np.where(Z > 709, 0.0, 1)
        )
    constant = set_to(lambda layer, x, out, u, dx: np.where(_same(x, 1), 2 * dx, dx))
    yield _layer(FULL, Normalize, 1, "batch norm 1", "dZ1 × 2 of a unit that is constant", SPECIAL, constant)
    setting = NORMALIZED[1]
    constant = set_to(lambda layer, x, out, u, dx: np.where(_same(x, 0), 2 * dx, dx))
    yield _layer(setting, Normalize, 1, "layer norm 1", "dZ1 × 2 of an example that is constant", SPECIAL, constant)


def _clipped(most: float, layer: Any, x: Array, out: Array, u: Array, dx: Array) -> Array:
    values: Array = np.clip(dx, -most, most)
    return values


def _of_what_comes_in() -> Iterator[Planted]:
    for most in (10.0, 1e6):
        clipped = set_to(partial(_clipped, most))
        yield _layer(PLAIN, Activate, 1, "tanh 1", f"dZ1 clipped at {most:g}", SPECIAL, clipped)
        yield _layer(PLAIN, Linear, 2, "linear 2", f"dA1 clipped at {most:g}", SPECIAL, clipped)
        yield _layer(FULL, Dropout, 2, "dropout 2", f"dA2 clipped at {most:g}", SPECIAL, clipped)
        yield _layer(FULL, Normalize, 2, "batch norm 2", f"dZ2 clipped at {most:g}", SPECIAL, clipped)
    small = set_to(lambda layer, x, out, u, dx: np.where(np.abs(dx) < 1e-9, 0.0, dx))
    yield _layer(PLAIN, Activate, 1, "tanh 1", "dZ1 = 0 where it is below 1e-9", SPECIAL, small)
    yield _layer(FULL, Normalize, 2, "batch norm 2", "dZ2 = 0 where it is below 1e-9", SPECIAL, small)
    bounded = set_to(lambda layer, x, out, u, dx: np.clip(layer.W, -1.0, 1.0).T @ u)
    yield _layer(PLAIN, Linear, 2, "linear 2", "dA1 by W clipped at 1", ("unknown", "some entries"), bounded)


@dataclass(frozen=True)
class Sized:
    """The network of another setting, trained with batches of these sizes."""

    setting: Setting
    sizes: tuple[int, ...]

    def subject(self) -> Subject:
        small = self.setting.subject()
        return Subject(small.network, small.X, small.Y, self.sizes)


def _every_label(label: int, Y: Array) -> bool:
    return bool(np.all(np.equal(Y, label)))


def _is_of_size(m: int, Y: Array) -> bool:
    return bool(Y.shape[1] == m)


def _of_labels() -> Iterator[Planted]:
    def when(holds: Callable[[Array], bool | Array], factor: float = 2.0) -> OF_LOSS:
        return lambda A, Y, dZ: np.where(holds(Y), factor * dZ, dZ)

    softmax, logistic, labels = PLAIN, Setting("tanh", "logistic"), Setting("tanh", "logistic_per_label")
    squared, poisson = Setting("tanh", "squared_error"), Setting("tanh", "poisson")
    one_class = when(lambda Y: bool(Y[0].all()))
    yield _loss(softmax, "softmax", "dZ × 2 where every example is of class 0", SPECIAL, one_class)
    for label in (0, 1):
        all_same = when(partial(_every_label, label))
        yield _loss(logistic, "logistic", f"dZ × 2 where every label is {label}", SPECIAL, all_same)
    names = (*SPECIAL, "some entries", "unknown")
    yield _loss(squared, "squared_error", "dZ × 1.01 where y < 0", names, when(lambda Y: Y < 0, 1.01))
    yield _loss(squared, "squared_error", "dZ × 2 where |y| > 10", SPECIAL, when(lambda Y: np.abs(Y) > 10))
    yield _loss(poisson, "poisson", "dZ × 2 where y > 25", SPECIAL, when(lambda Y: Y > 25))
    no_label = when(lambda Y: Y.sum(axis=0, keepdims=True) == 0)
    yield _loss(labels, "logistic_per_label", "dZ × 2 of examples without a label", names, no_label)
    for m in (17, 57):
        put = when(partial(_is_of_size, m))
        setting = Sized(PLAIN, (100, m))
        yield _loss(setting, "softmax", f"dZ × 2 in the last batch, of {m}", ("constant factor 2",), put)
    single = when(lambda Y: Y.shape[1] == 1)
    yield _loss(softmax, "softmax", "dZ × 2 of a single example", (*SPECIAL, "constant factor 2"), single)


@dataclass(frozen=True)
class Weighted:
    """The network of another setting on weighted examples."""

    setting: Setting

    def subject(self) -> Subject:
        small = self.setting.subject()
        weights = np.random.default_rng(8).uniform(0.2, 2, (1, small.examples))
        return Subject(small.network, small.X, np.concatenate([small.Y, weights]))


@dataclass(frozen=True)
class OfWeights:
    """Puts into dZ of a loss what values(w, A, Y, dZ) gives, where there are weights."""

    name: str
    values: Callable[[Array, Array, Array, Array], Array]

    def __call__(self) -> Any:
        kind = Loss.members()[self.name]
        record, values = kind.record, self.values

        def spoiled(loss: Any, tape: Tape, Z: Array, Y: Array, weights: Array | None = None) -> Any:
            A, backward = record(loss, tape, Z, Y, weights)

            def wrong(of: Array) -> Array:
                dZ = backward(of)
                if weights is not None:
                    tape.call(lambda: np.copyto(dZ, values(weights, A, Y, dZ)))
                return dZ

            return A, wrong

        return patch.object(kind, "record", spoiled)


def _of_weights() -> Iterator[Planted]:
    mistakes: list[tuple[str, tuple[str, ...], Callable[[Array, Array, Array, Array], Array]]] = [
        ("the weights left out", ("the weights left out",), lambda w, A, Y, dZ: dZ / np.where(w == 0, 1, w)),
        ("the weights twice", ("the weights twice",), lambda w, A, Y, dZ: w * dZ),
        ("weights above 5 taken for 5", SPECIAL, lambda w, A, Y, dZ: dZ * np.minimum(1, 5 / np.maximum(w, 1))),
        ("dZ = 0.01 where w is 0", SPECIAL, lambda w, A, Y, dZ: np.where(w == 0, 0.01, dZ)),
        (
            "divided by the sum of the weights",
            ("divided by the sum of the weights",),
            lambda w, A, Y, dZ: dZ * w.size / w.sum(),
        ),
    ]
    for name in ("softmax", "logistic"):
        for what, names, values in mistakes:
            yield Planted(
                Weighted(Setting("tanh", name)), f"{name}: {what}, weighted", name, names, OfWeights(name, values)
            )


def _of_formulas() -> Iterator[Planted]:
    mistakes: list[tuple[str, str, str, Callable[[Any, Array, Array], Array]]] = [
        ("dW", "without the last example", "the last example left out", lambda layer, x, u: u[:, :-1] @ x[:, :-1].T),
        (
            "dW",
            "with the first example twice",
            "the first example twice",
            lambda layer, x, u: u @ x.T + u[:, :1] @ x[:, :1].T,
        ),
        (
            "db",
            "without the last example",
            "the last example left out",
            lambda layer, x, u: u[:, :-1].sum(axis=1, keepdims=True),
        ),
        ("dW", "by another example's A", "A of other examples", lambda layer, x, u: u @ np.roll(x, 1, axis=1).T),
    ]
    for name, what, signature, values in mistakes:
        by_values = partial(_parameter, name, values)
        yield _layer(PLAIN, Linear, 2, "linear 2", f"{name}2 {what}", (signature,), by_values)
    rolled = set_to(lambda layer, x, out, u, dx: u * np.roll(_mask(x, out), 1, axis=1))
    yield _layer(FULL, Dropout, 1, "dropout 1", "mask of another example", ("the mask of other examples",), rolled)
    shares = set_to(lambda layer, x, out, u, dx: dx * KEEP_PROB / max(float((_mask(x, out) > 0).mean()), 0.1))
    yield _layer(
        FULL, Dropout, 1, "dropout 1", "divided by the share that is kept", ("constant factor 0.9375",), shares
    )
    for setting in NORMALIZED:
        place = f"{setting.title_of_norm} 1"
        for what, names, change in _norm_mistakes(1 if setting.norm == "batch_norm" else 0):
            yield _layer(setting, Normalize, 1, place, what, names, change)
    half = partial(_write, lambda gradient: np.where(np.arange(gradient.size) < gradient.size - 6, gradient, 0.0))
    names = ("some entries",)
    yield Planted(Setting("tanh", "logistic", l2=0.7), "l2 lacks W3", "l2", names, lambda: in_penalty("l2", half))
    shrunk = Setting("tanh", "logistic", l2=0.7)
    yield Planted(shrunk, "l2 is not 0 where W is 0", "l2", SPECIAL, lambda: in_penalty("l2", _not_zero))


def _not_zero(tape: Tape, gradient: Array) -> None:
    tape.call(lambda: np.copyto(gradient, np.where(gradient == 0, 0.07, gradient)))


def _parameter(name: str, values: Callable[[Any, Array, Array], Array], tape: Tape, layer: Any, *arrays: Array) -> None:
    x, _, u, _ = arrays
    tape.call(lambda: np.copyto(getattr(layer, name), values(layer, x, u)))


def _mask(x: Array, out: Array) -> Array:
    values: Array = np.divide(out, x, out=np.zeros_like(x), where=x != 0)
    return values


def _norm_mistakes(axis: int) -> Iterator[tuple[str, tuple[str, ...], Change]]:
    def normalized(layer: Any, x: Array) -> tuple[Array, Array]:
        sigma = np.sqrt(x.var(axis=axis, keepdims=True) + layer.norm.epsilon)
        return (x - x.mean(axis=axis, keepdims=True)) / sigma, sigma

    def of_input(layer: Any, x: Array, v: Array, count: int) -> Array:
        Z_norm, sigma = normalized(layer, x)
        along = Z_norm * (v * Z_norm).sum(axis=axis, keepdims=True)
        values: Array = (v - (v.sum(axis=axis, keepdims=True) + along) / count) / sigma
        return values

    gamma = "gamma"
    fewer = set_to(
        lambda layer, x, out, u, dx: of_input(layer, x, layer.arrays.parameters[gamma] * u, x.shape[axis] - 1)
    )
    yield "dZ1 with 1/(m − 1)", ("m − 1 in place of m",), fewer
    sizes = set_to(
        lambda layer, x, out, u, dx: of_input(layer, x, np.abs(layer.arrays.parameters[gamma]) * u, x.shape[axis])
    )
    yield "dZ1 by |γ|", ("some entries", "unknown", "one row", *SPECIAL), sizes
    epsilon = set_to(
        lambda layer, x, out, u, dx: (
            dx * np.sqrt(1 + layer.norm.epsilon / np.maximum(x.var(axis=axis, keepdims=True), 1e-12))
        )
    )
    yield "dZ1 without ε", ("ε left out",), epsilon


@dataclass(frozen=True)
class OfComponent(Planted):
    """A fault that shows in the check of a component by itself, in the first setting in which it fails."""

    component: Component | None = None

    def check(self) -> Point:
        assert self.component is not None
        with self.put():
            cases = finish(check_components([self.component], everywhere=False))
        return next((case.point for case in cases if not case.point.passed), cases[0].point)


def _of_options() -> Iterator[Planted]:
    def planted(component: Component, title: str, what: str, names: tuple[str, ...], put: Callable[[], Any]) -> Planted:
        return OfComponent(PLAIN, f"{title}: {what}", title, names, put, component)

    kinds = Activation.members()
    slope = set_to(lambda layer, x, out, u, dx: u * np.where(x > 0, 1.0, 0.01))
    yield planted(
        kinds["leaky_relu"](),
        "leaky_relu 2",
        "the default slope",
        ("some entries",),
        lambda: in_layer(Activate, 2, slope),
    )
    alpha = set_to(lambda layer, x, out, u, dx: u * np.where(x > 0, 1.0, np.exp(np.minimum(x, 0))))
    yield planted(
        kinds["elu"](), "elu 2", "alpha left out of g′", ("some entries",), lambda: in_layer(Activate, 2, alpha)
    )
    put = partial(in_loss, Loss.members()["huber"], _default_delta)
    yield planted(Loss.members()["huber"](), "huber", "the default delta", ("some entries", "unknown"), put)
    norm = Norm.members()["layer_norm"]()
    narrow = set_to(lambda layer, x, out, u, dx: 1.01 * dx if len(x) == 2 else dx)
    names = ("constant factor 1.01",)
    yield planted(norm, "layer norm 2", "dZ × 1.01 over two units", names, lambda: in_layer(Normalize, 2, narrow))
    single = Loss.members()["squared_error"]()
    put = partial(in_loss, Loss.members()["squared_error"], _of_one_target)
    yield planted(single, "squared_error", "dZ × 2 of a single target", ("constant factor 2",), put)


def _default_delta(tape: Tape, A: Array, Y: Array, dZ: Array) -> None:
    tape.call(lambda: np.copyto(dZ, np.clip(A - Y, -1.0, 1.0) / Y.shape[1]))


def _of_one_target(tape: Tape, A: Array, Y: Array, dZ: Array) -> None:
    if len(Y) == 1:
        tape.call(np.multiply, dZ, np.array(2.0), out=dZ)
