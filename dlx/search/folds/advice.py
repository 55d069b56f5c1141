"""Advice after a training in folds: what can be trained next, in folds again, by what all examples have shown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from dlx.diagnose.advice_context import AdviceContext
from dlx.diagnose.evidence import Evidence, unbeaten
from dlx.diagnose.next_commands import next_steps
from dlx.diagnose.next_step import NextStep
from dlx.diagnose.rate_advice import rates_for_bias
from dlx.diagnose.supply import Supply
from dlx.documents.baselines import Baselines
from dlx.documents.diagnosis import JudgedMetric
from dlx.documents.folds import FoldsDocument
from dlx.search.trials.shared_data import data_of
from dlx.spec.sections import Spec
from dlx.text import command
from dlx.training.build import build_supervised
from dlx.words import Status

TRAIN = command("train")


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


def first_step(document: FoldsDocument, spec: Spec, fold: Spec, directory: Path, plan: Path) -> NextStep | None:
    """What to do first; without a command where nothing can be trained that helps, None before all are trained.

    What looks at a network is for single trainings, of which there are several here.
    """
    if document.diagnosis is None or document.status is not Status.COMPLETED:
        return None
    errors, experiment = document.diagnosis.judged_errors, build_supervised(fold, dataset=data_of(fold))
    tested, findings = rates_for_bias(experiment, errors)
    diagnosis = replace(document.diagnosis, baselines=document.baselines, learning_rate=tested, findings=findings)
    steps = next_steps(AdviceContext(diagnosis, _supply(spec, fold), directory, plan))
    possible = (step for step in steps if not step.command or step.command.startswith(TRAIN))
    return next(possible, NextStep("", diagnosis.next[0]))
