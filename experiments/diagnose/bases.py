"""Good specs: ten that are fixed, and as many families from which others are drawn by chance."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dlx.data.sources import Digits
from dlx.spec.loader import derive
from dlx.spec.sections import Spec

from .best_known import best_known
from .files import FRESH, Workshop, applications, friedman

PENGUINS = Path(__file__).parents[2] / "configs" / "penguins.csv"
DEV = 500  # examples of made sets

Rng = np.random.Generator
Plain = dict[str, Any]


@dataclass(frozen=True)
class Base:
    """A spec that is thought to be good, and the dev error that it can hardly go below."""

    spec: Spec
    best_known: float


def base(name: str, data: Plain, least_error: float | None = None, **sections: Any) -> Base:
    """A base from the sections of its spec, which also states the best error that is known as the optimal one."""
    spec = Spec.model_validate({"name": name, "data": data, **sections}).complete()
    best = best_known(spec) if least_error is None else least_error
    return Base(derive(spec, {"diagnosis.optimal_error": round(best, 4)}), best)


def toy_set(name: str, train: int, **options: Any) -> Plain:
    """The data of a toy set."""
    return {"source": {"name": name, "m": train + DEV, **options}, "split": {"train": train, "dev": DEV}}


def images(normalize: str = "minmax") -> Plain:
    """The digits."""
    return {"source": {"name": "digits"}, "split": {"train": 0.6, "dev": 0.4}, "normalize": normalize}


def penguins() -> Plain:
    """The penguins' species from what was measured, as in configs/from_csv.yaml."""
    source = {"name": "file", "path": str(PENGUINS), "target": "species", "ignore": ["year"], "impute": "mean"}
    return {"source": source, "split": {"train": 0.6, "dev": 0.4}}


def table(workshop: Workshop, train: int, features: int, noise: float, seed: int) -> Plain:
    """A regression on Friedman's function."""
    examples, fresh = friedman(train + DEV, features, noise, seed), friedman(FRESH, features, noise, seed + 1)
    return {"source": {"name": "file", "path": str(workshop.written_with_fresh(train, examples, fresh))}}


def even_digits(workshop: Workshop, seed: int) -> Plain:
    """Whether a digit is even: two classes that are no clouds, with images cut anew into train and dev."""
    digits = Digits().load()["all"]
    X, y = np.asarray(digits.X), np.asarray(digits.y)
    order = np.random.default_rng(seed).permutation(len(y))
    train, dev = order[:1348], order[1348:]
    parts = {f"X_{name}": X[rows] for name, rows in (("train", train), ("dev", dev))}
    labels = {f"y_{name}": y[rows] % 2 for name, rows in (("train", train), ("dev", dev))}
    source = {"name": "file", "path": str(workshop.written(**parts, **labels)), "image_shape": [8, 8]}
    return {"source": source, "normalize": "minmax"}


def loans(workshop: Workshop, train: int, noise: float, seed: int) -> tuple[Plain, float]:
    """A table in units of its own, two of its columns one-hot, and how often even its maker's rule is wrong on dev."""
    X, y, rule = applications(train + DEV, noise, seed)
    path = workshop.written_with_fresh(train, (X, y), applications(FRESH, noise, seed + 1)[:2])
    return {"source": {"name": "file", "path": str(path)}}, float((rule != y)[train:].mean())


def layers(*hidden: int, **options: Any) -> Plain:
    """The section ``architecture``."""
    return {"hidden": [*hidden], **options}


def optimizer(name: str, learning_rate: float) -> Plain:
    """The section of that name."""
    return {"name": name, "learning_rate": learning_rate}


def training(epochs: int, batch_size: int, **options: Any) -> Plain:
    """The section of that name."""
    return {"epochs": epochs, "batch_size": batch_size, **options}


def fixed_bases(workshop: Workshop) -> dict[str, Base]:
    """The good specs that faults of the fixed half are put into, by name."""
    centers = [[0, 0, 1], [2, 1, 0], [-1, 2, 2], [1, -2, 1]]
    stopping = {"patience": 20, "monitor": "dev_cost"}
    cosine, xavier = {"name": "cosine"}, {"name": "xavier"}
    listed = [
        base(
            "digits",
            images(),
            architecture=layers(128, 64),
            optimizer=optimizer("adam", 0.003),
            training=training(30, 64),
        ),
        base(
            "digits_norm",
            images(),
            architecture=layers(64, 64, batch_norm=True),
            optimizer=optimizer("momentum", 0.2),
            schedule=cosine,
            training=training(20, 64),
        ),
        base(
            "circles",
            toy_set("circles", 600, noise=0.1, factor=0.5, seed=1),
            architecture=layers(32, 16),
            optimizer=optimizer("adam", 0.01),
            training=training(60, 32),
        ),
        base(
            "moons",
            toy_set("moons", 600, noise=0.15, seed=2),
            architecture=layers(32, 32, activation="tanh"),
            initializer=xavier,
            optimizer=optimizer("momentum", 0.3),
            training=training(150, 64, evaluate_every=3),
        ),
        base(
            "noisy_moons",
            toy_set("moons", 200, noise=0.3, seed=1),
            architecture=layers(48, 32),
            optimizer=optimizer("adam", 0.01),
            training=training(60, 32, early_stopping=stopping),
        ),
        base(
            "spirals",
            toy_set("spirals", 800, noise=0.03, turns=0.8, classes=3, seed=3),
            architecture=layers(48, 48, 48),
            optimizer=optimizer("adam", 0.005),
            training=training(120, 64, evaluate_every=2),
        ),
        base(
            "blobs",
            toy_set("blobs", 600, noise=0.7, centers=centers, seed=4),
            architecture=layers(32),
            optimizer=optimizer("gradient_descent", 0.2),
            training=training(60, 32),
        ),
        base(
            "xor",
            toy_set("xor", 800, seed=5),
            architecture=layers(32, 32),
            optimizer=optimizer("rmsprop", 0.005),
            schedule=cosine,
            training=training(60, 32),
        ),
        base(
            "penguins",
            penguins(),
            architecture=layers(16),
            optimizer=optimizer("adam", 0.01),
            training=training(50, 32),
        ),
        base(
            "regression",
            table(workshop, 800, 6, 0.2, seed=6),
            0.2,
            architecture=layers(32, 32),
            optimizer=optimizer("adam", 0.005),
            schedule=cosine,
            training=training(100, 32, evaluate_every=2),
        ),
    ]
    return {base.spec.name: base for base in listed}
