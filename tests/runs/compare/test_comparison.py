"""Comparisons: what differs, which runs are a group, what is paired with what, and what is said where nothing is."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.errors import DataError, UsageError
from dlx.plain_data import plain
from dlx.runs.compare import Comparison, compare
from dlx.runs.diagnosis.diagnose import examine, keep
from dlx.runs.files.directory import RunDirectory
from dlx.runs.reading.references import find_all
from dlx.search.trials.training import run_trial
from dlx.search.trials.trial import Trial
from dlx.spec.loader import load_spec
from dlx.stats.effects import effect
from dlx.stats.group_difference import Chance

MOONS = """
name: moons
data: {source: {name: moons, m: 240, noise: 0.3}, split: {train: 120, dev: 120}}
architecture: {hidden: [6]}
optimizer: {name: adam, learning_rate: 0.02}
training: {epochs: 6, batch_size: 32}
"""
SAME_DEV = "randomness.split.seed=5"
SAME_WEIGHTS = "randomness.initializer.seed=1"
SLOW = "optimizer.learning_rate=0.002"

Train = Callable[..., Path]


@pytest.fixture(scope="module")
def train(tmp_path_factory: pytest.TempPathFactory) -> Train:
    """``train(*overrides, text=MOONS)``: the directory of a run of that spec, each trained once."""
    folder = tmp_path_factory.mktemp("runs")

    def trained(*overrides: str, text: str = MOONS) -> Path:
        (folder / "spec.yaml").write_text(text, encoding="utf-8")
        return Path(run_trial(Trial.of(load_spec(folder / "spec.yaml", overrides).spec), folder).run)

    return trained


def compared(*runs: Path, against: tuple[Path, ...] = ()) -> Comparison:
    return compare([str(run) for run in runs], [str(run) for run in against])


def dev_error(run: Path) -> float:
    return float(json.loads((run / "diagnosis.json").read_text())["errors"]["dev"]["value"])


def seeds(train: Train, *overrides: str, of: tuple[int, ...] = (1, 2, 3)) -> list[Path]:
    return [train(f"seed={seed}", *overrides) for seed in of]


def test_only_what_differs_is_told_and_what_a_run_lacks_is_absent(train: Train) -> None:
    one = train(SAME_DEV)
    other = train(SAME_DEV, "optimizer={name: momentum, learning_rate: 0.02}", "regularization.l2=0.5", "name=other")
    document = plain(compared(one, other).document())
    keys = ["name", "regularization.l2", "optimizer.name", "optimizer.beta1", "optimizer.beta2", "optimizer.epsilon"]
    assert document["differing"] == [*keys, "optimizer.beta"]
    first, second = document["runs"]
    assert (first["settings"]["optimizer.name"], second["settings"]["optimizer.name"]) == ("adam", "momentum")
    assert (first["absent"], second["absent"]) == (["optimizer.beta"], keys[3:])
    assert first["errors"]["dev"]["value"] == dev_error(one)
    assert (first["status"], first["epochs"], first["errors"]["train"]["m"]) == ("completed", 6, 120)


def test_a_name_that_the_user_gave_stays_whole(train: Train, tmp_path: Path) -> None:
    names = ["table-first", "table-2", "20261130T200707Z-1133ab"]
    runs = [
        Path(shutil.copytree(train(SAME_DEV, f"seed={number}"), tmp_path / name)) for number, name in enumerate(names)
    ]
    assert [run["id"] for run in plain(compared(*runs).document())["runs"]] == ["table-first", "table-2", "1133ab"]


def test_what_one_group_has_not_is_in_its_label_too(train: Train) -> None:
    """By a spec's name alone the one without would be taken for the other."""
    few = compared(train("data.train_examples=100", SAME_DEV), train(SAME_DEV))
    assert [group.label for group in few.groups] == ["train_examples 100", "train_examples null"]


def test_runs_that_differ_in_their_random_numbers_only_are_a_group(train: Train) -> None:
    runs = [*seeds(train), *seeds(train, SLOW), train("randomness.dropout.seed=3", SLOW, "name=again")]
    found = compared(*runs)
    assert [(group.label, len(group.runs)) for group in found.groups] == [
        ("learning_rate 0.02", 3),
        ("learning_rate 0.002", 4),
    ]
    alone = compared(*runs[:3])
    assert [(group.label, len(group.runs)) for group in alone.groups] == [(f"seed {seed}", 1) for seed in (1, 2, 3)]
    assert alone.difference is None


