"""An explanation: `dlx train` and `dlx diagnose` say the same first cause and command of the same run."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.usefixtures("blank_pictures")

Call = Callable[..., Any]
DIGITS = "data: {source: digits, split: {train: 500, dev: 300}}\n"
MOONS = "data: {source: {name: moons, m: 300, noise: 0.2}, split: {train: 200, dev: 100}}\n"
SPECS = {
    "bottleneck": DIGITS + "architecture: {hidden: [3]}\ntraining: {epochs: 30, batch_size: 32}\n"
    "optimizer: {name: gradient_descent, learning_rate: 0.02}\n",
    "steps too large": MOONS + "architecture: {hidden: [8]}\ntraining: {epochs: 20, batch_size: 32}\n"
    "optimizer: {name: gradient_descent, learning_rate: 30.0}\n",
    "start too large": MOONS + "architecture: {hidden: [8], activation: tanh}\ntraining: {epochs: 5, batch_size: 32}\n"
    "initializer: {name: normal, scale: 20.0}\n",
    "learns too little": MOONS.replace("dev: 100}}", "dev: 100}, class_weight: balanced}")
    + "architecture: {hidden: [16]}\ntraining: {epochs: 20, batch_size: 32}\nregularization: {l2: 20}\n"
    "optimizer: {name: adam, learning_rate: 0.02}\ndiagnosis: {metric: balanced_error}\n",
    "went well": MOONS + "architecture: {hidden: [16]}\ntraining: {epochs: 40, batch_size: 32}\n"
    "optimizer: {name: adam, learning_rate: 0.02}\ndiagnosis: {tolerance: 0.1}\n",
}


def first_advice(shown: str) -> tuple[str, str]:
    """The sentence and the command that a screen advises first."""
    lines = shown.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("advice"))
    block = [line.split(maxsplit=1)[1] if number == 0 else line.strip() for number, line in enumerate(lines[start:])]
    end = next(number for number, line in enumerate(block) if line.startswith("dlx "))
    return " ".join(block[:end]), block[end]


@pytest.mark.parametrize("name", SPECS)
def test_train_and_diagnose_say_the_same_first(name: str, tmp_path: Path, call_dlx: Call) -> None:
    (tmp_path / "spec.yaml").write_text(SPECS[name])
    trained = call_dlx("train", "spec.yaml", "--out", "run", cwd=tmp_path)
    assert trained.code in (0, 4), trained.stderr
    of_training = json.loads((tmp_path / "run" / "diagnosis.json").read_text())
    diagnosed = call_dlx("diagnose", "run", cwd=tmp_path)
    assert diagnosed.code == 0, diagnosed.stderr
    assert first_advice(trained.stdout) == first_advice(diagnosed.stdout)
    anew = json.loads((tmp_path / "run" / "diagnosis.json").read_text())
    for document in (of_training, anew):  # notes ask for nothing
        document["findings"] = [finding for finding in document["findings"] if finding["severity"] != "note"]
    assert of_training["findings"] == anew["findings"]
    assert of_training["next"] == anew["next"]
    assert bool(anew["findings"]) == (name not in ("went well", "learns too little"))
