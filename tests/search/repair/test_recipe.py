"""The basic recipe, run: faulty specs are repaired as far as dev can tell, and nothing is lost or done again."""

from __future__ import annotations

import json
import signal
import subprocess
import sysconfig
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.documents.repair import RepairDocument
from dlx.errors import UsageError
from dlx.events import RaceEnd, RaceStart, RaceState, RepairEvent, TrialEnd, finish
from dlx.files import to_json
from dlx.runs.files.directory import RunDirectory
from dlx.runs.training.train import Session
from dlx.search.repair.race_setup import RepairOptions
from dlx.search.repair.recipe import act
from dlx.search.trials.pool import run_trials
from dlx.search.trials.replicates import replicate
from dlx.search.trials.shared_data import data_of
from dlx.search.trials.trial import Trial
from dlx.spec.loader import derive, load_spec
from dlx.spec.sections import Spec
from dlx.spec.tree import leaves
from dlx.stats.effects import effect
from tests.conftest import own_plugins
from tests.search.trials.conftest import begun, gate_shut, waited_for

pytestmark = pytest.mark.usefixtures("blank_pictures")

SPLIT = "split: {train: 200, dev: 200, test: 100}"
CIRCLES = f"""
name: circles
data: {{source: {{name: circles, m: 500, noise: 0.05, factor: 0.5}}, {SPLIT}}}
architecture: {{hidden: [8, 5]}}
optimizer: {{name: adam, learning_rate: 0.02}}
training: {{epochs: 30, batch_size: 50, evaluate_every: 10}}
"""
MOONS = f"""
name: moons
data: {{source: {{name: moons, m: 500, noise: 0.05}}, {SPLIT}}}
architecture: {{hidden: [16, 8]}}
optimizer: {{name: adam, learning_rate: 0.02}}
training: {{epochs: 30, batch_size: 50, evaluate_every: 10}}
"""
BLOBS = f"""
name: blobs
data:
  source: {{name: blobs, m: 500, noise: 20.0, centers: [[1000, 1000], [1100, 1000], [1000, 1100]]}}
  {SPLIT}
architecture: {{hidden: [16]}}
optimizer: {{name: adam, learning_rate: 0.01}}
training: {{epochs: 20, batch_size: 50, evaluate_every: 10}}
"""


