"""Training in folds: every example is answered once, by a network that has seen nothing of it."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.spatial import cKDTree

from dlx.documents.diagnosis import DiagnosisDocument
from dlx.documents.folds import FoldsDocument
from dlx.events import finish
from dlx.runs.files.collection import FoldsDirectory
from dlx.runs.files.directory import RunDirectory
from dlx.runs.training.train import Session
from dlx.search.folds.training import FoldsRun, of_fold
from dlx.search.trials.executors import executor_for
from dlx.search.trials.processes import Processes
from dlx.spec.loader import load_spec
from dlx.spec.sections import Spec
from dlx.stats.metrics.answers import Answers
from dlx.stats.metrics.metric import measure
from dlx.training.build import dataset_of
from dlx.training.model import Model
from dlx.words import Status, Task

SPEC = """
name: plants
data:
  source: {name: file, path: plants.csv, target: TARGET, ignore: [IGNORED], impute: mean}
  split: {train: 0.6, dev: 0.2, test: 0.2}
  folds: 4
architecture: {hidden: [5]}
optimizer: {name: adam, learning_rate: 0.02}
training: {epochs: 30, batch_size: 16, early_stopping: {patience: 4}}
"""
M = 90


@pytest.fixture
def rows(tmp_path: Path) -> list[dict[str, str]]:
    rng = np.random.default_rng(7)
    kinds = rng.integers(0, 3, M)
    x = rng.normal(size=(M, 2)) + kinds[:, np.newaxis]
    with (tmp_path / "plants.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["a", "b", "kind", "yield"])
        for i, (kind, (a, b)) in enumerate(zip(kinds, x, strict=True)):
            writer.writerow(["" if i % 11 == 0 else round(a, 4), round(b, 4), ["oak", "fir", "elm"][kind], a + 2 * b])
    with (tmp_path / "plants.csv").open() as file:
        return list(csv.DictReader(file))


def spec_path(folder: Path, target: str = "kind") -> Path:
    other = {"kind": "yield", "yield": "kind"}[target]
    (folder / "spec.yaml").write_text(SPEC.replace("TARGET", target).replace("IGNORED", other))
    return folder / "spec.yaml"


def spec_of(folder: Path, target: str = "kind") -> Spec:
    return load_spec(spec_path(folder, target)).spec


def trained(spec: Spec, out: Path, workers: Processes | None = None) -> FoldsDocument:
    with FoldsDirectory.create("plants", out=out) as directory:
        return finish(FoldsRun(spec, directory, workers or executor_for()).run(), lambda event: None)


def predictions(folder: Path) -> list[dict[str, str]]:
    with (folder / "predictions.csv").open() as file:
        return list(csv.DictReader(file))


def without_seconds(document: FoldsDocument) -> FoldsDocument:
    return replace(document, seconds=0.0, trainings=[replace(record, seconds=0.0) for record in document.trainings])


def test_every_example_is_answered_once_by_a_network_that_was_not_given_it(
    tmp_path: Path, rows: list[dict[str, str]]
) -> None:
    spec, out = spec_of(tmp_path), tmp_path / "out"
    document = trained(spec, out)
    table = predictions(out)
    assert [int(row["row"]) for row in table] == list(range(M))
    assert [row["label"] for row in table] == [row["kind"] for row in rows]
    wrong = np.array([row["label"] != row["answer"] for row in table])
    assert document.errors["out_of_fold"].value == pytest.approx(wrong.mean())
    assert document.errors["out_of_fold"].m == M
    for record in document.trainings:
        mine = [row["fold"] == str(record.fold) for row in table]
        assert record.errors["test"].value == pytest.approx(wrong[mine].mean())
        run = RunDirectory.open(out / "trials" / record.trial)
        given = dataset_of(of_fold(spec, record.fold)).parts
        train, others = given["train"].rows, [given[part].rows for part in ("dev", "test")]
        assert train is not None
        assert all(other is not None and not np.intersect1d(train, other).size for other in others)
        assert sorted(np.flatnonzero(mine)) == sorted(others[1] if others[1] is not None else ())
        b = np.array([float(rows[row]["b"]) for row in train])
        arrays, facts = run.model()
        assert arrays["shift"][1] == pytest.approx(b.mean()), "what is fitted is fitted on the fold's own train"
        for row in table[:20]:
            if row["fold"] == str(record.fold):
                values = [
                    float(rows[int(row["row"])][name] or facts["preprocessing"]["imputation"][0]) for name in "ab"
                ]
                probabilities = Model(arrays, facts).outputs(np.array([values]))[0]
                expected = [float(row[f"p({label})"]) for label in facts["classes"]]
                np.testing.assert_allclose(probabilities, expected, rtol=1e-5)


def test_several_labels_are_answered_each(tmp_path: Path) -> None:
    x = np.random.default_rng(3).normal(size=(60, 2)).round(3)
    lines = [f"{a},{b},{int(a > 0)},{int(b > 0.5)}" for a, b in x]
    (tmp_path / "plants.csv").write_text("\n".join(["a,b,sweet,red", *lines]) + "\n")
    text = SPEC.replace("TARGET", "[sweet, red]").replace("ignore: [IGNORED], impute: mean", "use: [a, b]")
    (tmp_path / "spec.yaml").write_text(text)
    document = trained(load_spec(tmp_path / "spec.yaml").spec, tmp_path / "out")
    table = predictions(tmp_path / "out")
    labels = np.array([[int(row["label(sweet)"]), int(row["label(red)"])] for row in table])
    assert labels.tolist() == [[int(a > 0), int(b > 0.5)] for a, b in x]
    answers = np.array([[int(row["sweet"]), int(row["red"])] for row in table])
    assert answers.tolist() == [[int(float(row[f"p({name})"]) > 0.5) for name in ("sweet", "red")] for row in table]
    assert document.errors["out_of_fold"].value == pytest.approx((answers != labels).mean())
    assert document.diagnosis is not None
    assert document.diagnosis.variance is not None
    hits, of_label, as_label = ((answers & labels).sum(axis=0), labels.sum(axis=0), answers.sum(axis=0))
    f1 = document.metrics["out_of_fold"]["f1"]
    assert f1.value == pytest.approx(np.mean(2 * hits / (of_label + as_label)))
    assert [entry.label for entry in f1.classes or []] == ["sweet", "red"]
    assert document.baselines.models["constant"].parts["out_of_fold"].error.m == 60


def value_of(diagnosis: DiagnosisDocument | None, gap: str) -> float:
    found = diagnosis.gaps[gap] if diagnosis else None
    assert found is not None
    return found.value


def answers_of(table: list[dict[str, str]], classes: list[str]) -> Answers:
    """What predictions.csv says, as logits."""
    P = np.array([[float(row[f"p({label})"]) for label in classes] for row in table])
    y = np.array([classes.index(row["label"]) for row in table])
    return Answers(Task.MULTICLASS, y, np.log(np.maximum(P, 1e-30)))


def test_metrics_are_those_of_all_answers_out_of_their_fold_and_of_each_fold(
    tmp_path: Path, rows: list[dict[str, str]]
) -> None:
    document, classes = trained(spec_of(tmp_path), tmp_path / "out"), ["elm", "fir", "oak"]
    table = predictions(tmp_path / "out")
    expected = measure(answers_of(table, classes), classes)
    pooled = document.metrics["out_of_fold"]
    assert pooled.keys() == expected.keys()
    for name, entry in expected.items():
        metric = pooled[name]
        assert metric.value == pytest.approx(entry.value, rel=1e-4)
        assert metric.m == M
        assert None not in (metric.low, metric.value, metric.high)
        assert float(metric.low or 0) <= float(metric.value or 0) <= float(metric.high or 0)
    for record in document.trainings:
        mine = [row for row in table if row["fold"] == str(record.fold)]
        of_fold = measure(answers_of(mine, classes), classes)
        values = {name: estimate.value for name, estimate in record.metrics.items()}
        assert values == pytest.approx({name: entry.value for name, entry in of_fold.items()}, rel=1e-4)


def test_baselines_are_fitted_in_each_fold_and_pooled(tmp_path: Path, rows: list[dict[str, str]]) -> None:
    spec = spec_of(tmp_path)
    document = trained(spec, tmp_path / "out")
    wrong_majority, wrong_neighbours = [], []
    for fold in range(1, 5):
        data = dataset_of(of_fold(spec, fold))
        train, test = data.parts["train"], data.parts["test"]
        wrong_majority += (np.bincount(train.y).argmax() != test.y).tolist()
        tree = cKDTree((np.asarray(train.X[:]) - data.shift) * data.scale)
        _, nearest = tree.query((np.asarray(test.X[:]) - data.shift) * data.scale, 5)
        wrong_neighbours += [np.bincount(train.y[five]).argmax() != y for five, y in zip(nearest, test.y, strict=True)]
    entries = {name: model.parts["out_of_fold"] for name, model in document.baselines.models.items()}
    assert list(entries) == ["constant", "linear", "neighbours"]
    assert entries["constant"].error.value == pytest.approx(np.mean(wrong_majority))
    assert entries["neighbours"].error.value == pytest.approx(np.mean(wrong_neighbours))
    for entry in entries.values():
        difference = document.errors["out_of_fold"].value - entry.error.value
        assert entry.difference.value == pytest.approx(difference)
        assert entry.error.m == M


def test_the_metric_that_is_judged_is_what_the_verdict_speaks_of(tmp_path: Path, rows: list[dict[str, str]]) -> None:
    path = spec_path(tmp_path)
    spec = load_spec(path, ["diagnosis.metric=balanced_error", "diagnosis.optimal_error=0.05"]).spec
    document = trained(spec, tmp_path / "out")
    diagnosis, balanced = document.diagnosis, document.metrics["out_of_fold"]["balanced_error"]
    assert diagnosis is not None
    assert diagnosis.measure is not None
    judged, train = (diagnosis.measure.errors[part] for part in ("out_of_fold", "train"))
    ends = judged.value, judged.low, judged.high
    assert ends == pytest.approx((balanced.value, balanced.low, balanced.high))
    assert train.m == document.errors["train"].m
    assert value_of(diagnosis, "bias") == pytest.approx(train.value - 0.05)
    assert value_of(diagnosis, "variance") == pytest.approx(judged.value - train.value)
    assert diagnosis.tolerance == 0.02


def test_a_fold_is_the_run_that_its_number_gives_alone(tmp_path: Path, rows: list[dict[str, str]]) -> None:
    document = trained(spec_of(tmp_path), tmp_path / "out")
    resolved = load_spec(spec_path(tmp_path), ["data.fold=3", "training.threads=1"])
    with Session.start(resolved, [], tmp_path / "alone", tmp_path) as session:
        for _ in session.records():
            pass
    alone, run = (
        session.run.model(),
        RunDirectory.open(tmp_path / "out" / "trials" / document.trainings[2].trial).model(),
    )
    assert all(np.array_equal(array, alone[0][name]) for name, array in run[0].items())


def test_errors_of_train_count_each_example_once(tmp_path: Path, rows: list[dict[str, str]]) -> None:
    spec = spec_of(tmp_path)
    document = trained(spec, tmp_path / "out")
    sizes = [record.errors["train"].m for record in document.trainings]
    pooled = document.errors["train"]
    trains = [dataset_of(of_fold(spec, fold)).parts["train"].rows for fold in range(1, 5)]
    assert pooled.m == len(set(np.concatenate([train for train in trains if train is not None]).tolist())) <= M
    assert all(size is not None and size < M for size in sizes)
    errors = [record.errors["train"].value for record in document.trainings]
    assert min(errors) <= pooled.value <= max(errors)
    assert value_of(document.diagnosis, "bias") == pytest.approx(pooled.value)
    out_of_fold = document.errors["out_of_fold"].value
    assert value_of(document.diagnosis, "variance") == pytest.approx(out_of_fold - pooled.value)


def test_any_number_of_workers_comes_to_the_same(
    tmp_path: Path, rows: list[dict[str, str]], two_workers: Processes
) -> None:
    one = trained(spec_of(tmp_path), tmp_path / "1")
    two = trained(spec_of(tmp_path), tmp_path / "2", two_workers)
    assert without_seconds(one) == without_seconds(two)
    assert (tmp_path / "1" / "predictions.csv").read_bytes() == (tmp_path / "2" / "predictions.csv").read_bytes()


def test_what_was_stopped_goes_on_with_what_is_missing(tmp_path: Path, rows: list[dict[str, str]]) -> None:
    spec, out = spec_of(tmp_path), tmp_path / "stopped"
    with executor_for() as executor, FoldsDirectory.create("plants", out=out) as directory:
        directory.write_plan("")
        events = FoldsRun(spec, directory, executor).run()
        assert next(events).total == 4
        events.close()
        assert directory.results()["status"] == Status.INTERRUPTED
    ended = {path: path.stat().st_mtime_ns for path in out.glob("trials/*/model.npz")}
    assert len(ended) == 1
    with executor_for() as executor, FoldsDirectory.open(str(out), writing=True) as directory:
        again = finish(FoldsRun(spec, directory, executor).run(), lambda event: None)
    assert without_seconds(again) == without_seconds(trained(spec, tmp_path / "whole"))
    assert all(path.stat().st_mtime_ns == time for path, time in ended.items()), "nothing is trained twice"


def test_several_labels_have_the_share_of_wrong_ones(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    numbers = rng.normal(size=(60, 2))
    labels = (numbers + rng.normal(size=(60, 2)) > 0).astype(int)
    lines = [f"{a},{b},{u},{v}" for (a, b), (u, v) in zip(numbers, labels, strict=True)]
    (tmp_path / "two.csv").write_text("\n".join(["a,b,wet,cold", *lines]) + "\n", encoding="utf-8")
    (tmp_path / "two.yaml").write_text(
        """name: two
