"""Lessons: each can be walked through in both languages, and what it says has happened does happen."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import pytest

from dlx.errors import UsageError
from dlx.gradcheck.planted import MISTAKES
from dlx.lab.lessons import lesson, names, spec_of
from dlx.lab.playground import Playground
from dlx.lab.speed import SPEEDS
from dlx.training.records import EpochRecord
from tests.lab.test_playground import about, do

CHECK_PLACES = {"planted", "difference", "wrong", "operation", "sentence"}
PLACES = {"cost", "error", "dev", "before", "before_error", "before_dev"}  # of numbers in a text


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
            assert set(re.findall(r"{(\w*)}", step["happened"])) <= (CHECK_PLACES if "check" in document else PLACES)
        assert texts["title"]
        assert texts["notes"]
    planted = document.get("check", ["none"] * len(document["steps"]))
    assert len(planted) == len(document["steps"])
    assert set(planted) <= {"none", "any", *MISTAKES}
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


def test_only_he_leads_through_six_layers(walk: Any) -> None:
    zeros, small, he = walk("initialization")
    for row in (zeros, small):
        assert row.train_cost == pytest.approx(math.log(2), abs=1e-3)
        assert row.train_error == 0.5
    assert he.train_error < 0.1


@pytest.mark.parametrize("name", ["regularization", "dropout"])
def test_regularization_takes_from_train_what_it_gives_to_dev(walk: Any, name: str) -> None:
    none, right, much = walk(name)
    assert none.train_error < 0.02 < right.train_error < 0.1 < much.train_error
    assert right.dev_error < none.dev_error - 0.005
    assert much.dev_error > right.dev_error + 0.01


def test_batch_norm_needs_batches(walk: Any) -> None:
    without, normalized, pairs = walk("batch_norm")
    assert normalized.train_error < 0.1 < 0.4 < min(without.train_error, pairs.train_error)
    assert (normalized.step, pairs.step) == (300, 1500)


def test_optimizers_differ_by_their_rates(walk: Any) -> None:
    descent, momentum, adam, faster = walk("optimizers")
    assert descent.step == 1000
    assert momentum.train_cost == pytest.approx(descent.train_cost, rel=0.05)
    assert max(adam.train_cost, faster.train_cost) < 0.5 * descent.train_cost


def test_more_steps_beat_exact_steps_if_the_rate_fits(walk: Any) -> None:
    full, batches, single, slower = walk("mini_batches")
    assert [row.step for row in (full, batches, single, slower)] == [30, 300, 9000, 9000]
    assert max(batches.train_error, slower.train_error) < 0.1 < min(full.train_error, single.train_error)
    assert full.cost > batches.cost


def test_a_mistake_is_found_where_it_was_planted(spec: Path, tmp_path: Path) -> None:
    playground = Playground(spec, tmp_path)
    do(playground, "open", lesson="gradient_checking")
    right = about(do(playground, "check"), "check")
    assert right["passed"]
    assert float(right["difference"]) < 1e-7
    lines = about(do(playground, "lines"), "lines")
    (line,) = [line for line in lines["lines"] if line["text"].startswith("dW2 =")]
    wrong = about(do(playground, "check", place=list(line["place"]), mistake="one entry × 1.01"), "check")
    assert not wrong["passed"]
    assert wrong["operation"] == wrong["place"] == "linear 2"
    assert [each["name"] for each in wrong["parameters"] if each["verdict"] != "great"] == ["W2"]
    assert about(do(playground, "check"), "check")["passed"]  # it is gone again


def test_what_cannot_be_planted_is_refused(spec: Path, tmp_path: Path) -> None:
    playground = Playground(spec, tmp_path)
    for more in ({"place": ["linear 9", 0]}, {"place": "x"}, {"place": ["linear 1", 0], "mistake": "× 7"}):
        assert about(do(playground, "check", **more), "note")["error"]
    do(playground, "open", lesson="momentum")
    assert "an objective" in about(do(playground, "lines"), "note")["text"]


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
