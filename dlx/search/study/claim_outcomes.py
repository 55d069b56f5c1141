"""What came of the claims of a study: over the means of all seeds, and in each seed alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import isfinite, isnan
from typing import TypeAlias

import numpy as np

from dlx.documents.study import ClaimRecord, ComparisonRecord, Side
from dlx.search.study.claims import NOT_IN, Claim, ClaimResult, Quantity, Value, term_of
from dlx.search.study.file import Expected

INFINITE = "infinity"


ClaimAnswers: TypeAlias = Callable[[Quantity], Value]  # what a training says of what a claim asks for


def variants_of(claim: Claim) -> list[str]:
    """The variants that a claim speaks of."""
    return list(dict.fromkeys(term_of(quantity).variant for quantity in claim.quantities))


def checked(expected: Expected, measures: Mapping[str, Sequence[ClaimAnswers]]) -> ClaimRecord:
    """A claim as ``study.json`` tells it: each comparison over the means of the seeds, and where it holds alone.

    Args:
        expected: the claim.
        measures: of each variant that it speaks of, in the order of the seeds.
    """
    claim = expected.claim
    count = len(next(iter(measures.values()))) if measures else 0
    compared = _check(claim, measures)
    alone = [_check(claim, {name: [runs[k]] for name, runs in measures.items()}) for k in range(count)]
    return ClaimRecord(
        claim=claim.text,
        why=expected.why,
        holds=all(result.holds for result in compared),
        comparisons=[_compared(result) for result in compared],
        seeds=count,
        seeds_holding=sum(all(result.holds for result in results) for results in alone),
    )


def _check(claim: Claim, measures: Mapping[str, Sequence[ClaimAnswers]]) -> list[ClaimResult]:
    """A number is the mean over the runs, a text is what all of them say; a finding is in all of them, or in none."""
    together = frozenset.union if NOT_IN in claim.signs else frozenset.intersection

    def value(quantity: Quantity) -> Value:
        values = [run(quantity) for run in measures[term_of(quantity).variant]]
        if isinstance(values[0], frozenset):
            return together(*(findings for findings in values if isinstance(findings, frozenset)))
        if isinstance(values[0], str):
            return " / ".join(dict.fromkeys(str(text) for text in values))
        return float(np.mean([float(number) for number in values if isinstance(number, float | int)]))

    return claim.check(value)


def _compared(result: ClaimResult) -> ComparisonRecord:
    return ComparisonRecord(_side(result.left), result.sign, _side(result.right), result.holds, _side(result.by))


def _side(value: Value | None) -> Side:
    """As JSON has it: null for a number that is none, a word for one beyond all."""
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, float) and not isfinite(value):
        return None if isnan(value) else INFINITE if value > 0 else f"-{INFINITE}"
    return value
