"""A search from its file to its directory: the same for any number of workers, gone on with, and honest at the end."""

from __future__ import annotations

import csv
import json
import shutil
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from dlx.documents.tuning import TuningDocument
from dlx.errors import Interrupted, SpecError
from dlx.events import ConfirmationStart, RoundStart, SettingEnd, TuningEvent, finish
from dlx.files import to_json
from dlx.runs.files.collection import TuneDirectory
from dlx.runs.files.directory import RunDirectory
from dlx.search.trials.executors import executor_for
from dlx.search.trials.processes import Processes
from dlx.search.tune.file import load_tune
from dlx.search.tune.forecast import check, foretold
from dlx.search.tune.tuner import Tuning
from dlx.spec.loader import load_spec

MOONS = """base:
  name: moons
  data: {source: {name: moons, m: 200, noise: 0.2}, split: {train: 100, dev: 60, test: 40}}
  architecture: {hidden: [4]}
  optimizer: {name: adam, learning_rate: 0.0001}
  training: {epochs: 8, batch_size: 20}
search:
  trials: 12
  fresh_seeds: 2
  space:
    optimizer.learning_rate: {log_uniform: [1.0e-4, 1]}
    architecture.activation: {choice: [relu, tanh]}
"""


class Notes(list[TuningEvent]):
    """The events of a search, in their order; after so many settings a signal comes, or the search is left."""

    def __init__(self, signal_after: int = 0, leave_after: int = 0) -> None:
        super().__init__()
        self.signal_after, self.leave_after = signal_after, leave_after

    def __call__(self, event: TuningEvent) -> None:
        self.append(event)
        if isinstance(event, SettingEnd):
            values = [setting.value for setting in event.best]
            assert values == sorted(values)
            if len(self.settings) == self.signal_after:
                signal.raise_signal(signal.SIGTERM)
            if len(self.settings) == self.leave_after:
                raise KeyboardInterrupt

    @property
    def settings(self) -> list[SettingEnd]:
        return [event for event in self if isinstance(event, SettingEnd)]


def tuned(
    folder: Path, *overrides: str, text: str = MOONS, workers: Processes | None = None, notes: Notes | None = None
) -> dict[str, Any]:
    """What a search in this folder comes to; it goes on with one that is there."""
    folder.parent.mkdir(exist_ok=True, parents=True)
    path = folder.parent / "tune.yaml"
    path.write_text(text)
    if folder.exists():
        directory = TuneDirectory.open(str(folder), writing=True)
        path = directory.plan
    else:
        directory = TuneDirectory.create("moons", out=folder)
    plan, space = load_tune(path, () if path.parent == folder else overrides)
    directory.write_plan(plan.text())
    with directory:
        events = Tuning(plan, space, directory, workers or executor_for(), check(plan, space)).run()
        return plain(finish(events, Notes() if notes is None else notes))


def plain(document: TuningDocument) -> dict[str, Any]:
    """As ``tune.json`` has it."""
    read: dict[str, Any] = json.loads(to_json(document.to_document()))
    return read


def without_times(document: Mapping[str, Any]) -> dict[str, Any]:
    trials = [{key: value for key, value in one.items() if key != "seconds"} for one in document["trials"]]
    return {key: value for key, value in document.items() if key not in ("seconds", "best_spec")} | {"trials": trials}


@dataclass(frozen=True)
class Whole:
    """A search that nothing has disturbed, its directory and its events; not to be changed."""

    folder: Path
    notes: Notes
    document: dict[str, Any]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Whole]:
    """``whole(*overrides)``: the search with these, which many tests look at, so that it is made once."""

    @cache
    def made(*overrides: str) -> Whole:
        folder, notes = tmp_path_factory.mktemp("whole") / "search", Notes()
        return Whole(folder, notes, tuned(folder, *overrides, notes=notes))

    return made


METHODS = ("grid", "random", "coarse_to_fine")


