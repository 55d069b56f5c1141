"""Operations by themselves where no batch leads them: activations and losses in both tails, norms at all sizes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from dlx.gradcheck.locate import fault_of, wrong_gradient
from dlx.gradcheck.operations import LayerOperation, LossOperation, Operation
from dlx.gradcheck.places import labels_like
from dlx.gradcheck.report import Alone, Fault, Point
from dlx.gradcheck.signatures import WrongGradient
from dlx.gradcheck.subject import CheckedCost, Subject
from dlx.nn.gradcheck import differences
from dlx.nn.layers import Activate, Normalize
from dlx.types import Array
from dlx.words import Task

# |Z| from and to. What is saturated has its own part, since beside large numbers the digits of small ones are lost.
MIDDLE, TAILS = (3e-5, 5.0), ((5.0, 16.0), (16.0, 64.0), (64.0, 1000.0))
Where = tuple[float, float] | str  # from and to of Z, or words; without words where nothing is unusual
VALUES = 24  # of Z in each part
SIZES = (1e-3, 1.0, 1e3)  # standard deviations of what a norm standardizes
MOST_COLUMNS, MOST_ENTRIES = 128, 128


def check_alone(subject: CheckedCost, point: Point, rng: np.random.Generator) -> Iterator[Alone]:
    """Each activation and norm of a network once, and its loss; of an objective nothing."""
    if not isinstance(subject, Subject):
        return
    layers = [layer for layer in subject.network.layers if isinstance(layer, Activate | Normalize)]
    components: list[object] = []
    for layer in layers:
        if layer.component not in components:
            components.append(layer.component)
            parts = _activations(layer, subject, rng) if isinstance(layer, Activate) else _norms(layer, subject, rng)
            alike = [other for other in layers if other.component == layer.component]
            yield _judged(layer.title, parts, subject, point, rng, alike)
    yield _judged(subject.network.loss.name, _losses(subject, rng), subject, point, rng)


def _judged(
    title: str,
    parts: Iterator[tuple[Where, Operation]],
    subject: CheckedCost,
    point: Point,
    rng: np.random.Generator,
    alike: Sequence[Activate | Normalize] = (),
) -> Alone:
    """The first part with a wrong gradient speaks, and names the others; a part that is not finite is left out."""
    fault, difference, wrong = None, 0.0, list[Where]()
    for where, operation in parts:
        if not np.isfinite(operation.value()):
            continue
        names = list(operation.variables)
        errors = [
            error for name in names if (error := wrong_gradient(operation, name, subject, point, rng, MOST_ENTRIES))
        ]
        if errors:
            wrong.append(where)
            fault = fault or fault_of(operation, errors, subject, alike)
            difference = max(difference, *map(_largest, errors))
    return Alone(title, fault is None, difference, fault and _in_the_tails(fault, wrong))


def _largest(error: WrongGradient) -> float:
    each = differences(error.numeric, error.analytic, 0.0)
    return float(np.max(each, where=np.isfinite(each), initial=0.0))


def _in_the_tails(fault: Fault, wrong: Sequence[Where]) -> Fault:
    """A fault that the middle does not have is one of the tails, whatever it looks like there."""
    if "" in wrong:
        return replace(fault, at="alone")
    words = [where for where in wrong if isinstance(where, str)]
    words += tails_in_words([where for where in wrong if not isinstance(where, str)])
    sentence = f"{fault.sentence}, where {' or '.join(words)}"
    return replace(fault, at="alone", signature="in the tails", sentence=sentence)


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


def _activations(layer: Activate, subject: Subject, rng: np.random.Generator) -> Iterator[tuple[Where, Operation]]:
    for where, Z in _parts():
        operation = LayerOperation(layer, subject.network, Z.reshape(4, -1))
        operation.backward(rng.uniform(0.5, 1.5, operation.x.shape) * rng.choice([-1.0, 1.0], operation.x.shape))
        yield where, operation


def _norms(layer: Normalize, subject: Subject, rng: np.random.Generator) -> Iterator[tuple[Where, Operation]]:
    units = subject.network.sizes[layer.l]
    for size in SIZES:
        operation = LayerOperation(layer, subject.network, size * rng.standard_normal((units, 7)))
        operation.backward(rng.standard_normal((units, 7)))
        yield "" if size == 1 else f"Z is about {size:g}", operation


def _losses(subject: Subject, rng: np.random.Generator) -> Iterator[tuple[Where, Operation]]:
    """In each column of Z one logit is far away, of the class of the example or of another."""
    network, n_y = subject.network, subject.network.sizes[-1]
    m = min(2 * max(VALUES, n_y), MOST_COLUMNS)
    rows = np.arange(m) // 2 % n_y
    columns = rng.integers(subject.Y.shape[1], size=m)
    for where, values in _parts():
        Z = rng.standard_normal((n_y, m)) * 0.5
        Z[rows, np.arange(m)] = np.resize(np.repeat(values, 2), m)
        Y = labels_like(network.loss.task, subject.Y[:n_y, columns], rng)
        if network.loss.task == Task.MULTICLASS:
            Y = np.eye(n_y)[:, (rows + np.arange(m) % 2) % n_y]
        elif network.loss.task == Task.BINARY:
            Y = (np.arange(m) % 2).reshape(1, m).astype(np.float64)
        yield where, LossOperation(network, Z, np.concatenate([Y, subject.Y[n_y:, columns]]))


def _parts() -> Iterator[tuple[Where, Array]]:
    """The middle, without words, then the tails on each side."""
    positive = np.geomspace(*MIDDLE, VALUES // 2)
    yield "", np.concatenate([-positive[::-1], positive])
    for low, high in TAILS:
        for sign in (1.0, -1.0):
            first, last = sorted((sign * low, sign * high))
            yield (first, last), sign * np.geomspace(1.01 * low, high, VALUES)
