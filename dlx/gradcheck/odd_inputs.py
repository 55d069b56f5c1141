"""Inputs of operations by themselves where no batch leads them: both tails, zeros, what is the same throughout."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from dlx.gradcheck.moving import moved
from dlx.gradcheck.operations import LayerOperation, LossOperation, Operation, PenaltyOperation
from dlx.gradcheck.places import labels_like
from dlx.gradcheck.subject import Subject
from dlx.nn.layers import Activate, Normalize
from dlx.types import Array
from dlx.words import Task

# |Z| from and to. What is saturated has its own part, since beside large numbers the digits of small ones are lost.
MIDDLE, TAILS = (3e-5, 5.0), ((5.0, 16.0), (16.0, 64.0), (64.0, 1000.0))
Where = tuple[float, float] | str  # from and to of Z, or words; without words where nothing is unusual
VALUES = 24  # of Z in each part
SIZES = (1e-3, 1.0, 1e3)  # standard deviations of what a norm standardizes
MOST_COLUMNS = 128
FEW = 4  # units: over fewer a norm may divide by almost 0, and what it rounds is then not small
MANY = 192  # units: a multiple of 64, in which blocks are counted
DENSE = 128  # values, of which 0 is none: as many as are looked at without a complex step
POWER = 30  # of 2, by which the gradient that comes in is made larger and smaller: no digit of it changes
AT_ZERO, ONE_EXAMPLE, HIT = "Z is 0", "there is one example", "an answer is its target"
FAR = 30.0  # targets so many times as large, and a tenth of a Z that is far from the others


@dataclass(frozen=True)
class OddInput:
    """An operation on some inputs, and where these are.

    ``is_fine`` asks that each entry is right but for rounding; ``is_brief`` looks along one direction, and at entries
    where that is wrong; ``is_tail`` says that the inputs are far out, and not only special, ``may_be_kink`` that
    a function may have a kink there.
    """

    where: Where
    operation: Operation
    is_fine: bool = False
    is_brief: bool = False
    is_tail: bool = False
    may_be_kink: bool = False

    @property
    def is_usual(self) -> bool:
        """Whether it is the middle for an activation or a loss, which float32 holds well."""
        is_norm = isinstance(self.operation, LayerOperation) and not isinstance(self.operation.owner, Activate)
        return self.where == "" and self.is_fine and not self.is_brief and not is_norm


def activations(layer: Activate, subject: Subject, rng: np.random.Generator) -> Iterator[OddInput]:
    """The middle, the tails, then Z such as batches have now and then."""
    for where, values in _ranges():
        operation = _under(layer, subject, values.reshape(4, -1), rng.uniform(0.5, 1.5, (4, VALUES // 4)), rng)
        yield OddInput(where, operation, is_fine=where == "", is_tail=where != "")
    Z = 2 * rng.standard_normal((4, 6))
    special = {
        "a unit has the same Z for all examples": np.where(np.arange(4)[:, np.newaxis] < 2, Z[:, :1], Z),
        "an example has the same Z in all units": np.where(np.arange(6) < 2, Z[:1], Z),
        AT_ZERO: np.where(rng.random((4, 6)) < 0.3, 0.0, Z),
        "every Z is positive": np.abs(Z),
        "every Z is negative": -np.abs(Z),
        ONE_EXAMPLE: Z[:, :1],
        "there is one unit": Z[:1],
        "there are many units": 2 * rng.standard_normal((MANY, 6)),
        "Z is one of many from −48 to 48": np.linspace(-48, 48, DENSE).reshape(4, -1),
        "one Z of a batch is far from the others": np.where(np.arange(24).reshape(4, 6) == 9, 10 * FAR, Z),
    }
    for words, values in special.items():
        u = rng.uniform(0.5, 1.5, values.shape)
        operation = _under(layer, subject, np.ascontiguousarray(values), u, rng)
        yield OddInput(words, operation, is_brief=words != AT_ZERO, may_be_kink=words == AT_ZERO)


def _under(layer: Activate, subject: Subject, Z: Array, u: Array, rng: np.random.Generator) -> LayerOperation:
    operation = LayerOperation(layer, subject.network, Z)
    operation.backward(np.multiply(u, rng.choice([-1.0, 1.0], Z.shape)))
    return operation


def norms(layer: Normalize, subject: Subject, rng: np.random.Generator) -> Iterator[OddInput]:
    """Z of several sizes, then what no standard deviation tells apart."""
    units = subject.network.sizes[layer.l]
    for size in SIZES:
        operation = _normalized(layer, subject, size * rng.standard_normal((units, 7)), rng)
        is_usual = size == 1
        where = "" if is_usual else f"Z is about {size:g}"
        yield OddInput(where, operation, is_fine=is_usual and units >= FEW, is_tail=not is_usual)
    Z = rng.standard_normal((units, 7))
    same = "a unit has the same Z for all examples"
    yield OddInput(same, _normalized(layer, subject, np.where(np.arange(units)[:, np.newaxis] < 1, 0.5, Z), rng))
    same = "an example has the same Z in all units"
    yield OddInput(same, _normalized(layer, subject, np.where(np.arange(7) < 2, 0.5, Z), rng))
    with moved([(parameter, _negate) for parameter in layer.arrays.parameters.values()]):
        yield OddInput("its parameters are negative", _normalized(layer, subject, Z, rng))


def _normalized(layer: Normalize, subject: Subject, Z: Array, rng: np.random.Generator) -> LayerOperation:
    operation = LayerOperation(layer, subject.network, Z)
    operation.backward(np.asarray(rng.standard_normal(Z.shape)))
    return operation


def losses(subject: Subject, rng: np.random.Generator) -> Iterator[OddInput]:
    """In each column of Z one logit is far away, of the class of the example or of another; then odd labels."""
    network, n_y = subject.network, subject.network.sizes[-1]
    task = network.loss.task
    m = min(2 * max(VALUES, n_y), MOST_COLUMNS)
    rows = np.arange(m) // 2 % n_y
    columns = rng.integers(subject.Y.shape[1], size=m)
    weights = subject.Y[n_y:, columns]
    for where, values in _ranges():
        Z = rng.standard_normal((n_y, m)) * 0.5
        Z[rows, np.arange(m)] = np.resize(np.repeat(values, 2), m)
        Y = labels_like(task, subject.Y[:n_y, columns], rng)
        if task == Task.MULTICLASS:
            Y = np.eye(n_y)[:, (rows + np.arange(m) % 2) % n_y]
        elif task == Task.BINARY:
            Y = (np.arange(m) % 2).reshape(1, m).astype(np.float64)
        operation = LossOperation(network, Z, np.concatenate([Y, weights]))
        yield OddInput(where, operation, is_fine=where == "", is_tail=where != "")
    Z = rng.standard_normal((n_y, m))
    Y = labels_like(task, subject.Y[:n_y, columns], rng)
    for words, labels, shares in _odd_labels(subject, Y, weights):
        size = labels.shape[1]
        operation = LossOperation(network, Z[:, :size].copy(), np.concatenate([labels, shares]))
        yield OddInput(words, operation, is_brief=True)
    if task == Task.REGRESSION:
        Z[:, ::3] = Y[:, ::3]
        operation = LossOperation(network, Z, np.concatenate([Y, weights]))
        yield OddInput(HIT, operation, is_brief=True, may_be_kink=True)


def _odd_labels(subject: Subject, Y: Array, weights: Array) -> Iterator[tuple[str, Array, Array]]:
    """Labels and weights (n_y, m), (0 or 1, m) that a batch may have, each with words for them."""
    loss, (n_y, m) = subject.network.loss, Y.shape
    yield ONE_EXAMPLE, Y[:, :1], weights[:, :1]
    if loss.task == Task.REGRESSION:
        yield "targets are large", FAR * Y, weights
        whole = np.where(np.arange(m) % 3 == 0, 0.0, np.round(3 * np.abs(Y)))
        yield "targets are whole numbers", np.maximum(whole, loss.least_target or 0.0), weights
        if loss.least_target is None:
            yield "targets are negative", -np.abs(Y), weights
    elif loss.task == Task.MULTICLASS:
        for label in (0, n_y - 1):
            yield f"every example is of class {label}", np.tile(np.eye(n_y)[:, [label]], m), weights
    else:
        yield "every label is 0", np.zeros_like(Y), weights
        yield "every label is 1", np.ones_like(Y), weights
    if len(weights):
        yield "an example weighs nothing", Y, np.where(np.arange(m) % 3 == 0, 0.0, weights)
        yield "an example weighs much", Y, np.where(np.arange(m) % 3 == 0, FAR * weights, weights)


def on_the_batch(operation: Operation) -> Iterator[OddInput]:
    """The batch itself, along one direction to rounding, then what comes in made larger and smaller."""
    is_norm = isinstance(operation, LayerOperation) and isinstance(operation.owner, Normalize)
    yield OddInput("", operation, is_fine=not is_norm, is_brief=True)
    if isinstance(operation, PenaltyOperation):
        with moved([(operation.weights, _some_zeros)]):
            yield OddInput("W is 0", operation, is_brief=True)
    if not isinstance(operation, LayerOperation):
        return
    for power, words in ((POWER, "larger"), (-POWER, "smaller")):
        operation.u *= 2.0**power
        yield OddInput(f"the gradient that comes in is 10⁹ times {words}", operation, is_brief=True)
        operation.u *= 2.0**-power


def _negate(array: Array) -> None:
    np.negative(array, out=array)


def _some_zeros(weights: Array) -> None:
    weights[::3] = 0


def _ranges() -> Iterator[tuple[Where, Array]]:
    """The middle, without words, then the tails on each side."""
    positive = np.geomspace(*MIDDLE, VALUES // 2)
    yield "", np.concatenate([-positive[::-1], positive])
    for low, high in TAILS:
        for sign in (1.0, -1.0):
            first, last = sorted((sign * low, sign * high))
            yield (first, last), sign * np.geomspace(1.01 * low, high, VALUES)


def tails_in_words(tails: Sequence[tuple[float, float]]) -> list[str]:
    """What these parts of Z come to where neighbours are joined: ``|Z| > 5``, or ``Z > 5`` and ``−16 < Z < −5``.

    >>> tails_in_words([(5, 16), (-16, -5), (16, 64), (-64, -16), (64, 1000), (-1000, -64)])
    ['|Z| > 5']
    """
    above = _joined(tails)
    below = _joined([(-high, -low) for low, high in tails])
    words = [_range(low, high, "|Z|") for low, high in above if (low, high) in below]
    words += [_range(low, high, "Z") for low, high in above if (low, high) not in below]
    return words + [_range(low, high, "−Z") for low, high in below if (low, high) not in above]


def _joined(tails: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The positive ones, each of which begins behind the end of the one before."""
    joined: list[tuple[float, float]] = []
    for low, high in sorted(tail for tail in tails if tail[0] > 0):
        is_next = bool(joined) and joined[-1][1] == low
        joined.append((joined.pop()[0] if is_next else low, high))
    return joined


def _range(low: float, high: float, name: str) -> str:
    """What lies in it; the last part of a tail stands for all beyond it."""
    has_end, is_below = high < TAILS[-1][1], name == "−Z"
    if is_below:
        return f"−{high:g} < Z < −{low:g}" if has_end else f"Z < −{low:g}"
    return f"{low:g} < {name} < {high:g}" if has_end else f"{name} > {low:g}"
