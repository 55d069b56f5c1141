"""Signatures: what a wrong gradient looks like when a certain mistake was made, and which of them an error matches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from dlx.gradcheck.mistakes import mask_of, mistakes
from dlx.gradcheck.operations import LayerOperation, LossOperation, ObjectiveOperation, PenaltyOperation
from dlx.gradcheck.wrong_gradient import SAME, WrongGradient, factor_of
from dlx.nn.layers import Activate, Dropout
from dlx.types import Array
from dlx.words import Task

CLOSE = 1e-5  # and these, if they were computed in float32
FINEST = 2e-7  # a factor nearer to 1 is what float32 rounds
ULPS = 4.0  # that a product and a quotient may be off


def signature(error: WrongGradient) -> tuple[str, str]:
    """The name of the mistake, and a sentence such as ``dW2: analytic = 2 × numeric in every entry``."""
    bad = int(np.count_nonzero(~np.isfinite(error.analytic)))
    if bad:
        return "not finite", f"{error.name}: analytic is not finite in {bad:,} of {len(error.entries):,} entries"
    if error.stale:
        return "stale", f"{error.name}: analytic depends on the pass before"
    if not error.analytic.any():
        return _missing(error), f"{error.name}: analytic = 0 in every entry"
    factor = factor_of(error.analytic, error.numeric)
    if factor is not None and abs(factor - 1) > FINEST and error.explained_by(factor * error.numeric):
        return _factor_name(factor, error), f"{error.name}: analytic = {factor:.7g} × numeric in every entry"
    for name, values in _candidates(error):
        factor = factor_of(error.analytic, values)
        if factor is None or np.allclose(factor * values, error.numeric, rtol=FINEST, atol=0):
            continue
        if error.explained_by(factor * values):
            further = "" if abs(factor - 1) < SAME else f" and {_factor_name(factor, error)}"
            return name, f"{error.name}: analytic is what comes out with {name}{further}"
    if _has_float32_digits(error):
        return "digits of float32", f"{error.name}: analytic has the digits of float32 alone"
    if error.independent:
        return "stale", f"{error.name}: analytic stays the same where everything else changes"
    return _pattern(error)


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
        D = mask_of(operation)
        keep_prob = 1 / D.max() if D.max() else 1.0
        return factors | {"missing 1/keep_prob": keep_prob, "1/keep_prob twice": 1 / keep_prob}
    return factors | {"sum for mean": m, "mean for sum": 1 / m}


def _candidates(error: WrongGradient) -> Iterator[tuple[str, Array]]:
    """Mistakes of this kind of operation, with the values that they would give in the judged entries."""
    with np.errstate(all="ignore"):
        for name, values in mistakes(error):
            if values.size == np.prod(error.shape):
                yield name, values.reshape(-1)[error.entries]


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
    factor = factor_of(analytic, numeric)
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
