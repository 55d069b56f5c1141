"""Dividing the data otherwise: more for train, or folds, where what there is of dev or train judges nothing."""

from __future__ import annotations

from collections.abc import Iterator

from dlx.diagnose.data.labels import FEW_EXAMPLES
from dlx.diagnose.steps.advice_context import AdviceContext
from dlx.diagnose.steps.next_step import NextStep
from dlx.diagnose.steps.using import JUDGE_ALL
from dlx.diagnose.verdict import in_words
from dlx.text import command

MISLED = "overfitting_to_dev"


def giving_train_more(context: AdviceContext) -> Iterator[NextStep]:
    """Another split, where train is small though the file is not."""
    document, supply = context.document, context.supply
    few = next((finding for finding in document.serious if finding.name == FEW_EXAMPLES.name), None)
    if (few or (document.is_high("variance") and not document.serious)) and (overrides := supply.larger_train()):
        few_of_all = f"the split gives train {supply.facts.m:,} of {supply.facts.rows:,} examples"
        reason = f"{few.name}: {few.remedy}" if few else "variance is high"
        yield context.training(overrides, f"{reason}; {few_of_all}: let it have more (data.split)")


def judging_all(context: AdviceContext) -> Iterator[NextStep]:
    """Folds, where train is small, since the file is, or where test surely contradicts dev: what is left for dev judges
    nothing, remedies least of all.
    """
    document, parts = context.document, context.supply.facts.parts
    serious = document.serious[:1]
    is_few = any(finding.name == FEW_EXAMPLES.name for finding in serious)
    is_misled = document.is_high(MISLED) and not serious and not document.is_high("variance")
    if not (is_few or is_misled) or context.was_in_folds or "dev" not in parts:
        return
    if overrides := context.supply.folds():
        reason = f"{serious[0].name}: {serious[0].remedy}" if serious else f"{in_words(MISLED)} is high"
        of_dev = f"dev has {parts['dev']:,} of the {context.supply.facts.rows:,} that there are"
        yield context.training(overrides, f"{reason}; {of_dev}: {JUDGE_ALL}")


def unless_in_folds(step: NextStep, context: AdviceContext) -> NextStep:
    """The step; where it is folds, and they have judged this spec since, what they came to in their place."""
    if context.judged_by is None or "data.folds=" not in step.command:
        return step
    return NextStep(
        command("diagnose", context.judged_by), f"folds have judged this spec since, in {context.judged_by}"
    )