@pytest.mark.parametrize("method", METHODS)
def test_every_method_ends_with_a_confirmed_winner(whole: Callable[..., Whole], method: str) -> None:
    search = whole(f"search.method={method}")
    document, notes = search.document, search.notes
    assert document["status"] == "completed"
    assert len(document["trials"]) == len(notes.settings) == 12
    assert sum(event.trials for event in notes if isinstance(event, RoundStart)) == 12
    assert len(document["finalists"]) == 3
    assert notes[-1] == ConfirmationStart((3 + 1) * 2)
    fresh = {one["index"]: one["fresh"]["value"] for one in document["finalists"]}
    assert fresh[document["winner"]] == min(fresh.values())
    assert document["base"]["value"] > fresh[document["winner"]]
    assert document["gain"]["value"] == pytest.approx(fresh[document["winner"]] - document["base"]["value"])
    assert document["test"]["m"] == 40
    best = load_spec(Path(document["best_spec"])).spec
    winner = document["trials"][document["winner"]]["settings"]
    assert best.optimizer.learning_rate == winner["optimizer.learning_rate"]
    assert best.architecture.activation.name == winner["architecture.activation"]


@pytest.mark.parametrize(
    ("method", "draw"),
    [
        ("random", "sobol"),
        ("coarse_to_fine", "random"),
        pytest.param("random", "random", marks=pytest.mark.thorough),
        pytest.param("coarse_to_fine", "sobol", marks=pytest.mark.thorough),
    ],
)
def test_a_small_space_is_not_tried_twice(tmp_path: Path, method: str, draw: str) -> None:
    text = MOONS.replace("{log_uniform: [1.0e-4, 1]}", "{choice: [0.01, 0.1]}")
    document = tuned(tmp_path / "search", f"search.method={method}", f"search.draw={draw}", text=text)
    tried = [str(one["settings"]) for one in document["trials"]]
    assert len(set(tried)) == len(tried) == 4
    told = [str(one["settings"]) for one in document["finalists"]]
    assert len(set(told)) == len(told) >= 1


def test_finalists_are_the_best_and_their_fresh_trainings_chose_nothing(tmp_path: Path) -> None:
    document = tuned(tmp_path / "search", "search.halving=false", "search.seeds=2")
    values = sorted(one["value"] for one in document["trials"])
    assert [one["search"] for one in document["finalists"]] == values[:3]
    searched = {key for one in document["trials"] for key in one["trials"]}
    there = {path.name for path in (tmp_path / "search" / "trials").iterdir()}
    assert len(searched) == 2 * len({json.dumps(one["settings"]) for one in document["trials"]})
    assert len(there - searched) == (3 + 1) * 2
    for one in document["trials"]:
        runs = [RunDirectory.open(tmp_path / "search" / "trials" / key) for key in one["trials"]]
        errors = [run.facts()["final"]["dev_error"] for run in runs]
        assert one["value"] == pytest.approx(sum(errors) / 2)


def test_weak_trials_are_stopped_early_by_what_they_had_come_to(whole: Callable[..., Whole]) -> None:
    search = whole("search.method=random")
    document = search.document
    epochs = sorted(one["epoch"] for one in document["trials"])
    assert epochs == [2] * 6 + [4] * 3 + [8] * 3
    by_epoch = {
        epoch: [
            RunDirectory.open(search.folder / "trials" / one["trials"][0]).metrics()["dev_error"][1]
            for one in document["trials"]
            if one["epoch"] == epoch
        ]
        for epoch in (2, 4, 8)
    }
    assert max(by_epoch[4] + by_epoch[8]) <= min(by_epoch[2])


def test_the_outcome_is_the_same_for_any_number_of_workers(
    tmp_path: Path, whole: Callable[..., Whole], two_workers: Processes
) -> None:
    assert without_times(tuned(tmp_path / "search", workers=two_workers)) == without_times(whole().document)


@pytest.mark.thorough
def test_the_outcome_is_the_same_for_more_workers_than_cores(tmp_path: Path, whole: Callable[..., Whole]) -> None:
    with Processes(4) as workers:
        assert without_times(tuned(tmp_path / "search", workers=workers)) == without_times(whole().document)


