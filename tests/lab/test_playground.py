"""The playground: what a page changes is the spec that it shows, and trains as that spec does."""

from __future__ import annotations

import shlex
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.errors import SpecError, UsageError
from dlx.lab.playground import Playground
from dlx.spec.loader import load_spec
from dlx.training.minimization import Minimization

ROOT = Path(__file__).parents[2]


@pytest.fixture
def playground(spec: Path, tmp_path: Path) -> Playground:
    return Playground(spec, tmp_path / "runs")


def do(playground: Playground, name: str, **more: Any) -> list[dict[str, Any]]:
    """What a message brings, once it has been done to its end."""
    outbox = playground.turn([{"do": name, **more}])
    while playground.is_busy:
        outbox += playground.turn([])
    return outbox


def about(outbox: list[dict[str, Any]], topic: str) -> dict[str, Any]:
    """The last message about that."""
    return [message for message in outbox if message["about"] == topic][-1]


def rows(outbox: list[dict[str, Any]]) -> list[list[float]]:
    return [row for message in outbox if message["about"] == "frame" for row in message["rows"]]


def test_a_change_is_the_override_that_the_command_has(playground: Playground) -> None:
    do(playground, "change", key="optimizer.name", value="momentum")
    outbox = do(playground, "change", key="optimizer.learning_rate", value=0.3)
    told = about(outbox, "spec")
    program, verb, path, *overrides = shlex.split(told["command"])
    assert (program, verb) == ("dlx", "train")
    resolved = load_spec(Path(path), overrides)
    assert resolved.spec == playground.resolved.spec
    assert told["yaml"].count("name: momentum, learning_rate: 0.3") == 1
    assert [line[0] for line in told["difference"]] == ["-", "+"]
    assert told["changed"] == ["optimizer.name", "optimizer.learning_rate"]


def test_another_component_leaves_no_option_of_the_one_before(playground: Playground) -> None:
    do(playground, "change", key="optimizer.beta1", value=0.8)
    do(playground, "change", key="optimizer.name", value="momentum")
    assert playground.draft.overrides == ["optimizer.name=momentum"]
    do(playground, "change", key="optimizer.name", value="adam")
    assert playground.draft.overrides == []


def test_changes_are_taken_back_and_made_again(playground: Playground) -> None:
    for value in (0.1, 0.2, 0.3):
        do(playground, "change", key="regularization.l2", value=value, gesture=1)
    do(playground, "change", key="seed", value=4)
    assert about(do(playground, "undo"), "spec")["changed"] == ["regularization.l2"]
    assert about(do(playground, "undo"), "spec")["changed"] == []  # a pull of a slider is one change
    assert not about(do(playground, "undo"), "spec")["mayUndo"]
    do(playground, "redo")
    assert playground.resolved.spec.regularization.l2 == 0.3
    do(playground, "reset")
    assert playground.resolved.spec == playground.draft.original.spec
    do(playground, "undo")
    assert playground.resolved.spec.regularization.l2 == 0.3


def test_of_a_pull_only_its_last_place_is_trained(playground: Playground) -> None:
    pull = [{"do": "change", "key": "regularization.l2", "value": value / 10, "gesture": 7} for value in range(1, 6)]
    number = playground.player.number
    playground.turn(pull)
    assert playground.resolved.spec.regularization.l2 == 0.5
    assert playground.player.number == number + 1


def test_what_a_change_broke_is_said_as_the_check_says_it(
    playground: Playground, spec: Path, call_dlx: Callable[..., Any]
) -> None:
    outbox = do(playground, "change", key="optimizer.learning_rate", value=-1)
    outbox = do(playground, "change", key="data.source.noise", value=-2)
    problems = about(outbox, "spec")["problems"]
    checked = call_dlx("config", "check", spec, *playground.draft.overrides)
    assert checked.code == SpecError.exit_code
    assert len(problems) == 2
    assert all(problem.partition(": ")[2] in checked.stderr for problem in problems)  # there it is the command line's
    assert about(do(playground, "play"), "note")["error"]
    assert not playground.player.is_playing
    assert about(do(playground, "save"), "note")["error"]
    do(playground, "undo")
    assert about(do(playground, "undo"), "spec")["problems"] == []
    assert playground.stage.trainer.experiment.position.step == 0


def test_what_only_the_data_refuse_is_said_too(playground: Playground) -> None:
    outbox = do(playground, "change", key="loss.name", value="softmax")
    (problem,) = about(outbox, "spec")["problems"]
    assert "softmax is for multiclass" in problem


def test_steps_and_epochs_are_counted(playground: Playground) -> None:
    frame = about(do(playground, "step"), "frame")
    assert (frame["step"], frame["epoch"], frame["rows"]) == (1, 0.2, [])
    outbox = do(playground, "epoch")
    assert (about(outbox, "frame")["step"], about(outbox, "frame")["epoch"], len(rows(outbox))) == (5, 1, 1)
    outbox = do(playground, "epoch")
    assert (about(outbox, "frame")["step"], about(outbox, "frame")["epoch"]) == (10, 2)


def test_a_change_is_trained_as_far_as_what_was_before(playground: Playground) -> None:
    do(playground, "epoch")
    do(playground, "epoch")
    outbox = do(playground, "change", key="regularization.l2", value=0.4)
    assert about(outbox, "frame")["epoch"] == 2
    assert [row[0] for row in rows(outbox)] == [1, 2]
    assert not playground.player.is_playing


def test_the_same_seed_gives_the_same_rows_and_another_one_others(playground: Playground) -> None:
    first = rows(do(playground, "play"))
    assert len(first) == 6
    do(playground, "restart", seed="same")
    assert rows(do(playground, "play")) == first
    do(playground, "restart", seed="other")
    assert playground.draft.overrides == ["seed=2"]
    assert rows(do(playground, "play")) != first


