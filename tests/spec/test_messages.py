"""Every fault of a spec in plain words, at its place, all at once."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic_core import ValidationError
from pydantic_core._pydantic_core import list_all_errors

from dlx.errors import Place, SpecError
from dlx.nn.optimizers import Optimizer
from dlx.spec.loader import load_spec
from dlx.spec.messages import problems_of
from dlx.spec.sections import Spec, Training
from dlx.spec.tree import Node


def said_of(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "spec.yaml"
    path.write_text(text)
    with pytest.raises(SpecError) as raised:
        load_spec(path)
    return [line.removeprefix(f"{path}:") for line in str(raised.value).splitlines()]


MOONS = "data: {source: moons}\n"


SECTIONS, TRAINING = ", ".join(Spec.model_fields), ", ".join(Training.model_fields)
OPTIMIZERS = ", ".join(Optimizer.members())


def test_faults_beside_a_wrong_name_are_named_too(tmp_path: Path) -> None:
    """Those of the class that was probably meant; a key that another class has may be right."""
    text = f"{MOONS}optimizer: {{name: adm, learning_rate: -1, beta: 0.9, betta1: 2}}\n"
    name, rate, key = said_of(tmp_path, text)
    assert name.startswith("2:19: optimizer.name: there is no optimizer named 'adm' ")
    assert name.endswith("did you mean adam?)")
    assert rate == "2:39: optimizer.learning_rate: expected more than 0.0, got -1"
    assert key.startswith("2:54: optimizer.betta1: unknown key")
    unlike = f"{MOONS}optimizer: {{name: qqq, learning_rate: 0}}\n"
    assert [line.partition(": ")[0] for line in said_of(tmp_path, unlike)] == ["2:19", "2:39"]
    alone = f"{MOONS}optimizer: {{name: adm, learning_rate: 0.1}}\n"
    assert [line.partition(": there")[0] for line in said_of(tmp_path, alone)] == ["2:19: optimizer"]


def test_a_text_far_too_long_for_a_number_is_not_looked_at_as_such(tmp_path: Path) -> None:
    """Of 300,000 digits that took a minute."""
    for digits, is_led_on in ((50, True), (300_000, False)):
        (rate,) = said_of(tmp_path, f"{MOONS}optimizer: {{name: adam, learning_rate: '0.{'1' * digits}'}}\n")
        assert rate.startswith("2:40: optimizer.learning_rate: expected a number, got '0.11")
        assert ("did you mean 0.11" in rate) == is_led_on


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("seed: 1.0", "2:7: seed: expected a whole number, got 1.0 (did you mean 1?)"),
        ("seed: true", "2:7: seed: expected a whole number, got true"),
        ("seed: -1", "2:7: seed: expected at least 0, got -1"),
        ("seed: 99999999999", "2:7: seed: expected at most 4294967295, got 99999999999"),
        ("seed:", "2:6: seed: expected a whole number, got nothing"),
        ("seed: [1, 2]", "2:7: seed: expected a whole number, got [1, 2]"),
        ("seed: {a: 1}", "2:7: seed: expected a whole number, got a mapping"),
        ("name: con", "2:7: name: Windows has no folder of that name, got 'con'"),
        ("name: a b", "2:7: name: expected up to 100 letters, digits, '.', '_' and '-', no sign in front, got 'a b'"),
        ("name: 5", "2:7: name: expected text, got 5"),
        ("dtype: float23", "2:8: dtype: got 'float23' (allowed float32, float64; did you mean float32?)"),
        ("task: 3", "2:7: task: got 3 (allowed binary, multiclass, multilabel, regression)"),
        ("plugins: a.py", "2:10: plugins: expected a list, got 'a.py' (did you mean [a.py]?)"),
        ("training:", "2:10: training: expected a mapping, got nothing"),
        (
            "training: {batch_size: ful}",
            "2:24: training.batch_size: expected full or a whole number, got 'ful' (did you mean full?)",
        ),
        ("training: {batch_size: 0}", "2:24: training.batch_size: expected at least 1, got 0"),
        (
            "training: {early_stopping: 5}",
            "2:28: training.early_stopping: expected true, false or a mapping, got 5 (did you mean {patience: 5}?)",
        ),
        (
            "training: {early_stopping: {patience: 0.5}}",
            "2:39: training.early_stopping.patience: expected a whole number, got 0.5",
        ),
        (
            "training: {learning_rate: 1}",
            f"2:12: training.learning_rate: unknown key (allowed {TRAINING}; did you mean optimizer.learning_rate?)",
        ),
        ("epochs: 3", f"2:1: epochs: unknown key (allowed {SECTIONS}; did you mean training.epochs?)"),
        (
            "regularisation: {l2: 1}",
            f"2:1: regularisation: unknown key (allowed {SECTIONS}; did you mean regularization?)",
        ),
        ("regularization: {l2: .nan}", "2:22: regularization.l2: expected a finite number, got nan"),
        ("regularization: {l2: '0.1'}", "2:22: regularization.l2: expected a number, got '0.1' (did you mean 0.1?)"),
        ("regularization: {keep_prob: 0}", "2:29: regularization.keep_prob: expected more than 0.0, got 0"),
        ("regularization: {keep_prob: x}", "2:29: regularization.keep_prob: expected a number or a list, got 'x'"),
        ("regularization: {keep_prob: [0.5, 2]}", "2:35: regularization.keep_prob.1: expected at most 1.0, got 2"),
        (
            "optimizer: adm",
            f"2:12: optimizer: there is no optimizer named 'adm' (allowed {OPTIMIZERS}; did you mean adam?)",
        ),
        ("optimizer: {learning_rate: 0}", "2:28: optimizer.learning_rate: expected more than 0.0, got 0"),
        ("optimizer: {name: rmsprop, beta: 1}", "2:34: optimizer.beta: expected less than 1.0, got 1"),
        ("schedule: manual", "2:1: schedule.table: is missing"),
        ("randomness: {dropout: {}}", "2:14: randomness.dropout.seed: is missing"),
        ("architecture: {hidden: 5}", "2:24: architecture.hidden: expected a list, got 5 (did you mean [5]?)"),
        ("architecture: {hidden: [x]}", "2:25: architecture.hidden.0.units: expected a whole number, got 'x'"),
        ("architecture: {hidden: [[3]]}", "2:25: architecture.hidden.0: expected a whole number, got [3]"),
        ("architecture: {hidden: [{}]}", "2:25: architecture.hidden.0.units: is missing"),
        (
            "architecture: {hidden: [{units: 1, batch_norm: x}]}",
            "2:48: architecture.hidden.0.batch_norm: expected true, false or a mapping, got 'x'",
        ),
        (
            "architecture: {hidden: [{units: 1, batch_norm: {momentum: 1}}]}",
            "2:59: architecture.hidden.0.batch_norm.momentum: expected less than 1.0, got 1",
        ),
        (
            "architecture: {activation: {slope: 1}}",
            "2:29: architecture.activation.slope: unknown key of activation relu (nothing is allowed here)",
        ),
        ("seed: " + "long" * 20, f"2:7: seed: expected a whole number, got '{'long' * 14}..."),
    ],
)
def test_each_fault_in_plain_words_at_its_place(tmp_path: Path, line: str, said: str) -> None:
    assert said_of(tmp_path, MOONS + line) == [said]


def test_all_faults_are_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = """seed: x
data: {source: moons, sorce: xor}
training:
  epochs: 0
  batch_size: 1
