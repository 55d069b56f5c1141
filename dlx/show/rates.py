"""Learning rates in words, and what a range test of them has found."""

from __future__ import annotations

from dlx.documents.range_test import TestedRates


def rate_in_words(rate: float) -> str:
    """A learning rate as YAML takes it, to few digits.

    >>> [rate_in_words(rate) for rate in (0.05, 3.0, 2e-7)]
    ['0.05', '3', '2e-07']
    """
    return f"{rate:.3g}"


def tested_in_words(tested: TestedRates | None) -> str:
    """What a range test has found; empty where there was none."""
    if tested is None:
        return ""
    how = f"{tested.probes} sweeps of growing rates, {tested.steps:,} steps"
    if tested.suggested is None or tested.falls_from is None:
        return f"in {how}, no rate brought the cost down"
    falls, suggested = rate_in_words(tested.falls_from), rate_in_words(tested.suggested)
    grows = "" if tested.grows_from is None else f" and grows from {rate_in_words(tested.grows_from)} on"
    return f"in {how}, the cost falls from {falls} on{grows}: {suggested} is suggested"
