"""Spec files: short forms, the complete spec and its way back through YAML, the origins, and derived specs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlx.errors import SpecError
from dlx.nn.activations import Activation
from dlx.nn.initializers import Initializer
from dlx.nn.norms.batch_norm import BatchNorm
from dlx.spec.loader import derive, dump_yaml, load_spec
from dlx.spec.sections import Spec
from dlx.spec.tree import dotted, leaves

Write = Callable[[str, str], Path]


def spec_of(path: Path, *overrides: str) -> Spec:
    return load_spec(path, overrides).spec


def test_defaults_are_filled_in_and_hidden_layers_completed(write: Write) -> None:
    text = """
data: {source: moons}
architecture:
  hidden: [8, {units: 4, activation: tanh, batch_norm: {momentum: 0.5}, keep_prob: 0.5}]
  activation: {name: leaky_relu, slope: 0.2}
initializer: xavier
regularization: {keep_prob: 0.9}
"""
    spec = spec_of(write("spec.yaml", text))
    first, second = spec.architecture.hidden
    assert first.activation == Activation.parse({"name": "leaky_relu", "slope": 0.2})
    assert (first.batch_norm, first.bias, first.keep_prob) == (False, True, 0.9)
    assert second.activation == Activation.parse("tanh")
    assert second.batch_norm == BatchNorm(momentum=0.5)
    assert (second.bias, second.keep_prob) == (False, 0.5)
    assert first.initializer == second.initializer == Initializer.parse("xavier")


def test_a_dump_leaves_a_layer_to_what_stands_for_all_of_them(write: Write) -> None:
    """So that changing a section in a run's config.yaml, or on the command line, changes the layers."""
    text = "data: {source: moons}\narchitecture: {hidden: [8, {units: 4, activation: tanh}], batch_norm: true}\n"
    resolved = write("resolved.yaml", dump_yaml(spec_of(write("spec.yaml", text))))
    changes = ["architecture.activation=elu", "architecture.batch_norm=false", "initializer=xavier"]
    first, second = load_spec(resolved, [*changes, "regularization.keep_prob=0.5"]).spec.architecture.hidden
    assert (first.activation, second.activation) == (Activation.parse("elu"), Activation.parse("tanh"))
    for layer in (first, second):
        assert (layer.batch_norm, layer.bias, layer.keep_prob) == (False, True, 0.5)
        assert layer.initializer == Initializer.parse("xavier")


def test_a_layer_can_leave_out_the_batch_norm_and_a_list_gives_each_its_keep_prob(write: Write) -> None:
    text = """
data: {source: moons}
architecture: {hidden: [8, {units: 4, batch_norm: false}], batch_norm: true}
regularization: {keep_prob: [0.9, 0.8]}
"""
    first, second = spec_of(write("spec.yaml", text)).architecture.hidden
    assert first.batch_norm
    assert (second.batch_norm, second.bias) == (False, True)
    assert (first.keep_prob, second.keep_prob) == (0.9, 0.8)


def test_options_without_a_name_are_those_of_the_component_below(write: Write) -> None:
    """The default's, or that of the spec which this one extends."""
    write("base.yaml", "data: {source: moons}\noptimizer: momentum\nschedule: {warmup: 2}\n")
    spec = spec_of(write("spec.yaml", "extends: base.yaml\noptimizer: {beta: 0.5}\n"))
    assert (spec.optimizer.name, spec.schedule.name) == ("momentum", "constant")


