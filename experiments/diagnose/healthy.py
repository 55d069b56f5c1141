"""Healthy specs of the fixed half: good settings of every sort, which a diagnosis should leave in peace."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dlx.spec.loader import derive

from .bases import Base, optimizer
from .cases import Case, fixed_base
from .files import Workshop
from .measuring import is_healthy, measure
from .natures import NATURES

# Variants of the fixed bases: name of the base, what is different.
HEALTHY: tuple[tuple[str, dict[str, Any]], ...] = (
    *((name, {}) for name in ("digits", "digits_norm", "circles", "moons", "noisy_moons", "spirals", "blobs")),
    *((name, {}) for name in ("xor", "penguins", "regression")),
    ("digits", {"regularization.keep_prob": 0.8, "training.epochs": 40}),
    ("digits", {"regularization.l2": 0.02, "data.augment": [{"name": "rotate", "degrees": 10}], "training.epochs": 40}),
    (
        "digits",
        {"architecture.activation": {"name": "tanh"}, "initializer": {"name": "xavier"}, "training.epochs": 60},
    ),
    ("digits", {"optimizer": optimizer("gradient_descent", 0.3), "training.batch_size": 32}),
    ("digits_norm", {"training.batch_size": 128, "optimizer": optimizer("adam", 0.005)}),
    ("circles", {"training.batch_size": "full", "training.epochs": 600, "training.evaluate_every": 10}),
    ("moons", {"optimizer": {"name": "adamw", "learning_rate": 0.01, "weight_decay": 0.01}, "training.epochs": 80}),
    (
        "moons",
        {
            "architecture.activation": {"name": "swish"},
            "initializer": {"name": "he"},
            "optimizer": optimizer("adam", 0.01),
        },
    ),
    ("spirals", {"architecture.batch_norm": True, "optimizer.learning_rate": 0.01}),
    ("spirals", {"schedule": {"name": "exponential", "base": 0.98}}),
    ("blobs", {"architecture.hidden": []}),
    ("xor", {"training.early_stopping": {"patience": 30}, "architecture.activation": {"name": "leaky_relu"}}),
    ("penguins", {"data.normalize": "minmax", "training.epochs": 100}),
    ("penguins", {"schedule": {"name": "cosine", "warmup": 5}, "regularization.l2": 0.1}),
    ("regression", {"optimizer": optimizer("momentum", 0.05), "architecture.activation": {"name": "swish"}}),
    ("regression", {"optimizer.clip_norm": 1.0, "dtype": "float64"}),
    *((name, {}) for name in NATURES),
)


def fixed_healthy(number: int, folder: Path) -> Case | None:
    """One of them; None where it is not healthy after all."""
    name, overrides = HEALTHY[number]
    first = fixed_base(name, Workshop(folder))
    base = Base(derive(first.spec, overrides) if overrides else first.spec, first.best_known)
    measured = measure(base.spec, folder)
    changes = ", ".join(f"{key} {value}" for key, value in overrides.items())
    case = Case(f"{name} {changes}".strip(), "fixed", base, base.spec, base_error=measured.error)
    return case if is_healthy(base, measured) else None