class Notes(list[RepairEvent]):
    """The events of the recipe, in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[int] = []  # that the trials which were not at their end had taken

    def __call__(self, event: RepairEvent) -> None:
        self.append(event)
        if isinstance(event, TrialEnd) and event.status == "interrupted":
            self.steps.append(RunDirectory.open(event.run).load_checkpoint()[1]["position"]["step"])

    @property
    def trials(self) -> list[TrialEnd]:
        return [event for event in self if isinstance(event, TrialEnd)]


def trained(folder: Path, text: str, whole: bool = True, **overrides: Any) -> RunDirectory:
    """A run of a spec, or only the beginning of one; overrides with __ for the dots."""
    folder.mkdir(exist_ok=True)
    (folder / "spec.yaml").write_text(text, encoding="utf-8")
    given = [f"{key.replace('__', '.')}={json.dumps(value)}" for key, value in overrides.items()]
    with Session.start(load_spec(folder / "spec.yaml", given), given, folder / "run", folder) as session:
        for _ in session.records(lambda record: not whole):
            pass
    return RunDirectory.open(folder / "run")


def acted(run: RunDirectory, notes: Notes | None = None, **options: Any) -> dict[str, Any]:
    """The repair by the recipe, as a document."""
    with RunDirectory.open(run.path, writing=True) as locked:
        events = act(locked, locked.diagnosis(), RepairOptions(**options))
        return plain(finish(events, Notes() if notes is None else notes))


def document_of(run: RunDirectory) -> RepairDocument:
    """What its diagnosis has."""
    document = run.diagnosis().act
    assert document is not None
    return document


def plain(repair: RepairDocument) -> dict[str, Any]:
    """As the diagnosis has it."""
    document: dict[str, Any] = json.loads(to_json(repair))
    return document


def mistakes(spec: Spec, folder: Path) -> np.ndarray:
    """Of five replicates, (5, m)."""
    trials = [Trial.of(replicate(spec, number)) for number in range(1, 6)]
    outcomes = {outcome.key: outcome for outcome in run_trials(trials, folder)}
    return np.stack([outcomes[trial.key].mistakes() for trial in trials]).astype(np.float64)


@dataclass(frozen=True)
class Repair:
    """A run that was repaired, its document and the events of that; not to be changed."""

    run: RunDirectory
    document: dict[str, Any]
    notes: Notes


@pytest.fixture(scope="module")
def repaired(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Repair]:
    """``repaired(text, **fault)``: what several tests look at, so that it is made once."""
    repairs: dict[str, Repair] = {}

    def made(text: str, **fault: Any) -> Repair:
        key = f"{text}{fault}"
        if key not in repairs:
            run, notes = trained(tmp_path_factory.mktemp("repaired"), text, **fault), Notes()
            repairs[key] = Repair(run, acted(run, notes), notes)
        return repairs[key]

    return made


@pytest.mark.parametrize(
    ("text", "fault", "kept"),
    [
        (CIRCLES, {"initializer": "zeros"}, "fitting_initializer"),
        pytest.param(MOONS, {"optimizer__learning_rate": 1e-5}, "larger_tested_rate", marks=pytest.mark.thorough),
        pytest.param(BLOBS, {"data__normalize": "none"}, "normalize_inputs", marks=pytest.mark.thorough),
    ],
)
def test_a_faulty_spec_is_repaired_to_within_noise_of_the_healthy_one(
    tmp_path: Path, repaired: Callable[..., Repair], text: str, fault: dict[str, Any], kept: str
) -> None:
    repair = repaired(text, **fault)
    run, document = repair.run, repair.document
    assert document["rounds"][0]["kept"] == kept
    assert document["status"] == "done"
    healthy, mended = load_spec(run.path.parent / "spec.yaml").spec, load_spec(run.act).spec
    before = mistakes(load_spec(run.config).spec, run.trials)
    found = effect(mistakes(healthy, tmp_path / "healthy"), mistakes(mended, run.trials))
    assert found.low <= 0
    assert before.mean() > 0.3 > 10 * found.value
    assert document["errors"]["after"]["dev"]["value"] == pytest.approx(mistakes(mended, run.trials).mean())


def test_what_is_written_is_complete_and_differs_from_the_run_in_what_was_kept(
    repaired: Callable[..., Repair],
) -> None:
    repair = repaired(CIRCLES, initializer="zeros")
    run, document = repair.run, repair.document
    assert plain(document_of(run)) == document
    text = run.act.read_text(encoding="utf-8")
    assert text.startswith("# The basic recipe, run on ")
    assert "# 1. initializer={name: he}" in text
    (kept,) = [one for one in document["rounds"][0]["remedies"] if one["name"] == document["rounds"][0]["kept"]]
    assert load_spec(run.act).spec == derive(load_spec(run.config).spec, kept["overrides"])
    assert document["test"]["m"] == 100
    assert document["spec"] == str(run.act)


def test_of_many_remedies_few_are_trained_more_than_once(repaired: Callable[..., Repair]) -> None:
    repair = repaired(CIRCLES, initializer="zeros")
    document, notes = repair.document, repair.notes
    (race,) = document["rounds"]
    by_replicates = {k: [one["name"] for one in race["remedies"] if one["replicates"] == k] for k in range(6)}
    assert race["kept"] in by_replicates[3]
    assert len(by_replicates[0]) > len(race["remedies"]) / 2
    assert {one["verdict"] for one in race["remedies"] if one["name"] in by_replicates[0]} == {"not tried"}
    assert len(notes.trials) == race["trainings"] <= 13
    assert notes[0] == RaceStart("bias", len(race["remedies"]))
    assert notes[-1] == RaceEnd(race["kept"])


def test_how_the_budget_is_spent_can_be_followed(repaired: Callable[..., Repair]) -> None:
    """Before each batch of trainings: what is trained, how much of the budget is gone, and who is in front."""
    repair = repaired(CIRCLES, initializer="zeros")
    states = [event for event in repair.notes if isinstance(event, RaceState)]
    assert sum(len(state.training) for state in states) == len(repair.notes.trials)
    assert [state.elapsed for state in states] == sorted(state.elapsed for state in states)
    assert {state.budget for state in states} == {600.0}
    assert (states[0].training, states[0].leader) == (("",), None)
    assert states[-1].leader == repair.document["rounds"][0]["kept"]
    assert states[-1].change is not None
    assert states[-1].change < -0.3


def test_a_healthy_run_needs_nothing(tmp_path: Path) -> None:
    notes = Notes()
    run = trained(tmp_path, CIRCLES)
    document = acted(run, notes)
    assert (document["status"], document["rounds"], document["spec"], document["test"]) == (
        "nothing_needed",
        [],
        None,
        None,
    )
    assert notes.trials == []
    assert not run.act.exists()


def test_where_no_remedy_can_help_none_is_kept(tmp_path: Path) -> None:
    """Two clouds that lie over each other: every class is as likely everywhere."""
    text = f"""