def test_paths_are_meant_from_their_file_and_on_the_command_line_from_the_working_directory(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("base/base.yaml", "data: {source: {name: file, path: in_base.npz}}")
    child = write("child.yaml", "extends: base/base.yaml")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert spec_of(child).dump()["data"]["source"]["path"] == str(tmp_path / "base" / "in_base.npz")
    overridden = spec_of(child, "data.source.path=sub/here.npz").dump()
    assert overridden["data"]["source"]["path"] == str(tmp_path / "here" / "sub" / "here.npz")


def test_the_dump_gives_the_identical_spec(write: Write) -> None:
    text = """
name: everything
seed: 3
data:
  source: {name: file, path: data.csv, target: [y, "1e-3"], categorical: ["no", 1]}
  split: {train: 800, dev: 100, test: 100}
  normalize: none
  augment: [{name: shift, pixels: 1}, flip]
architecture: {hidden: [8, {units: 4, activation: tanh}], batch_norm: {epsilon: 1e-08}}
initializer: {name: normal, scale: 1e-17}
regularization: {l2: 0.1, keep_prob: [0.9, 1]}
optimizer: {name: adamw, learning_rate: 3e-4, clip_norm: 1e+20}
schedule: {name: manual, table: [[1, 0.1], [10, 1e-05]]}
training: {batch_size: full, early_stopping: true}
randomness: {generator: legacy, dropout: {seed: 1, reseed: step, increment: 0}}
"""
    spec = spec_of(write("spec.yaml", text))
    again = write("elsewhere/config.yaml", dump_yaml(spec))
    assert spec_of(again) == spec
    assert dump_yaml(spec_of(again)) == again.read_text()


settings = st.fixed_dictionaries(
    {},
    optional={
        "seed": st.integers(0, 2**32 - 1),
        "dtype": st.sampled_from(["float32", "float64"]),
        "task": st.sampled_from(["binary", "regression", None]),
        "regularization": st.fixed_dictionaries({"l2": st.floats(0, 1e300), "l1": st.floats(0, 1e-300)}),
        "architecture": st.fixed_dictionaries(
            {"hidden": st.lists(st.integers(1, 10**6), min_size=1), "batch_norm": st.none() | st.booleans()}
        ),
        "optimizer": st.sampled_from(["gradient_descent", "adam"])
        | st.fixed_dictionaries({"name": st.just("rmsprop"), "learning_rate": st.floats(1e-300, 1e300)}),
        "training": st.fixed_dictionaries(
            {"batch_size": st.just("full") | st.integers(2, 10**12), "epochs": st.integers(1, 10**12)}
        ),
    },
)


@given(settings)
def test_any_dump_gives_the_identical_spec(
    tmp_path_factory: pytest.TempPathFactory, document: dict[str, object]
) -> None:
    spec = Spec.model_validate({"data": {"source": "moons"}} | document).complete()
    path = tmp_path_factory.getbasetemp() / "config.yaml"
    path.write_text(dump_yaml(spec))
    assert spec_of(path) == spec


def test_the_sections_are_dumped_in_their_order_and_absent_keys_left_out(write: Write) -> None:
    text = dump_yaml(spec_of(write("spec.yaml", "training: {epochs: 3}\ndata: {source: moons}\nseed: 2")))
    sections = [line.partition(":")[0] for line in text.splitlines() if not line.startswith((" ", "-"))]
    assert sections == [name for name in Spec.model_fields if name not in ("task", "objective", "loss", "metrics")]
    assert "null" not in text


def test_origins_name_the_file_the_command_line_or_the_default(write: Write, tmp_path: Path) -> None:
    write("base.yaml", "data: {source: {name: moons, m: 30}}\nregularization: {keep_prob: [0.5, 1]}\n")
    text = """extends: base.yaml
optimizer: adam
architecture:
  hidden: [8, {units: 4, activation: tanh, batch_norm: false}]
  activation: {name: leaky_relu, slope: 0.2}
  batch_norm: true
"""
    resolved = load_spec(write("spec.yaml", text), ["optimizer.beta1=0.5", "training.epochs=3"])
    origins = {dotted(key): str(place).replace(f"{tmp_path}/", "") for key, place in resolved.origins.items()}
    assert origins.keys() == {dotted(key) for key, _ in leaves(resolved.spec.dump())}
    expected = {
        "seed": "default",
        "data.source.m": "base.yaml:1:33",
        "data.source.noise": "default",
        "optimizer.name": "spec.yaml:2:12",
        "optimizer.beta1": "settings: optimizer.beta1=0.5",
        "optimizer.beta2": "default",
        "training.epochs": "settings: training.epochs=3",
        "architecture.hidden.0.units": "spec.yaml:4:12",
        "architecture.activation.slope": "spec.yaml:5:41",
        "architecture.batch_norm.momentum": "default",
        "regularization.keep_prob.0": "base.yaml:2:30",
        "architecture.hidden.1.activation.name": "spec.yaml:4:38",
        "architecture.hidden.1.batch_norm": "spec.yaml:4:56",
        "regularization.keep_prob.1": "base.yaml:2:35",
    }
    assert {key: origins[key] for key in expected} == expected


def test_a_derived_spec_is_that_of_the_same_overrides_on_the_command_line(write: Write) -> None:
    text = "data: {source: moons}\noptimizer: momentum\narchitecture: {hidden: [8, {units: 4, keep_prob: 0.5}]}\n"
    path = write("spec.yaml", text)
    derived = derive(
        spec_of(path),
        {
            "optimizer": {"name": "adam", "learning_rate": 0.1},
            "architecture.hidden": [5],
            "training.batch_size": "full",
        },
    )
    overrides = ("optimizer={name: adam, learning_rate: 0.1}", "architecture.hidden=[5]", "training.batch_size=full")
    assert derived == spec_of(path, *overrides)


def test_what_a_derived_spec_may_not_be_is_refused_with_every_problem(write: Write) -> None:
    spec = spec_of(write("spec.yaml", "data: {source: moons}\n"))
    with pytest.raises(SpecError) as raised:
        derive(spec, {"optimizer.learning_rate": -1, "regularization.keep_prob": 0.5})
    assert {problem.key for problem in raised.value.problems} == {"optimizer.learning_rate", "regularization.keep_prob"}
