"""Searches, studies, folds, checks and comparisons in Python: the documents of the commands, from plans as mappings."""

from __future__ import annotations

import json
import pickle
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dlx
from dlx.documents.study import StudyDocument
from dlx.errors import SpecError, UsageError
from dlx.nn.activations import ReLU
from dlx.nn.objectives import Polynomial
from dlx.nn.optimizers import Momentum
from dlx.training.records import EpochRecord

SPEC: dict[str, Any] = {
    "name": "circle",
    "data": {"split": {"train": 0.6, "dev": 0.4}},
    "architecture": {"hidden": [4]},
    "optimizer": {"name": "adam", "learning_rate": 0.02},
    "training": {"epochs": 3, "batch_size": 16},
}
TOY = {**SPEC, "data": {"source": "moons"}}
SPACE = {"optimizer.learning_rate": {"log_uniform": [1e-3, 1e-1]}}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, blank_pictures: None) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def examples() -> tuple[np.ndarray, np.ndarray]:
    X = np.random.default_rng(3).normal(size=(80, 2))
    return X, np.where((X**2).sum(axis=1) > 1.4, "outside", "inside")


def test_a_search_is_the_one_of_its_file(examples: tuple[Any, Any], call_dlx: Any) -> None:
    plan = {"base": SPEC, "search": {"trials": 2, "seeds": 1, "space": SPACE}}
    document = dlx.tune(plan, examples, out="first", **{"search.trials": 3})
    command = json.loads(call_dlx("tune", "first/plan.yaml", "--out", "second", "--json").stdout)
    assert [trial["value"] for trial in command["trials"]] == [trial.value for trial in document.trials]
    assert len(document.trials) == 3
    assert document.best_spec is not None
    assert dlx.train(document.best_spec).status == "completed"
    assert dlx.tune(resume="first").trials == document.trials


def test_a_study_says_which_claims_hold(examples: tuple[Any, Any]) -> None:
    variants = {"adam": {}, "still": {"optimizer.learning_rate": 1e-12}}
    plan = {"base": SPEC, "seeds": 1, "variants": variants, "expect": ["adam.train_cost < still.train_cost"]}
    document = dlx.study(plan, examples, out="study")
    assert document.claims[0].holds
    assert StudyDocument.__name__ == type(document).__name__
    assert {variant.name for variant in document.variants} == {"adam", "still"}


def test_data_in_memory_for_a_plan_in_a_file(examples: tuple[Any, Any], tmp_path: Path) -> None:
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans" / "spec.yaml").write_text(json.dumps(SPEC))
    plan = {"base": "spec.yaml", "seeds": 1, "variants": {"a": {}, "b": {"architecture.hidden": [3]}}}
    Path("plans/study.yaml").write_text(json.dumps(plan))
    assert len(dlx.study("plans/study.yaml", examples).variants) == 2


def test_folds_judge_every_example(examples: tuple[Any, Any]) -> None:
    document = dlx.folds(SPEC, examples, **{"data.folds": 3})
    assert document.errors["out_of_fold"].m == 80
    with pytest.raises(UsageError, match="the spec has no folds"):
        dlx.folds(SPEC, examples)
    with pytest.raises(UsageError, match=r"dlx\.folds\(spec, …\) does them all"):
        dlx.train(SPEC, examples, **{"data.folds": 3})


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: dlx.tune(), "give a plan, or resume=DIR"),
        (lambda: dlx.tune(resume="x", out="y"), "goes on as it was begun"),
        (lambda: dlx.tune({"base": TOY, "search": {"space": {"optimizer.learning_rat": {"choice": [1, 2]}}}}), "rat"),
        (lambda: dlx.study({"variants": {"a": {}}}, ([[1]], [1])), "base: is missing"),
        (lambda: dlx.study(3), "the plan must be a path or a mapping, not int"),  # type: ignore[call-overload]
        (lambda: dlx.runs("dev_eror<1"), "there is no column 'dev_eror'"),
        (lambda: dlx.compare(["a"], metrics=["f2"]), "there is no metric named 'f2'"),
        (lambda: dlx.gradcheck("tanhh"), "did you mean tanh?"),
        (lambda: dlx.minimize(lambda w: w), "an objective is a name, a mapping"),  # type: ignore[call-overload]
    ],
)
def test_what_does_not_fit_is_refused(call: Any, message: str) -> None:
    with pytest.raises((UsageError, SpecError)) as caught:
        call()
    assert message in str(caught.value)


