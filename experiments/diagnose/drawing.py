"""Specs drawn by chance: a family of data, and a network, an optimizer and a length that usually suit it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from bases import Base, Plain, Rng, base, images, made, penguins, table
from files import Workshop


def draw_base(rng: Rng, workshop: Workshop) -> Base:
    """A spec with everything in it drawn by chance; good in most cases, which is to be checked."""
    family = str(rng.choice(sorted(FAMILIES)))
    data, noise = FAMILIES[family](rng, workshop)
    sections = {**_network(rng, most=128 if family == "digits" else 64), **_training(rng, family, _size(family, data))}
    return base(family, data, noise, **sections, seed=_seed(rng))


def _size(family: str, data: Plain) -> int:
    """How many examples train has."""
    known = {"digits": 1078, "penguins": 205, "regression": 800}
    return known[family] if family in known else int(data["split"]["train"])


def rounded(value: float) -> float:
    """To two digits."""
    return float(f"{value:.2g}")


def log_uniform(rng: Rng, low: float, high: float) -> float:
    """Drawn evenly on a scale of orders of magnitude."""
    return rounded(float(np.exp(rng.uniform(np.log(low), np.log(high)))))


def _uniform(rng: Rng, low: float, high: float) -> float:
    return rounded(float(rng.uniform(low, high)))


def _seed(rng: Rng) -> int:
    return int(rng.integers(2**31))


def _train(rng: Rng, low: int, high: int = 1000) -> int:
    return 2 * int(rng.integers(low // 2, high // 2))


def _circles(rng: Rng, workshop: Workshop) -> tuple[Plain, None]:
    options = {"noise": _uniform(rng, 0.04, 0.12), "factor": _uniform(rng, 0.3, 0.6)}
    return made("circles", _train(rng, 400), **options, seed=_seed(rng)), None


def _moons(rng: Rng, workshop: Workshop) -> tuple[Plain, None]:
    return made("moons", _train(rng, 400), noise=_uniform(rng, 0.08, 0.25), seed=_seed(rng)), None


def _spirals(rng: Rng, workshop: Workshop) -> tuple[Plain, None]:
    shape = {"classes": int(rng.integers(2, 4)), "turns": _uniform(rng, 0.5, 0.9)}
    return made("spirals", _train(rng, 700), noise=_uniform(rng, 0.01, 0.03), seed=_seed(rng), **shape), None


def _xor(rng: Rng, workshop: Workshop) -> tuple[Plain, None]:
    return made("xor", _train(rng, 700), noise=_uniform(rng, 0.0, 0.1), seed=_seed(rng)), None


def _blobs(rng: Rng, workshop: Workshop) -> tuple[Plain, None]:
    centers = rng.uniform(-2, 2, size=(int(rng.integers(2, 6)), int(rng.integers(2, 8)))).round(2).tolist()
    return made("blobs", _train(rng, 400), noise=_uniform(rng, 0.4, 0.9), centers=centers, seed=_seed(rng)), None


def _digits(rng: Rng, workshop: Workshop) -> tuple[Plain, None]:
    return images(str(rng.choice(["minmax", "standard"]))), None


def _penguins(rng: Rng, workshop: Workshop) -> tuple[Plain, None]:
    return penguins(), None


def _regression(rng: Rng, workshop: Workshop) -> tuple[Plain, float]:
    noise = _uniform(rng, 0.1, 0.4)
    return table(workshop, 800, int(rng.integers(5, 9)), noise, _seed(rng)), noise


FAMILIES: dict[str, Callable[[Rng, Workshop], tuple[Plain, float | None]]] = {
    "circles": _circles,
    "moons": _moons,
    "spirals": _spirals,
    "xor": _xor,
    "blobs": _blobs,
    "digits": _digits,
    "penguins": _penguins,
    "regression": _regression,
}


def _network(rng: Rng, most: int) -> Plain:
    """Layers with a fitting initializer, in some cases batch norm, weak L2 or mild dropout."""
    widths = [units for units in (16, 24, 32, 48, 64, 96, 128) if units <= most]
    activation = str(rng.choice(["relu", "tanh", "leaky_relu", "elu", "swish"], p=[0.5, 0.2, 0.1, 0.1, 0.1]))
    hidden = [int(rng.choice(widths)) for _ in range(int(rng.choice([1, 2, 3], p=[0.3, 0.4, 0.3])))]
    return {
        "architecture": {"hidden": hidden, "activation": activation, "batch_norm": bool(rng.random() < 0.2)},
        "initializer": {"name": "xavier" if activation == "tanh" else "he"},
        "regularization": {
            "l2": log_uniform(rng, 0.001, 0.02) if rng.random() < 0.25 else 0.0,
            "keep_prob": _uniform(rng, 0.8, 0.95) if min(hidden) >= 48 and rng.random() < 0.4 else 1.0,
        },
    }


RATES = {  # of α, for classification
    "adam": (0.002, 0.01),
    "rmsprop": (0.001, 0.005),
    "momentum": (0.1, 0.4),
    "nesterov": (0.1, 0.4),
    "gradient_descent": (0.1, 0.4),
}
SHARES = {"adam": 0.45, "rmsprop": 0.15, "momentum": 0.15, "nesterov": 0.1, "gradient_descent": 0.15}
STEPS = {  # that a family usually takes
    "circles": (800, 2000),
    "moons": (800, 2000),
    "spirals": (1500, 3000),
    "xor": (1000, 2000),
    "blobs": (500, 900),
    "digits": (500, 900),
    "penguins": (300, 600),
    "regression": (2000, 3000),
}


def _training(rng: Rng, family: str, m: int) -> Plain:
    """An optimizer, a schedule, batches, and as many steps as it usually takes."""
    name = str(rng.choice(list(SHARES), p=list(SHARES.values())))
    by_gradient = RATES[name][0] >= 0.1
    rate = log_uniform(rng, *RATES[name])
    if family == "regression" and by_gradient:
        rate = rounded(rate / 4)
    batch = int(rng.choice([16, 32, 64, 128]))
    steps = log_uniform(rng, *STEPS[family]) * (2 if by_gradient and family == "spirals" else 1)
    epochs = max(5, round(steps * batch / m))
    schedules: list[Plain] = [
        {"name": "constant"},
        {"name": "cosine"},
        {"name": "inverse_time", "decay_rate": rounded(3 / epochs)},
    ]
    stopping = {"early_stopping": {"patience": max(10, epochs // 4)}} if rng.random() < 0.2 else {}
    return {
        "optimizer": {"name": name, "learning_rate": rate},
        "schedule": schedules[int(rng.choice(3, p=[0.6, 0.25, 0.15]))],
        "training": {"epochs": epochs, "batch_size": batch, "evaluate_every": max(1, epochs // 50), **stopping},
    }
