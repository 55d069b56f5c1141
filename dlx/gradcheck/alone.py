"""Operations by themselves where no batch leads them: activations and losses in both tails, norms at all sizes."""

from __future__ import annotations

from collections.abc import Iterator
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
MIDDLE, TAILS = (1e-3, 5.0), ((5.0, 16.0), (16.0, 64.0), (64.0, 1000.0))
VALUES = 24  # of Z in each part
SIZES = (1e-3, 1.0, 1e3)  # standard deviations of what a norm standardizes
MOST_COLUMNS, MOST_ENTRIES = 128, 128


def check_alone(subject: CheckedCost, point: Point, rng: np.random.Generator) -> Iterator[Alone]:
    """Each activation and norm of a network once, and its loss; of an objective nothing."""
    if not isinstance(subject, Subject):
        return
    components: list[object] = []
    for layer in subject.network.layers:
        if isinstance(layer, Activate | Normalize) and layer.component not in components:
            components.append(layer.component)
            parts = _activations(layer, subject, rng) if isinstance(layer, Activate) else _norms(layer, subject, rng)
            yield _judged(layer.title, parts, subject, point, rng)
    yield _judged(subject.network.loss.name, _losses(subject, rng), subject, point, rng)


def _judged(
    title: str, parts: Iterator[tuple[str, Operation]], subject: CheckedCost, point: Point, rng: np.random.Generator
) -> Alone:
    """The first part with a wrong gradient speaks, and names the others; a part that is not finite is left out."""
    fault, difference, where = None, 0.0, []
    for words, operation in parts:
        if not np.isfinite(operation.value()):
            continue
        names = list(operation.variables)
        errors = [
            error for name in names if (error := wrong_gradient(operation, name, subject, point, rng, MOST_ENTRIES))
        ]
        if errors:
            where.append(words)
            fault = fault or fault_of(operation, errors, subject)
            difference = max(difference, *map(_largest, errors))
    return Alone(title, fault is None, difference, fault and _in_the_tails(fault, where))


def _largest(error: WrongGradient) -> float:
    each = differences(error.numeric, error.analytic, 0.0)
    return float(np.max(each, where=np.isfinite(each), initial=0.0))


def _in_the_tails(fault: Fault, where: list[str]) -> Fault:
    """A fault that the middle does not have is one of the tails, whatever it looks like there."""
    if "" in where:
        return replace(fault, at="alone")
    return replace(
        fault, at="alone", signature="in the tails", sentence=f"{fault.sentence}, where {' or '.join(where)}"
    )


def _activations(layer: Activate, subject: Subject, rng: np.random.Generator) -> Iterator[tuple[str, Operation]]:
    for words, Z in _parts():
        operation = LayerOperation(layer, subject.network, Z.reshape(4, -1))
        operation.backward(rng.uniform(0.5, 1.5, operation.x.shape) * rng.choice([-1.0, 1.0], operation.x.shape))
        yield words, operation


def _norms(layer: Normalize, subject: Subject, rng: np.random.Generator) -> Iterator[tuple[str, Operation]]:
    units = subject.network.sizes[layer.l]
    for size in SIZES:
        operation = LayerOperation(layer, subject.network, size * rng.standard_normal((units, 7)))
        operation.backward(rng.standard_normal((units, 7)))
        yield "" if size == 1 else f"Z is about {size:g}", operation


def _losses(subject: Subject, rng: np.random.Generator) -> Iterator[tuple[str, Operation]]:
    """In each column of Z one logit is far away, of the class of the example or of another."""
    network, n_y = subject.network, subject.network.sizes[-1]
    m = min(2 * max(VALUES, n_y), MOST_COLUMNS)
    rows = np.arange(m) // 2 % n_y
    columns = rng.integers(subject.Y.shape[1], size=m)
    for words, values in _parts():
        Z = rng.standard_normal((n_y, m)) * 0.5
        Z[rows, np.arange(m)] = np.resize(np.repeat(values, 2), m)
        Y = labels_like(network.loss.task, subject.Y[:n_y, columns], rng)
        if network.loss.task == Task.MULTICLASS:
            Y = np.eye(n_y)[:, (rows + np.arange(m) % 2) % n_y]
        elif network.loss.task == Task.BINARY:
            Y = (np.arange(m) % 2).reshape(1, m).astype(np.float64)
        yield words, LossOperation(network, Z, np.concatenate([Y, subject.Y[n_y:, columns]]))


def _parts() -> Iterator[tuple[str, Array]]:
    """The middle, without words, then the tails on each side."""
    positive = np.geomspace(*MIDDLE, VALUES // 2)
    yield "", np.concatenate([-positive[::-1], positive])
    for low, high in TAILS:
        for sign in (1.0, -1.0):
            ends = sorted((sign * low, sign * high))
            yield f"{ends[0]:g} < Z < {ends[1]:g}", sign * np.geomspace(1.01 * low, high, VALUES)
