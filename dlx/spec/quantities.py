"""Quantities that a training is judged by: the cost, the error or a metric of train or dev, by the names of columns."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, isnan
from typing import Annotated

from pydantic import AfterValidator, Field

import dlx.stats.metrics  # noqa: F401 - it registers the metrics
from dlx.errors import allowed
from dlx.stats.metrics.metric import Metric as Metric

PARTS = ("train", "dev")  # of which metrics.csv has rows
PLAIN = ("error", "cost")


def metric_of(quantity: str) -> Metric | None:
    """The metric that a column such as ``dev_f1`` is of; None of an error or a cost."""
    part, _, name = quantity.partition("_")
    if name in PLAIN or part not in PARTS:
        return None
    member = Metric.members().get(name)
    return None if member is None else member.model_validate({})


def loss_of(quantity: str, value: float) -> float:
    """What is to be small of a quantity: itself, or 1 − it where more is better; infinite where it is not defined."""
    return loss_function(quantity)(value)


def loss_function(quantity: str) -> Callable[[float], float]:
    """`loss_of` for many values of one quantity."""
    metric = metric_of(quantity)
    of_number = (lambda value: value) if metric is None else metric.loss
    return lambda value: inf if isnan(value) else of_number(value)


def _quantity(*parts: str) -> Callable[[str], str]:
    """The check that a text is a quantity of one of these parts."""

    def check(text: str) -> str:
        names = [f"{part}_{name}" for name in (*PLAIN, *Metric.members()) for part in parts]
        if text not in names:
            raise ValueError(f"there is no quantity {text!r} {allowed(text, names)}")
        return text

    return check


def _schema(*parts: str) -> dict[str, list[str]]:
    return {"examples": [f"{part}_{name}" for name in (*PLAIN, *Metric.members()) for part in parts]}


DevQuantity = Annotated[str, AfterValidator(_quantity("dev")), Field(json_schema_extra=dict(_schema("dev")))]
RowQuantity = Annotated[
    str, AfterValidator(_quantity("dev", "train")), Field(json_schema_extra=dict(_schema("dev", "train")))
]
