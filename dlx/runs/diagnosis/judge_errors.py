"""Bare errors judged: the verdict on numbers of a network that was trained elsewhere, and what they mean together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from dlx.diagnose.stated_errors import BareErrors, parse_errors
from dlx.diagnose.verdict import diagnose, in_words
from dlx.runs.diagnosis.examination import RunExamination
from dlx.stats.intervals import Estimate, difference, exact
from dlx.stats.proportions import difference_of_shares
from dlx.words import error_text, interval_text

HELD_OUT = ("dev", "train_dev", "test")


def examine_errors(text: str) -> RunExamination:
    """The verdict on bare errors, as `parse_errors` reads them."""
    bare_errors = parse_errors(text)
    optimal, tolerance = bare_errors.optimal or 0.0, bare_errors.tolerance
    document = diagnose(bare_errors.errors, optimal, tolerance)
    document = replace(document, next=[*_meaning(bare_errors.errors, optimal, tolerance), *document.next])
    return RunExamination("errors", document, remarks=tuple(_assumed(bare_errors)))


def _meaning(errors: Mapping[str, Estimate], optimal: float, tolerance: float) -> Iterator[str]:
    """What errors say where one is missing that a gap needs."""
    held_out = next((part for part in HELD_OUT if part in errors), None)
    if "train" not in errors and held_out is not None:
        excess = difference(errors[held_out], exact(optimal))
        above = f"{in_words(held_out)} is {_with_ends(excess)} above the optimal error"
        sure = difference_of_shares(errors[held_out], exact(optimal))  # Wilson's are too near where few are wrong
        together = "that is bias and variance together"
        if sure.high <= tolerance:
            yield f"{above}: {together}, and within the tolerance, so that both are low"
        elif sure.low > tolerance:
            yield f"{above}: {together}, more than the tolerance; the error on train tells which of them it is"
        else:
            yield f"{above}: {together}, and more examples would tell whether it is within the tolerance"
    elif held_out is None:
        yield "the error on train tells of bias alone: how the network does on new examples is not known"
    elif held_out == "test" and "dev" not in errors:
        gap = difference(errors["test"], errors["train"])
        yield f"test − train is {_with_ends(gap)}: without dev that is variance and overfitting to dev together"


def _with_ends(estimate: Estimate) -> str:
    """Such as `16.00 % (13.05 to 19.47 %)`."""
    value = error_text(estimate.value, None)
    if estimate.low == estimate.high:
        return value
    return f"{value} ({interval_text(estimate.low, estimate.high, None)})"


def _assumed(bare_errors: BareErrors) -> Iterator[str]:
    """What was not given."""
    if bare_errors.optimal is None:
        yield "optimal is not given: taken as 0"
    bare = [in_words(part) for part, error in bare_errors.errors.items() if error.m is None]
    if bare:
        yield f"taken at its word, because its m is not given: {', '.join(bare)}"
