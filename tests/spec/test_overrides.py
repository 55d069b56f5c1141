"""Overrides: whatever can be changed by ``key=value``, in any order, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dlx.errors import SpecError
from dlx.spec.loader import load_spec
from dlx.spec.tree import dotted, leaves

Write = Callable[[str, str], Path]


def problems_of(path: Path, *overrides: str) -> list[str]:
    """What `load_spec` says, without the folder of the file."""
    with pytest.raises(SpecError) as raised:
        load_spec(path, overrides)
    return str(raised.value).replace(f"{path.parent}/", "").splitlines()


@pytest.mark.parametrize(
    ("override", "key", "value"),
    [
        ("seed=7", "seed", 7),
        ("optimizer.learning_rate=1e-3", "optimizer.learning_rate", 0.001),
        ("optimizer={name: momentum, beta: .5}", "optimizer.beta", 0.5),
        ("optimizer=momentum", "optimizer.name", "momentum"),
        ("optimizer.name=rmsprop", "optimizer.name", "rmsprop"),
        ("architecture.hidden=[3]", "architecture.hidden.0.units", 3),
        ("architecture.hidden.1=5", "architecture.hidden.1.units", 5),
        ("architecture.hidden.1=5", "architecture.hidden.1.activation.name", "tanh"),
        ("architecture.hidden.0.activation=tanh", "architecture.hidden.0.activation.name", "tanh"),
        ("architecture.hidden.0.activation=tanh", "architecture.hidden.0.units", 8),
        ("training.early_stopping=false", "training.threads", "auto"),
        ("training.early_stopping.patience=3", "training.early_stopping.patience", 3),
        ("schedule.warmup=2", "schedule.warmup", 2),
        ("data.augment.0.pixels=2", "data.augment.0.pixels", 2),
        ("name=no", "name", "no"),
        ("task=", "seed", 1),
    ],
)
def test_overrides(write: Write, override: str, key: str, value: object) -> None:
    text = """
task: binary
data: {source: moons, split: {train: 0.5, dev: 0.5}, augment: [{name: shift, pixels: 1}]}
architecture: {hidden: [8, {units: 4, activation: tanh}]}
optimizer: adam
training: {early_stopping: true}
"""
    values = {dotted(path): leaf for path, leaf in leaves(load_spec(write("spec.yaml", text), [override]).spec.dump())}
    assert values[key] == value


def test_the_order_of_overrides_does_not_matter(write: Write) -> None:
    path = write("spec.yaml", "data: {source: moons}\noptimizer: {name: momentum, beta: 0.5}")
    first, second = "optimizer=adam", "optimizer.beta1=0.5"
    assert load_spec(path, [first, second]).spec == load_spec(path, [second, first]).spec


@pytest.mark.parametrize(
    ("overrides", "problems"),
    [
        (["seed"], ["settings: seed: expected key=value, as in seed=2"]),
        (["=3"], ["settings: =3: expected key=value, as in optimizer.learning_rate=0.01"]),
        (["a..b=3"], ["settings: a..b=3: expected key=value, as in optimizer.learning_rate=0.01"]),
        (["seed=1", "seed=2"], ["settings: seed=2: seed: given twice, first as seed=1"]),
        (["extends=a.yaml"], ["settings: extends=a.yaml: extends: stands in a spec file, not on the command line"]),
        (["seed=x"], ["settings: seed=x: seed: expected a whole number, got 'x'"]),
        (
            ["architecture.hidden.2=4"],
            [
                "settings: architecture.hidden.2=4: architecture.hidden.2: "
                "there is no such entry: architecture.hidden has 2, counted from 0"
            ],
        ),
        (
            ["seed=[1"],
            [
                "settings: seed=[1: not valid YAML: expected ',' or ']', but the text ends here "
                "(while parsing a flow sequence)"
            ],
        ),
        (
            ["regularization.keep_prop=3"],
            [
                "settings: regularization.keep_prop=3: regularization.keep_prop: unknown key "
                "(allowed l2, l1, keep_prob; did you mean keep_prob?)"
            ],
        ),
    ],
)
def test_faults_of_overrides(write: Write, overrides: list[str], problems: list[str]) -> None:
    path = write("spec.yaml", "data: {source: moons}\narchitecture: {hidden: [8, 4]}\n")
    assert problems_of(path, *overrides) == problems


def test_faults_of_overrides_and_of_the_file_are_told_together(write: Write) -> None:
    path = write("spec.yaml", "data: {source: moons}\nseed: x\n")
    assert problems_of(path, "epochs", "training.epochs=0") == [
        "spec.yaml:2:7: seed: expected a whole number, got 'x'",
        "settings: epochs: expected key=value, as in optimizer.learning_rate=0.01",
        "settings: training.epochs=0: training.epochs: expected at least 1, got 0",
    ]
