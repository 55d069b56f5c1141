"""What ``run.json`` says of the course of a training: counts over all steps, and the best constant answer."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlx.data.dataset import Dataset
from dlx.training.supervised import Supervised

COUNTS = ("first_cost", "rises", "first_rise", "largest_rise", "clipped", "diverged")


def course_facts(experiment: Supervised) -> dict[str, Any]:
    """What run.json says of the course: counts over all steps, and what the best constant answer would reach."""
    position = experiment.position
    return {name: getattr(position, name) for name in COUNTS} | {"constant": constant_answer(experiment.dataset)}


def constant_answer(dataset: Dataset) -> dict[str, float]:
    """Cost and error on train of a network that gives every example the same: the classes' shares, or the mean.

    The cost is the entropy of the shares, or the variance of the scaled targets, added up over outputs.
    """
    y = dataset.parts["train"].y
    if dataset.task.is_regression:
        y = y.astype(np.float64)
        cost = float(dataset.target_scaling.scaled(y).var(axis=0).sum())
        return {"cost": cost, "error": float(np.sqrt(y.var(axis=0).mean()))}
    shares = np.bincount(y) / len(y)
    present = shares[shares > 0]
    return {"cost": float(-(present * np.log(present)).sum()), "error": float(1 - shares.max())}
