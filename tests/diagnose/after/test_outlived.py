"""What was found before a training, after it: notes where the network has learned all the same, else as it was."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from dlx.diagnose.after.history import TrainingHistory
from dlx.diagnose.after.outlived import AGAINST_EITHER, AGAINST_FITTING, outlived
from dlx.diagnose.causes import CAUSES
from dlx.spec.sections import Spec
from dlx.stats.intervals import error_rate
from dlx.words import Status, Task

SPEC = Spec.model_validate({"data": {"source": "digits"}, "architecture": {"hidden": [8]}}).complete()
EMPTY: dict[str, Any] = {"epoch": np.array([1.0]), "train_cost": np.array([0.1])}


def course_of(train: float, dev: float | None, status: Status = Status.COMPLETED) -> TrainingHistory:
    errors = {"train": error_rate(train, 1000)} | ({} if dev is None else {"dev": error_rate(dev, 500)})
    return TrainingHistory(SPEC, Task.MULTICLASS, 1000, EMPTY, {}, errors, status)


@pytest.mark.parametrize(
    ("course", "fitting", "either"),
    [
        (course_of(0.0, 0.01), "note", "note"),
        (course_of(0.0, 0.2), "note", "warning"),
        (course_of(0.2, 0.2), "warning", "warning"),
        (course_of(0.0, None), "note", "warning"),
        (course_of(0.0, 0.01, Status.DIVERGED), "warning", "warning"),
        (replace(course_of(0.0, 0.0), errors={}), "warning", "warning"),
    ],
    ids=["went well", "does not generalize", "does not fit", "no dev", "diverged", "not measured"],
)
def test_a_finding_is_taken_back_where_the_end_refutes_it(course: TrainingHistory, fitting: str, either: str) -> None:
    for causes, severity in ((AGAINST_FITTING, fitting), (AGAINST_EITHER, either)):
        found = [cause.finding("it was so", severity="warning") for cause in causes]
        assert {finding.severity for finding in outlived(course, found)} == {severity}


def test_what_the_data_are_stays() -> None:
    found = [CAUSES[name].finding("so") for name in ("parts_differ", "label_noise", "few_examples", "constant_labels")]
    assert outlived(course_of(0.0, 0.0), found) == found


def test_a_note_says_why_it_is_but_one() -> None:
    (note,) = outlived(course_of(0.0, 0.01), [CAUSES["too_few_units"].finding("a layer has 1 unit")])
    assert note.evidence == "a layer has 1 unit; all the same the train error is 0.00 %"
    assert outlived(course_of(0.0, 0.01), [note]) == [note]


def test_the_two_groups_share_nothing_and_are_of_training() -> None:
    names = [cause.name for cause in (*AGAINST_FITTING, *AGAINST_EITHER)]
    assert len(names) == len(set(names))
    assert all(CAUSES[name].explains_training for name in names)
