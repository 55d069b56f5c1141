"""Stored documents: a word that dlx does not know is named with its key."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from dlx.training.stored import mismatch, shape_of
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