@pytest.mark.parametrize(
    ("by_signal", "after"),
    [
        (True, 7),
        (False, 1),
        (False, 12),
        pytest.param(True, 1, marks=pytest.mark.thorough),
        pytest.param(True, 12, marks=pytest.mark.thorough),
        pytest.param(False, 7, marks=pytest.mark.thorough),
    ],
)
def test_what_was_interrupted_goes_on_and_repeats_nothing(
    tmp_path: Path, whole: Callable[..., Whole], after: int, by_signal: bool
) -> None:
    overrides = ["search.halving=false"] if by_signal else []
    folder = tmp_path / "stopped" / "search"
    if by_signal:
        with pytest.raises(Interrupted, match=r"dlx\.tune\(resume='.*'\) goes on from here"):
            tuned(folder, *overrides, notes=Notes(signal_after=after))
    else:
        with pytest.raises(KeyboardInterrupt):
            tuned(folder, notes=Notes(leave_after=after))
    assert TuneDirectory.open(str(folder)).results()["status"] == "interrupted"
    ended = {path: path.stat().st_mtime_ns for path in folder.glob("trials/*/run.json")}
    ended = {path: time for path, time in ended.items() if json.loads(path.read_text())["status"] == "completed"}
    assert without_times(tuned(folder)) == without_times(whole(*overrides).document)
    assert {path: path.stat().st_mtime_ns for path in ended} == ended


def test_the_ledger_has_a_line_for_each_setting(whole: Callable[..., Whole]) -> None:
    search = whole()
    document = search.document
    with (search.folder / "trials.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [float(row["optimizer.learning_rate"]) for row in rows] == [
        one["settings"]["optimizer.learning_rate"] for one in document["trials"]
    ]
    assert [row["trials"].split() for row in rows] == [one["trials"] for one in document["trials"]]


def test_trials_that_diverge_come_last_and_are_counted(tmp_path: Path) -> None:
    text = (
        MOONS.replace("log_uniform: [1.0e-4, 1]", "choice: [0.01, 1.0e+30]")
        .replace("adam", "momentum")
        .replace("tanh", "leaky_relu")
    )
    document = tuned(tmp_path / "search", "search.trials=4", "search.method=grid", text=text)
    lost = [one for one in document["trials"] if one["settings"]["optimizer.learning_rate"] == 1e30]
    assert [(one["status"], one["value"]) for one in lost] == [("diverged", None)] * 2
    assert document["counts"]["diverged"] == 2
    assert document["trials"][document["winner"]]["settings"]["optimizer.learning_rate"] == 0.01


def test_where_nothing_trains_there_is_no_winner(tmp_path: Path) -> None:
    text = (
        MOONS.replace("log_uniform: [1.0e-4, 1]", "choice: [1.0e+31, 1.0e+30]")
        .replace("adam", "momentum")
        .replace("tanh", "leaky_relu")
    )
    document = tuned(tmp_path / "search", "search.trials=4", text=text)
    assert (document["status"], document["winner"], document["best_spec"]) == ("completed", None, None)


def test_values_that_do_not_go_together_are_refused_before_anything_runs(tmp_path: Path) -> None:
    text = MOONS.replace("architecture.activation: {choice: [relu, tanh]}", "optimizer.beta1: {uniform: [0.5, 0.9]}")
    text = text.replace(
        "    optimizer.learning_rate: {log_uniform: [1.0e-4, 1]}", "    optimizer: {choice: [adam, momentum]}"
    )
    with pytest.raises(SpecError, match=r"these do not go together: optimizer=momentum, optimizer.beta1=.*unknown key"):
        tuned(tmp_path / "search", text=text)
    assert not (tmp_path / "search" / "trials").exists()


def test_a_budget_that_is_spent_leaves_what_can_be_gone_on_with(tmp_path: Path) -> None:
    path = tmp_path / "tune.yaml"
    path.write_text(MOONS.replace("epochs: 8", "epochs: 100000000, evaluate_every: 1000000"))
    plan, space = load_tune(path)
    with TuneDirectory.create("moons", out=tmp_path / "search") as directory, executor_for() as executor:
        directory.write_plan(plan.text())
        document = plain(finish(Tuning(plan, space, directory, executor, check(plan, space), seconds=0.5).run()))
    assert document["status"] == "budget_spent"
    assert document["counts"] == {"trained": 0, "stopped": 0, "diverged": 0, "failed": 0, "unfinished": 4}


