"""Steps beside which no other counts: finding a wrong gradient, and going back to a run that was no worse."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from dlx.diagnose.before.gradients import WRONG_GRADIENT
from dlx.diagnose.steps.advice_context import AdviceContext
from dlx.diagnose.steps.next_step import NextStep
from dlx.diagnose.verdict import LOW, diagnose
from dlx.text import command


def decisive(context: AdviceContext) -> list[NextStep]:
    """The one step that there is, if any: whatever else is trained would be on a wrong gradient, or for nothing."""
    return [*_place_of_mistake(context)] or [*_way_back(context)] or [*_end_of_trying(context)]


def _place_of_mistake(context: AdviceContext) -> Iterator[NextStep]:
    for finding in context.document.serious:
        if finding.name == WRONG_GRADIENT.name:
            yield NextStep(command("gradcheck", context.run), f"{finding.name}: {finding.remedy}")


def _way_back(context: AdviceContext) -> Iterator[NextStep]:
    """Where a change came to a surely larger error than that of a network whose bias and variance are low."""
    document, earlier = context.document, context.earlier
    if earlier is None or not context.undone or not earlier.is_surely_larger(document.judged_errors):
        return
    measure = document.measure and replace(document.measure, errors=earlier.errors)
    judgement = earlier.errors, document.optimal_error, document.tolerance, document.task
    before = diagnose(*judgement, measure=measure)
    if before.verdict == LOW:
        advice = f"{context.without_effect}: go back to {earlier.run}, where bias and variance are low"
        yield NextStep(command("diagnose", earlier.run), advice)


def _end_of_trying(context: AdviceContext) -> Iterator[NextStep]:
    """A race in place of one more change, where several in turn came to no lower error, and nothing explains it."""
    best = context.attempts.for_nothing
    if best is None or context.document.serious or not context.document.is_above_tolerance:
        return
    changes = context.attempts.since(best)
    advice = f"since {best.run} the changes of {' and '.join(changes)} have not lowered the dev error"
    yield context.typed.racing(Path(best.run), advice)
