"""A study from its file to its claims: the variants, their differences, what is claimed, and what is wrong."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.errors import EnvironmentProblem, SpecError
from dlx.events import Count, finish
from dlx.files import to_json
from dlx.runs.files.collection import StudyDirectory
from dlx.runs.files.directory import RunDirectory
from dlx.search.study.claim_check import sampled_epochs
from dlx.search.study.file import load_study
from dlx.search.study.study import StudyRun
from dlx.search.trials import processes
from dlx.search.trials.executors import executor_for
from dlx.search.trials.processes import Processes
from dlx.spec.trust import NamedBy
from dlx.training.build import build

STUDY = """base:
  name: moons
  data: {source: {name: moons, m: 200, noise: 0.2}, split: {train: 100, dev: 60, test: 40}}
  architecture: {hidden: [4]}
  optimizer: {name: adam, learning_rate: 0.03}
  training: {epochs: 12, batch_size: 20, evaluate_every: 2}
variants:
  slow: {optimizer.learning_rate: 0.0001}
  fast:
  zeros: {initializer: zeros, optimizer: {learning_rate: 0.01}}
seeds: 2
expect:
  - fast.dev_error < slow.dev_error
"""


def studied(folder: Path, text: str = STUDY, workers: Processes | None = None) -> dict[str, Any]:
    folder.parent.mkdir(exist_ok=True, parents=True)
    path = folder.parent / "study.yaml"
    path.write_text(text)
    study = load_study(path, named_by=NamedBy.USER)
    made = StudyDirectory.open(str(folder), writing=True) if folder.exists() else StudyDirectory.create("x", out=folder)
    with made as directory:
        directory.write_plan(study.plan.text())
        events = StudyRun(study, directory, workers or executor_for()).run()
        document: dict[str, Any] = json.loads(to_json(finish(events).to_document()))
        return document


def without_times(document: dict[str, Any]) -> dict[str, Any]:
    variants = [{key: value for key, value in one.items() if key != "seconds"} for one in document["variants"]]
    return {key: value for key, value in document.items() if key != "seconds"} | {"variants": variants}


def expecting(*claims: str) -> str:
    return STUDY[: STUDY.index("expect:")] + "expect: " + json.dumps(claims) + "\n"


def test_variants_are_trained_with_the_same_seeds_and_compared_with_the_first(tmp_path: Path) -> None:
    document = studied(tmp_path / "study")
    slow, fast, zeros = document["variants"]
    assert (slow["name"], fast["changes"]) == ("slow", {})
    assert zeros["changes"] == {"initializer.name": "zeros", "optimizer.learning_rate": 0.01}
    trials = [RunDirectory.open(tmp_path / "study" / "trials" / key) for key in fast["trials"]]
    errors = [run.facts()["final"]["dev_error"] for run in trials]
    assert fast["errors"]["dev"]["value"] == pytest.approx(np.mean(errors))
    assert slow["difference"] is None
    expected = fast["errors"]["dev"]["value"] - slow["errors"]["dev"]["value"]
    assert fast["difference"]["value"] == pytest.approx(expected)
    assert fast["difference"]["low"] <= expected <= fast["difference"]["high"]


def test_it_is_the_same_for_any_number_of_workers_and_repeats_nothing(tmp_path: Path, two_workers: Processes) -> None:
    one = studied(tmp_path / "one" / "study")
    assert without_times(studied(tmp_path / "two" / "study", workers=two_workers)) == without_times(one)
    files = {path: path.stat().st_mtime_ns for path in tmp_path.glob("one/study/trials/*/run.json")}
    assert without_times(studied(tmp_path / "one" / "study")) == without_times(one)
    assert {path: path.stat().st_mtime_ns for path in files} == files


def test_a_study_that_is_left_in_between_is_saved_and_gone_on_with(tmp_path: Path) -> None:
    whole = studied(tmp_path / "whole" / "study")
    (tmp_path / "study.yaml").write_text(STUDY)
    study = load_study(tmp_path / "study.yaml")
    with StudyDirectory.create("x", out=tmp_path / "left") as directory, executor_for() as executor:
        directory.write_plan(study.plan.text())
        events = StudyRun(study, directory, executor).run()
        assert [next(events), next(events)] == [Count(1, 6), Count(2, 6)]
        events.close()
        assert directory.results()["status"] == "interrupted"
    first = {path: path.stat().st_mtime_ns for path in tmp_path.glob("left/trials/*/run.json")}
    assert len(first) == 2
    assert without_times(studied(tmp_path / "left")) == without_times(whole)
    assert {path: path.stat().st_mtime_ns for path in first} == first


@pytest.mark.parametrize(
    ("claim", "holds"),
    [
        ("fast.dev_error < slow.dev_error", True),
        ("fast.dev_error > slow.dev_error", False),
        ("fast.final.train_cost < fast.first.train_cost", True),
        ("fast.train_cost@3 > fast.train_cost@12", True),
        ("fast.min.train_cost <= fast.best.train_cost", True),
        ("fast.epochs == 12", True),
        ("fast.steps == 60", True),
        ("fast.parameters == 4*2 + 4 + 4 + 1", True),
        ('fast.status == "completed"', True),
        ('"symmetric_units" in zeros.findings', True),
        ('"symmetric_units" in fast.findings', False),
        ('"symmetric_units" not in fast.findings', True),
        ("fast.dev_error != slow.dev_error", True),
        ("epochs_to(fast.train_cost < 0.5) < epochs_to(slow.train_cost < 0.5)", True),
        ("epochs_to(slow.train_cost < 0.001) > 10**2", None),
        ("seconds_to(fast.train_cost < 0.6) <= fast.seconds", True),
        ("fast.layer1.dead < 1", True),
        ("zeros.layer1.z_std == 0", True),
        ("fast.variance - (fast.dev_error - fast.train_error) < 1e-9", True),
        ("fast.test_error < 50%", True),
        ("fast.dev_low < fast.dev_error < fast.dev_high", True),
    ],
)
def test_what_claims_may_speak_of(tmp_path_factory: pytest.TempPathFactory, claim: str, holds: bool | None) -> None:
    folder = tmp_path_factory.getbasetemp() / "claims" / "study"
    if holds is None:
        with pytest.raises(SpecError, match=r"expect.0: .*: at character 41: "):
            studied(folder, expecting(claim))
        return
    document = studied(folder, expecting(claim))
    assert document["claims"][0]["holds"] is holds
    assert document["claims"][0]["seeds"] == 2


@pytest.mark.parametrize(
    ("claim", "holds"),
    [
        ("fast.dev_f1 > slow.dev_f1", True),
        ("fast.dev_f1@3 <= fast.max.dev_f1", True),
        ("fast.max.train_roc_auc < 0.5", False),
        ("epochs_to(fast.dev_f1 > 0.3) <= 12", True),
    ],
)
def test_metrics_that_the_spec_states_may_be_claimed(
    tmp_path_factory: pytest.TempPathFactory, claim: str, holds: bool
) -> None:
    folder = tmp_path_factory.getbasetemp() / "metric_claims" / "study"
    text = expecting(claim).replace("variants:", "  metrics: [f1, roc_auc]\nvariants:")
    assert studied(folder, text)["claims"][0]["holds"] is holds


@pytest.mark.parametrize(
    ("claim", "message"),
    [
        ("fast.dev_f1 > 0.5", "dev_f1 is measured where the spec says so: metrics: [f1]"),
        ("fast.max.dev_f1 > 0.5", "dev_f1 is measured where the spec says so: metrics: [f1]"),
        (
            "fats.dev_error < 1",
            "at character 1: there is no variant 'fats' (allowed slow",
        ),
        ("fast.dev_eror < 1", "there is no measure 'dev_eror' (allowed"),
        ("fast.final.dev_eror < 1", "there is no column 'dev_eror' (allowed"),
        ("fast.dev_error@4 < 1", "epoch 4 has no row: there is one every 2 epochs up to 12, such as 3"),
        ("fast.dev_error@99 < 1", "epoch 99 has no row"),
        ("fast.verdict@3 == 'x'", "verdict is no column of metrics.csv"),
        ("fast.final.cost@3 < 1", "final is a row of its own: leave @3 out"),
        ("fast.layer5.dead < 1", "there is no layer5: the layers are layer1 to layer2"),
        ("fast.layer1.ded < 1", "there is no column 'ded' (allowed"),
        ("epochs_to(fast.verdict < 1) < 2", "there is no column 'verdict' (allowed"),
        ("fast.verdict < 1", 'fast.verdict is no number: what can be asked is fast.verdict == "…"'),
        ("fast.findings == 3", 'fast.findings is no number: what can be asked is "NAME" in fast.findings'),
        ("1 + fast.status == 3", "at character 5: fast.status is no number: nothing can be computed with it"),
        ("fast.status == 'complete'", "at character 16: there is no status 'complete' (allowed completed"),
        ("'dead_unit' in fast.findings", "there is no finding 'dead_unit' (allowed"),
        ("'dead_units' in fast.verdict", 'expected "NAME" in VARIANT.findings'),
        ("fast.w1 == 3", "there is no measure 'w1'"),
    ],
)
def test_wrong_claims_are_told_before_anything_is_trained(tmp_path: Path, claim: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        studied(tmp_path / "study", expecting(claim))
    assert message in str(caught.value)
    assert f"{tmp_path / 'study.yaml'}:12:" in str(caught.value)
    assert not (tmp_path / "study" / "trials").exists()


@pytest.mark.parametrize(
    ("claim", "message"),
    [
        ("fast.test_error < 1", "fast has no test set to measure test_error on"),
        ("fast.mismatch < 1", "fast has no train-dev set to measure mismatch on"),
        ("fast.layer1.dead@4 < 1", "the layers are not looked at in epoch 4; the nearest in which they are is 3"),
    ],
)
def test_what_only_the_data_tell_is_told_before_anything_is_trained(
    tmp_path: Path, call_dlx: Callable[..., Any], claim: str, message: str
) -> None:
    (tmp_path / "study.yaml").write_text(expecting(claim).replace("dev: 60, test: 40", "dev: 100"))
    result = call_dlx("study", "study.yaml", "--out", "made", cwd=tmp_path)
    assert result.code == 2
    assert f"study.yaml:12:10: expect.0: {claim}: at character 1: {message}" in result.stderr
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(("epochs", "every", "size"), [(12, 2, 20), (300, 1, 100), (200, 7, 3)])
def test_the_epochs_foretold_to_be_sampled_are_those_of_the_run(
    tmp_path: Path, epochs: int, every: int, size: int
) -> None:
    training = f"{{epochs: {epochs}, batch_size: {size}, evaluate_every: {every}}}"
    text = STUDY.replace("{epochs: 12, batch_size: 20, evaluate_every: 2}", training)
    document = studied(tmp_path / "study", text[: text.index("expect:")])
    run = RunDirectory.open(tmp_path / "study" / "trials" / document["variants"][1]["trials"][0])
    spec = load_study(tmp_path / "study.yaml").variants[1].spec
    assert list(sampled_epochs(build(spec))) == sorted(set(run.layers()["epoch"]))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("fast:", "fast: {optimzer.learning_rate: 3}", "9:10: variants.fast.optimzer: unknown key"),
        ("fast:", "fast: {optimizer.learning_rate: -3}", "9:35: variants.fast.optimizer.learning_rate: "),
        ("fast:", "fast: {optimizer.learning_rate: 3, optimizer: {learning_rate: 2}}", "given twice"),
        ("fast:", "fast: {optimizer.learning_rate: 0.0001}", "9:9: variants.fast: is the same spec as slow"),
        ("fast:", "'':", "9:3: variants: expected a name of 1 to 80 characters"),
        ("seeds: 2", "seeds: 0", "11:8: seeds: expected at least 1"),
        (
            "seeds: 2",
            "seed: 2",
            "11:1: seed: unknown key (allowed variants, sweep, seeds, expect; did",
        ),
        ("variants:", "variant:", "unknown key"),
    ],
)
def test_wrong_studies(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        studied(tmp_path / "study", STUDY.replace(old, new))
    assert message in str(caught.value)


def test_the_file_its_base_its_variants_and_its_claims_are_looked_at_together(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("data: {source: moons}\ntraining: {epochs: 0}\n")
    (tmp_path / "study.yaml").write_text(
        "base: base.yaml\nsedes: 3\nvariants:\n  he: {initializer: he}\n  big: {architecture.hiden: [9]}\n"
        "  long: {training.epochs: 9}\nexpect:\n  - he.dev_eror < 0.1\n  - big.dev_error < 0.1\n"
    )
    with pytest.raises(SpecError) as caught:
        load_study(tmp_path / "study.yaml")
    assert [problem.key for problem in caught.value.problems] == [
        "training.epochs",
        "sedes",
        "variants.big.architecture.hiden",
        "expect.0",
    ]


def test_a_sweep_is_a_variant_for_each_value(tmp_path: Path) -> None:
    head, tail = STUDY[: STUDY.index("variants:")], 'expect: [\'"l2=0".train_cost < "l2=30".train_cost\']\n'
    document = studied(tmp_path / "study", head + "sweep: {regularization.l2: [0, 3, 30]}\nseeds: 1\n" + tail)
    assert [one["name"] for one in document["variants"]] == ["l2=0", "l2=3", "l2=30"]
    assert document["claims"][0]["holds"]
    with pytest.raises(SpecError, match="l2=0 is given twice"):
        studied(tmp_path / "study", head + "sweep: {regularization.l2: [0, 0]}\n")


def test_seeds_may_be_given_one_by_one(tmp_path: Path) -> None:
    document = studied(tmp_path / "study", STUDY.replace("seeds: 2", "seeds: [7, 8]"))
    run = RunDirectory.open(tmp_path / "study" / "trials" / document["variants"][0]["trials"][1])
    assert run.facts()["seed"] == 8


def test_a_variant_that_diverges_is_a_result(tmp_path: Path) -> None:
    text = expecting('fast.status == "diverged"', "fast.final.cost < 1").replace(
        "fast:", "fast: {optimizer: {name: momentum, learning_rate: 1.0e+30}}"
    )
    document = studied(tmp_path / "study", text)
    assert document["variants"][1]["status"] == ["diverged", "diverged"]
    assert [one["holds"] for one in document["claims"]] == [True, False]


def test_the_command_draws_and_fails_with_its_claims(tmp_path: Path, call_dlx: Callable[..., Any]) -> None:
    (tmp_path / "study.yaml").write_text(expecting("fast.dev_error < slow.dev_error", "fast.dev_error > 1"))
    result = call_dlx("study", "study.yaml", "--out", "made", cwd=tmp_path)
    assert result.code == 3
    assert result.stderr.endswith("by 0.8583; in 0 of 2 seeds)\n")
    assert "error: 1 of 2 claims fail: fast.dev_error > 1 (0.141667 > 1" in result.stderr
    assert "fails     fast.dev_error > 1" in result.stdout
    assert {path.name for path in (tmp_path / "made").glob("*.png")} == {
        "activations.png",
        "boundaries.png",
        "curves.png",
    }
    again = call_dlx("study", "--resume", "made", "--json", cwd=tmp_path)
    assert again.code == 3
    assert json.loads(again.stdout)["claims"][1]["holds"] is False
    head, _, _ = STUDY.partition("variants:")
    (tmp_path / "sweep.yaml").write_text(head + "sweep: {regularization.l2: [0, 1, 30]}\n")
    assert call_dlx("study", "sweep.yaml", "--out", "swept", cwd=tmp_path).code == 0
    assert (tmp_path / "swept" / "sweep.png").read_bytes().startswith(b"\x89PNG")
    dry = call_dlx("study", "study.yaml", "seeds=5", "--dry-run", "--json", cwd=tmp_path)
    assert json.loads(dry.stdout)["trainings"] == 15
    assert [one["steps"] for one in json.loads(dry.stdout)["variants"]] == [60, 60, 60]
    told = call_dlx("study", "study.yaml", "--dry-run", cwd=tmp_path)
    assert "6, about" in told.stdout


def test_a_study_that_loses_trainings_compares_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deadly = tmp_path / "deadly.py"
    deadly.write_text("import os\nif os.environ.get('OWNER', str(os.getpid())) != str(os.getpid()): os._exit(7)\n")
    text = STUDY.replace("  fast:\n", f"  fast: {{plugins: ['{deadly}']}}\n").replace("seeds: 2", "seeds: 1")
    monkeypatch.setenv("OWNER", str(os.getpid()))
    monkeypatch.setattr(processes, "ATTEMPTS", 2)  # each is a process; how many there are, tests of the pool know
    goes_on = re.escape(f"dlx.study(resume='{tmp_path / 'study'}') goes on from here")
    lost = f"^a trial was lost: the worker died 2 times, at last with exit code 7; {goes_on}$"
    with Processes(1) as worker, pytest.raises(EnvironmentProblem, match=lost):
        studied(tmp_path / "study", text, worker)
    document = json.loads((tmp_path / "study" / "study.json").read_text())
    assert (document["status"], document["variants"], document["claims"]) == ("incomplete", [], [])
