"""The calibration curve: what probabilities say, and the share that is true, before and after a temperature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ReliabilityPoint:
    """The answers of one bin: their mean probability, the share that is true with its interval, and how many."""

    probability: float
    share: float
    low: float
    high: float
    m: int


@dataclass(frozen=True)
class CalibrationChart:
    """Two curves over the same bins, and what the axes say."""

    before: Sequence[ReliabilityPoint]
    after: Sequence[ReliabilityPoint]
    probability: str
    share: str


def calibration_chart(document: Mapping[str, Any]) -> CalibrationChart:
    """That of what ``dlx calibrate --json`` prints."""
    classes = document["classes"]
    if len(classes) == 2:
        axes = f"probability of {classes[1]}", f"share that is {classes[1]}"
    else:
        axes = "probability of the predicted class", "share that is right"
    return CalibrationChart(_points(document["before"]), _points(document["after"]), *axes)


def _points(state: Mapping[str, Any]) -> list[ReliabilityPoint]:
    return [
        ReliabilityPoint(entry["probability"], *(entry["share"][key] for key in ("value", "low", "high", "m")))
        for entry in state["curve"]
    ]
