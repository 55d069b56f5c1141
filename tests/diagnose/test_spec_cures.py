"""Cures before training: the command for a faulty spec trains another one, in which the fault is not found."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SOFTMAX = Path(__file__).parents[2] / "configs" / "softmax.yaml"


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


def test_what_else_a_section_states_stays(call_dlx: Callable[..., Any]) -> None:
    shown = call_dlx("diagnose", SOFTMAX, "architecture={hidden: [1], activation: tanh}").stdout
    command = shlex.split(next(line for line in shown.splitlines() if " dlx train " in line))[3:]
    assert command[0] == "architecture={activation: tanh}"
    assert command[1].startswith("architecture.hidden=")
    assert call_dlx("config", "show", SOFTMAX, *command).code == 0
