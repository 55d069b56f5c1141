"""Signatures: what a wrong gradient looks like when a certain mistake was made, and which of them an error matches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from dlx.gradcheck.operations import LayerOperation, LossOperation, ObjectiveOperation, Operation, PenaltyOperation
from dlx.nn.layers import Activate, Dropout, Linear, Normalize
from dlx.types import Array
from dlx.words import Task

SAME = 1e-6  # two gradients this close are the same
CLOSE = 1e-5  # and these, if they were computed in float32
ULPS = 4.0  # that a product and a quotient may be off


@dataclass(frozen=True)
class WrongGradient:
    """A gradient that is wrong: its analytic and numeric values in the flat ``entries`` that were judged.

    ``wrong`` says which of them are, ``stale`` that they change with the pass before, ``independent`` that they do not
    change with anything but u.
    """

    operation: Operation
    name: str
    shape: tuple[int, ...]
    entries: Array
    analytic: Array
    numeric: Array
    wrong: Array
    stale: bool
    independent: bool = False

    def explained_by(self, values: Array) -> bool:
        """Whether they are these values, and their being wrong is explained by that."""
        rest = float(np.linalg.norm(self.analytic - values))
        size, error = np.linalg.norm(self.analytic), np.linalg.norm(self.analytic - self.numeric)
        return rest < min(SAME * float(size), 0.1 * float(error))


def signature(error: WrongGradient) -> tuple[str, str]:
    """The name of the mistake, and a sentence such as ``dW2: analytic = 2 × numeric in every entry``."""
    bad = int(np.count_nonzero(~np.isfinite(error.analytic)))
    if bad:
        return "not finite", f"{error.name}: analytic is not finite in {bad:,} of {len(error.entries):,} entries"
    if error.stale:
        return "stale", f"{error.name}: analytic depends on the pass before"
    if not error.analytic.any():
        return _missing(error), f"{error.name}: analytic = 0 in every entry"
    factor = _factor(error.analytic, error.numeric)
    if factor is not None and error.explained_by(factor * error.numeric):
        return _factor_name(factor, error), f"{error.name}: analytic = {factor:.7g} × numeric in every entry"
    for name, values in _candidates(error):
        factor = _factor(error.analytic, values)
        if factor is not None and error.explained_by(factor * values):
            further = "" if abs(factor - 1) < SAME else f" and {_factor_name(factor, error)}"
            return name, f"{error.name}: analytic is what comes out with {name}{further}"
    if _has_float32_digits(error):
        return "digits of float32", f"{error.name}: analytic has the digits of float32 alone"
    if error.independent:
        return "stale", f"{error.name}: analytic stays the same where everything else changes"
    return _pattern(error)


def _factor(analytic: Array, values: Array) -> float | None:
    """The c of analytic = c·values, if there are any such values."""
    size = float(values @ values)
    return float(values @ analytic) / size if np.isfinite(size) and size else None


def _has_float32_digits(error: WrongGradient) -> bool:
    """Whether the values, of an activation those of g′, are numbers of float32, close to those that are right."""
    analytic, numeric = error.analytic, error.numeric
    if isinstance(error.operation, LayerOperation) and isinstance(error.operation.owner, Activate):
        u = error.operation.u.reshape(-1)[error.entries]
        analytic, numeric = analytic[u != 0] / u[u != 0], numeric[u != 0] / u[u != 0]
    is_close = np.allclose(analytic, numeric, rtol=CLOSE, atol=CLOSE * float(np.abs(numeric).max(initial=0.0)))
    return is_close and bool(_in_float32(analytic).all()) and not _in_float32(numeric).all()


def _in_float32(values: Array) -> Array:
    with np.errstate(over="ignore"):
        rounded = values.astype(np.float32).astype(np.float64)
    return np.abs(values - rounded) <= ULPS * np.finfo(np.float64).eps * np.abs(values)


def _missing(error: WrongGradient) -> str:
    operation = error.operation
    if isinstance(operation, PenaltyOperation):
        return "missing λ/m·W" if operation.name == "l2" else "missing λ/2m·sign(W)"
    return "missing"


def _factor_name(c: float, error: WrongGradient) -> str:
    """What a constant factor most likely is."""
    for name, value in _known_factors(error).items():
        if abs(c / value - 1) < SAME:
            return name
        if abs(c / value + 1) < SAME and abs(value) != 1:
            return f"sign, and {name}"
    return f"constant factor {c:.7g}"


def _known_factors(error: WrongGradient) -> Mapping[str, float]:
    operation = error.operation
    factors = {"sign": -1.0}
    if isinstance(operation, ObjectiveOperation):
        return factors | {"factor 2 too much": 2.0, "missing factor 2": 0.5}
    if isinstance(operation, PenaltyOperation):
        m = operation.m
        return factors | {"missing 1/m": m, "1/m twice": 1 / m, "λ/2m in place of λ/m": 0.5, "factor 2 too much": 2.0}
    assert isinstance(operation, LayerOperation | LossOperation)
    m = operation.x.shape[1]
    if isinstance(operation, LossOperation):
        sums = {"divided by the sum of the weights": m / operation.weights.sum()} if operation.weights.any() else {}
        return factors | {"missing 1/m": m, "1/m twice": 1 / m} | sums
    if isinstance(operation.owner, Dropout):
        D = _mask(operation)
        keep_prob = 1 / D.max() if D.max() else 1.0
        return factors | {"missing 1/keep_prob": keep_prob, "1/keep_prob twice": 1 / keep_prob}
    return factors | {"sum for mean": m, "mean for sum": 1 / m}


def _candidates(error: WrongGradient) -> Iterator[tuple[str, Array]]:
    """Mistakes of this kind of operation, with the values that they would give in the judged entries."""
    with np.errstate(all="ignore"):
        for name, values in _mistakes(error):
            if values.size == np.prod(error.shape):
                yield name, values.reshape(-1)[error.entries]


def _mistakes(error: WrongGradient) -> Iterator[tuple[str, Array]]:
    operation = error.operation
    if isinstance(operation, ObjectiveOperation):
        return
    if isinstance(operation, PenaltyOperation):
        yield "W in place of sign(W)", operation.weights
        yield "sign(W) in place of W", np.sign(operation.weights)
        return
    if isinstance(operation, LossOperation):
        yield from _loss_mistakes(error, operation)
        return
    assert isinstance(operation, LayerOperation)
    owner = operation.owner
    if isinstance(owner, Linear):
        yield from _linear_mistakes(error, operation, owner)
    elif isinstance(owner, Activate):
        yield from _activation_mistakes(error, operation)
    elif isinstance(owner, Dropout):
        yield "missing mask", operation.u
        yield "missing 1/keep_prob", operation.u * (_mask(operation) > 0)
        yield "mask twice", operation.u * _mask(operation) ** 2
        yield "the mask of other examples", operation.u * np.roll(_mask(operation), 1, axis=1)
    elif isinstance(owner, Normalize):
        name = "dZ" if error.name == operation.input else error.name.removesuffix(str(owner.l))
        yield from owner.norm.mistakes(name, owner.arrays, operation.x, operation.out, operation.u)


def _loss_mistakes(error: WrongGradient, operation: LossOperation) -> Iterator[tuple[str, Array]]:
    """Of dZ = c·w∘(A − Y), where c is 1/m unless the loss has another."""
    A, Y, w = operation.A, operation.Y, operation.weights if len(operation.weights) else 1.0
    right = (w * (A - Y)).reshape(-1)[error.entries]
    c = _factor(error.numeric, right) or 0.0
    if not np.linalg.norm(error.numeric - c * right) < SAME * np.linalg.norm(error.numeric):
        c = 1 / operation.x.shape[1]
    yield "Y left out", c * w * A
    yield "A left out", -c * w * Y
    yield "an activation derivative too much", c * w * (A - Y) * A * (1 - A)
    yield "the weights left out", c * (A - Y)
    yield "the weights twice", c * w * w * (A - Y)


def _linear_mistakes(error: WrongGradient, operation: LayerOperation, layer: Linear) -> Iterator[tuple[str, Array]]:
    x, u, W = operation.x, operation.u, layer.W
    if error.name == operation.input:
        yield "transposed", W @ u if W.shape[0] == W.shape[1] else (W.T @ u).T
        yield "Wᵀ left out", u
    elif error.name.startswith("dW"):
        yield "transposed", (u @ x.T).T
        yield "A left out", np.repeat(u.sum(axis=1, keepdims=True), len(x), axis=1)
        yield "the first example only", u[:, :1] @ x[:, :1].T
        yield "the last example left out", u[:, :-1] @ x[:, :-1].T
        yield "the first example twice", u @ x.T + u[:, :1] @ x[:, :1].T
        yield "A of other examples", u @ np.roll(x, 1, axis=1).T
    else:
        yield "the first example only", u[:, :1]
        yield "the last example only", u[:, -1:]
        yield "the last example left out", u[:, :-1].sum(axis=1)
        yield "the sum over all units", np.full(error.shape, u.sum())


def _activation_mistakes(error: WrongGradient, operation: LayerOperation) -> Iterator[tuple[str, Array]]:
    u, entries = operation.u, error.entries
    derivative = np.full(u.size, np.nan)
    judged = u.reshape(-1)[entries]
    derivative[entries] = np.divide(error.numeric, judged, out=np.zeros_like(judged), where=judged != 0)
    derivative = derivative.reshape(u.shape)
    yield "missing activation derivative", u
    yield "activation derivative squared", u * derivative**2
    yield "activation derivative without dA", derivative
    yield "g in place of its derivative", u * operation.out
    yield "1 − g′ in place of g′", u * (1 - derivative)


def _mask(operation: LayerOperation) -> Array:
    """D, as far as A shows it."""
    x = operation.x
    D: Array = np.divide(operation.out, x, out=np.zeros_like(x), where=x != 0)
    return D


def _pattern(error: WrongGradient) -> tuple[str, str]:
    """Where the wrong entries are, when no mistake that is known explains their values."""
    wrong = error.entries[error.wrong]
    places = np.unravel_index(wrong, error.shape)
    times = _times(error)
    if len(wrong) == 1:
        index = ", ".join(str(int(axis[0])) for axis in places)
        return "one entry", f"{error.name}: {times} in the entry [{index}] alone"
    for axis, name in enumerate(("row", "column")[: len(places)]):
        if len(set(places[axis].tolist())) == 1 and error.shape[axis] > 1:
            return f"one {name}", f"{error.name}: {times} in {name} {int(places[axis][0])} alone"
    classes = _classes(error)
    if classes:
        named = f"class {classes[0]}" if len(classes) == 1 else f"the classes {', '.join(map(str, classes))}"
        return "some classes", f"{error.name}: {times} in examples of {named} alone"
    if len(wrong) == len(error.entries):
        return "unknown", f"{error.name}: {times} in every entry"
    return "some entries", f"{error.name}: {times} in {len(wrong):,} of {len(error.entries):,} entries"


def _times(error: WrongGradient) -> str:
    """What the wrong entries are, such as ``analytic = 2 × numeric``."""
    analytic, numeric = error.analytic[error.wrong], error.numeric[error.wrong]
    factor = _factor(analytic, numeric)
    if factor is None or not np.linalg.norm(analytic - factor * numeric) < 0.1 * np.linalg.norm(analytic - numeric):
        return "analytic ≠ numeric"
    return f"analytic = {factor:.7g} × numeric"


def _classes(error: WrongGradient) -> list[int]:
    """The classes of the examples with wrong entries, if those of other classes are right."""
    operation = error.operation
    if not isinstance(operation, LossOperation) or operation.task not in (Task.BINARY, Task.MULTICLASS):
        return []
    Y = operation.Y
    labels = Y.argmax(axis=0) if len(Y) > 1 else (Y[0] > 0.5).astype(int)
    columns = error.entries % error.shape[1]
    wrong = set(labels[columns[error.wrong]].tolist())
    right = set(labels[np.setdiff1d(columns, columns[error.wrong])].tolist())
    return [] if wrong & right or not right else sorted(wrong)