architecture: {hidden: [3], batch_norm: true}
regularization: {l2: -1}
"""
    assert [line.split(": ")[:2] for line in said_of(tmp_path, text)] == [
        ["1:7", "seed"],
        ["2:23", "data.sorce"],
        ["4:11", "training.epochs"],
        ["7:22", "regularization.l2"],
    ]


def test_contradictions_are_told_beside_the_faults_of_other_sections(tmp_path: Path) -> None:
    text = """data: {source: moons, split: {train: 0.7, dev: 0.2}}
seed: x
"""
    assert said_of(tmp_path, text) == [
        "1:23: data.split: the fractions of train, dev and test add up to 0.9, not to 1",
        "2:7: seed: expected a whole number, got 'x'",
    ]


def test_a_spec_without_data_says_so_at_its_beginning(tmp_path: Path) -> None:
    assert said_of(tmp_path, "seed: 1") == ["1:1: data: is missing: give it, or an objective to minimize in its place"]


@pytest.mark.parametrize("error", list_all_errors(), ids=lambda error: error["type"])
def test_no_error_of_pydantic_is_told_in_its_jargon(error: dict[str, Any]) -> None:
    raised = ValidationError.from_exception_data(
        "Spec", [{"type": error["type"], "loc": ("seed",), "input": 3, "ctx": error.get("example_context") or {}}]
    )
    place = Place("spec.yaml", 1, 1)
    [problem] = problems_of(raised, Node({"seed": Node(3, place, place)}, place, place))
    assert problem.what
    assert not re.search(r"Input should be|Field required|Extra inputs|valid (dictionary|integer|tuple)", problem.what)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("data: {path: pets.csv}", "did you mean data.source.path?"),
        ("data: {source: moons, target: kind}", "did you mean data.source.target?"),
        ("data: {source: {name: file, file: pets.csv}}", "did you mean path?"),
        ("data: {source: pets.csv}", "did you mean {name: file, path: pets.csv, target: COLUMN}?"),
        (f"{MOONS}architecture: {{batch_norm: yes}}", "did you mean true?"),
        (f"{MOONS}seed: 1,000", "did you mean 1000?"),
        (f"{MOONS}training: {{epochs: '10'}}", "did you mean 10?"),
        (f"{MOONS}training:\n  epochs=3", "as in {epochs: 60}"),
    ],
)
def test_what_others_write_is_answered_with_what_is_meant(tmp_path: Path, text: str, answer: str) -> None:
    assert any(answer in line for line in said_of(tmp_path, text))
