"""Specs that extend others: what is merged, what is replaced, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dlx.errors import SpecError
from dlx.spec.loader import load_spec
from dlx.spec.sections import Spec

Write = Callable[[str, str], Path]


def test_extends_merges_mappings_and_replaces_lists_scalars_and_other_components(write: Write) -> None:
    write(
        "base/base.yaml",
        "name: base\ndata: {source: moons, split: {train: 0.5, dev: 0.5}}\narchitecture: {hidden: [64, 32]}\n"
        "optimizer: {name: momentum, beta: 0.5, learning_rate: 0.3}\nschedule: {name: exponential, base: 0.5}\n",
    )
    write("base/middle.yaml", "extends: base.yaml\ntraining: {epochs: 7}\nschedule: {base: 0.25}\n")
    child = write(
        "child.yaml",
        "extends: base/middle.yaml\ndata: {split: {train: 0.9, dev: 0.1}}\narchitecture: {hidden: [3]}\n"
        "optimizer: adam\ntraining: {batch_size: 5}\n",
    )
    spec = load_spec(child).spec
    assert spec.name == "base"
    assert [layer.units for layer in spec.architecture.hidden] == [3]
    assert spec.optimizer == Spec.model_validate({"data": {}, "optimizer": "adam"}).optimizer
    assert (spec.training.epochs, spec.training.batch_size) == (7, 5)
    assert spec.data.split is not None
    assert (spec.data.split.train, spec.data.split.dev) == (0.9, 0.1)
    assert spec.schedule.model_dump()["base"] == 0.25


def test_a_name_at_the_top_is_a_title_and_not_another_component(write: Write) -> None:
    write("base.yaml", "name: base\nseed: 5\ndata: {source: moons}\n")
    assert load_spec(write("spec.yaml", "extends: base.yaml\nname: child\n")).spec.seed == 5


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("extends: none.yaml", "spec.yaml:1:10: extends: there is no such file: none.yaml"),
        ("extends: [a.yaml]", "spec.yaml:1:10: extends: expected the path of another spec, got ['a.yaml']"),
        ("extends:", "spec.yaml:1:9: extends: expected the path of another spec, got nothing"),
        ("extends: spec.yaml", "spec.yaml:1:10: extends: goes in a circle: spec.yaml → spec.yaml"),
        ("extends: loop.yaml", "loop.yaml:1:10: extends: goes in a circle: spec.yaml → loop.yaml → spec.yaml"),
        ("extends: other.yaml", "other.yaml:1:7: seed: expected a whole number, got 'x'"),
        ("- a", "spec.yaml:1:1: expected the sections of a spec, got ['a']"),
    ],
)
def test_faults_of_extends(write: Write, text: str, problem: str) -> None:
    write("loop.yaml", "extends: spec.yaml")
    write("other.yaml", "seed: x\ndata: {source: moons}")
    path = write("spec.yaml", text)
    with pytest.raises(SpecError) as raised:
        load_spec(path)
    assert str(raised.value).replace(f"{path.parent}/", "") == problem
