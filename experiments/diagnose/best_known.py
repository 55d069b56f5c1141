"""The best that is known of a data set: Bayes' rule where the distribution is known, else nearest neighbours."""

from __future__ import annotations

import numpy as np

from dlx.data.sources import Source
from dlx.spec.sections import Spec

from .files import Array, load, parts_of

POINTS = 4000  # of the noise-free set, that stand for its density
LEAST_NOISE = 1e-3  # for sets without any: the class of the nearest point
NEIGHBOURS = 5


def best_known(spec: Spec) -> float:
    """The error on the dev examples of this spec that a network can hardly go below.

    Of the toy sets it is that of Bayes' rule, of digits and penguins that of the nearest neighbours.
    """
    source = spec.data.source or spec.data.train
    assert source is not None
    if source.name in ("digits", "file"):
        return _nearest_neighbours(spec)
    X, y = parts_of(spec)["dev"]
    return float((_bayes(source, X) != y).mean())


def _bayes(source: Source, X: Array) -> Array:
    """The likeliest class of each x: p(x | c) is the mean of normal densities around the class's noise-free points."""
    examples = source.model_copy(update={"m": POINTS, "noise": 0.0}).load()["all"]
    points, labels = np.asarray(examples.X), np.asarray(examples.y)
    noise = max(source.noise, LEAST_NOISE)  # type: ignore[attr-defined]
    squares = (X**2).sum(axis=1)[:, None] - 2 * X @ points.T + (points**2).sum(axis=1)
    exponent = -squares / (2 * noise**2)
    density = np.exp(exponent - exponent.max(axis=1, keepdims=True))
    by_class = [density[:, labels == c].mean(axis=1) for c in np.unique(labels)]
    return np.asarray(np.stack(by_class, axis=1).argmax(axis=1))


def _nearest_neighbours(spec: Spec) -> float:
    """The error on dev of the vote of five neighbours in train, in the spec's own scaling of the inputs."""
    dataset, parts = load(spec), parts_of(spec)
    (X, y), (X_dev, y_dev) = (parts[part] for part in ("train", "dev"))
    A, B = ((inputs - dataset.shift) * dataset.scale for inputs in (X, X_dev))
    distances = (B**2).sum(axis=1)[:, None] - 2 * B @ A.T + (A**2).sum(axis=1)
    nearest = y[np.argpartition(distances, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]]
    votes = np.stack([(nearest == c).sum(axis=1) for c in range(int(y.max()) + 1)], axis=1)
    return float((votes.argmax(axis=1) != y_dev).mean())
