"""Bias and variance of a run, judged from its errors with their uncertainty, and what the notes' recipe does next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from dlx.diagnose.intervals import Estimate, difference, exact

SCHEMA_VERSION = 1

Level = Literal["high", "low", "unsettled"]
Gap = dict[str, Any]

RECIPE = {
    "bias": (
        "a bigger network (architecture.hidden)",
        "longer training (training.epochs), or another optimizer or learning rate",
        "another architecture",
    ),
    "variance": (
        "more training examples, or augmentation (data.augment)",
        "regularization (regularization.l2, regularization.keep_prob) or early stopping",
        "another architecture",
    ),
    "mismatch": ("training examples that are more like those of dev",),
}
ABSENT = {"bias": "measure the error on train", "variance": "hold out a dev set (data.split.dev)"}
MORE = {
    "bias": "only more training examples would settle it",
    "variance": "measure on more dev examples (data.split.dev)",
    "mismatch": "measure on more dev and train_dev examples (data.split)",
}


def diagnose(errors: Mapping[str, Estimate], optimal_error: float, tolerance: float) -> dict[str, Any]:
    """The document ``diagnosis.json``.

    bias = train − optimal, variance = train_dev − train (dev − train where there is no train_dev),
    mismatch = dev − train_dev; each null where an error that it needs is missing.

    Args:
        errors: of the frozen network, by part: train, train_dev, dev, test; those that are there.
        optimal_error: what could be reached at best: human-level or Bayes error.
        tolerance: the gap above which bias, variance or mismatch is high.
    """
    held_out = "train_dev" if "train_dev" in errors else "dev"
    known = {**errors, "optimal": exact(optimal_error)}
    gaps = {
        "bias": _gap(known, "train", "optimal", tolerance),
        "variance": _gap(known, held_out, "train", tolerance),
        "mismatch": _gap(known, "dev", "train_dev", tolerance),
    }
    return {
        "schema_version": SCHEMA_VERSION,
        "optimal_error": optimal_error,
        "tolerance": tolerance,
        "errors": {part: {**_interval(error), "m": error.m} for part, error in errors.items()},
        **gaps,
        "verdict": _verdict(gaps),
        "findings": [],
        "next": _next(gaps),
    }


def _gap(errors: Mapping[str, Estimate], upper: str, lower: str, tolerance: float) -> Gap | None:
    if upper not in errors or lower not in errors:
        return None
    gap = difference(errors[upper], errors[lower])
    return {**_interval(gap), "level": _level(gap, tolerance)}


def _interval(estimate: Estimate) -> dict[str, float]:
    return {"value": estimate.value, "low": estimate.low, "high": estimate.high}


def _level(gap: Estimate, tolerance: float) -> Level:
    """High or low only where the whole interval is."""
    if gap.low > tolerance:
        return "high"
    return "low" if gap.high <= tolerance else "unsettled"


def _verdict(gaps: Mapping[str, Gap | None]) -> str:
    """Names what is certainly high; what is low must be certain too before both are called low."""
    levels = {name: gap["level"] if (gap := gaps[name]) else "unsettled" for name in ("bias", "variance")}
    high = [f"high {name}" for name, level in levels.items() if level == "high"]
    if high:
        return " and ".join(high)
    return "unsettled" if "unsettled" in levels.values() else "low bias and low variance"


def _next(gaps: Mapping[str, Gap | None]) -> list[str]:
    """The notes' basic recipe: bias first, then variance, then mismatch."""
    certain_first = sorted(gaps.items(), key=lambda item: not (item[1] and item[1]["level"] == "high"))
    steps = [step for name, gap in certain_first for step in _steps(name, gap)]
    return steps or ["bias and variance are low: done"]


def _steps(name: str, gap: Gap | None) -> list[str]:
    if gap is None:
        return [f"{name} is unknown: {ABSENT[name]}"] if name in ABSENT else []
    if gap["level"] == "unsettled":
        return [f"{name} is unsettled: {MORE[name]}"]
    return [f"{name} is high: try {remedy}" for remedy in RECIPE[name]] if gap["level"] == "high" else []