def test_the_same_seeds_and_dev_examples_are_paired_by_both(train: Train) -> None:
    runs, slow = seeds(train, SAME_DEV), seeds(train, SAME_DEV, SLOW)
    document = plain(compared(*runs, *reversed(slow)).document())["difference"]
    assert document["paired"] == ["seed", "example"]
    assert (document["runs"], document["m"], document["about"]) == ([3, 3], 120, "settings")
    before, after = (
        np.stack([RunDirectory(run).mistakes()["dev"].astype(float) for run in side]) for side in (slow, runs)
    )
    expected = effect(before, after)
    assert [document[key] for key in ("value", "low", "high")] == [expected.value, expected.low, expected.high]
    assert document["value"] == pytest.approx(np.mean(list(map(dev_error, runs))) - np.mean(list(map(dev_error, slow))))


def test_the_kept_networks_answer_anew_what_was_not_kept(train: Train, tmp_path: Path) -> None:
    """Runs of ``dlx train`` keep no mistakes: their networks make them again, and to the same difference."""
    runs = [train(SAME_DEV), train(SAME_DEV, SLOW)]
    kept = compared(*runs).difference
    for run in runs:
        (run / "mistakes.npz").rename(tmp_path / run.name)
    try:
        again = compared(*runs).difference
    finally:
        for run in runs:
            (tmp_path / run.name).rename(run / "mistakes.npz")
    assert kept is not None
    assert again is not None
    assert again.estimate == kept.estimate
    assert again.paired == kept.paired == ("seed", "example")


def test_dev_sets_that_change_with_the_seed_leave_pairs_of_errors(train: Train) -> None:
    runs, slow = seeds(train), seeds(train, SLOW)
    found = compared(*runs, *slow).difference
    assert found is not None
    assert found.paired == ("seed",)
    d = np.array([dev_error(run) - dev_error(other) for run, other in zip(runs, slow, strict=True)])
    assert found.estimate.value == pytest.approx(d.mean())
    half = 4.302653 * d.std(ddof=1) / 3**0.5  # Student's t of 2 degrees of freedom, from a table
    assert found.estimate.high - found.estimate.value == pytest.approx(half, rel=1e-5)


def test_a_remedy_that_leaves_dev_alone_is_paired_by_example_though_the_data_differ(train: Train) -> None:
    fewer = train(SAME_DEV, "data.train_examples=60")
    found = compared(train(SAME_DEV), fewer).difference
    assert found is not None
    assert found.paired == ("seed", "example")
    assert found.estimate.m == 120


def test_other_seeds_on_the_same_dev_examples_are_paired_by_example_only(train: Train) -> None:
    found = compared(*seeds(train, SAME_DEV), *seeds(train, SAME_DEV, SLOW, of=(7, 8))).difference
    assert found is not None
    assert (found.paired, found.counts) == (("example",), (3, 2))


def test_where_nothing_is_the_same_nothing_is_paired(train: Train) -> None:
    found = compared(*seeds(train), *seeds(train, SLOW, of=(7, 8))).difference
    assert found is not None
    assert found.paired == ()


def test_runs_without_a_partner_are_told(train: Train) -> None:
    found = compared(*seeds(train), *seeds(train, SLOW, of=(1, 2)))
    assert found.difference is not None
    assert (found.difference.paired, found.difference.counts) == (("seed",), (2, 2))
    assert any("without a partner of the same seed" in remark for remark in found.remarks)


@pytest.mark.parametrize("of", [(1, 2), (1, 2, 3)])
def test_two_pairs_that_agree_establish_nothing_yet(train: Train, of: tuple[int, ...]) -> None:
    slower = "optimizer.learning_rate=0.00001"
    runs, slow = (seeds(train, SAME_DEV, SAME_WEIGHTS, *more, of=of) for more in ((), (slower,)))
    document = plain(compared(*runs, *slow).document())["difference"]
    assert document["high"] < 0
    assert document["verdict"] == ("established" if len(of) > 2 else "not established")
    assert document["settled_by"] == (None if len(of) > 2 else {"more_seeds": 1})


