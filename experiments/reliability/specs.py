"""Twenty small trainings that between them use all that a checkpoint has to keep, and a search and a study."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import yaml

Document = dict[str, Any]

BLOBS: Document = {
    "source": {"name": "blobs", "m": 200, "centers": 3},
    "split": {"train": 0.6, "dev": 0.2, "test": 0.2},
}
MOONS: Document = {
    "source": {"name": "moons", "m": 200, "noise": 0.2},
    "split": {"train": 0.6, "dev": 0.2, "test": 0.2},
}
DIGITS: Document = {"source": "digits", "split": {"train": 300, "dev": 100, "test": 100}}


def _spec(name: str, epochs: int, data: Document = BLOBS, **sections: Any) -> Document:
    training = {"epochs": epochs, "batch_size": 32, "evaluate_every": 4} | sections.pop("training", {})
    return {"name": name, "data": data, "architecture": {"hidden": [6]}, "training": training} | sections


def _rate(name: str, learning_rate: float = 0.01, **options: Any) -> Document:
    return {"optimizer": {"name": name, "learning_rate": learning_rate, **options}}


def _objective(name: str, epochs: int, objective: Document, **sections: Any) -> Document:
    return {"name": name, "objective": objective, "training": {"epochs": epochs, "evaluate_every": 20}} | sections


SPECS: tuple[Document, ...] = (
    _spec("full-batch", 1600, training={"batch_size": "full"}, **_rate("gradient_descent", 0.1)),
    _spec("momentum", 500, MOONS, **_rate("momentum")),
    _spec("nesterov", 500, **_rate("nesterov")),
    _spec("adagrad-every-third", 500, **_rate("adagrad"), training={"evaluate_every": 3}),
    _spec("rmsprop-dropout", 400, **_rate("rmsprop", 0.001), regularization={"keep_prob": 0.8}),
    _spec("adam-batch-norm", 250, **_rate("adam"), architecture={"hidden": [6, 4], "batch_norm": True}),
    _spec("adamw-exact", 250, **_rate("adamw"), architecture={"hidden": [6, 4], "batch_norm": {"statistics": "exact"}}),
    _spec(
        "augmentation",
        30,
        {**DIGITS, "augment": [{"name": "shift", "pixels": 1}, {"name": "rotate", "degrees": 10}]},
        **_rate("adam"),
        training={"evaluate_every": 2},
    ),
    _spec(
        "early-stopping",
        2000,
        {**MOONS, "source": {"name": "moons", "m": 200, "noise": 0.3}},
        **_rate("adam", 0.02),
        training={"early_stopping": {"patience": 60, "monitor": "dev_cost"}},
    ),
    _spec(
        "mapped",
        250,
        {"source": {"name": "file", "path": "X.npy", "target": "y.npy"}, "split": {"train": 200, "dev": 100}},
        **_rate("momentum"),
    ),
    _objective("rosenbrock", 6000, {"name": "rosenbrock", "start": [-1.2, 1]}, **_rate("adam")),
    _objective("noisy-ravine", 8000, {"name": "ravine", "gradient_noise": 0.1}, **_rate("momentum", 0.001)),
    _spec("inverse-time", 500, schedule={"name": "inverse_time", "decay_rate": 0.01, "warmup": 5}),
    _spec("cosine-by-step", 500, **_rate("adam"), schedule={"name": "cosine", "unit": "step"}),
    _spec(
        "manual",
        400,
        **_rate("rmsprop", 0.001),
        schedule={"name": "manual", "table": [[0, 0.01], [100, 0.003], [300, 0.001]]},
    ),
    _spec("staircase", 500, **_rate("nesterov"), schedule={"name": "staircase", "every": 50}),
    _spec(
        "legacy",
        300,
        **_rate("adam"),
        regularization={"keep_prob": 0.7},
        randomness={
            "generator": "legacy",
            "initializer": {"seed": 3},
            "shuffle": {"seed": 11, "reseed": "epoch"},
            "dropout": {"seed": 1, "reseed": "step", "increment": 0},
        },
    ),
    _spec(
        "penalties",
        400,
        **_rate("gradient_descent", 0.05),
        dtype="float64",
        architecture={"hidden": [6, {"units": 4, "activation": "tanh"}]},
        regularization={"l2": 0.7, "l1": 0.1, "keep_prob": [0.9, 0.8]},
    ),
    _spec(
        "regression",
        500,
        {"source": {"name": "file", "path": "table.csv", "target": "y"}, "split": {"train": 0.7, "dev": 0.3}},
        **_rate("adam"),
    ),
    _spec(
        "mismatch",
        400,
        {
            "train": {"name": "moons", "m": 160, "noise": 0.1},
            "train_dev": {"name": "moons", "m": 60, "noise": 0.1, "seed": 1},
            "dev": {"name": "moons", "m": 60, "noise": 0.4, "seed": 2},
        },
        **_rate("adamw"),
        architecture={"hidden": [6], "batch_norm": True},
        regularization={"keep_prob": 0.9},
    ),
)

SHORT = _spec(
    "short",
    50,  # of two steps each: of a shorter training it would be looked what one of thousands brings
    **_rate("adam"),
    training={"batch_size": 60, "evaluate_every": 25},
    architecture={"hidden": [4], "batch_norm": True},
    regularization={"keep_prob": 0.9},
)
SHORT_OBJECTIVE = _objective("hill", 200, {"name": "rosenbrock"}, **_rate("adam"))
TUNE: Document = {
    "name": "search",
    "base": _spec("base", 4, **_rate("adam")),
    "search": {"method": "random", "trials": 3, "space": {"optimizer.learning_rate": {"log_uniform": [0.001, 0.1]}}},
}
STUDY: Document = {
    "name": "study",
    "base": _spec("base", 4, **_rate("adam")),
    "variants": {"adam": {}, "slow": {"optimizer.learning_rate": 0.001}},
    "seeds": 1,
    "expect": ["adam.train_cost < slow.train_cost + 100"],
}


def write(document: Document, path: Path) -> Path:
    """Put a spec into a file."""
    path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    return path


def write_data(folder: Path) -> None:
    """Put the files of data that some of the specs need into a folder."""
    rng = np.random.default_rng(7)
    X = rng.standard_normal((300, 3))
    np.save(folder / "X.npy", X.astype(np.float32))
    np.save(folder / "y.npy", (X[:, 0] * X[:, 1] > 0).astype(np.int64))
    rows = [f"{a:.6f},{b:.6f},{a - 2 * b + 0.1 * c:.6f}" for a, b, c in X]
    (folder / "table.csv").write_text("\n".join(["a,b,y", *rows]) + "\n", encoding="utf-8")


def with_data(document: Document, folder: Path) -> Document:
    """The spec with its files of data in that folder, so that it is the same wherever the spec lies."""
    source = document.get("data", {}).get("source")
    if not isinstance(source, dict) or source["name"] != "file":
        return document
    files = {key: str(folder / value) for key, value in source.items() if (folder / value).exists()}
    return {**document, "data": {**document["data"], "source": source | files}}
