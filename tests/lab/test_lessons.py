"""Lessons: each can be walked through in both languages, and what it says has happened does happen."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from dlx.errors import UsageError
from dlx.lab.lessons import lesson, names, spec_of
from dlx.lab.playground import Playground
from dlx.lab.speed import SPEEDS
from dlx.training.records import EpochRecord
from tests.lab.test_playground import about, do


@pytest.fixture
def walk(spec: Path, tmp_path: Path) -> Any:
    """``walk(name)``: the last rows of the steps of a lesson."""

    def through(name: str) -> list[EpochRecord]:
        playground, ends = Playground(spec, tmp_path), []
        do(playground, "open", lesson=name)
        for changes in lesson(name)["steps"]:
            assert about(do(playground, "assign", changes=changes), "spec")["problems"] == []
            assert playground.draft.changes == changes
            do(playground, "restart", seed="same")
            do(playground, "play")
            assert playground.stage.trainer.has_ended
            assert not playground.stage.trainer.message
            ends.append(playground.stage.trainer.rows[-1])
        return ends

    return through


@pytest.mark.parametrize("name", names())
def test_a_lesson_has_all_its_texts_in_both_languages(name: str) -> None:
    document = lesson(name)
    assert spec_of(document).is_file()
    assert document["speed"] in SPEEDS
    for language in ("en", "es"):
        texts = document[language]
        assert len(texts["steps"]) == len(document["steps"]) > 1
        for step in texts["steps"]:
            assert step["question"].rstrip().endswith("?")
            assert set(re.findall(r"{(\w*)}", step["happened"])) <= {"cost", "error", "before"}
        assert texts["title"]
        assert texts["notes"]
    assert document["notes"]["sentence"]
    assert document["notes"]["page"] > 0


def test_momentum_goes_where_gradient_descent_swings(walk: Any) -> None:
    descent, momentum, heavy = walk("momentum")
    assert momentum.step == descent.step == 100
    assert momentum.train_cost < 1e-3 * descent.train_cost
    assert descent.train_cost < heavy.train_cost  # averaging more is no better


def test_of_three_rates_the_middle_one_learns(walk: Any) -> None:
    small, middle, large = walk("learning_rate")
    assert middle.train_error < 0.05 < 0.3 < min(small.train_error, large.train_error)
    assert large.train_cost > small.train_cost > middle.train_cost


def test_a_lesson_that_is_none_is_named(spec: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="did you mean momentum"):
        lesson("momentun")
    playground = Playground(spec, tmp_path)
    for name in ("../specs/circles", 3, ["momentum"], ""):
        note = about(do(playground, "open", lesson=name), "note")
        assert note["error"]
    assert playground.draft.path == spec


def test_after_a_lesson_the_own_spec_comes_back(spec: Path, tmp_path: Path) -> None:
    playground = Playground(spec, tmp_path)
    assert about(do(playground, "open", lesson="momentum"), "spec")["name"] == "ravine"
    assert about(do(playground, "open", lesson=None), "spec")["name"] == "tiny"
