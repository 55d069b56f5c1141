"""From the shell to a step few functions call each other, so that a reader can follow them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.usefixtures("blank_pictures")

MOST_FRAMES = 8  # of dlx, from the main of its command line to the replay of the step's tape; the process has one more
PLUGIN = '''"""Relu, and an objective, that note once who has called them."""
import sys
from pathlib import Path

import numpy as np

import dlx
from dlx.nn.activations import ReLU
from dlx.nn.objectives import Objective


def note(array):
    if Path("stacks").exists():
        return
    frame, names = sys._getframe(1), []
    while frame:
        if Path(dlx.__file__).parent in Path(frame.f_code.co_filename).parents and frame.f_code.co_name != "<module>":
            names.insert(0, frame.f_code.co_qualname)
        frame = frame.f_back
    if "fit" in names and "Experiment.first_sample" not in names:
        Path("stacks").write_text(" ".join(names))


class Traced(ReLU):
    name = "traced"

    def forward(self, tape, Z):
        tape.call(note, Z)
        return super().forward(tape, Z)


class Bowl(Objective):
    name = "bowl"

    def dimension(self):
        return 3

    def record(self, tape, w):
        tape.call(note, w)
        tape.add_cost(0.5, w, w)
        return lambda dw: tape.call(np.copyto, dw, w)
'''
DATA = "data: {source: {name: moons, m: 60}}\narchitecture: {hidden: [3], activation: traced}\n"


@pytest.mark.parametrize("what", [DATA, "objective: bowl\n"], ids=["network", "objective"])
def test_a_step_is_near_to_the_shell(what: str, tmp_path: Path, call_alone: Callable[..., Any]) -> None:
    (tmp_path / "tracing.py").write_text(PLUGIN)
    (tmp_path / "spec.yaml").write_text(f"plugins: [tracing.py]\n{what}training: {{epochs: 1, engine: numpy}}\n")
    result = call_alone("train", "spec.yaml", "--out", "run", cwd=tmp_path)
    assert result.code == 0, result.stderr
    first = (tmp_path / "stacks").read_text().split()
    assert (first[0], first[-1]) == ("main", "Tape.run")
    assert len(first) <= MOST_FRAMES, first
