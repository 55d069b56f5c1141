"""After a change without effect: more of the same is not advised, and what was changed is said; so chains end."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.diagnose.remedies.changes import DataFacts
from dlx.diagnose.steps.advice_context import AdviceContext
from dlx.diagnose.steps.next_commands import next_steps
from dlx.diagnose.supply import Supply
from dlx.diagnose.verdict import diagnose
from dlx.documents.attempts import Attempt, Attempts
from dlx.documents.earlier_run import EarlierRun
from dlx.runs.reading.result import Result
from dlx.runs.training.earlier import attempts_of
from dlx.spec.loader import derive, load_spec
from dlx.stats.intervals import Estimate, error_rate

pytestmark = pytest.mark.usefixtures("blank_pictures")

SPEC = """
name: noisy
data:
  source: {name: file, path: noisy.csv, target: y}
  split: {train: 300, dev: 200}
architecture: {hidden: [2]}
optimizer: {name: adam, learning_rate: 0.01}
training: {epochs: 30, batch_size: 64}
"""


def first_command(shown: str) -> list[str]:
    lines = shown.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("advice"))
    text = "\n".join(lines[start:])
    command = re.search(r"^ +(dlx (?:.*\\\n)*.*)$", text, re.MULTILINE)
    return shlex.split(command[1].replace("\\\n", " ")) if command else []


def test_more_units_are_not_advised_again_and_again(
    tmp_path: Path, call_dlx: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of labels of which a tenth is chance, so that no network errs less on dev, however large it is."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(500, 3))
    y = (X[:, 0] * X[:, 1] > 0) ^ (rng.random(500) < 0.1)
    rows = "".join(f"{a:.3f},{b:.3f},{c:.3f},{'ab'[int(label)]}\n" for (a, b, c), label in zip(X, y, strict=True))
    (tmp_path / "noisy.csv").write_text(f"p,q,r,y\n{rows}")
    (tmp_path / "spec.yaml").write_text(SPEC)
    shown = call_dlx("train", "spec.yaml", "--out", "run0", cwd=tmp_path).stdout
    assert any(word.startswith("architecture.hidden=") for word in first_command(shown))
    hidden = "architecture.hidden=[16]"
    call_dlx("train", "run0/config.yaml", hidden, "--out", "run1", cwd=tmp_path)
    shown = call_dlx("train", "run1/config.yaml", "architecture.hidden=[64]", "--out", "run2", cwd=tmp_path).stdout
    facts = json.loads((tmp_path / "run2" / "run.json").read_text())
    assert (facts["earlier"]["run"], facts["earlier"]["keys"]) == ("run1", ["architecture.hidden"])
    assert not any(word.startswith("architecture.hidden=") for word in first_command(shown))
    again = call_dlx("diagnose", "run2", cwd=tmp_path).stdout
    assert first_command(again) == first_command(shown)
    monkeypatch.chdir(tmp_path)
    way = attempts_of(Result.read(Path("run2"))).way
    assert [(attempt.run, [layer["units"] for layer in attempt.after["architecture.hidden"]]) for attempt in way] == [
        ("run1", [64]),
        ("run0", [16]),
    ]
    assert way[0].error == way[1].changed
    assert attempts_of(Result.read(Path("run0"))).beside == (way[1],)


@pytest.mark.parametrize(
    ("keys", "changed", "is_tried"),
    [
        (("architecture.hidden",), ["architecture.hidden"], True),
        (("architecture.hidden",), ["architecture.hidden", "regularization.keep_prob"], False),
        (("optimizer",), ["optimizer.learning_rate"], True),
        (("optimizer.learning_rate",), ["optimizer"], True),
        (("optimizer.learning_rate",), ["optimizer.learning_rate_decay"], False),
    ],
)
def test_what_is_more_of_the_same(keys: tuple[str, ...], changed: list[str], is_tried: bool) -> None:
    assert EarlierRun("runs/a", keys, {}).has_tried(changed) is is_tried


def test_an_effect_is_an_error_that_is_surely_lower() -> None:
    earlier = EarlierRun("runs/a", ("architecture.hidden",), {"dev": error_rate(0.3, 200)})
    assert earlier.without_effect({"dev": error_rate(0.1, 200)}, None) == ""
    assert earlier.without_effect({"dev": error_rate(0.1, 300)}, None) == ""  # of other examples
    assert earlier.without_effect({"train": error_rate(0.3, 200)}, None) == ""
    assert earlier.without_effect({"dev": error_rate(0.29, 200)}, None) == (
        "architecture.hidden was just changed, and the dev error is not surely lower (30.00 % in runs/a, 29.00 % here)"
    )


def test_a_change_that_is_paired_by_example_is_called_larger_only_where_it_surely_is() -> None:
    """Of 200 examples an error of 30 % and one of 32 % are told apart by pairs alone."""
    before, now = {"dev": error_rate(0.3, 200)}, {"dev": error_rate(0.32, 200)}
    unpaired = EarlierRun("runs/a", ("regularization.l2",), before)
    assert "is not surely lower" in unpaired.without_effect(now, None)
    for low, relation in ((-0.01, "not surely lower"), (0.005, "larger")):
        earlier = replace(unpaired, change=Estimate(0.02, low, 0.05, 200))
        values = f"30.00 % in runs/a, 32.00 % here; the change, paired by example, is {100 * low:.2f} to 5.00 %"
        expected = f"regularization.l2 was just changed, and the dev error is {relation} ({values})"
        assert earlier.without_effect(now, None) == expected
        assert earlier.is_surely_larger(now) is (low > 0)
    same = replace(unpaired, change=Estimate(0.0, 0.0, 0.0, 200))
    assert "30.00 % here; every example comes out as before)" in same.without_effect(before, None)
    paired = replace(unpaired, change=Estimate(-0.02, -0.03, -0.01, 200))
    assert paired.without_effect({"dev": error_rate(0.28, 200)}, None) == ""


@pytest.mark.parametrize(
    ("keys", "error", "is_undone"),
    [
        (("optimizer.learning_rate",), 0.32, True),
        (("optimizer.learning_rate",), 0.3, False),  # no larger
        (("optimizer.learning_rate",), 0.29, False),
        (("data.normalize",), 0.5, False),  # which errors do not tell to be wrong
    ],
)
def test_what_came_to_a_larger_error_is_undone(keys: tuple[str, ...], error: float, is_undone: bool) -> None:
    earlier = EarlierRun("runs/a", keys, {"dev": error_rate(0.3, 200)}, 0.5, dict.fromkeys(keys, "before"))
    assert earlier.to_undo({"dev": error_rate(error, 200)}) == (dict.fromkeys(keys, "before") if is_undone else {})


def test_a_longer_training_has_its_effect_on_train() -> None:
    """It is said to have had none neither where train errs less for it nor where its cost alone fell."""
    before, same = error_rate(0.3, 200), {"dev": error_rate(0.31, 200), "train": error_rate(0.3, 200)}
    earlier = EarlierRun("runs/a", ("training.epochs",), {"dev": before, "train": before}, 0.5, {"training.epochs": 9})
    assert "training.epochs was just changed" in earlier.without_effect(same, None, 0.49)
    assert earlier.to_undo(same, 0.49) == {"training.epochs": 9}
    for errors, cost in ((same, 0.4), ({**same, "train": error_rate(0.1, 200)}, 0.49)):
        assert earlier.without_effect(errors, None, cost) == ""
        assert earlier.to_undo(errors, cost) == {}


def test_a_rate_that_did_harm_has_no_part_in_what_is_typed_next(tmp_path: Path, call_dlx: Callable[..., Any]) -> None:
    """Circles at a rate that learns, then at one that destroys the network: a border between them is known to exist."""
    (tmp_path / "spec.yaml").write_text(CIRCLES)
    call_dlx("train", "spec.yaml", "--out", "run0", cwd=tmp_path)
    shown = call_dlx("train", "run0/config.yaml", "optimizer.learning_rate=30", "--out", "run1", cwd=tmp_path).stdout
    words = first_command(shown)
    assert words[:2] == ["dlx", "diagnose"]  # of the same key nothing is tried once more
    assert words[2:] == ["run0", "--act"]
    dropped = ("optimizer.learning_rate=2", "regularization.keep_prob=0.05")
    call_dlx("train", "run0/config.yaml", *dropped, "--out", "run2", cwd=tmp_path)
    facts = json.loads((tmp_path / "run2" / "run.json").read_text())
    assert facts["earlier"]["values"] == {"optimizer.learning_rate": 0.01, "regularization.keep_prob": 1.0}


CIRCLES = """
name: circles
data: {source: {name: circles, m: 300, noise: 0.05}, split: {train: 200, dev: 100}}
architecture: {hidden: [16]}
optimizer: {name: adam, learning_rate: 0.01}
training: {epochs: 30, batch_size: 32}
"""


KEY = "regularization.l2"


def changed(before: float, after: float, error: float, now: float, run: str = "runs/a") -> Attempt:
    return Attempt(run, {KEY: before}, {KEY: after}, error, now)


@pytest.mark.parametrize(
    ("proposed", "is_spoken_against"), [(0.0, True), (0.5, True), (1.0, False), (2.0, False), (9.0, False)]
)
def test_what_has_helped_is_not_undone(proposed: float, is_spoken_against: bool) -> None:
    """λ from ½ to 2 has helped: to ½ or less it does not go back, half the way it may, and farther on too.

    Where it has harmed, it goes neither as far again nor farther, but half the way, or the other way.
    """
    attempts = Attempts((changed(0.5, 2.0, 0.3, 0.2),))
    assert attempts.speak_against({KEY: proposed}) is is_spoken_against
    in_vain = Attempts((changed(0.5, 2.0, 0.2, 0.3),))
    assert in_vain.speak_against({KEY: proposed}) is (proposed >= 2.0)


def test_units_and_words_are_undone_too() -> None:
    hidden, stopping = "architecture.hidden", "training.early_stopping"
    wider = Attempt("a", {hidden: [{"units": 8}]}, {hidden: [{"units": 32}]}, 0.3, 0.2)
    assert wider.is_undone_by({hidden: [{"units": 4}, {"units": 4}]})
    assert not wider.is_undone_by({hidden: [{"units": 16}]})
    stopped = Attempt("a", {stopping: None}, {stopping: {"patience": 8}}, 0.3, 0.2)
    assert stopped.is_undone_by({stopping: None})
    assert not stopped.is_undone_by({stopping: {"patience": 9}})


def test_no_more_units_are_tried_of_which_some_more_have_harmed() -> None:
    hidden = "architecture.hidden"
    wider = Attempts(beside=(Attempt("a", {hidden: [{"units": 8}]}, {hidden: [{"units": 32}]}, 0.2, 0.3),))
    assert wider.speak_against({hidden: [{"units": 64}]})
    assert not wider.speak_against({hidden: [{"units": 4}]})
    assert not wider.speak_against({hidden: [{"units": 64}], KEY: 1.0})


def test_what_was_tried_from_this_run_in_vain_is_not_tried_again() -> None:
    attempts = Attempts(beside=(changed(0.0, 1.0, 0.2, 0.2),))
    assert attempts.speak_against({KEY: 1.0})
    assert not attempts.speak_against({KEY: 2.0})
    assert not attempts.speak_against({KEY: 1.0, "training.epochs": 9})


def test_a_chain_of_changes_that_brings_nothing_ends_in_a_race_where_it_began() -> None:
    config = Path(__file__).parents[2] / "configs" / "overfitting.yaml"
    spec = derive(load_spec(config).spec, {"training.early_stopping": None})
    supply = Supply(spec, DataFacts(200, parts={"train": 200, "dev": 200}))
    document = diagnose({"train": error_rate(0.1, 200), "dev": error_rate(0.3, 200)}, 0.0, 0.02)
    chain = (changed(1.0, 0.0, 0.29, 0.3, "runs/b"), changed(0.0, 1.0, 0.28, 0.29))
    better = (changed(1.0, 0.0, 0.4, 0.3), changed(0.0, 1.0, 0.35, 0.4))
    for way, best, is_over in ((chain, "a", True), (chain[:1], "b", False), (better, "a", False)):
        context = AdviceContext(document, supply, Path("runs/c"), config, attempts=Attempts(way))
        first = next_steps(context)[0]
        assert (first.command == f"dlx diagnose runs/{best} --act") is is_over
