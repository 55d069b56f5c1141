"""Settings of hyperparameters as tables have room for them: short names and short values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dlx.spec.yaml_text.writing import dump_scalar
from dlx.text import shorten

LONGEST = 18  # characters of a value
DIGITS = 4  # significant ones of a number, or of 1 − β of a β that near to 1
NEAR_ONE = 0.9


def short_names(keys: Sequence[str]) -> list[str]:
    """The last part of each dotted key, with as many before it as tell it from the others; a `name` is left out.

    >>> short_names(["optimizer.name", "regularization.l2", "architecture.batch_norm.momentum", "optimizer.momentum"])
    ['optimizer', 'l2', 'batch_norm.momentum', 'optimizer.momentum']
    """
    plain = [key.removesuffix(".name") for key in keys]
    return [_short(key, [*plain[:number], *plain[number + 1 :]]) for number, key in enumerate(plain)]


def _short(key: str, others: Sequence[str]) -> str:
    parts = key.split(".")
    for count in range(1, len(parts)):
        name = ".".join(parts[-count:])
        if not any(other == name or other.endswith(f".{name}") for other in others):
            return name
    return key


def short_value(value: Any) -> str:
    """A value to few digits; what is long ends in …."""
    if isinstance(value, float):
        if NEAR_ONE < value < 1:
            return f"{1 - float(f'{1 - value:.{DIGITS - 1}g}'):.12g}"
        return f"{value:.{DIGITS}g}"
    text = value if isinstance(value, str) else dump_scalar(value)
    return shorten(text, LONGEST)