name: noise
data: {{source: {{name: blobs, m: 500, centers: [[0, 0], [0, 0]]}}, {SPLIT}}}
architecture: {{hidden: [2]}}
training: {{epochs: 2, batch_size: 100}}
"""
    document = acted(trained(tmp_path, text), replicates=3)
    assert document["status"] == "nothing_helps"
    assert [round_["kept"] for round_ in document["rounds"]] == [None] * len(document["rounds"])
    assert len(document["rounds"]) >= 1
    assert {one["verdict"] for round_ in document["rounds"] for one in round_["remedies"]}.isdisjoint(
        {"not tried", "keep"}
    )


FEW = """
name: few
data:
  source: {name: blobs, m: 100, noise: 1.2, centers: [[0, 0], [1, 0]]}
  split: {train: 0.4, dev: 0.4, test: 0.2}
diagnosis: {tolerance: 0.0002}  # of what remedies gain here, little is ever more
architecture: {hidden: [2]}
training: {epochs: 2, batch_size: 40}
"""


@pytest.fixture(scope="module")
def unclear(tmp_path_factory: pytest.TempPathFactory) -> Repair:
    """A run on few examples, which nothing surely improves; not to be changed."""
    run, notes = trained(tmp_path_factory.mktemp("unclear"), FEW), Notes()
    return Repair(run, acted(run, notes, replicates=2), notes)


def test_where_nothing_surely_helps_there_is_a_best_bet_and_its_spec(unclear: Repair) -> None:
    run, document = unclear.run, unclear.document
    assert (document["status"], document["spec"]) == ("nothing_helps", None)
    bet = document["bet"]
    assert 0.5 < bet["probability"] <= 1
    assert bet["spec"] == str(run.candidate)
    assert load_spec(run.candidate).spec == derive(load_spec(run.config).spec, bet["overrides"])
    assert run.candidate.read_text(encoding="utf-8").startswith("# A candidate of the basic recipe, run on ")
    assert bet["change"]["value"] < 0
    assert bet["seeds"] is None or bet["trainings"] % (2 * document["folds"]) == 0
    assert (bet["seeds"] is None) == (bet["examples"] is not None)


def test_few_examples_are_judged_by_folds_and_test_stays_apart(unclear: Repair) -> None:
    """Two folds of 80 examples: each replicate of a remedy is two trainings, in turn on 40 of them."""
    document = unclear.document
    assert document["folds"] == 2
    assert document["errors"]["before"]["dev"]["m"] == 80
    results = [RunDirectory.open(event.run) for event in unclear.notes.trials if event.remedy == ""]
    assert len(results) % 2 == 0
    datasets = [data_of(load_spec(each.config).spec) for each in results]
    rows = [{part: set(map(int, data.parts[part].rows)) for part in data.parts} for data in datasets]  # type: ignore[arg-type]
    for first, second in zip(rows[::2], rows[1::2], strict=True):
        assert first["dev"] | second["dev"] == first["train"] | first["dev"]
        assert not first["dev"] & second["dev"]
        assert first["test"] == second["test"] == rows[0]["test"]


def test_a_run_without_a_dev_set_is_refused(tmp_path: Path) -> None:
    run = trained(tmp_path, "name: alone\ndata: {source: moons}\ntraining: {epochs: 1}\n")
    with pytest.raises(UsageError, match=r"has no dev set, by which remedies could be judged \(set data.split.dev\)"):
        acted(run)


@pytest.mark.thorough
def test_workers_come_to_the_same_repair(tmp_path: Path) -> None:
    alone = acted(trained(tmp_path / "a", CIRCLES, initializer="zeros"), replicates=3)
    together = acted(trained(tmp_path / "b", CIRCLES, initializer="zeros"), replicates=3, workers=2)
    assert without_times(together) == without_times(alone)


def without_times(document: Mapping[str, Any]) -> dict[str, Any]:
    """What does not depend on the clock or the folder."""
    rounds = [
        race | {"remedies": [{k: v for k, v in one.items() if k != "seconds"} for one in race["remedies"]]}
        for race in document["rounds"]
    ]
    return {**document, "rounds": rounds, "seconds": None, "spec": None, "budget": None}


def test_the_budget_ends_it_and_a_larger_one_goes_on(tmp_path: Path) -> None:
    """Each trial would take days: if the budget did not stop them, this test would not end."""
    days = {"training__epochs": 10**8, "training__evaluate_every": 10**6, "training__threads": 1}
    run = trained(tmp_path, MOONS, whole=False, **days)
    first, second = Notes(), Notes()
    assert acted(run, first, budget=0.5)["status"] == "budget_spent"
    assert acted(run, second, budget=0.5)["status"] == "budget_spent"
    ended = [*first.trials, *second.trials]
    assert [event.status for event in ended] == ["interrupted", "interrupted"]
    assert ended[0].run == ended[1].run
    assert first.steps[0] < second.steps[0]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunDirectory, dict[str, Any]]]:
    """A run that is repaired, and its document; not to be changed. A gate stands beside its folder, open."""
    folder = tmp_path_factory.mktemp("undisturbed")
    with own_plugins():
        with gate_shut(folder, folder, 0) as gate:
            pass
        run = trained(folder / "whole", CIRCLES, initializer="zeros", schedule="gate", plugins=[str(gate)])
        yield run, acted(run, replicates=3)


def test_a_signal_stops_it_and_the_same_command_goes_on_and_repeats_nothing(
    undisturbed: tuple[RunDirectory, dict[str, Any]],
) -> None:
    folder = undisturbed[0].path.parent.parent
    with gate_shut(folder, folder / "interrupted" / "run" / "trials", 3) as gate:
        run = trained(folder / "interrupted", CIRCLES, initializer="zeros", schedule="gate", plugins=[str(gate)])
        dlx = str(Path(sysconfig.get_path("scripts")) / "dlx")
        command = [dlx, "diagnose", str(run.path), "--act", "--json", "--seeds", "3"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
        waited_for(begun(run.trials, 3))
        process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert said == f"interrupted: dlx diagnose {run.path} --act goes on from here\n"
    assert document_of(run).status == "interrupted"
    ended = [path for path in run.trials.iterdir() if RunDirectory.open(path).facts()["status"] == "completed"]
    written = {path: (path / "run.json").stat().st_mtime_ns for path in ended}
    assert written
    gone_on = acted(run, replicates=3)
    assert {path: (path / "run.json").stat().st_mtime_ns for path in ended} == written
    assert without_times(gone_on) == without_times(undisturbed[1])


def test_a_repair_that_is_left_in_between_is_saved(tmp_path: Path) -> None:
    run = trained(tmp_path, CIRCLES, initializer="zeros")
    with RunDirectory.open(run.path, writing=True) as locked:
        events = act(locked, locked.diagnosis(), RepairOptions(replicates=3))
        assert isinstance(next(events), RaceStart)
        assert isinstance(next(events), RaceState)
        assert isinstance(next(events), TrialEnd)
        events.close()
    document = document_of(run)
    assert (document.status, document.rounds, document.spec) == ("interrupted", [], None)
    assert len(list(run.trials.iterdir())) == 1


def test_means_are_over_the_replicates_that_were_trained(undisturbed: tuple[RunDirectory, dict[str, Any]]) -> None:
    """Not over as many as were asked for: of each spec the runs are counted, without the first, which chose."""
    run, document = undisturbed
    names = [load_spec(path).spec.initializer.name for path in run.trials.glob("*/config.yaml")]
    winner = next(one for one in document["rounds"][-1]["remedies"] if one["name"] == document["rounds"][-1]["kept"])
    name = winner["overrides"]["initializer"]["name"]
    trained_so = names.count(name)
    assert document["errors"]["replicates_after"] == winner["replicates"] <= trained_so - 1


def test_races_that_were_won_are_taken_over(undisturbed: tuple[RunDirectory, dict[str, Any]]) -> None:
    (run, first), notes = undisturbed, Notes()
    assert without_times(acted(run, notes, replicates=3)) == without_times(first)
    assert notes.trials == []


def test_dev_and_test_stay_as_they_are_from_the_first_trial_to_the_last(tmp_path: Path) -> None:
    notes = Notes()
    run = trained(tmp_path, BLOBS, data__normalize="none")
    acted(run, notes, replicates=3)
    dev = {RunDirectory.open(event.run).mistakes()["dev"].shape for event in notes.trials}
    assert dev == {(200,)}
    before, after = (dict(leaves(load_spec(path).spec.dump())) for path in (run.config, run.act))
    changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    assert changed == {("data", "normalize", "name")}
