"""Specs drawn by chance: a family of data, and a network, an optimizer and a length that usually suit it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .bases import Base, Plain, Rng, base, even_digits, images, loans, penguins, table, toy_set
from .files import Workshop
from .natures import NATURES


def draw_base(rng: Rng, workshop: Workshop) -> Base:
    """A spec with everything in it drawn by chance; good in most cases, which is to be checked."""
    family = str(rng.choice(sorted(FAMILIES)))
    data, least_error = FAMILIES[family](rng, workshop)
    most = 128 if "digits" in family else 64
    sections = {**_network(rng, most), **_training(rng, family, _size(family, data))}
    return base(family, data, least_error, **sections, seed=_seed(rng))


def _size(family: str, data: Plain) -> int:
    """How many examples train has."""
    sizes = {"digits": 1078, "even_digits": 1348, "penguins": 205, "regression": 800, "loans": LOANS}
    sizes |= {name: train for name, (_, train, _) in NATURES.items()}
    return sizes[family] if family in sizes else int(data["split"]["train"])


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


def _circles(rng: Rng, workshop: Workshop) -> DataDraw:
    options = {"noise": _uniform(rng, 0.04, 0.12), "factor": _uniform(rng, 0.3, 0.6)}
    return toy_set("circles", _train(rng, 400), **options, seed=_seed(rng)), None


def _moons(rng: Rng, workshop: Workshop) -> DataDraw:
    return toy_set("moons", _train(rng, 400), noise=_uniform(rng, 0.08, 0.25), seed=_seed(rng)), None


def _spirals(rng: Rng, workshop: Workshop) -> DataDraw:
    shape = {"classes": int(rng.integers(2, 4)), "turns": _uniform(rng, 0.5, 0.9)}
    return toy_set("spirals", _train(rng, 700), noise=_uniform(rng, 0.01, 0.03), seed=_seed(rng), **shape), None


def _xor(rng: Rng, workshop: Workshop) -> DataDraw:
    return toy_set("xor", _train(rng, 700), noise=_uniform(rng, 0.0, 0.1), seed=_seed(rng)), None


def _blobs(rng: Rng, workshop: Workshop) -> DataDraw:
    centers = rng.uniform(-2, 2, size=(int(rng.integers(2, 6)), int(rng.integers(2, 8)))).round(2).tolist()
    return toy_set("blobs", _train(rng, 400), noise=_uniform(rng, 0.4, 0.9), centers=centers, seed=_seed(rng)), None


def _digits(rng: Rng, workshop: Workshop) -> DataDraw:
    return images(str(rng.choice(["minmax", "standard"]))) | _augment(rng), None


def _even_digits(rng: Rng, workshop: Workshop) -> DataDraw:
    return even_digits(workshop, _seed(rng)) | _augment(rng), None


def _augment(rng: Rng) -> Plain:
    """In some cases images that are turned or moved a little."""
    turned, moved = {"name": "rotate", "degrees": _uniform(rng, 4, 12)}, {"name": "shift", "pixels": 1}
    return {"augment": [[], [], [], [turned], [moved]][rng.integers(5)]}


def _penguins(rng: Rng, workshop: Workshop) -> DataDraw:
    return penguins(), None


def _regression(rng: Rng, workshop: Workshop) -> DataDraw:
    noise = _uniform(rng, 0.1, 0.4)
    return table(workshop, 800, int(rng.integers(5, 9)), noise, _seed(rng)), noise


def _loans(rng: Rng, workshop: Workshop) -> DataDraw:
    return loans(workshop, LOANS, _uniform(rng, 0.2, 1.0), _seed(rng))


def _of_nature(name: str) -> Callable[[Rng, Workshop], DataDraw]:
    make, train, _ = NATURES[name]
    return lambda rng, workshop: make(workshop, train, _seed(rng))


DataDraw = tuple[Plain, float | None]  # the section data, and the best known error where its maker knows it
FAMILIES: dict[str, Callable[[Rng, Workshop], DataDraw]] = {
    "circles": _circles,
    "moons": _moons,
    "spirals": _spirals,
    "xor": _xor,
    "blobs": _blobs,
    "digits": _digits,
    "even_digits": _even_digits,
    "penguins": _penguins,
    "regression": _regression,
    "loans": _loans,
    **{name: _of_nature(name) for name in NATURES},
}


def _network(rng: Rng, most: int) -> Plain:
    """Layers with a fitting initializer, in some cases batch norm, weak L2 or mild dropout."""
    activation = str(rng.choice(list(ACTIVATIONS), p=list(ACTIVATIONS.values())))
    low, high = np.log([12, most])
    depth = int(rng.choice([1, 2, 3, 4], p=[0.25, 0.4, 0.25, 0.1]))
    hidden = [round(float(np.exp(rng.uniform(low, high)))) for _ in range(depth)]
    norm = {"momentum": float(rng.choice([0.9, 0.95])), "statistics": str(rng.choice(["running", "exact"]))}
    return {
        "architecture": {
            "hidden": hidden,
            "activation": activation,
            "batch_norm": norm if rng.random() < 0.2 else False,
        },
        "initializer": {"name": str(rng.choice(["xavier", "lecun"])) if activation == "tanh" else "he"},
        "regularization": {
            "l2": log_uniform(rng, 0.001, 0.02) if rng.random() < 0.25 else 0.0,
            "l1": log_uniform(rng, 0.0003, 0.003) if rng.random() < 0.05 else 0.0,
            "keep_prob": _uniform(rng, 0.8, 0.95) if min(hidden) >= 48 and rng.random() < 0.4 else 1.0,
        },
    }


ACTIVATIONS = {"relu": 0.45, "tanh": 0.2, "leaky_relu": 0.1, "elu": 0.1, "swish": 0.1, "gelu": 0.05}
RATES = {  # of α, for classification
    "adam": (0.002, 0.01),
    "adamw": (0.002, 0.01),
    "rmsprop": (0.001, 0.005),
    "adagrad": (0.02, 0.1),
    "momentum": (0.1, 0.4),
    "nesterov": (0.1, 0.4),
    "gradient_descent": (0.1, 0.4),
}
SHARES = {
    "adam": 0.4,
    "adamw": 0.07,
    "rmsprop": 0.13,
    "adagrad": 0.05,
    "momentum": 0.15,
    "nesterov": 0.08,
    "gradient_descent": 0.12,
}
STEPS = {  # that a family usually takes
    "circles": (800, 2000),
    "moons": (800, 2000),
    "spirals": (1500, 3000),
    "xor": (1000, 2000),
    "blobs": (500, 900),
    "digits": (500, 900),
    "even_digits": (800, 1500),
    "penguins": (300, 600),
    "regression": (2000, 3000),
    "loans": (800, 1500),
    **{name: steps for name, (_, _, steps) in NATURES.items()},
}
FULL = 0.06  # share of trainings in full batches
LOANS = 2400  # examples to train on


def _training(rng: Rng, family: str, m: int) -> Plain:
    """An optimizer, a schedule, batches, and as many steps as it usually takes."""
    name = str(rng.choice(list(SHARES), p=list(SHARES.values())))
    steps = log_uniform(rng, *STEPS[family])
    if _by_gradient(name) and family == "spirals":
        steps *= 2
    batch = m if rng.random() < FULL else 4 * round(log_uniform(rng, 16, 160) / 4)
    batch += 4 if m % batch == 1 else 0  # batch norm refuses a last batch of one
    epochs = max(5, round(steps * batch / m))
    stopping = {"patience": max(10, epochs // 4), "monitor": str(rng.choice(["dev_error", "dev_cost"]))}
    return {
        "optimizer": _optimizer(rng, name, family),
        "schedule": _schedule(rng, epochs),
        "training": {
            "epochs": epochs,
            "batch_size": "full" if batch == m else batch,
            "evaluate_every": max(1, epochs // 50),
            **({"early_stopping": stopping} if rng.random() < 0.2 else {}),
        },
        "dtype": str(rng.choice(["float32", "float64"], p=[0.8, 0.2])),
    }


def _by_gradient(name: str) -> bool:
    """Whether the length of a step is that of the gradient."""
    return name in ("momentum", "nesterov", "gradient_descent")


def _optimizer(rng: Rng, name: str, family: str) -> Plain:
    rate = log_uniform(rng, *RATES[name])
    if family in ("regression", "several_targets") and _by_gradient(name):
        rate = rounded(rate / 4)
    options: Plain = {}
    if name in ("momentum", "nesterov") and rng.random() < 0.5:
        options = {"beta": _uniform(rng, 0.8, 0.95)}
    if name in ("adam", "adamw") and rng.random() < 0.3:
        options = {"beta1": _uniform(rng, 0.8, 0.95), "beta2": float(rng.choice([0.99, 0.995, 0.9995]))}
    if rng.random() < 0.1:
        options["clip_norm"] = _uniform(rng, 1, 5)
    return {"name": name, "learning_rate": rate, **options}


def _schedule(rng: Rng, epochs: int) -> Plain:
    schedules: list[Plain] = [
        {"name": "constant"},
        {"name": "cosine"},
        {"name": "inverse_time", "decay_rate": rounded(3 / epochs)},
        {"name": "staircase", "drop": 0.5, "every": max(2, epochs // 3)},
        {"name": "cosine", "warmup": max(1, epochs // 20)},
    ]
    return schedules[int(rng.choice(5, p=[0.5, 0.2, 0.1, 0.1, 0.1]))]
