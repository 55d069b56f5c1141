"""Learning rates in words, and what a range test of them has found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def rate_in_words(rate: float) -> str:
    """A learning rate as YAML takes it, to few digits.

    >>> [rate_in_words(rate) for rate in (0.05, 3.0, 2e-7)]
    ['0.05', '3', '2e-07']
    """
    return f"{rate:.3g}"


def tested_in_words(diagnosis: Mapping[str, Any]) -> str:
    """What a range test has found, as ``diagnosis.json`` has it; empty where there was none."""
    tested = diagnosis.get("learning_rate")
    if not tested:
        return ""
    how = f"{tested['probes']} sweeps of growing rates, {tested['steps']:,} steps"
    if tested["suggested"] is None:
        return f"in {how}, no rate brought the cost down"
    falls, suggested = rate_in_words(tested["falls_from"]), rate_in_words(tested["suggested"])
    grows = "" if tested["grows_from"] is None else f" and grows from {rate_in_words(tested['grows_from'])} on"
    return f"in {how}, the cost falls from {falls} on{grows}: {suggested} is suggested"
