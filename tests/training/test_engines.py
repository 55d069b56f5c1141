"""Both engines train alike: everything that is registered, from the first step to the last, and where it diverges."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.errors import Diverged, EnvironmentProblem
from dlx.nn.activations import Activation
from dlx.nn.compiled.program import CompiledTape
from dlx.nn.norms.norm import Norm
from dlx.nn.optimizers import Optimizer
from dlx.nn.schedules import Schedule
from dlx.spec.sections import Spec
from dlx.training import engine, recorded_stretch
from dlx.training.build import build_supervised
from dlx.training.experiment import Experiment
from dlx.training.fit import fit, take_steps
from dlx.training.records import EpochRecord
from dlx.training.supervised import Supervised

pytest.importorskip("llvmlite")

BASE: dict[str, Any] = {
    "dtype": "float64",
    "data": {"source": {"name": "moons", "m": 100}, "split": {"train": 58, "dev": 22, "test": 20}},
    "architecture": {"hidden": [5, 3]},
    "optimizer": {"name": "adam", "learning_rate": 0.02},
    "training": {"epochs": 20, "batch_size": 8, "evaluate_every": 7},
}


def experiment_of(name: str, sections: dict[str, Any]) -> Supervised:
    spec = BASE | sections
    spec = spec | {"training": spec["training"] | {"engine": name}}
    return build_supervised(Spec.model_validate(spec).complete())


def history(experiment: Experiment) -> list[tuple[object, ...]]:
    rows = [record for record in fit(experiment) if isinstance(record, EpochRecord)]
    return [(*row.document().items(),) for row in rows]


def assert_alike(sections: dict[str, Any]) -> None:
    """The same θ, statistics and rows but for the seconds; 20 epochs of 7 steps and a shorter one."""
    experiments = [experiment_of(name, sections) for name in ("numpy", "compiled")]
    plain, compiled = experiments
    rows = [[row for row in fit(each) if isinstance(row, EpochRecord)] for each in experiments]
    np.testing.assert_allclose(compiled.parameters.theta, plain.parameters.theta, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(compiled.statistics.vector, plain.statistics.vector, rtol=1e-9, atol=1e-12)
    assert len(rows[0]) == len(rows[1]) > 1
    for one, other in zip(*rows, strict=True):
        expected = {name: value for name, value in one.document().items() if name != "seconds"}
        found = {name: value for name, value in other.document().items() if name != "seconds"}
        assert found == pytest.approx(expected, rel=1e-9, nan_ok=True)
    assert compiled.position.clipped == plain.position.clipped
    assert compiled.position.first_cost == pytest.approx(plain.position.first_cost, rel=1e-12)
    assert compiled.position.rises == plain.position.rises


@pytest.mark.parametrize("norm", [None, *Norm.members()])
@pytest.mark.parametrize("activation", list(Activation.members()))
def test_every_activation_with_every_norm(activation: str, norm: str | None) -> None:
    layer = {"units": 4, "activation": activation} | ({norm: True} if norm else {})
    assert_alike({"architecture": {"hidden": [layer, layer]}, "regularization": {"keep_prob": 0.8}})


@pytest.mark.parametrize(
    "method",
    [
        {},
        {"regularization": {"l2": 0.7}},
        {"regularization": {"l1": 0.7}},
        {"regularization": {"keep_prob": 0.7}},
        {"clip_norm": 0.05},
        {"clip_value": 0.01},
        {"weight_decay": 0.05},
    ],
    ids=str,
)
@pytest.mark.parametrize("optimizer", list(Optimizer.members()))
def test_every_optimizer_with_every_method(optimizer: str, method: dict[str, Any]) -> None:
    of_spec = {key: value for key, value in method.items() if key == "regularization"}
    of_rule = {key: value for key, value in method.items() if key not in of_spec}
    assert_alike({"optimizer": {"name": optimizer, "learning_rate": 0.02, **of_rule}, **of_spec})


@pytest.mark.parametrize("batch_size", [1, 7, "full", 58, 1000])
def test_batches_of_every_kind(batch_size: int | str) -> None:
    assert_alike({"training": {"epochs": 30, "batch_size": batch_size, "evaluate_every": 10}})


@pytest.mark.parametrize("batch_size", [8, 29])
@pytest.mark.parametrize("share", [0.98, 1.0, 1.02])
def test_stretches_that_end_early_anywhere_in_their_epochs(
    batch_size: int, share: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cost beyond a limit ends them; with one among the costs of the training that is nearly every step."""
    sections = {"training": {"epochs": 40, "batch_size": batch_size, "evaluate_every": 20}}
    costs = [row.cost for row in fit(experiment_of("numpy", sections)) if isinstance(row, EpochRecord)]
    monkeypatch.setattr(recorded_stretch, "LIMIT", share * costs[len(costs) // 2])
    assert_alike(sections)


@pytest.mark.parametrize("schedule", list(Schedule.members()))
@pytest.mark.parametrize("batch_size", [8, "full"])
def test_every_schedule(schedule: str, batch_size: int | str) -> None:
    stated = {"table": [[4, 0.1], [9, 0.05]]} if schedule == "manual" else {}
    training = {"epochs": 30, "batch_size": batch_size, "evaluate_every": 28}
    assert_alike({"schedule": {"name": schedule, **stated}, "training": training})


@pytest.mark.parametrize("data", ["digits", "regression", "weights"])
def test_every_task(data: str, tmp_path: Path) -> None:
    if data == "digits":
        source: dict[str, Any] = {"data": {"source": "digits", "split": {"train": 200, "dev": 100, "test": 100}}}
    elif data == "regression":
        source = {"task": "regression"}
    else:
        source = {"data": BASE["data"] | {"class_weight": {"0": 3.0, "1": 1.0}}}
    assert_alike({"training": {"epochs": 8, "batch_size": 16, "evaluate_every": 4}, **source})


@pytest.mark.parametrize("clip_norm", [None, 0.1])
@pytest.mark.parametrize("hidden", [[], [1], [6]])
@pytest.mark.parametrize("batch_size", [1, 2, 8, "full"])
def test_float32_has_the_same_bits(batch_size: int | str, hidden: list[int], clip_norm: float | None) -> None:
    """Of a single unit too, whose products are of vectors, and where gradients are clipped."""
    sections = {
        "dtype": "float32",
        "architecture": {"hidden": hidden},
        "optimizer": {"name": "adam", "learning_rate": 0.02, "clip_norm": clip_norm},
        "training": {"epochs": 4, "batch_size": batch_size, "evaluate_every": 3},
    }
    plain, compiled = (experiment_of(name, sections) for name in ("numpy", "compiled"))
    for experiment in (plain, compiled):
        history(experiment)
    np.testing.assert_array_equal(compiled.parameters.theta, plain.parameters.theta)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_networks_whose_calls_are_fused(dtype: str) -> None:
    """Wide enough for every kind of fused loop: batch norm, dropout, clipping and the optimizer's rule."""
    sections = {
        "dtype": dtype,
        "data": {"source": {"name": "moons", "m": 700}, "split": {"train": 580, "dev": 60, "test": 60}},
        "architecture": {"hidden": [140, 130], "batch_norm": True},
        "regularization": {"keep_prob": 0.8, "l2": 0.1},
        "optimizer": {"name": "adam", "learning_rate": 0.001, "clip_norm": 5.0},
        "training": {"epochs": 4, "batch_size": 128, "evaluate_every": 3},
    }
    plain, compiled = (experiment_of(name, sections) for name in ("numpy", "compiled"))
    rows = [history(experiment) for experiment in (plain, compiled)]
    assert len(rows[0]) == len(rows[1]) == 2
    tolerance = 1e-9 if dtype == "float64" else 1e-4
    np.testing.assert_allclose(compiled.parameters.theta, plain.parameters.theta, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("batch_size", [8, "full"])
def test_both_diverge_in_the_same_step_and_name_the_same_tensor(batch_size: int | str) -> None:
    sections = {
        "task": "regression",
        "optimizer": {"name": "gradient_descent", "learning_rate": 30.0},
        "training": {"epochs": 500, "batch_size": batch_size, "evaluate_every": 500},
        "regularization": {"keep_prob": 0.8},
    }
    told = []
    for name in ("numpy", "compiled"):
        experiment = experiment_of(name, sections)
        with pytest.raises(Diverged) as caught:
            history(experiment)
        told.append((str(caught.value), experiment.position.diverged, experiment.streams.state("dropout")))
    assert told[0] == told[1]


@pytest.mark.parametrize("batch_size", [8, "full"])
def test_many_steps_are_taken_at_once(batch_size: int | str) -> None:
    experiment = experiment_of("compiled", {"training": {"epochs": 30, "batch_size": batch_size, "evaluate_every": 30}})
    assert experiment.stretches is not None
    alone, run = list[object](), CompiledTape.run

    def counted(tape: CompiledTape) -> None:
        alone.append(tape)
        run(tape)

    with pytest.MonkeyPatch.context() as change:
        change.setattr(CompiledTape, "run", counted)
        list(fit(experiment))
    assert experiment.position.step == (240 if batch_size == 8 else 30)
    steps = experiment.batches.step_for(experiment.batches.size).tape
    assert alone.count(steps) <= 32


@pytest.mark.parametrize("batch_size", [8, "full"])
def test_so_many_steps_are_taken_as_are_asked_for(batch_size: int | str) -> None:
    """Within an epoch, over several, and beyond the last one; rows are not waited for."""
    training = {"epochs": 9, "batch_size": batch_size, "evaluate_every": 4}
    plain, compiled = (experiment_of(name, {"training": training}) for name in ("numpy", "compiled"))
    taken = 0
    for count in (1, 3, 30, 80):
        taken += count
        for experiment in (plain, compiled):
            take_steps(experiment, count)
            assert (experiment.position.step, experiment.update.t) == (taken, taken)
        assert (compiled.position.epoch, compiled.position.done) == (plain.position.epoch, plain.position.done)
        np.testing.assert_allclose(compiled.parameters.theta, plain.parameters.theta, rtol=1e-9, atol=1e-12)


def test_where_it_is_not_installed_auto_is_numpy_and_compiled_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "find_spec", lambda name: None)
    assert engine.chosen("auto") == "numpy"
    with pytest.raises(EnvironmentProblem, match=r"compiled needs llvmlite, which is not installed"):
        experiment_of("compiled", {})
