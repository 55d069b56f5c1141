"""The places of a check besides the first: other θ, other batches of several sizes with every class, other masks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from dlx.gradcheck.moving import Move, Moves
from dlx.gradcheck.subject import CheckedCost, Subject
from dlx.nn.layers import Dropout
from dlx.types import Array
from dlx.words import Task

SMALL, LARGE = 3, 33  # examples: fewer than a check has, and more than one of 16
LARGEST = 1_024  # more than most batches of training, and a power of 2, as most are
MORE = 17  # than the usual batch of a check, also where examples are very long
MOST_PARAMETERS = 1_000_000
# That the layers of one batch hold together. With this bound a check of 784-300-100-10 with batches of 512 took 3.2 s
# of CPU and 373 MB, with one of an eighth, which ends at 418 examples, 2.0 s and 248 MB.
MOST_NUMBERS = 4_000_000
NEAR, FAR = 0.3, 1.0  # how far θ is moved, in root mean squares of each parameter
AT_ZERO = 0.1  # that of a parameter that is 0
JITTER = 0.1  # how far examples are moved, in standard deviations of each feature


@dataclass(frozen=True)
class Elsewhere:
    """A subject, and what is to be written into the arrays that it reads for the time of a check.

    ``distance`` is how far θ is moved, in root mean squares of each parameter.
    """

    when: str
    subject: CheckedCost
    moves: Moves
    distance: float


def places(subject: CheckedCost, rng: np.random.Generator) -> Iterator[Elsewhere]:
    """Of a network: its own batch's arrays refilled, then batches of other sizes; of an objective other w.

    θ is another one in each, with no ties but those that every θ has.
    """
    if not isinstance(subject, Subject):
        for distance in (NEAR, 3 * FAR, 30 * FAR):
            yield Elsewhere("elsewhere", subject, [_theta(subject, distance, rng, least=1.0)], distance)
        return
    statistics = _statistics(subject)
    moves = [_theta(subject, NEAR, rng), *_refilled(subject, rng), statistics]
    yield Elsewhere(_words(subject.examples), subject, moves, NEAR)
    for size, distance in _sizes(subject).items():
        other = Subject(subject.network, *_batch(subject, size, rng), masks=_masks(subject, size, rng))
        yield Elsewhere(_words(size), other, [_theta(subject, distance, rng), statistics], distance)


def _words(size: int) -> str:
    return f"elsewhere, {size:,} example{'s' * (size != 1)}"


def most_examples(subject: Subject) -> int:
    """Of the largest batch that a place may have."""
    return max(MORE, MOST_NUMBERS // sum(subject.network.sizes))


def too_large(subject: CheckedCost) -> tuple[int, ...]:
    """The sizes of batches of training that no place has."""
    if not isinstance(subject, Subject):
        return ()
    return tuple(size for size in subject.sizes if size > most_examples(subject) and size != subject.examples)


def _sizes(subject: Subject) -> dict[int, float]:
    """Numbers of examples, each with the distance of its θ: few, more, and those of training if not too many."""
    network = subject.network
    least = max([norm.norm.least_batch for norm in network.norms()], default=1)
    most = most_examples(subject)
    if subject.theta.size > MOST_PARAMETERS:  # each place holds θ several times
        of_training = subject.sizes[:1]
        return {min(LARGE, most): FAR} | {min(size, most): NEAR for size in of_training if size > subject.examples}
    sizes = {max(SMALL, least): NEAR, min(LARGE, most): FAR, min(max(LARGEST, network.sizes[-1]), most): NEAR}
    if least == 1:
        sizes[1] = NEAR
    for size in subject.sizes:
        if size >= least and size != subject.examples:
            sizes.setdefault(min(size, most), NEAR)
    return dict(sorted(sizes.items()))


def _theta(subject: CheckedCost, distance: float, rng: np.random.Generator, least: float = 0.0) -> tuple[Array, Move]:
    shift = rng.standard_normal(subject.theta.size)
    for part in subject.parameters.slices.values():
        size = float(np.sqrt(np.mean(subject.theta[part] ** 2)))
        shift[part] *= distance * (max(size, least) or AT_ZERO)

    def move(theta: Array) -> None:
        theta += shift

    return subject.theta, move


def _statistics(subject: Subject) -> tuple[Array, Move]:
    """Those of a network that has been trained; before a step is accepted all are 0."""

    def move(statistics: Array) -> None:
        statistics += 0.5 + np.arange(statistics.size) % 7 / 7

    return subject.network.statistics.vector, move


def _refilled(subject: Subject, rng: np.random.Generator) -> Moves:
    """X, Y and the masks of a batch of the same size, for the arrays that the tapes read."""
    X, Y = _batch(subject, subject.examples, rng)
    masks = _masks(subject, subject.examples, rng)
    pairs = [(subject.X, X), (subject.Y, Y), *((subject.masks[layer], mask) for layer, mask in masks.items())]
    return [(array, _filler(values)) for array, values in pairs]


def _filler(values: Array) -> Move:
    def fill(array: Array) -> None:
        array[...] = values

    return fill


def _batch(subject: Subject, size: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Examples that are like those of the subject, with labels that do not depend on them."""
    X, Y, n_y = subject.X, subject.Y, subject.network.sizes[-1]
    rows, columns = rng.integers(len(X), size=(2, size))
    like_X = X[rows] + JITTER * X.std(axis=0) * rng.standard_normal((size, X.shape[1]))
    if size > LARGE:
        like_X[1::4] = like_X[: len(like_X[1::4]) * 4 : 4]  # some are there twice, as where a rare class is oversampled
    labels = labels_like(subject.network.loss.task, Y[:n_y, columns], rng)
    weights = Y[n_y:, columns] * rng.uniform(0.5, 2, (len(Y) - n_y, size))
    return like_X, np.concatenate([labels, weights])


def labels_like(task: Task, targets: Array, rng: np.random.Generator) -> Array:
    """Y (n_y, m): every class, or the targets that there are."""
    n_y, m = targets.shape
    if task == Task.REGRESSION:
        return targets
    if task == Task.MULTICLASS:
        return np.eye(n_y)[:, rng.permutation(m) % n_y]
    return ((rng.permutation(m) + np.arange(n_y)[:, None]) % 2).astype(np.float64)


def _masks(subject: Subject, size: int, rng: np.random.Generator) -> Mapping[Dropout, Array]:
    """Masks with the numbers of those of the subject: no random numbers of training are drawn."""
    return {layer: rng.choice(mask.reshape(-1), (len(mask), size)) for layer, mask in subject.masks.items()}
