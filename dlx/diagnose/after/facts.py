"""What ``run.json`` says of the course of a training: counts over all steps, and the best constant answer."""

from __future__ import annotations

from typing import Any

from dlx.diagnose.models.constant import constant_answer
from dlx.training.supervised import Supervised

COUNTS = ("first_cost", "rises", "first_rise", "largest_rise", "clipped", "diverged")


def course_facts(experiment: Supervised) -> dict[str, Any]:
    """What run.json says of the course: counts over all steps, and what the best constant answer would reach."""
    dataset = experiment.dataset
    cost, error = constant_answer(dataset, dataset.parts["train"], experiment.network.loss)
    constant = {"cost": cost, "error": error}
    return {name: getattr(experiment.position, name) for name in COUNTS} | {"constant": constant}
