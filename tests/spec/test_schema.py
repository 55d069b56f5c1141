"""The JSON Schema accepts what the loader accepts, refuses what it refuses, and describes every option."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from dlx.component import REGISTRY, Component
from dlx.search.study.section import StudyFile
from dlx.search.tune.section import TuneFile
from dlx.spec.schema import description, json_schema, summary, type_text, with_plans
from dlx.spec.sections import Spec
from dlx.spec.yaml_text.reading import load

ROOT = Path(__file__).parents[2]
MEMBERS = [
    pytest.param(member, id=f"{kind}-{name}")
    for kind, members in REGISTRY.items()
    for name, member in members.items()
    if member.__module__.startswith("dlx.")
]


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    schema = with_plans(json_schema(), [TuneFile, StudyFile])
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


GOOD = [
    "data: {source: moons}",
    "data: {source: {name: circles, m: 30, noise: 0.1}, split: {train: 0.8, dev: 0.2}}",
    "data: {train: {name: file, path: a.npz}, dev: moons}",
    "extends: base.yaml\nseed: 3",
    "data: {source: moons}\narchitecture: {hidden: [3, {units: 4, activation: tanh, batch_norm: false}]}",
    "data: {source: moons}\narchitecture: {hidden: [3], batch_norm: true, activation: {slope: 0.1, name: leaky_relu}}",
    "data: {source: moons}\narchitecture: {hidden: [3], batch_norm: {momentum: 0.5}}",
    "data: {source: moons}\noptimizer: adam",
    "data: {source: moons}\noptimizer: {name: momentum, beta: 0.5}",
    "data: {source: moons}\noptimizer: {learning_rate: 0.5}",
    "data: {source: moons}\nregularization: {keep_prob: [0.5, 1]}",
    "data: {source: moons}\ntraining: {batch_size: full, early_stopping: true, threads: auto}",
    "data: {source: moons}\ntraining: {early_stopping: {patience: 3}}",
    "data: {source: moons}\nschedule: {name: manual, table: [[1, 0.1]]}",
    "data: {source: moons}\nplugins: [a.py]\ntask: binary",
]
BAD = [
    "seed: 1",
    "data: 3",
    "data: {source: mons}",
    "data: {source: {m: 30}}",
    "data: {source: {name: circles, ms: 30}}",
    "data: {source: moons}\nsed: 1",
    "data: {source: moons}\nseed: 1.5",
    "data: {source: moons}\nseed: -1",
    "data: {source: moons}\nname: a b",
    "data: {source: moons}\ndtype: float16",
    "data: {source: moons}\narchitecture: {hidden: [0]}",
    "data: {source: moons}\narchitecture: {hidden: [{}]}",
    "data: {source: moons}\narchitecture: {hidden: [3], batch_norm: 3}",
    "data: {source: moons}\noptimizer: {name: adam, beta: 0.5}",
    "data: {source: moons}\noptimizer: {name: adam, beta1: 1}",
    "data: {source: moons}\noptimizer: {beta1: 0.5}",
    "data: {source: moons}\nregularization: {keep_prob: [0.5, 2]}",
    "data: {source: moons}\ntraining: {batch_size: ful}",
    "data: {source: moons}\nschedule: manual\ntraining: {epochs: 0}",
]


PLAN = "base: {data: {source: moons}}\nsearch: {space: {optimizer.learning_rate: {log_uniform: [0.1, 1]}}}"


def test_a_file_with_a_base_is_a_plan(validator: Draft202012Validator) -> None:
    assert list(validator.iter_errors(yaml.safe_load(PLAN))) == []
    assert list(validator.iter_errors(yaml.safe_load(PLAN.replace("{data: {source: moons}}", "spec.yaml")))) == []
    for wrong in (("log_uniform", "log"), ("search:", "seach:"), ("moons", "3"), ("[0.1, 1]", "[0.1]")):
        assert not validator.is_valid(yaml.safe_load(PLAN.replace(*wrong)))


@pytest.mark.parametrize("text", GOOD)
def test_good_specs_are_valid(validator: Draft202012Validator, text: str) -> None:
    assert list(validator.iter_errors(yaml.safe_load(text))) == []


@pytest.mark.parametrize("text", BAD)
def test_bad_specs_are_not(validator: Draft202012Validator, text: str) -> None:
    assert not validator.is_valid(yaml.safe_load(text))


@pytest.mark.parametrize("path", sorted(ROOT.glob("configs/**/*.yaml")), ids=lambda path: path.stem)
def test_shipped_specs_are_valid_and_name_the_schema(validator: Draft202012Validator, path: Path) -> None:
    assert list(validator.iter_errors(load(path).plain())) == []
    depth = len(path.relative_to(ROOT / "configs").parts) - 1
    assert path.read_text().startswith(f"# yaml-language-server: $schema={'../' * depth}schema.json\n")


def test_every_dump_is_valid(validator: Draft202012Validator) -> None:
    spec = Spec.model_validate({"data": {"source": "moons"}, "architecture": {"hidden": [3], "batch_norm": True}})
    assert list(validator.iter_errors(spec.complete().dump())) == []


def test_the_shipped_schema_is_the_one_of_this_version(run_dlx: Callable[..., Any]) -> None:
    """In a process of its own, since other tests define components."""
    assert run_dlx("config", "schema").stdout == (ROOT / "configs" / "schema.json").read_text(), "run: make schema"


def options_without_description(schema: Any, path: str = "") -> Iterator[str]:
    for key, value in (
        schema.items() if isinstance(schema, dict) else enumerate(schema) if isinstance(schema, list) else ()
    ):
        if key == "properties":
            yield from (f"{path}.{name}" for name, option in value.items() if not _is_described(option))
        yield from options_without_description(value, f"{path}.{key}")


def _is_described(option: dict[str, Any]) -> bool:
    parts = [option, *option.get("anyOf", [])]
    return any({"description", "const", "$ref"} & part.keys() for part in parts)


def test_every_option_has_a_description() -> None:
    assert list(options_without_description(with_plans(json_schema(), [TuneFile, StudyFile]))) == []


@pytest.mark.parametrize("member", MEMBERS)
def test_every_component_tells_what_it_is(member: type[Component]) -> None:
    assert summary(member)
    document = description(member)
    assert document["description"].replace("\n", " ").startswith(summary(member)[:40])
    assert [option["name"] for option in document["options"]] == list(member.model_fields)
    assert all(option["type"] for option in document["options"])


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ({"type": "integer", "minimum": 1}, "a whole number ≥ 1"),
        ({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}, "a number > 0 and < 1"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "text"),
        ({"anyOf": [{"type": "integer"}, {"const": "full"}]}, "a whole number or full"),
        ({"enum": ["epoch", "step"]}, "epoch|step"),
        ({"type": "array", "items": {"type": "boolean"}}, "a list of true or false"),
        ({"type": "array", "items": {"type": "array", "items": {"type": "number"}}}, "a list of lists of a number"),
        ({"type": "array", "prefixItems": [{}, {}]}, "a list of values"),
        ({"family": "schedule"}, "schedule: a name or a mapping"),
        ({"$ref": "#/$defs/Stream"}, "a mapping"),
    ],
)
def test_types_in_words(schema: dict[str, Any], text: str) -> None:
    assert type_text(schema) == text