def test_runs_are_listed_and_compared(examples: tuple[Any, Any]) -> None:
    first = [dlx.train(SPEC, examples, seed=seed) for seed in (1, 2)]
    others = [dlx.train(SPEC, examples, seed=seed, optimizer="momentum") for seed in (1, 2)]
    table = dlx.runs("name=circle", sort="dev_error", most=3)
    assert len(table["run"]) == 3
    assert list(table["dev_error"]) == sorted(table["dev_error"])
    document = dlx.compare(first, others, metrics=["f1"], out="curves.png")
    assert document.difference is not None
    assert document.difference.runs == [2, 2]
    assert "seed" in document.difference.paired
    assert Path("curves.png").exists()


@pytest.mark.usefixtures("one_setting")
def test_gradients_of_components_of_a_spec_and_of_a_run(examples: tuple[Any, Any]) -> None:
    assert dlx.gradcheck(ReLU).passed
    assert dlx.gradcheck(Polynomial(coefficients=(1.0, -10.0, 25.0))).passed
    report = dlx.gradcheck(SPEC, examples, examples=5)
    assert report.passed
    assert report.document()["examples"] == 5
    run = dlx.train(SPEC, examples)
    assert dlx.gradcheck(run).passed
    assert len(run.gradcheck(examples=4).points) == 2


def test_an_objective_is_followed_to_its_minimum() -> None:
    run = dlx.minimize(
        {"name": "polynomial", "coefficients": [1, -10, 25]},
        optimizer=Momentum(learning_rate=0.1).model_dump(),
        steps=400,
        **{"dtype": "float64"},
    )
    np.testing.assert_allclose(run.parameters["w"], [5], atol=1e-6)


def test_what_a_run_can_have_done(examples: tuple[Any, Any]) -> None:
    run = dlx.train(SPEC, examples)
    repair = run.act(replicates=2, budget="0.2s")
    assert repair.budget == 0.2
    curve = run.learning_curve(sizes=(12, 24, 48), replicates=2)
    assert [point.m for point in curve.points] == [12, 24, 48]
    module, weights = run.export("pytorch", "network")
    assert (module.name, weights.name) == ("network.py", "network.npz")
    assert run.diagnose(**{"diagnosis.optimal_error": 0.3}).optimal_error == 0.3
    assert run.diagnose().optimal_error == 0
    assert pickle.loads(pickle.dumps(run)).path.resolve() == run.path.resolve()


def rows(run: dlx.Run) -> list[tuple[float, ...]]:
    return list(zip(*(run.metrics[name] for name in ("epoch", "cost", "dev_error")), strict=True))


def test_trainings_that_take_turns_do_not_touch_each_other(examples: tuple[Any, Any]) -> None:
    alone = [dlx.train(SPEC, examples, seed=seed) for seed in (1, 2)]
    loops = [dlx.fit(SPEC, examples, seed=seed) for seed in (1, 2)]
    for _ in zip(*loops, strict=False):
        pass
    assert [rows(run) for run in alone] == [rows(loop.run) for loop in loops]


def test_trainings_in_a_pool_of_processes(examples: tuple[Any, Any]) -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        runs = list(pool.map(partial(dlx.train, SPEC), [examples, examples]))
    assert rows(runs[0]) == rows(runs[1]) == rows(dlx.train(SPEC, examples))
    assert runs[0].path != runs[1].path
    assert len([*Path("runs/data").iterdir()]) == 1


def test_records_are_those_of_the_file(examples: tuple[Any, Any]) -> None:
    records = [record for record in dlx.fit(SPEC, examples, out="loop") if isinstance(record, EpochRecord)]
    assert [record.cost for record in records] == list(dlx.Run("loop").metrics["cost"])


def test_what_makes_no_sense_is_refused_as_the_commands_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    X = np.random.default_rng(0).normal(size=(60, 2))
    y = X[:, 0] > 0
    spec = {"data": {"split": {"train": 0.6, "dev": 0.4}}, "architecture": {"hidden": [2]}, "training": {"epochs": 2}}
    run = dlx.train(spec, (X, y))
    for call, what in (
        (lambda: dlx.compare([]), "there are no runs to compare"),
        (lambda: dlx.compare([3, run]), "3 is no run"),  # type: ignore[list-item]
        (lambda: dlx.runs(most=0), "most: at least 1"),
        (lambda: run.act(replicates=0), "replicates: at least 2"),
        (lambda: run.learning_curve(sizes=[1]), "sizes: train has 36 examples"),
        (lambda: dlx.train(spec, {"train": (X, y), "val": (X, y)}), "no part 'val'"),
    ):
        with pytest.raises(dlx.DlxError, match=what):
            call()
