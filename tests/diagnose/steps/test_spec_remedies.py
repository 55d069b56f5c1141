"""Cures before training: the command for a faulty spec trains another one, in which the fault is not found."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dlx.diagnose.causes import CAUSES
from dlx.diagnose.remedies.changes import DataFacts, SpecContext
from dlx.diagnose.steps.next_step import speaks_of
from dlx.diagnose.steps.spec_remedies import next_steps_of_spec
from dlx.documents.range_test import TestedRates as Rates
from dlx.runs.diagnosis.diagnose import examine
from dlx.spec.loader import derive, load_spec

SOFTMAX = Path(__file__).parents[3] / "configs" / "softmax.yaml"


@pytest.mark.parametrize(
    "faults",
    [
        ["initializer=zeros"],
        ["regularization.l2=100"],
        ["architecture.hidden=[1]"],
        ["training.batch_size=1"],
        ["initializer={name: normal, scale: 10}", "seed=3"],
    ],
)
def test_the_command_undoes_the_fault(call_dlx: Callable[..., Any], faults: list[str]) -> None:
    shown = call_dlx("diagnose", SOFTMAX, *faults).stdout
    name = next(
        line.split()[1] for line in shown.splitlines() if line.startswith("warning") or line.startswith("error")
    )
    command = shlex.split(next(line for line in shown.splitlines() if " dlx train " in line))[3:]
    assert command != faults
    assert [override for override in command if override.startswith("seed")] == faults[1:]  # the others stay
    assert f" {name}" not in call_dlx("diagnose", SOFTMAX, *command).stdout


@pytest.mark.parametrize(
    ("changes", "names", "command", "advice"),
    [
        ({}, [], [], "nothing speaks against training it"),
        ({}, ["target_leak"], [], "target_leak: see whether that feature"),
        (
            {"optimizer.clip_norm": 1e-6},
            ["learning_rate_too_low"],
            ["optimizer.clip_norm=null"],
            "learning_rate_too_low: ",
        ),
        ({}, ["learning_rate_too_low"], ["optimizer.learning_rate=0.5"], "learning_rate_too_low: a larger optimizer"),
        (
            {"regularization.l2": 9.0},
            ["penalty_too_strong"],
            ["regularization.l2=0.0"],
            "penalty_too_strong: a smaller",
        ),
    ],
)
def test_the_sentence_and_the_command_agree(
    changes: dict[str, Any], names: list[str], command: list[str], advice: str
) -> None:
    spec = derive(load_spec(SOFTMAX).spec, changes)
    now = SpecContext(spec, DataFacts(300), Rates(0.5, 0.01, 0.1, 9.0, 5, 700))
    findings = [CAUSES[name].finding("seen", severity="warning") for name in names]
    (step,) = next_steps_of_spec(Path("a.yaml"), [], findings, now)
    assert shlex.split(step.command)[3:] == command
    assert step.advice.startswith(advice)
    assert speaks_of(step.advice, {word.split("=")[0]: None for word in command})


def test_what_else_a_section_states_stays(call_dlx: Callable[..., Any]) -> None:
    shown = call_dlx("diagnose", SOFTMAX, "architecture={hidden: [1], activation: tanh}").stdout
    command = shlex.split(next(line for line in shown.splitlines() if " dlx train " in line))[3:]
    assert command[0] == "architecture={activation: tanh}"
    assert command[1].startswith("architecture.hidden=")
    assert call_dlx("config", "show", SOFTMAX, *command).code == 0


RINGS = """
name: rings
data: {source: {name: circles, m: 600, noise: 0.05, factor: 0.5}, split: {train: 420, dev: 180}}
architecture: {hidden: [20, 10]}
regularization: {keep_prob: 0.1}
optimizer: {name: adam, learning_rate: 0.0003}
training: {epochs: 30, batch_size: 64}
"""


def test_a_rate_is_cured_together_with_what_hides_it(tmp_path: Path) -> None:
    """Under dropout that leaves a unit, the network errs as a constant answer does, whatever the rate is."""
    (tmp_path / "rings.yaml").write_text(RINGS)
    steps = examine(str(tmp_path / "rings.yaml")).steps
    words = shlex.split(steps[0].command)[3:]
    assert [word.partition("=")[0] for word in words] == ["optimizer.learning_rate", "regularization.keep_prob"]
    assert "learning_rate_too_low: " in steps[0].advice
    assert "dropout_too_strong: " in steps[0].advice