def test_what_was_trained_before_the_end_of_a_budget_or_a_signal_is_told(tmp_path: Path) -> None:
    """Trials that another search has finished, half of them, in the directory of one with no time at all."""
    whole = tuned(tmp_path / "whole" / "search", "search.method=random", "search.halving=false")
    text = MOONS.replace("trials: 12", "trials: 12\n  method: random\n  halving: false")
    (tmp_path / "tune.yaml").write_text(text)
    plan, space = load_tune(tmp_path / "tune.yaml")
    with TuneDirectory.create("moons", out=tmp_path / "search") as directory, executor_for() as executor:
        directory.write_plan(plan.text())
        for record in whole["trials"][::2]:
            key = record["trials"][0]
            shutil.copytree(tmp_path / "whole" / "search" / "trials" / key, directory.trials / key)
        notes = Notes()
        events = Tuning(plan, space, directory, executor, check(plan, space), seconds=0.0).run()
        document = plain(finish(events, notes))
    assert [one["value"] for one in document["trials"][::2]] == [one["value"] for one in whole["trials"][::2]]
    assert {one["status"] for one in document["trials"][1::2]} == {"unfinished"}
    assert (document["counts"]["trained"], document["counts"]["unfinished"]) == (6, 6)
    assert len(notes.settings) == 6
    again = tuned(tmp_path / "search")
    assert [one["value"] for one in again["trials"]] == [one["value"] for one in whole["trials"]]
    assert again["counts"]["unfinished"] == 0


def test_trials_on_their_way_are_not_told_to_have_been_stopped(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        tuned(tmp_path / "search", notes=Notes(leave_after=2))
    records = json.loads((tmp_path / "search" / "tune.json").read_text())["trials"]
    assert [one["status"] for one in records].count("stopped") == 2
    assert "unfinished" in {one["status"] for one in records}


@pytest.mark.parametrize(
    "overrides",
    [
        ("search.method=grid", "search.trials=20"),
        ("search.method=random", "search.draw=sobol"),
        ("search.method=coarse_to_fine",),
        pytest.param(("search.method=random",), marks=pytest.mark.thorough),
        pytest.param(("search.method=coarse_to_fine", "search.draw=sobol"), marks=pytest.mark.thorough),
        ("search.method=tpe",),
    ],
)
def test_what_is_foretold_is_what_is_tried(tmp_path: Path, overrides: tuple[str, ...]) -> None:
    if "search.method=tpe" in overrides:
        pytest.importorskip("optuna")
    short = ("base.training.epochs=1", "search.finalists=1", "search.fresh_seeds=2")
    document = tuned(tmp_path / "search", *short, *overrides, text=MOONS.replace("  fresh_seeds: 2\n", ""))
    forecast = foretold(*load_tune(tmp_path / "tune.yaml", overrides))
    assert forecast["first_settings"] == [trial["settings"] for trial in document["trials"][:3]]
    assert forecast["trials"] == len(document["trials"])


@pytest.mark.parametrize("metric", ["roc_auc", "brier"])
def test_a_metric_is_searched_for_by_what_is_small_of_it(tmp_path: Path, metric: str) -> None:
    document = tuned(tmp_path / "search", f"search.objective=dev_{metric}", "search.halving=false", "search.trials=6")
    values = {}
    for trial in document["trials"]:
        columns = RunDirectory(tmp_path / "search" / "trials" / trial["trials"][0]).metrics()
        last = columns[f"dev_{metric}"][-1]
        values[trial["index"]] = 1 - last if metric == "roc_auc" else last
    assert {trial["index"]: trial["value"] for trial in document["trials"]} == pytest.approx(values)
    chosen = min(document["finalists"], key=lambda finalist: finalist["search"])
    assert chosen["search"] == pytest.approx(min(values.values()))
