"""What was found before a training: notes where the network has learned all the same, else as it was."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from dlx.diagnose.after.history import TrainingHistory
from dlx.diagnose.after.refuted import unrefuted
from dlx.diagnose.causes import CAUSES
from dlx.diagnose.findings import End
from dlx.spec.sections import Spec
from dlx.stats.intervals import error_rate
from dlx.words import Status, Task

SPEC = Spec.model_validate({"data": {"source": "moons"}, "diagnosis": {"optimal_error": 0.05, "tolerance": 0.02}})


def course(train: float, dev: float, status: Status = Status.COMPLETED) -> TrainingHistory:
    errors = {"train": error_rate(train, 500), "dev": error_rate(dev, 500)}
    return TrainingHistory(SPEC.complete(), Task.BINARY, 500, {"epoch": np.arange(3.0)}, {}, errors, status)


def severities(of: TrainingHistory, *names: str) -> list[str]:
    return [entry.severity for entry in unrefuted(of, [CAUSES[name].finding("seen") for name in names])]


@pytest.mark.parametrize(
    ("train", "dev", "severity"),
    [
        (0.05, 0.06, "note"),
        (0.02, 0.03, "note"),
        (0.05, 0.09, "warning"),
        (0.1, 0.1, "warning"),
        (0.0, 0.05, "warning"),
    ],
)
def test_an_error_near_the_best_refutes_what_would_have_made_it_large(train: float, dev: float, severity: str) -> None:
    names = ("parts_differ", "few_examples", "missing_as_numbers", "labels_unrelated")
    assert severities(course(train, dev), *names) == [severity] * 4


def test_what_makes_an_error_small_is_not_refuted_by_it() -> None:
    names = ("target_leak", "near_copies_across_parts", "duplicates_across_parts")
    assert severities(course(0.05, 0.05), *names) == ["warning"] * 3


def test_a_training_that_diverged_refutes_nothing() -> None:
    assert severities(course(0.05, 0.05, Status.DIVERGED), "parts_differ") == ["warning"]
    without_dev = replace(course(0.05, 0.05), errors={"train": error_rate(0.05, 500)})
    assert severities(without_dev, "parts_differ") == ["warning"]


DIGITS = Spec.model_validate({"data": {"source": "digits"}, "architecture": {"hidden": [8]}}).complete()
EMPTY: dict[str, Any] = {"epoch": np.array([1.0]), "train_cost": np.array([0.1])}


def course_of(train: float, dev: float | None, status: Status = Status.COMPLETED) -> TrainingHistory:
    errors = {"train": error_rate(train, 1000)} | ({} if dev is None else {"dev": error_rate(dev, 500)})
    return TrainingHistory(DIGITS, Task.MULTICLASS, 1000, EMPTY, {}, errors, status)


@pytest.mark.parametrize(
    ("course", "fitting", "either"),
    [
        (course_of(0.0, 0.01), "note", "note"),
        (course_of(0.0, 0.2), "note", "warning"),
        (course_of(0.2, 0.2), "warning", "warning"),
        (course_of(0.0, None), "note", "note"),
        (course_of(0.0, 0.01, Status.DIVERGED), "warning", "warning"),
        (replace(course_of(0.0, 0.0), errors={}), "warning", "warning"),
    ],
    ids=["went well", "does not generalize", "does not fit", "no dev", "diverged", "not measured"],
)
def test_a_finding_is_taken_back_where_the_end_refutes_it(course: TrainingHistory, fitting: str, either: str) -> None:
    for end, severity in ((End.TRAIN_FITS, fitting), (End.DEV_FITS, either)):
        causes = [cause for cause in CAUSES.values() if cause.refuted_if is end]
        found = [cause.finding("it was so", severity="warning") for cause in causes]
        assert {finding.severity for finding in unrefuted(course, found)} == {severity}


def test_what_makes_errors_smaller_stays_as_does_what_no_end_refutes() -> None:
    names = ("target_leak", "duplicates_across_parts", "constant_labels", "wrong_gradient")
    found = [CAUSES[name].finding("so") for name in names]
    assert unrefuted(course_of(0.0, 0.0), found) == found


def test_a_note_says_why_it_is_but_one() -> None:
    (note,) = unrefuted(course_of(0.0, 0.01), [CAUSES["too_few_units"].finding("a layer has 1 unit")])
    assert note.evidence == "a layer has 1 unit; all the same the train error is 0.00 %"
    assert unrefuted(course_of(0.0, 0.01), [note]) == [note]


def test_what_an_end_of_train_refutes_is_of_training() -> None:
    of_training = [cause for cause in CAUSES.values() if cause.refuted_if in (End.TRAIN_FITS, End.DEV_FITS)]
    assert len(of_training) > 20
    assert all(cause.explains_training and not cause.is_symptom for cause in of_training)