def test_error_rates_differ_by_one_at_most_and_what_no_number_settles_is_null(train: Train) -> None:
    """Of two runs one learns and one does not, so a third tells next to nothing of the other group."""
    runs = [train("seed=1"), train("seed=2", "initializer=zeros")]
    found = compared(*runs, against=(train("seed=3", SLOW),)).difference
    assert found is not None
    assert (found.estimate.low, found.estimate.high) == (-1, 1)
    nothing = replace(found, chance=Chance(0.0, found.chance.seeds, examples=0.01, m=120))
    assert plain(nothing.document())["settled_by"] == {"more_seeds": None, "dev_examples": None}


def test_one_run_each_speaks_of_two_networks(train: Train) -> None:
    document = plain(compared(train(SAME_DEV), train(SAME_DEV, "training.epochs=1", SLOW)).document())["difference"]
    assert (document["about"], document["runs"], document["paired"]) == ("networks", [1, 1], ["seed", "example"])
    assert document["better"] == "learning_rate 0.02, epochs 6"
    apart = plain(compared(train("seed=1"), train("seed=2", SLOW)).document())["difference"]
    assert (apart["about"], apart["paired"]) == ("networks", [])
    assert apart["low"] < apart["value"] < apart["high"]  # the chance of the dev examples is in it


def test_against_makes_two_groups_of_whatever_is_named(train: Train) -> None:
    runs = [*seeds(train, SAME_DEV), *seeds(train, SAME_DEV, SLOW)]
    found = compared(*runs[:3], against=tuple(runs[3:]))
    automatic = compared(*runs)
    assert found.difference == automatic.difference
    mixed = compared(runs[0], runs[3], against=(runs[1], runs[4]))
    assert [len(group.runs) for group in mixed.groups] == [2, 2]


def test_what_changed_since_is_not_paired_by_example(train: Train, tmp_path: Path) -> None:
    data = tmp_path / "points.csv"
    rng = np.random.default_rng(0)
    rows = [f"{x:.4f},{y:.4f},{'ab'[int(x > y)]}" for x, y in rng.normal(size=(80, 2))]
    data.write_text("\n".join(["x,y,kind", *rows]) + "\n")
    text = f"data: {{source: {{name: file, path: {data}, target: kind}}, split: {{train: 40, dev: 40}}}}\n"
    runs = [train(text=text), train(SLOW, text=text)]
    for run in runs:
        (run / "mistakes.npz").unlink()
    before = compared(*runs).difference
    assert before is not None
    assert before.paired == ("seed", "example")
    data.write_text(data.read_text().replace(rows[0], rows[1]))
    after = compared(*runs)
    assert after.difference is not None
    assert after.difference.paired == ("seed",)
    assert any("the data have changed since the run" in remark for remark in after.remarks)


def test_what_cannot_be_compared_is_refused(train: Train, tmp_path: Path) -> None:
    run, other = train(), train(SLOW)
    with pytest.raises(UsageError, match="two or more"):
        compared(run, run)
    with pytest.raises(UsageError, match="both sides"):
        compared(run, other, against=(other,))
    with pytest.raises(UsageError, match="is no run directory"):
        compared(run, tmp_path)


def test_a_classification_beside_a_regression_is_a_table_without_a_difference(train: Train) -> None:
    line = "data: {source: {name: moons, m: 60, noise: 0.2}, split: {train: 30, dev: 30}}\ntask: regression\n"
    number = train(text=line)
    found = compared(train(), number)
    assert found.difference is None
    assert not found.comparable
    assert any("regression" in remark for remark in found.remarks)
    with pytest.raises(UsageError, match="regression"):
        compared(train(), against=(number,))
    both = compared(number, train("seed=2", text=line), train(SLOW, text=line)).difference
    assert both is not None


def test_runs_without_a_dev_set_have_a_table_only(train: Train) -> None:
    text = MOONS.replace("dev: 120", "test: 120")
    found = compared(train(text=text), train(SLOW, text=text))
    assert found.difference is None
    assert any("no dev set" in remark for remark in found.remarks)
    assert len(found.curves()) == 2
    assert found.picture().startswith(b"\x89PNG")


@pytest.fixture
def changed(rewrite: Callable[[Path, object], None]) -> Callable[..., None]:
    """``changed(run, key=value)``: other facts in the run.json of a run."""

    def change(run: Path, **facts: Any) -> None:
        path = run / "run.json"
        rewrite(path, json.loads(path.read_text()) | facts)

    return change


