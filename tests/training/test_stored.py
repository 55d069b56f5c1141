"""Stored documents: a word that dlx does not know is named with its key."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, nan

import pytest

from dlx.training.stored import NUMBER, NUMBER_OR_NONE, RUN, mismatch, shape_of
from dlx.words import Task


@dataclass
class Record:
    """A record with a task."""

    task: Task
    other: Task | None = None


@pytest.mark.parametrize("task", Task)
def test_the_text_of_a_word_is_as_good_as_the_word(task: Task) -> None:
    assert mismatch({"task": str(task), "other": task}, shape_of(Record)) is None
    assert mismatch({"task": task, "other": None}, shape_of(Record)) is None


def test_any_other_text_is_named_with_what_is_expected() -> None:
    fault = mismatch({"task": "regressoin"}, shape_of(Record))
    assert fault == "task is 'regressoin', expected one of binary, multiclass, multilabel, regression"


@pytest.mark.parametrize("value", [None, 3, ["binary"]])
def test_what_is_no_text_is_no_word(value: object) -> None:
    assert mismatch({"task": value}, shape_of(Record)) == f"task is {value!r}, expected text"


@pytest.mark.parametrize("value", [True, nan, inf, -inf, 10**400, "1", [1.0]])
def test_what_no_number_of_a_document_can_be_is_none(value: object) -> None:
    for shape in (NUMBER, NUMBER_OR_NONE):
        assert (mismatch(value, shape) or "").endswith(", expected a number")


@pytest.mark.parametrize("value", [0, -2.5, 1e308, 10**300])
def test_any_number_that_a_float_can_be_is_one(value: object) -> None:
    assert mismatch(value, NUMBER) is None
    assert mismatch(value, NUMBER_OR_NONE) is None


def test_a_run_has_no_data_or_all_of_their_facts() -> None:
    shape = {"data": RUN["data"]}
    data = {"fingerprint": "ab", "task": "binary", "n_x": 2, "n_y": 1, "examples": {"train": 3}, "files": []}
    assert mismatch({"data": {}}, shape) is None
    assert mismatch({"data": data}, shape) is None
    assert mismatch({"data": data | {"fingerprint": {}}}, shape) == "data.fingerprint is {}, expected text"
    assert mismatch({"data": {"task": "binary"}}, shape) == "there is no data.fingerprint"
