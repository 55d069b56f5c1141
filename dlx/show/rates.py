"""Learning rates in words, and what a range test of them has found."""

from __future__ import annotations

from dlx.documents.range_test import TestedRates

RATE_IS_SET = "optimizer.learning_rate="  # in a command


def rate_in_words(rate: float) -> str:
    """A learning rate as YAML takes it, to few digits.

    >>> [rate_in_words(rate) for rate in (0.05, 3.0, 2e-7)]
    ['0.05', '3', '2e-07']
    """
    return f"{rate:.3g}"


def rates_in_words(tested: TestedRates | None, is_set: bool) -> str:
    """What a range test has found; empty where there was none.

    is_set: whether the rate that it suggests is in what is advised; else it says whether the present one may stay.
    """
    if tested is None:
        return ""
    how = f"{tested.probes} sweeps of growing rates, {tested.steps:,} steps"
    if tested.suggested is None or tested.falls_from is None:
        return f"in {how}, no rate brought the cost down"
    falls, suggested = rate_in_words(tested.falls_from), rate_in_words(tested.suggested)
    grows = "" if tested.grows_from is None else f" and grows from {rate_in_words(tested.grows_from)} on"
    course = f"in {how}, the cost falls from {falls} on{grows}"
    if tested.may_stay and not is_set:
        return f"{course}: nothing speaks against that of the spec"
    return f"{course}: {suggested} is suggested"
