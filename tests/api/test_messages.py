"""What is said and shown to those who call from Python: calls in place of commands, and results in a few lines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dlx
from dlx.documents.comparison import ComparisonDocument
from dlx.gradcheck.fault import Fault
from dlx.gradcheck.plugin import ComponentsReport, PluginCase
from dlx.gradcheck.report import Parameter, Point, Report, Worst
from dlx.stats.intervals import Estimate

SPEC: dict[str, Any] = {
    "name": "circle",
    "data": {"split": {"train": 0.6, "dev": 0.4}},
    "architecture": {"hidden": [4]},
    "optimizer": {"name": "adam", "learning_rate": 0.02},
    "training": {"epochs": 3, "batch_size": 16},
}
X = np.random.default_rng(3).normal(size=(80, 2))
y = np.where((X**2).sum(axis=1) > 1.4, "outside", "inside")
WRONG: Any = [SPEC, X, y, 10]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> dlx.Run:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("messages")
        patch.chdir(folder)
        return dlx.Run(dlx.train(SPEC, (X, y), out="run", schedule="cosine").path.absolute())


@pytest.fixture(autouse=True)
def folder(run: dlx.Run, monkeypatch: pytest.MonkeyPatch, blank_pictures: None) -> Path:
    monkeypatch.chdir(run.path.parent)
    return run.path.parent


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda run: run.resume(**{"training.epochs": 9}),
            "its schedule, cosine, spreads its learning rates over all epochs: the first 3 of 9 would be trained with "
            "others than these were; dlx.train('run/config.yaml', **{'training.epochs': 9}) begins a new run",
        ),
        (lambda run: run.resume(epochs=9), "for more epochs at most: run.resume(**{'training.epochs': 60})"),
        (lambda run: run.diagnose(seed=2), "(dlx.train('run/config.yaml', **{'seed': 2}) trains another)"),
        (lambda run: dlx.compare(run), "takes two or more (dlx.Run('run').diagnose() looks at one)"),
        (lambda run: dlx.train(run.path), "is a run, not a spec: dlx.Run('run').resume() goes on with it"),
        (lambda run: dlx.train({"base": SPEC, "variants": {}}), "variants: this is a plan for dlx.study(plan)"),
        (lambda run: dlx.tune(SPEC), "this file is a spec; dlx.tune(plan) takes a plan, with `base: …` and `search:`"),
        (lambda run: dlx.train({**SPEC, "data": {**SPEC["data"], "folds": 3}}, (X, y)), "dlx.folds("),
        (lambda run: dlx.folds(), "give a spec, or resume=DIR"),
        (lambda run: dlx.train(SPEC, (X, y), **{"out": 3}), "train: out: expected a path or None, got 3"),
        (lambda run: run.act(seeds=3), "act: 'seeds' is no argument (allowed replicates, budget, workers, cluster"),
        (lambda run: run.act(seeds=3), "did you mean replicates?"),
        (
            lambda run: run.diagnose(full=True),
            "full: unknown key (allowed diagnosis.optimal_error, diagnosis.tolerance)",
        ),
        (
            lambda run: run.diagnose(tolerance=0.1),
            "tolerance: unknown key (allowed diagnosis.optimal_error, diagnosis.t",
        ),
        (lambda run: run.diagnose(toleranc=0.1), "; did you mean diagnosis.tolerance?)"),
        (lambda run: run.diagnose(learning_rate=0.1), "config.yaml', **{'optimizer.learning_rate': 0.1}) trains"),
        (lambda run: run.diagnose(seed="x"), "seed: expected a whole number, got 'x'"),
        (lambda run: run.diagnose(dropout=0.3), "did you mean regularization.keep_prob? it is the share that stays"),
        (lambda run: run.plot(title="x"), "plot: 'title' is no argument (nothing is allowed here)"),
        (lambda run: dlx.Run(path="run"), "did you mean reference?"),  # type: ignore[call-arg]
        (lambda run: dlx.new((X, y), label="y"), "did you mean target?"),  # type: ignore[call-arg]
        (lambda run: dlx.runs(limit=3), "did you mean most?"),  # type: ignore[call-arg]
        (lambda run: dlx.train(SPEC, (X, y), n_jobs=2), "train: 'n_jobs' is no argument and no key (allowed spec,"),
        (lambda run: dlx.train(SPEC, {"a": X[:, 0], "b": y}, targt="b"), "did you mean target?"),
        (lambda run: dlx.train(SPEC, (X, y), shedule="cosine"), "did you mean schedule?"),
        (lambda run: dlx.train(SPEC, (X, y), epochs=2), "did you mean training.epochs?"),
        (lambda run: dlx.fit(SPEC, (X, y), progress=True), "fit: 'progress' is no argument and no key"),
        (lambda run: dlx.minimize("ravine", target="y"), "minimize: 'target' is no argument and no key"),
        (lambda run: dlx.minimize("ravine", **{"data.split": 3}), "data"),
        (lambda run: dlx.gradcheck("relu", examples=3), "gradcheck: examples is for a spec, and this is a component"),
        (lambda run: dlx.gradcheck(run, (X, y)), "gradcheck: data is for a spec, and this is a run"),
        (
            lambda run: dlx.gradcheck(*WRONG[3:]),
            "subject: expected a component, a run, or a spec by its path or as a ma",
        ),
        (lambda run: dlx.train(**{}), "train: 'spec' is missing: dlx.train(spec)"),
        (lambda run: run.export(), "export: 'to' is missing: run.export('onnx')"),
        (lambda run: run.predict(), "predict: 'X' is missing: run.predict(X)"),
        (lambda run: dlx.compare(run, runs=run), "compare: 'runs' is given twice"),  # type: ignore[misc]
        (lambda run: dlx.runs(most="x"), "runs: most: expected a whole number or None, got 'x'"),  # type: ignore[arg-type]
        (lambda run: dlx.runs(most=True), "runs: most: expected a whole number or None, got True"),
        (lambda run: dlx.runs(root=3), "runs: root: expected a path, got 3"),  # type: ignore[arg-type]
        (lambda run: run.gradcheck(epsilon=[1]), "epsilon: expected a number, got [1]"),
        (lambda run: dlx.gradcheck("tanh", **{"seed": "x"}), "gradcheck: seed: expected a whole number, got 'x'"),
        (lambda run: dlx.train(SPEC, **{"progress": "yes"}), "progress: expected True, False or None, got 'yes'"),
        (lambda run: run.act(budget=[1]), "budget: expected text or a number, got [1]"),
        (lambda run: dlx.train(*WRONG[:3]), "train: takes spec and data without a name; arrays are one of them: ("),
        (lambda run: dlx.compare(run, run, run), "compare: takes runs and against without a"),  # type: ignore[call-arg]
        (
            lambda run: dlx.runs(*WRONG[3:]),
            "10: a condition is a text such as 'dev_error<0.05' (most=10 gives so many)",
        ),
        (lambda run: dlx.train(SPEC, (X, y), on_record=WRONG), "on_record: is a function, not list"),
        (lambda run: run.predict({"a": X[:, 0]}), "; it was trained on arrays: give X.to_numpy()"),
        (lambda run: dlx.diagnose(run), "but a run has: run.diagnose(), of run = "),  # type: ignore[operator]
        (lambda run: dlx.data("a.csv"), "which is a command: `dlx help data` in a"),  # type: ignore[attr-defined]
        (lambda run: run.predict(X[0]), "X[None] a single example"),
        (lambda run: run.predict((X, y)), "X: is a pair: labels stand beside it, as in run.evaluate(X, y)"),
        (lambda run: run.predict(X.astype(str)), "X.astype(float) makes numbers of texts"),
        (lambda run: run.predict(np.zeros(3, [("a", float), ("b", float)])), "pandas.DataFrame(X) makes a table of it"),
        (lambda run: dlx.train(SPEC, (X, y), optimizer=dict), "dict: a class in a spec is a subclass of one of dlx"),
        (lambda run: dlx.train(WRONG[1]), "not ndarray; data come second: dlx.train(dlx.new(data), data)"),
        (lambda run: dlx.train((X, y)), "not tuple; data come second"),  # type: ignore[call-overload]
        (lambda run: dlx.train(SPEC, ({"a": X[:, 0]}, "b")), "give the table alone, and target='b'"),
        (
            lambda run: dlx.train(SPEC, {"train": {"a": X[:, 0], "b": y}, "val": {"a": X[:, 0], "b": y}}, target="b"),
            "there is no part 'val' (allowed train, train_dev, dev, test; did you mean dev?)",
        ),
        (
            lambda run: dlx.tune({"base": SPEC, "search": {"space": {"optimizer.learning_rate": [1e-4, 0.1]}}}, (X, y)),
            "expected a scale or a choice, such as {log_uniform: [0.0001, 0.1]} or {choice: [0.0001, 0.1]}",
        ),
    ],
)
def test_messages_say_what_to_call(call: Callable[[dlx.Run], object], message: str, run: dlx.Run) -> None:
    with pytest.raises(dlx.DlxError) as caught:
        call(run)
    assert message in str(caught.value)
    assert "dlx train" not in str(caught.value)


def test_a_loop_that_is_not_closed_is_named_where_it_keeps_a_run_locked() -> None:
    loop = dlx.fit(SPEC, (X, y))
    next(loop)
    with pytest.raises(dlx.EnvironmentProblem, match=r"or a loop of dlx\.fit that is not closed, is writing to it"):
        loop.run.resume()
    loop.close()
    assert loop.run.status == "interrupted"


@pytest.mark.usefixtures("one_setting")
def test_numbers_of_numpy_are_numbers() -> None:
    seed: Any = np.int64(3)
    dropout: Any = np.True_
    epsilon: Any = np.float32(1e-5)
    assert dlx.gradcheck("tanh", dropout=dropout, seed=seed, epsilon=epsilon).passed


@pytest.mark.parametrize(
    ("dev", "message"),
    [
        ({"a": X[:9, 0], "kind": y[:9]}, "the table of dev: there is no column 'b', which train has"),
        ({"a": [], "b": [], "kind": []}, "the table of dev: "),
        ({"a": X[:9, 0], "b": X[:9, 1]}, "the table of dev: there are no labels"),
        ({"a": X[:9, 0], "b": X[:9, 1], "kind": ["else"] * 9}, "the table of dev: the label 'else' of row 0"),
    ],
    ids=["column", "empty", "labels", "label"],
)
def test_a_spec_is_not_begun_for_parts_that_do_not_fit(dev: dict[str, Any], message: str) -> None:
    train = {"a": X[:, 0], "b": X[:, 1], "kind": y}
    with pytest.raises(dlx.DataError, match=f"^{message}"):
        dlx.new({"train": train, "dev": dev}, target="kind")


def point(passed: bool) -> Point:
    """A check of W1 with an entry that is 1 % off, or of one that agrees."""
    worst = Worst((1, 0), 0.0202, 0.02)
    parameter = Parameter("W1", 0.005, "great" if passed else "worry", worst, entries=6, kinks=0)
    fault = Fault("bent 1", 1, None, "constant factor 1.01", "dZ1: analytic = 1.01 × numeric", "bent.py:7")
    difference, places = (1e-9, None) if passed else (0.005, fault)
    return Point("initialization", 0.7, difference, (parameter,), 0, 6, None, None, places)


@pytest.mark.parametrize(
    "report",
    [
        Report("circle", 1e-7, 16, (point(passed=True), point(passed=False))),
        ComponentsReport("bent", [PluginCase("activation", "bent", "logistic", point(passed=False))]),
    ],
    ids=["spec", "component"],
)
def test_a_failed_check_shows_entry_numbers_and_place(report: Report | ComponentsReport) -> None:
    for text in (str(report), report._repr_html_()):
        assert "W1[1, 0]: analytic 0.0202, numeric 0.02" in text
        assert "constant factor 1.01), bent.py:7" in text
    assert "\n" not in repr(report)
    assert "constant factor 1.01), bent.py:7" in repr(report)


def test_the_text_of_a_check_begins_with_the_verdict_and_its_number() -> None:
    passed = Report("circle", 1e-5, 16, (point(passed=True),))
    assert str(passed) == "passed: difference 1.0e-09 (at most 1e-07 is right), circle, 16 examples, ε = 1e-05"
    failed = ComponentsReport("bent", [PluginCase("activation", "bent", "logistic", point(passed=False))])
    assert str(failed).startswith("failed: difference 5.0e-03 (at most 1e-07 is right), bent in 1 network\n")
    assert (passed.difference, failed.difference) == (1e-9, 0.005)


def test_documents_show_what_they_have_come_to(run: dlx.Run) -> None:
    other = dlx.train(SPEC, (X, y))
    comparison = dlx.compare(run, other)
    assert isinstance(comparison, ComparisonDocument)
    assert comparison.difference is not None
    assert f"{100 * comparison.difference.value:.2f} %" in str(comparison)
    assert comparison.difference.verdict in comparison._repr_html_()
    plan = {"base": SPEC, "seeds": 1, "variants": {"a": {}, "b": {"seed": 2}}, "expect": ["a.train_cost < 0"]}
    study = dlx.study(plan, (X, y))
    assert "does not hold  a.train_cost < 0" in str(study)
    assert f"{100 * study.variants[0].errors['dev'].value:.2f} %" in str(study)


def test_estimates_are_read_at_a_glance(run: dlx.Run) -> None:
    assert repr(Estimate(0.0888888889, 0.06366741, 0.122791, 360)) == "Estimate(0.08889, 0.06367 to 0.1228, m=360)"
    assert repr(run.diagnose().bias).endswith(f", {run.diagnose().bias.level})")  # type: ignore[union-attr]
    assert "000000" not in repr(run.errors)


def test_a_diagnosis_names_calls_and_its_document_commands(run: dlx.Run) -> None:
    steps = ["dlx gradcheck tells which operation is wrong", "judge by the absolute error (dlx diagnose --full)"]
    diagnosis = replace(run.diagnose(), next=steps)
    assert str(diagnosis).endswith(
        "- run.gradcheck() tells which operation is wrong\n- judge by the absolute error (run.diagnose().metrics)"
    )
    assert diagnosis.to_document()["next"] == steps
    assert all(callable(getattr(dlx.Run, name)) for name in ("gradcheck", "diagnose"))


def test_a_loop_says_how_far_it_is() -> None:
    loop = dlx.fit(SPEC, (X, y))
    assert repr(loop) == "<dlx loop that has not begun>"
    next(loop)
    assert "circle: running" in repr(loop)
    loop.close()


def test_folds_go_on_as_they_were_begun() -> None:
    document = dlx.folds(SPEC, (X, y), out="folds", **{"data.folds": 2})
    assert document.diagnosis is not None
    error, verdict = document.errors["out_of_fold"].value, document.diagnosis.verdict
    assert f"out of fold   {100 * error:.2f} %" in str(document)
    assert str(document).endswith(f"verdict       {verdict}")
    again = dlx.folds(resume="folds")
    assert again.errors == document.errors
    with pytest.raises(dlx.UsageError, match=r"dlx\.folds\(resume='folds'\) tells what they came to together"):
        dlx.Run("folds")
