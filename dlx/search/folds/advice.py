"""Advice after a training in folds: what can be trained next, in folds again, by what all examples have shown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from dlx.diagnose.after.rare_class import never_answered
from dlx.diagnose.before.outliers import outlier_findings
from dlx.diagnose.evidence import Evidence, unbeaten
from dlx.diagnose.steps.advice_context import AdviceContext
from dlx.diagnose.steps.next_commands import next_steps
from dlx.diagnose.steps.next_step import NextStep, TypedOptions
from dlx.diagnose.steps.rate_advice import rates_for_bias
from dlx.diagnose.steps.using import LOOK_AT_ROWS, beats_one_answer, by_the_others, no_better
from dlx.diagnose.supply import Supply
from dlx.diagnose.verdict import OUT_OF_FOLD
from dlx.documents.baselines import Baselines
from dlx.documents.diagnosis import JudgedMetric
from dlx.documents.folds import FoldsDocument
from dlx.errors import DlxError
from dlx.runs.compare.paired_change import paired_change_of_folds
from dlx.runs.files.collection import FoldsDirectory
from dlx.runs.files.file_names import PLAN
from dlx.runs.files.fold_directories import refit_command
from dlx.search.trials.shared_data import data_of
from dlx.spec.sections import Spec
from dlx.text import command
from dlx.training.build import build_supervised
from dlx.words import Status

TRAIN = command("train")
REFIT_BEFORE = "go back, and train one network on all the examples (data.folds: null, training.refit)"
REFIT = "train one network on all the examples then, as they are (data.folds: null, training.refit)"


def evidence_of(spec: Spec, fold: Spec, baselines: Baselines, measure: JudgedMetric | None) -> Evidence:
    """What the advice must agree with: the data, as they are in a fold, and what simple models reach.

    Args:
        spec: complete, with ``data.folds``.
        fold: the same for one of them.
        baselines: over all examples.
        measure: what is judged in place of the errors.
    """
    return Evidence(_supply(spec, fold), unbeaten=unbeaten(baselines, measure))


def _supply(spec: Spec, fold: Spec) -> Supply:
    return replace(Supply.of(fold, data_of(fold)), spec=spec)


def _outcome_before(directory: Path, otherwise: FoldsDocument) -> FoldsDocument:
    """What an earlier training in folds came to; the other one where that is gone."""
    try:
        return FoldsDirectory.open(str(directory)).outcome()
    except DlxError:
        return otherwise


def first_step(document: FoldsDocument, spec: Spec, fold: Spec, directory: Path, plan: Path) -> NextStep | None:
    """What to do first; without a command where nothing can be trained that helps, None before all are trained.

    What looks at a network is for single trainings, of which there are several here.
    """
    if document.diagnosis is None or document.status is not Status.COMPLETED:
        return None
    errors, experiment = document.diagnosis.judged_errors, build_supervised(fold, dataset=data_of(fold))
    tested, of_rate = rates_for_bias(experiment, errors)
    of_data = outlier_findings(experiment, in_all_parts=True)
    findings = [*of_data, *of_rate, *never_answered(document.metrics, OUT_OF_FOLD, spec)]
    measured = replace(document.diagnosis, baselines=document.baselines, metrics=document.metrics)
    diagnosis = replace(measured, findings=findings, learning_rate=tested)
    earlier = document.earlier
    earlier = earlier and replace(earlier, change=paired_change_of_folds(directory, earlier))
    context = AdviceContext(diagnosis, _supply(spec, fold), directory, plan, earlier=earlier)
    rows = directory / FoldsDirectory.predictions
    if few := by_the_others(replace(context, typed=TypedOptions(worst=rows))):
        return NextStep(refit_command(plan), f"{few[0].advice}; {REFIT}") if beats_one_answer(measured) else few[0]
    if context.without_effect and earlier is not None and earlier.is_no_lower(errors):
        before = Path(earlier.run) / PLAN  # each change has to pay, so that they come to an end
        plan, reason, refit = before if before.exists() else plan, context.without_effect, REFIT_BEFORE
        document, rows = _outcome_before(before.parent, document), plan.parent / FoldsDirectory.predictions
    else:
        steps = next_steps(context)
        first = next((step for step in steps if not step.command or step.command.startswith(TRAIN)), None)
        if first is not None and first.command:
            return first
        reason, refit = first.advice if first else diagnosis.next[0], REFIT
    if beaten := no_better(document):
        return NextStep("", f"{beaten}; {reason}; {LOOK_AT_ROWS}: they are in {rows}")
    return NextStep(refit_command(plan), f"{reason}; {refit}")
