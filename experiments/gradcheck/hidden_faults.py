"""Mistakes that hide from a check of one θ and one batch: kept, tied, in the tails, of some sizes and classes, tiny."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from dlx.gradcheck.subject import Subject
from dlx.nn.activations import Activation
from dlx.nn.initializers import He
from dlx.nn.layers import Activate, Dropout, Linear, Normalize
from dlx.nn.losses import Loss
from dlx.nn.network import LayerPlan, Network
from dlx.nn.tape import Tape
from dlx.types import Array

from .faults import (
    FULL,
    NORMALIZED,
    PLAIN,
    Change,
    Planted,
    Setting,
    Spoil,
    in_layer,
    in_loss,
    in_penalty,
    set_to,
    times,
)

TINY = 1 + 1e-6
RELU = Setting("relu", "softmax")


def hidden_faults() -> list[Planted]:
    """Every one of them."""
    return [*_stale(), *_late(), *_tied(), *_in_tails(), *_of_sizes(), *_of_classes(), *_tiny(), *_single()]


class Keeper:
    """What was first put in, or at the second pass, or every third time: mistakes of caches."""

    def __init__(self, when: str) -> None:
        self.when, self.passes, self.values = when, 0, np.zeros(0)

    def __call__(self, values: Array) -> Array:
        self.passes += 1
        if (
            self.passes == 1
            or (self.when == "the second pass" and self.passes == 2)
            or (self.when == "every third pass" and self.passes % 3 == 0)
        ):
            self.values = values.copy()
        return self.values


WHEN = ("the first pass", "the second pass", "every third pass")


def _per_tape(when: str, values: Callable[..., Array], write: Callable[..., Array]) -> Change:
    """A gradient that is write(kept values, layer, x, out, u, dx), kept by each tape for itself."""

    def change(tape: Tape, layer: Any, x: Array, out: Array, u: Array, dx: Array) -> None:
        keep = Keeper(when)
        tape.call(lambda: np.copyto(dx, write(keep(values(layer, x, out, u, dx)), layer, x, out, u, dx)))

    return change


def _per_shape(values: Callable[..., Array], write: Callable[..., Array]) -> Change:
    """Kept for all tapes with batches of this size."""
    keepers: dict[tuple[int, ...], Keeper] = {}

    def change(tape: Tape, layer: Any, x: Array, out: Array, u: Array, dx: Array) -> None:
        keep = keepers.setdefault((id(layer), *x.shape), Keeper("the first pass"))
        tape.call(lambda: np.copyto(dx, write(keep(values(layer, x, out, u, dx)), layer, x, out, u, dx)))

    return change


def _derivative(layer: Any, x: Array, out: Array, u: Array, dx: Array) -> Array:
    values: Array = np.divide(dx, u, out=np.zeros_like(u), where=u != 0)
    return values


def _times_u(kept_values: Array, layer: Any, x: Array, out: Array, u: Array, dx: Array) -> Array:
    return kept_values * u


def _of_layer(
    setting: Any,
    kind: type,
    number: int,
    operation: str,
    what: str,
    names: tuple[str, ...],
    change: Callable[[], Change],
) -> Planted:
    """The change is made anew for each check, since it may keep something."""
    return Planted(setting, f"{operation}: {what}", operation, names, lambda: in_layer(kind, number, change()))


def _stale() -> Iterator[Planted]:
    names = ("stale",)
    for name in Activation.members():
        if name == "identity":
            continue
        for when in WHEN if name == "tanh" else WHEN[:1]:
            change = partial(_per_tape, when, _derivative, _times_u)
            yield _of_layer(Setting(name, "logistic"), Activate, 1, f"{name} 1", f"g′ kept of {when}", names, change)
        shared = partial(_per_shape, _derivative, _times_u)
        yield _of_layer(
            Setting(name, "softmax"), Activate, 2, f"{name} 2", "g′ kept for all tapes of a size", names, shared
        )
    mask = partial(_per_tape, WHEN[0], _derivative, _times_u)
    yield _of_layer(FULL, Dropout, 1, "dropout 1", "mask kept of the first pass", names, mask)

    def weights(layer: Any, x: Array, out: Array, u: Array, dx: Array) -> Array:
        values: Array = layer.W
        return values

    def product(W: Array, layer: Any, x: Array, out: Array, u: Array, dx: Array) -> Array:
        values: Array = W.T @ u
        return values

    for when in WHEN:
        kept_W = partial(_per_tape, when, weights, product)
        yield _of_layer(PLAIN, Linear, 2, "linear 2", f"dA1 by W of {when}", names, kept_W)
        yield _of_layer(
            PLAIN, Linear, 3, "linear 3", f"dW3 by A of {when}", names, partial(_stale_weight_gradient, when)
        )
    for setting in NORMALIZED:
        place = f"{setting.title_of_norm} 2"
        yield _of_layer(setting, Normalize, 2, place, "σ kept of the first pass", names, _stale_sigma)
    for name, scale in (("softmax", 1.0), ("logistic", 1.0), ("logistic_per_label", 1.0), ("squared_error", 2.0)):
        for when in WHEN:
            yield Planted(
                Setting("tanh", name),
                f"{name}: labels of {when}",
                name,
                names,
                partial(_stale_labels, name, scale, when),
            )
    setting = Setting("tanh", "logistic", l2=0.7)
    yield Planted(setting, "l2: W of the first pass", "l2", names, lambda: in_penalty("l2", _stale_gradient))


LATE: dict[str, Callable[[int], bool]] = {
    "every 20th pass": lambda number: number % 20 == 0,
    "each pass from the 50th on": lambda number: number >= 50,
}


def _late() -> Iterator[Planted]:
    """What goes wrong now and then or after a while, near 0 alone, or where examples are there twice."""
    for words, holds in LATE.items():
        for name in ("dW", "db"):
            what, change = f"{name}2 × 1.5 in {words}", partial(_in_passes, holds, name)
            yield _of_layer(PLAIN, Linear, 2, "linear 2", what, ("stale",), change)
    near = partial(_where, lambda Z: np.abs(Z) < 1e-4, 0.0)
    twice = partial(_where, _repeated, 0.5)
    names = ("some entries", "constant factor 0.5")
    for name in ("tanh", "sigmoid", "swish"):
        setting = Setting(name, "softmax")
        yield _of_layer(setting, Activate, 1, f"{name} 1", "g′ = 0 where |Z| < 1e-4", names, near)
        yield _of_layer(setting, Activate, 1, f"{name} 1", "g′ × 0.5 of examples that are there twice", names, twice)


def _in_passes(holds: Callable[[int], bool], name: str) -> Change:
    def change(tape: Tape, layer: Any, x: Array, out: Array, u: Array, dx: Array) -> None:
        passes = [0]

        def write() -> None:
            passes[0] += 1
            if holds(passes[0]):
                getattr(layer, name)[...] *= 1.5

        tape.call(write)

    return change


def _repeated(Z: Array) -> Array:
    """Where a column is there more than once."""
    _, column, counts = np.unique(Z, axis=1, return_inverse=True, return_counts=True)
    mask: Array = np.broadcast_to(counts[column.reshape(-1)] > 1, Z.shape)
    return mask


def _stale_weight_gradient(when: str) -> Change:
    def change(tape: Tape, layer: Any, x: Array, out: Array, u: Array, dx: Array) -> None:
        keep = Keeper(when)
        tape.call(lambda: np.copyto(layer.dW, u @ keep(x).T))

    return change


def _stale_sigma() -> Change:
    def sigma(layer: Any, x: Array, out: Array, u: Array, dx: Array) -> Array:
        values: Array = layer.norm.sigma(x)
        return values

    def by_sigma(first: Array, layer: Any, x: Array, out: Array, u: Array, dx: Array) -> Array:
        values: Array = dx * layer.norm.sigma(x) / first
        return values

    return _per_tape(WHEN[0], sigma, by_sigma)


def _stale_gradient(tape: Tape, gradient: Array) -> None:
    keep = Keeper(WHEN[0])
    tape.call(lambda: np.copyto(gradient, keep(gradient)))


def _stale_labels(name: str, scale: float, when: str) -> Any:
    def change(tape: Tape, A: Array, Y: Array, dZ: Array) -> None:
        keep = Keeper(when)
        tape.call(lambda: np.add(dZ, scale / Y.shape[1] * (Y - keep(Y)), out=dZ))

    return in_loss(Loss.members()[name], change)


@dataclass(frozen=True)
class Tied:
    """The network of another setting without biases, on a batch in which some examples are zeros."""

    setting: Setting
    zeros: int = 1

    def subject(self) -> Subject:
        subject = self.setting.subject()
        subject.X[: self.zeros] = 0
        for name, view in subject.network.parameters.items():
            if name.startswith("b"):
                view[...] = 0
        return subject


def _tied() -> Iterator[Planted]:
    for number in (1, 2, 3):
        for name in ("dW", "db"):
            for zeros in (1, 5):
                for description, c, signature in (
                    ("× 2", 2.0, "constant factor 2"),
                    ("0", 0.0, "missing"),
                    ("× 1.0005", 1.0005, "constant factor 1.0005"),
                ):
                    change = partial(_on_parameter, name, times(c))
                    what = f"{name}{number} {description} with {zeros} of 10 examples at a tie"
                    yield _of_layer(Tied(RELU, zeros), Linear, number, f"linear {number}", what, (signature,), change)
    for activation in ("relu", "leaky_relu", "elu"):
        change = partial(_on_input, times(2))
        setting = Tied(Setting(activation, "absolute"))
        yield _of_layer(
            setting, Activate, 2, f"{activation} 2", "dZ2 × 2 with an example at a tie", ("constant factor 2",), change
        )


def _on_parameter(name: str, spoil: Spoil) -> Change:
    return lambda tape, layer, x, out, u, dx: spoil(tape, getattr(layer, name))


def _on_input(spoil: Spoil) -> Change:
    return lambda tape, layer, x, out, u, dx: spoil(tape, dx)


TAILS: dict[str, Callable[[Array], Array]] = {
    "Z > 5": lambda Z: Z > 5,
    "Z < −5": lambda Z: Z < -5,
    "|Z| > 5": lambda Z: np.abs(Z) > 5,
    "|Z| > 8": lambda Z: np.abs(Z) > 8,
    "Z > 20": lambda Z: Z > 20,
}
# Where g′ is nothing but rounding a factor changes nothing.
SATURATED = {"sigmoid": ("Z > 20",), "tanh": ("Z > 20",), "relu": ("Z < −5",), "gelu": ("Z < −5",)}


def _in_tails() -> Iterator[Planted]:
    for name in Activation.members():
        if name == "identity":
            continue
        for words, where in TAILS.items():
            if words in SATURATED.get(name, ()):
                continue
            change = partial(_where, where, 1.5)
            yield _of_layer(
                Setting(name, "softmax"), Activate, 1, f"{name} 1", f"g′ × 1.5 where {words}", ("in the tails",), change
            )
            if words != "Z < −5":
                nothing = partial(_where, where, 0.0)
                yield _of_layer(
                    Setting(name, "logistic"),
                    Activate,
                    1,
                    f"{name} 1",
                    f"g′ = 0 where {words}",
                    ("in the tails",),
                    nothing,
                )
    for name in ("logistic", "softmax", "logistic_per_label"):
        for c in (0.0, 2.0):
            put = partial(_where_sure, name, c)
            yield Planted(Setting("tanh", name), f"{name}: dZ × {c:g} where A > 0.999", name, ("in the tails",), put)
    for name in ("squared_error", "absolute", "huber", "poisson"):
        put = partial(_where_far, name)
        yield Planted(Setting("tanh", name), f"{name}: dZ × 2 where A > 40", name, ("in the tails",), put)


def _where(where: Callable[[Array], Array], c: float) -> Change:
    return set_to(lambda layer, x, out, u, dx: np.where(where(x), c * dx, dx))


def _where_sure(name: str, c: float) -> Any:
    return in_loss(
        Loss.members()[name], lambda tape, A, Y, dZ: tape.call(lambda: np.copyto(dZ, np.where(A > 0.999, c * dZ, dZ)))
    )


def _where_far(name: str) -> Any:
    return in_loss(
        Loss.members()[name], lambda tape, A, Y, dZ: tape.call(lambda: np.copyto(dZ, np.where(A > 40, 2 * dZ, dZ)))
    )


SIZES: dict[str, Callable[[int], bool]] = {
    "more than 16 examples": lambda m: m > 16,
    "more than 32 examples": lambda m: m > 32,
    "more than 100 examples": lambda m: m > 100,
    "more than 1,000 examples": lambda m: m > 1000,
    "fewer than 5 examples": lambda m: m < 5,
    "an odd number of examples": lambda m: m % 2 == 1,
}


def _of_sizes() -> Iterator[Planted]:
    twice, percent = ("constant factor 2",), ("constant factor 1.01",)
    for words, holds in SIZES.items():
        for name in ("dW", "db"):
            change = partial(_if_size, holds, partial(_on_parameter, name, times(1.01)))
            yield _of_layer(PLAIN, Linear, 2, "linear 2", f"{name}2 × 1.01 in batches of {words}", percent, change)
        change = partial(_if_size, holds, partial(_on_input, times(2)))
        yield _of_layer(PLAIN, Activate, 1, "tanh 1", f"dZ1 × 2 in batches of {words}", twice, change)
        yield _of_layer(FULL, Normalize, 2, "batch norm 2", f"dZ2 × 2 in batches of {words}", twice, change)
        for name in ("softmax", "logistic", "squared_error"):
            put = partial(_loss_if_size, name, holds)
            yield Planted(Setting("tanh", name), f"{name}: dZ × 2 in batches of {words}", name, twice, put)


def _if_size(holds: Callable[[int], bool], change: Callable[[], Change]) -> Change:
    def in_some_batches(tape: Tape, layer: Any, x: Array, out: Array, u: Array, dx: Array) -> None:
        if holds(x.shape[1]):
            change()(tape, layer, x, out, u, dx)

    return in_some_batches


def _loss_if_size(name: str, holds: Callable[[int], bool]) -> Any:
    return in_loss(Loss.members()[name], lambda tape, A, Y, dZ: times(2)(tape, dZ) if holds(Y.shape[1]) else None)


@dataclass(frozen=True)
class ManyClasses:
    """A network with so many classes that a batch lacks most of them."""

    classes: int

    def subject(self) -> Subject:
        rng = np.random.default_rng(4)
        plans = [LayerPlan(6, Activation.parse("tanh"), He()), LayerPlan(self.classes, None, He())]
        network = Network(4, plans, Loss.parse("softmax"), np.float64)
        network.initialize(rng)
        Y = np.eye(self.classes)[:, rng.integers(3, size=10)]
        return Subject(network, rng.standard_normal((10, 4)), np.ascontiguousarray(Y))


def _of_classes() -> Iterator[Planted]:
    names = ("some classes", "one row", "one column")
    for setting, label in ((PLAIN, 0), (PLAIN, 2), (ManyClasses(10), 7), (ManyClasses(40), 39)):
        for c in (2.0, 1.001, 0.0):
            put = partial(_of_class, "softmax", label, c)
            many = f" of {setting.classes}" if isinstance(setting, ManyClasses) else ""
            yield Planted(setting, f"softmax: dZ × {c:g} for class {label}{many}", "softmax", names, put)
    for label in (0, 1):
        put = partial(_of_class, "logistic", label, 2.0)
        yield Planted(Setting("tanh", "logistic"), f"logistic: dZ × 2 for class {label}", "logistic", names, put)


def _of_class(name: str, label: int, c: float) -> Any:
    def change(tape: Tape, A: Array, Y: Array, dZ: Array) -> None:
        def write() -> None:
            labels = Y.argmax(axis=0) if len(Y) > 1 else Y[0]
            dZ[:, labels == label] *= c

        tape.call(write)

    return in_loss(Loss.members()[name], change)


def _tiny() -> Iterator[Planted]:
    names = ("constant factor 1.000001",)
    for number in (1, 2, 3):
        for name in ("dW", "db"):
            change = partial(_on_parameter, name, times(TINY))
            yield _of_layer(PLAIN, Linear, number, f"linear {number}", f"{name}{number} × (1 + 1e-6)", names, change)
    inputs: list[tuple[Setting, type, str]] = [
        (PLAIN, Linear, "linear 2"),
        (PLAIN, Activate, "tanh 2"),
        (RELU, Activate, "relu 2"),
        (FULL, Dropout, "dropout 2"),
        *((setting, Normalize, f"{setting.title_of_norm} 2") for setting in NORMALIZED),
    ]
    for setting, kind, operation in inputs:
        yield _of_layer(
            setting, kind, 2, operation, "gradient of its input × (1 + 1e-6)", names, partial(_on_input, times(TINY))
        )
    for loss in Loss.members():
        put = partial(in_loss, Loss.members()[loss], lambda tape, A, Y, dZ: times(TINY)(tape, dZ))
        yield Planted(Setting("tanh", loss), f"{loss}: dZ × (1 + 1e-6)", loss, names, put)
    for name in ("l2", "l1"):
        setting = Setting("tanh", "logistic", l2=0.7 * (name == "l2"), l1=0.7 * (name == "l1"))
        yield Planted(setting, f"{name} × (1 + 1e-6)", name, names, partial(in_penalty, name, times(TINY)))


@dataclass(frozen=True)
class Large:
    """A network whose second weight matrix has 50,000 entries."""

    def subject(self) -> Subject:
        rng = np.random.default_rng(6)
        plans = [LayerPlan(units, Activation.parse("tanh"), He()) for units in (250, 200)]
        network = Network(4, [*plans, LayerPlan(3, None, He())], Loss.parse("softmax"), np.float64)
        network.initialize(rng)
        Y = np.eye(3)[:, rng.integers(3, size=10)]
        return Subject(network, rng.standard_normal((10, 4)), np.ascontiguousarray(Y))


def _single() -> Iterator[Planted]:
    for place in ((0, 0), (117, 31), (199, 249)):
        for c in (2.0, 0.0, -1.0, 1.0005):
            change = partial(_entry, place, c)
            yield _of_layer(
                Large(), Linear, 2, "linear 2", f"the entry {list(place)} of 50,000 × {c:g}", ("one entry",), change
            )


def _entry(place: tuple[int, int], c: float) -> Change:
    def change(tape: Tape, layer: Any, x: Array, out: Array, u: Array, dx: Array) -> None:
        tape.call(lambda: layer.dW.__setitem__(place, c * layer.dW[place]))

    return change