def test_a_run_that_goes_on_is_shown_and_not_counted(
    train: Train, rewrite: Callable[[Path, object], None], changed: Callable[..., None]
) -> None:
    going = train("seed=11", "training.epochs=3")
    changed(going, status="running", final=None, best=None, kept_epoch=None)
    rewrite(going / "diagnosis.json", None)
    with RunDirectory.open(going, writing=True):
        found = compared(train("seed=1"), going)
    assert found.difference is None
    row = plain(found.document())["runs"][1]
    assert (row["status"], row["epochs"]) == ("running", 3)
    assert row["errors"]["dev"]["low"] is None
    assert any("still running" in remark for remark in found.remarks)
    assert any(remark.startswith("interrupted") for remark in compared(train("seed=1"), going).remarks)  # it was killed


def test_a_diverged_run_is_named(train: Train) -> None:
    wild = train("optimizer={name: gradient_descent, learning_rate: 1e30}")
    found = compared(train(), wild)
    assert any(remark.startswith("diverged") for remark in found.remarks)
    assert json.loads(json.dumps(plain(found.document())["runs"][1]["status"])) == "diverged"


def test_runs_in_which_nothing_differs(train: Train, tmp_path: Path) -> None:
    twin = Path(shutil.copytree(train(SAME_DEV), tmp_path / "twin"))
    found = compared(train(SAME_DEV), twin)
    assert found.differing == ()
    assert "nothing differs in the specs" in found.remarks
    assert found.difference is not None
    assert (found.difference.estimate.low, found.difference.estimate.high) == (0, 0)


@pytest.mark.parametrize("name", ["run.json", "diagnosis.json", "metrics.csv"])
def test_a_damaged_file_is_named(train: Train, tmp_path: Path, name: str) -> None:
    broken = Path(shutil.copytree(train(SLOW), tmp_path / "broken"))
    (broken / name).write_text("{\n")
    with pytest.raises(DataError, match=name):
        compared(train(), broken)


def past(root: Path, name: str, run: str, *tags: str) -> Path:
    path = root / name / run
    path.mkdir(parents=True)
    (path / "config.yaml").write_text("name: x\n")
    facts = {"schema_version": 1, "name": name, "started": run, "tags": list(tags)}
    (path / "run.json").write_text(json.dumps(facts))
    return path


def test_a_name_a_tag_and_a_folder_mean_all_their_runs(tmp_path: Path) -> None:
    a, b, c = (past(tmp_path, name, run, "good") for name, run in (("he", "1-aa"), ("he", "2-bb"), ("zeros", "3-cc")))
    d = past(tmp_path, "zeros", "4-dd")
    assert find_all("he", tmp_path) == find_all("he/", tmp_path) == find_all(str(tmp_path / "he")) == [a, b]
    assert find_all("good", tmp_path) == [a, b, c]
    assert find_all("latest", tmp_path) == find_all("dd", tmp_path) == find_all(str(d), tmp_path) == [d]
    assert find_all("zeros/~1", tmp_path) == [c]
    with pytest.raises(UsageError, match="is no run"):
        find_all("hee", tmp_path)
    assert find_all(str(tmp_path)) == [a, b, c, d]
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="none in it"):
        find_all(str(tmp_path / "empty"))


def test_the_trials_of_a_search_are_found_in_its_directory(tmp_path: Path) -> None:
    trial = past(tmp_path / "search", "trials", "0123456789abcdef")
    assert find_all(str(tmp_path / "search")) == find_all(str(tmp_path / "search" / "trials")) == [trial]


def test_metrics_are_compared_where_they_were_measured(train: Train, tmp_path: Path) -> None:
    one, other = (Path(shutil.copytree(train(f"seed={seed}"), tmp_path / f"run{seed}")) for seed in (1, 2))
    keep(examine(str(one)))  # a trial keeps none by itself
    comparison = compare([str(one), str(other)], (), ["f1"])
    documents = {Path(run["run"]).name: run["metrics"]["f1"] for run in plain(comparison.document())["runs"]}
    assert documents["run2"] == {}
    metrics = json.loads((one / "diagnosis.json").read_text())["metrics"]
    assert documents["run1"]["dev"]["value"] == metrics["dev"]["f1"]["value"]
    assert any("f1 is not in" in remark for remark in comparison.remarks)
    assert all("metrics" not in run for run in plain(compared(one, other).document())["runs"])