task: multilabel
data:
  source: {name: file, path: two.csv, target: [wet, cold]}
  split: {train: 0.6, dev: 0.2, test: 0.2}
  folds: 3
architecture: {hidden: [4]}
training: {epochs: 3, batch_size: 16}
""",
        encoding="utf-8",
    )
    document = trained(load_spec(tmp_path / "two.yaml").spec, tmp_path / "out")
    table = predictions(tmp_path / "out")
    names = ["wet", "cold"]
    assert list(table[0]) == ["row", "fold", "label(wet)", "label(cold)", *names, "p(wet)", "p(cold)"]
    stated = np.array([[int(row[f"label({name})"]) for name in names] for row in table])
    np.testing.assert_array_equal(stated, labels)
    answers = np.array([[int(row[name]) for name in names] for row in table])
    assert document.errors["out_of_fold"].value == pytest.approx((answers != labels).mean())
    assert document.errors["out_of_fold"].m == 60


def test_a_regression_has_the_root_mean_square_of_all_residuals(tmp_path: Path, rows: list[dict[str, str]]) -> None:
    document = trained(spec_of(tmp_path, "yield"), tmp_path / "out")
    table = predictions(tmp_path / "out")
    assert list(table[0]) == ["row", "fold", "label", "value"]
    labels, values = (np.array([float(row[name]) for row in table]) for name in ("label", "value"))
    np.testing.assert_allclose(labels, [float(row["yield"]) for row in rows])
    assert document.errors["out_of_fold"].value == pytest.approx(np.sqrt(np.mean((labels - values) ** 2)), rel=1e-5)


def test_a_fold_that_diverges_is_named_and_the_others_are_told(
    tmp_path: Path, rows: list[dict[str, str]], call_dlx: Callable[..., Any]
) -> None:
    rate = ["optimizer={name: gradient_descent, learning_rate: 1e30}", "training.epochs=3"]
    said = call_dlx("train", spec_path(tmp_path, "yield"), *rate, "--out", tmp_path / "out", "--json")
    assert said.code == 4
    assert "fold 1 diverged: diverged in epoch" in said.stderr
    document = json.loads(said.stdout)
    assert document["status"] == "diverged"
    assert [record["status"] for record in document["trainings"]] == ["diverged"] * 4
    assert document["errors"] == {}
    assert "fold" in call_dlx("train", "--resume", tmp_path / "out").stdout


def test_the_command(tmp_path: Path, rows: list[dict[str, str]], call_dlx: Callable[..., Any]) -> None:
    spec, out = spec_path(tmp_path), tmp_path / "out"
    assert call_dlx("train", spec, "--out", out, "--quiet").stdout.strip() == str(out)
    again = call_dlx("train", "--resume", out, "--json")
    document = json.loads(again.stdout)
    assert document["directory"] == str(out)
    keys = {"errors", "spread", "verdict", "bias", "variance", "next", "trainings", "metrics", "baselines"}
    assert keys <= document.keys()
    text = call_dlx("train", "--resume", out).stdout
    assert "all folds" in text
    assert "out-of-fold" in text
    assert "5 nearest neighbours" in text
    assert f"dlx train {out}/plan.yaml data.folds=null training.refit=true" in " ".join(text.split())
    assert call_dlx("diagnose", out).code == 0
    for command in (["predict", out, tmp_path / "plants.csv"], ["export", out, "--to", "pytorch"]):
        refused = call_dlx(*command)
        assert refused.code == 2
        assert "is a training in folds" in refused.stderr
        assert f"dlx train {out}/plan.yaml data.folds=null training.refit=true trains one" in refused.stderr
    assert call_dlx("compare", out, "--json").code == 0
    assert call_dlx("report", out).code == 0
    whole = call_dlx("train", out / "plan.yaml", "data.folds=null", "training.refit=true", "--out", tmp_path / "one")
    assert whole.code == 0
    assert call_dlx("predict", tmp_path / "one", tmp_path / "plants.csv").code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["training.refit=true"], "training.refit: folds keep no network that predicts"),
        (["data.fold=5"], "data.fold: there are 4 folds, from 1 to 4"),
        (["data.folds=null", "data.fold=1"], "data.fold: which of the folds? there are none: set data.folds"),
        (["data.folds=1"], "data.folds: expected at least 2, got 1"),
        (["data.folds=51"], "data.folds: expected at most 50, got 51"),
        (["data.split.time=a"], "data.split.time: a fold would be trained on what comes after it"),
        (["data.folds=null", "--workers", "2"], "--workers is for a spec with data.folds"),
        (["data.split.train=0.8", "data.split.dev=0"], "early_stopping: it watches the dev set, and there is none"),
    ],
)
def test_what_cannot_be_is_refused(
    tmp_path: Path, rows: list[dict[str, str]], call_dlx: Callable[..., Any], arguments: list[str], message: str
) -> None:
    said = call_dlx("train", spec_path(tmp_path), *arguments)
    assert said.code == 2
    assert message in " ".join(said.stderr.split())


def test_what_does_not_train_all_folds_says_so(
    tmp_path: Path, rows: list[dict[str, str]], call_dlx: Callable[..., Any]
) -> None:
    said = call_dlx("gradcheck", spec_path(tmp_path))
    assert said.code == 2
    assert "data.folds: only dlx train trains all folds: state data.fold for one of them" in said.stderr
    forecast = json.loads(call_dlx("train", spec_path(tmp_path), "--dry-run", "--json").stdout)
    assert forecast["folds"] == 4


def test_remarks_on_the_data_are_said_once(
    tmp_path: Path, rows: list[dict[str, str]], call_dlx: Callable[..., Any], capfd: pytest.CaptureFixture[str]
) -> None:
    options = ["data.split.duplicates=together", "training.epochs=2", "--workers", "2"]
    said = call_dlx("train", spec_path(tmp_path), *options, "--out", tmp_path / "out", "--quiet")
    assert said.stderr == "remark: data.split: no example is a copy of another\n"
    assert capfd.readouterr().err == "", "nor do workers say it"


def test_further_examples_of_train_are_not_among_those_out_of_fold(tmp_path: Path) -> None:
    points = {"name": "moons", "m": 60, "noise": 0.2}
    data = {"source": points, "more": points | {"m": 20, "seed": 3}, "folds": 3}
    sections = {"name": "moons", "data": data, "architecture": {"hidden": [3]}, "training": {"epochs": 2}}
    document = trained(Spec.model_validate(sections).complete(), tmp_path / "out")
    assert [document.errors[name].m for name in ("train", "out_of_fold")] == [60, 60]
    assert [record.errors["train"].m for record in document.trainings] == [60, 60, 60]
    assert len(predictions(tmp_path / "out")) == 60
