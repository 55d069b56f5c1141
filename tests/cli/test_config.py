"""``dlx config``: the resolved spec, its origins, the check and the schema."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dlx.search.study.section import StudyFile
from dlx.search.tune.section import TuneFile
from dlx.spec.loader import load_spec
from dlx.spec.schema import json_schema, with_plans

Run = Callable[..., Any]


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "spec.yaml"
    path.write_text("data: {source: moons}\noptimizer: adam\n")
    return path


def test_show_prints_a_spec_that_is_the_same(call_dlx: Run, spec: Path, tmp_path: Path) -> None:
    result = call_dlx("config", "show", spec, "seed=3")
    (tmp_path / "shown.yaml").write_text(result.stdout)
    assert result.code == 0
    assert load_spec(tmp_path / "shown.yaml").spec == load_spec(spec, ["seed=3"]).spec


def test_show_as_json(call_dlx: Run, spec: Path) -> None:
    assert json.loads(call_dlx("config", "show", spec, "--json").stdout) == load_spec(spec).spec.dump()


def test_origins_stand_behind_values_that_could_be_overrides(call_dlx: Run, spec: Path) -> None:
    lines = call_dlx(
        "config", "show", "spec.yaml", "training.epochs=3", "--origin", cwd=spec.parent
    ).stdout.splitlines()
    assert [" ".join(line.split()) for line in lines if line.startswith(("optimizer", "training.ep"))] == [
        "optimizer.name=adam # spec.yaml:2:12",
        "optimizer.learning_rate=0.001 # default",
        "optimizer.weight_decay=0.0 # default",
        "optimizer.beta1=0.9 # default",
        "optimizer.beta2=0.999 # default",
        "optimizer.epsilon=1.0e-08 # default",
        "training.epochs=3 # command line: training.epochs=3",
    ]
    overrides = [line.split("#")[0].strip() for line in lines]
    assert load_spec(spec, overrides).spec == load_spec(spec, ["training.epochs=3"]).spec


def test_origins_as_json(call_dlx: Run, spec: Path) -> None:
    document = json.loads(call_dlx("config", "show", spec, "--origin", "--json").stdout)
    assert document["optimizer.name"] == {"value": "adam", "origin": f"{spec}:2:12"}


def test_check(call_dlx: Run, spec: Path) -> None:
    result = call_dlx("config", "check", spec)
    assert (result.code, result.stdout, result.stderr) == (0, f"{spec}: ok\n", "")
    assert json.loads(call_dlx("config", "check", spec, "--json").stdout) == {
        "schema_version": 1,
        "valid": True,
        "problems": [],
    }


def test_check_of_a_bad_spec(call_dlx: Run, spec: Path) -> None:
    spec.write_text("data: {source: moons}\nseed: x\ntraining: {epochs: 0}\n")
    result = call_dlx("config", "check", spec)
    assert (result.code, result.stdout) == (2, "")
    assert result.stderr.splitlines() == [
        f"{spec}:2:7: seed: expected a whole number, got 'x'",
        f"{spec}:3:20: training.epochs: expected at least 1, got 0",
    ]
    result = call_dlx("config", "check", spec, "--json")
    assert (result.code, result.stderr) == (2, "")
    assert json.loads(result.stdout)["problems"][1] == {
        "source": str(spec),
        "line": 3,
        "column": 20,
        "key": "training.epochs",
        "what": "expected at least 1, got 0",
    }


def test_schema(call_dlx: Run) -> None:
    assert json.loads(call_dlx("config", "schema").stdout) == with_plans(json_schema(), [TuneFile, StudyFile])