@pytest.mark.parametrize("speed", ["1", "100"])
def test_a_speed_is_so_many_steps_a_second(playground: Playground, speed: str) -> None:
    do(playground, "speed", speed=speed)
    outbox = playground.turn([{"do": "play"}])
    for _ in range(29):
        outbox += playground.turn([])
    assert about(outbox, "frame")["step"] == pytest.approx(min(float(speed), 30), abs=1)


def test_the_verdict_of_an_end_is_that_of_the_run(playground: Playground, blank_pictures: None) -> None:
    do(playground, "change", key="training.early_stopping", value=True)
    do(playground, "play")
    theta = playground.stage.experiment.parameters.theta.copy()
    outbox = playground.turn([])
    judged = about(outbox, "verdict")["judgement"]
    assert (playground.stage.experiment.parameters.theta == theta).all()
    do(playground, "keep")
    assert playground.kept_run is not None
    diagnosis = playground.kept_run.diagnosis
    assert diagnosis is not None
    assert judged["verdict"] == diagnosis.verdict
    assert [error["m"] for error in judged["errors"]] == [estimate.m for estimate in diagnosis.errors.values()]
    assert not playground.needs_judgement


def test_a_training_that_diverges_says_so(playground: Playground) -> None:
    do(playground, "change", key="optimizer.name", value="gradient_descent")
    do(playground, "change", key="optimizer.learning_rate", value=1e30)
    frame = about(do(playground, "play"), "frame")
    assert frame["ended"]
    assert frame["message"].startswith("diverged in epoch 1")
    assert playground.turn([])[-1]["about"] == "verdict"


def test_weights_are_those_of_the_network(playground: Playground) -> None:
    outbox = do(playground, "epoch")
    assert about(outbox, "frame")["step"] == 5
    parameters = playground.stage.experiment.parameters
    for name, text in zip(("W1", "W2"), about(outbox, "frame")["weights"], strict=True):
        shares = np.frombuffer(b64decode(text), np.int8).reshape(parameters[name].shape)
        assert shares / 127 == pytest.approx(parameters[name] / np.abs(parameters[name]).max(), abs=0.01)


def test_a_unit_can_be_looked_at(playground: Playground) -> None:
    assert about(do(playground, "look", unit=[1, 3]), "frame")["picture"]["unit"] == [1, 3]
    assert "unit" not in about(do(playground, "look", unit=None), "frame")["picture"]
    for unit in ([1, 9], [0, 0], ["a", 1], 3, [True, 1]):
        assert about(do(playground, "look", unit=unit), "note")["error"]


def test_saving_writes_over_nothing(playground: Playground, tmp_path: Path) -> None:
    do(playground, "change", key="seed", value=9)
    for name in ("tiny", "tiny-2"):
        assert f"{name}.yaml" in about(do(playground, "save"), "note")["text"]
        saved = tmp_path / "runs" / "lab" / f"{name}.yaml"
        assert load_spec(saved).spec == playground.resolved.spec
    assert {path.name for path in tmp_path.iterdir()} == {"runs", "tiny.yaml"}


@pytest.mark.parametrize(
    "key", ["plugins", "plugins.0", "name", "extends", "randomness.generator", "", None, 3, ["seed"]]
)
def test_what_has_no_control_is_not_changed(playground: Playground, tmp_path: Path, key: object) -> None:
    plugin = tmp_path / "plugin.py"
    plugin.write_text(f"import pathlib\npathlib.Path({str(tmp_path / 'ran')!r}).touch()\n")
    for outbox in (
        do(playground, "change", key=key, value=[str(plugin)]),
        do(playground, "assign", changes={str(key): [str(plugin)]}),
    ):
        assert about(outbox, "note")["error"]
    assert playground.draft.changes == {}
    assert not (tmp_path / "ran").exists()


def test_a_spec_that_is_none_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        Playground(tmp_path / "nothing.yaml", tmp_path)


@pytest.mark.parametrize("config", ["objectives/ravine", "objectives/polynomial", "regression", "digits", "softmax"])
def test_every_kind_of_spec_is_shown(config: str, tmp_path: Path) -> None:
    playground = Playground(ROOT / "configs" / f"{config}.yaml", tmp_path)
    start = about(playground.turn([{"do": "hello"}]), "frame")
    assert start["start"]["view"]["kind"] in ("regions", "surface", "contours", "curve", "images")
    frame = about(playground.turn([{"do": "step"}]), "frame")
    assert frame["step"] == 1
    assert frame["picture"]


@pytest.mark.parametrize(
    ("objective", "valley"),
    [
        ("ravine", [1, 1]),
        ("{name: ravine, condition: 1000}", [1, 1]),
        ("rosenbrock", [1, 1]),
        ("plateau", [5]),
        ("{name: polynomial, coefficients: [1, -10, 25]}", [5]),
        ("saddle", None),
    ],
)
def test_the_valley_of_an_objective_is_in_view_before_the_first_step(
    objective: str, valley: list[float] | None, spec: Path, tmp_path: Path
) -> None:
    """Where it lies is what the documentation of the objectives says; a saddle has none."""
    spec.write_text(f"name: objective\nobjective: {objective}\n", encoding="utf-8")
    playground = Playground(spec, tmp_path)
    ground = about(do(playground, "hello"), "frame")["picture"]["ground"]
    experiment = playground.stage.experiment
    assert isinstance(experiment, Minimization)
    start = experiment.landscape.w.tolist()
    for low, high, *places in zip(ground["low"], ground["high"], start, valley or start, strict=True):
        assert all(low < place < high for place in places)
        assert high - low < 20
