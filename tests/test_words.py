"""The words that mean the same in every room: as text they are what files hold, and errors have their bounds."""

from __future__ import annotations

import json
from math import inf

import pytest
import yaml
from pydantic import ValidationError

from dlx.show.numbers import error, interval
from dlx.spec.sections import Spec
from dlx.spec.yaml_text.writing import dump
from dlx.words import Status, Task, error_text, interval_text, percent


@pytest.mark.parametrize("task", Task)
def test_a_task_is_its_text_in_files(task: Task) -> None:
    assert json.loads(json.dumps({"task": task})) == {"task": str(task)}
    assert yaml.safe_load(dump({"task": task})) == {"task": str(task)}
    by_text: dict[str, int] = {task: 1}
    assert by_text[str(task)] == 1


@pytest.mark.parametrize("task", Task)
def test_a_spec_takes_the_text_of_a_task_and_holds_the_task(task: Task) -> None:
    spec = Spec.model_validate({"task": str(task)})
    assert spec.task is task
    assert type(spec.dump()["task"]) is str
    assert Spec.model_validate(spec.dump()) == spec


@pytest.mark.parametrize("text", ["Binary", "regression ", "", 1, True])
def test_a_spec_refuses_what_is_no_task(text: object) -> None:
    with pytest.raises(ValidationError, match="'binary', 'multiclass', 'multilabel' or 'regression'"):
        Spec.model_validate({"task": text})


def test_only_the_errors_of_a_regression_have_no_bound() -> None:
    assert {task: task.largest_error for task in Task} == {
        "binary": 1,
        "multiclass": 1,
        "multilabel": 1,
        "regression": inf,
    }
    assert [task for task in Task if task.is_regression] == ["regression"]
    assert [task for task in Task if task.has_one_class] == ["binary", "multiclass"]


@pytest.mark.parametrize("status", Status)
def test_a_status_says_one_thing_at_a_time(status: Status) -> None:
    assert not (status.is_good and (status.is_bad or status.may_resume))
    assert status.has_result or not status.is_good
    assert json.loads(json.dumps([status])) == [str(status)]


def test_what_a_run_can_be_gone_on_with_or_not() -> None:
    of_runs = [status for status in Status if status.may_resume or status.is_good or status.is_bad]
    assert of_runs == ["running", "completed", "early_stopped", "diverged", "failed", "interrupted", "stopped"]
    assert [status for status in of_runs if not status.may_resume] == [
        "completed",
        "early_stopped",
        "diverged",
        "stopped",
    ]


def test_one_formatter_writes_every_error() -> None:
    """The texts of findings and of tables agree, since both come from here."""
    assert (error_text(0.2333, None), error_text(0.2333, Task.REGRESSION)) == ("23.33 %", "0.2333")
    assert (error, interval) == (error_text, interval_text)
    assert [percent(share) for share in (0.0, 0.804, 1.0)] == ["0 %", "80 %", "100 %"]
