"""The list of runs: what it tells is what the files tell, of past runs and of one that another process trains."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dlx.lab.run_list import RunList
from dlx.runs.files.directory import RunDirectory
from dlx.runs.training.train import Session
from dlx.spec.loader import load_spec
from dlx.text import from_shell
from dlx.training.records import EpochRecord

pytestmark = pytest.mark.usefixtures("blank_pictures")


@pytest.fixture
def runs(spec: Path, tmp_path: Path, call_dlx: Callable[..., Any]) -> Path:
    """A folder with two runs of the tiny spec."""
    for overrides in ([], ["optimizer.learning_rate=0.01", "seed=3"]):
        assert call_dlx("train", spec, *overrides, "--quiet", cwd=tmp_path).code == 0
    return tmp_path / "runs"


def test_rows_are_those_of_dlx_runs(runs: Path, tmp_path: Path, call_dlx: Callable[..., Any]) -> None:
    document = RunList(runs).document()
    listed = json.loads(call_dlx("runs", "--json", cwd=tmp_path).stdout)["runs"]
    assert [row["id"] for row in document["runs"]] == [run["id"] for run in reversed(listed)]
    for row, run in zip(document["runs"], reversed(listed), strict=True):
        assert {name: row[name] for name in document["columns"]} == {name: run[name] for name in document["columns"]}


def test_chosen_runs_have_their_curves_and_what_differs(runs: Path) -> None:
    run_list = RunList(runs)
    keys = [row["key"] for row in run_list.document()["runs"]]
    compared = run_list.compared(keys)
    for key, run in zip(keys, compared["runs"], strict=True):
        metrics = RunDirectory(runs / key).metrics()
        assert run["columns"] == {name: metrics[name] for name in run["columns"]}
        assert run["columns"]["epoch"] == [1, 2, 3, 4, 5, 6]
    assert {entry["key"]: entry["values"] for entry in compared["differences"]} == {
        "seed": ["3", "1"],
        "optimizer.learning_rate": ["0.01", "0.05"],
    }


def test_what_is_no_key_of_the_list_is_not_read(runs: Path, tmp_path: Path) -> None:
    run_list = RunList(runs)
    key = run_list.document()["runs"][0]["key"]
    outside = [f"../runs/{key}", str(runs / key), "..", "", "latest", "tiny/../" + key]
    assert run_list.compared(outside) == {"runs": [], "differences": []}
    assert len(run_list.compared([key] * 40)["runs"]) == 1


def test_a_run_of_another_process_is_followed(spec: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run_list = RunList(tmp_path / "runs")
    epochs = []
    with Session.start(load_spec(spec), [], None, tmp_path) as session:
        for record in session.records():
            if isinstance(record, EpochRecord):
                (row,) = run_list.document()["runs"]
                epochs.append((row["status"], row["epoch"], row["train_error"]))
                assert run_list.compared([row["key"]])["runs"][0]["columns"]["epoch"][-1] == record.epoch
                assert epochs[-1] == ("running", record.epoch, record.train_error)
    assert len(epochs) == 6
    assert run_list.document()["runs"][0]["status"] == "completed"


def test_a_run_that_is_damaged_or_gone_does_not_hide_the_others(runs: Path) -> None:
    run_list = RunList(runs)
    first, second = (runs / row["key"] for row in run_list.document()["runs"])
    (first / "run.json").write_text("{")
    (second / "config.yaml").write_text("nonsense\n")
    rows = {row["id"]: row for row in run_list.document()["runs"]}
    assert rows[first.name]["status"] == "damaged"
    assert rows[first.name]["fault"]
    compared = run_list.compared([f"tiny/{first.name}", f"tiny/{second.name}"])
    assert all(run["fault"] for run in compared["runs"])
    for path in second.iterdir():
        if path.is_file():
            path.unlink()
    assert [row["id"] for row in run_list.document()["runs"]] == [first.name]


def test_seeds_are_a_group_with_a_band_and_two_groups_have_a_verdict(
    runs: Path, spec: Path, tmp_path: Path, call_dlx: Callable[..., Any]
) -> None:
    assert call_dlx("train", spec, "seed=2", "--quiet", cwd=tmp_path).code == 0
    run_list = RunList(runs)
    keys = [row["key"] for row in run_list.document()["runs"]]
    verdict = run_list.verdict(keys)
    sizes = {len(group["keys"]): group for group in verdict["groups"]}
    assert set(sizes) == {1, 2}
    tables = [RunDirectory(runs / key).metrics()["dev_error"] for key in sizes[2]["keys"]]
    for (epoch, mean, low, high), *values in zip(sizes[2]["curves"]["dev_error"], *tables, strict=True):
        assert (low, high) == (min(values), max(values))
        assert mean == pytest.approx(sum(values) / 2)
        assert epoch in range(1, 7)
    printed = call_dlx("compare", *(runs / key for key in keys), cwd=tmp_path).stdout
    assert [label for label, _ in verdict["sentences"]][:2] == ["dev error", "verdict"]
    assert verdict["sentences"][1][1].split()[0] in printed
    assert run_list.verdict(keys[:1]) == {"groups": [], "sentences": []}


def test_a_search_has_its_trials_and_each_has_its_curves(
    spec: Path, tmp_path: Path, call_dlx: Callable[..., Any]
) -> None:
    space = "{training.batch_size: {choice: [16, 40]}}"
    plan = f"base: tiny.yaml\nsearch: {{method: grid, seeds: 1, finalists: 2, fresh_seeds: 2, space: {space}}}\n"
    (tmp_path / "search.yaml").write_text(plan)
    assert call_dlx("tune", "search.yaml", "--quiet", cwd=tmp_path).code == 0
    run_list = RunList(tmp_path / "runs")
    (row,) = run_list.document()["searches"]
    assert (row["kind"], row["status"], row["fault"]) == ("tune", "completed", "")
    detail = run_list.searches.detail(row["key"])
    (document,) = [json.loads(path.read_text()) for path in (tmp_path / "runs").glob("*/*/tune.json")]
    assert {trial["index"]: trial["value"] for trial in detail["trials"]} == {
        trial["index"]: trial["value"] for trial in document["trials"]
    }
    values = [trial["value"] for trial in detail["trials"]]
    assert values == sorted(values)
    assert [axis["choices"] for axis in detail["axes"]] == [[16, 40]]
    key = f"{row['key']}/{detail['trials'][0]['trials'][0]}"
    assert run_list.compared([key])["runs"][0]["columns"]["epoch"] == [1, 2, 3, 4, 5, 6]
    for other in ("../../x", row["key"] + "/..", ""):
        assert run_list.searches.detail(other)["fault"]
        assert run_list.compared([other])["runs"] == []
    (tmp_path / "runs" / row["key"] / "tune.json").write_text("{")
    assert run_list.document()["searches"][0]["status"] == "damaged"
    assert run_list.searches.detail(row["key"])["fault"]


def test_a_run_whose_process_is_gone_is_no_longer_running(runs: Path, rewrite: Callable[[Path, object], None]) -> None:
    run_list = RunList(runs)
    path = runs / run_list.document()["runs"][0]["key"]
    facts = json.loads((path / "run.json").read_text())
    rewrite(path / "run.json", {**facts, "status": "running"})
    assert run_list.document()["runs"][0]["status"] == "interrupted"
    with from_shell():
        (run,) = run_list.compared([f"tiny/{path.name}"])["runs"]
    assert run["again"] == f"dlx train --resume {path}"
    with RunDirectory(path) as again:
        again.acquire()
        assert run_list.document()["runs"][0]["status"] == "running"
        assert run_list.compared([f"tiny/{path.name}"])["runs"][0]["again"] == ""


def test_links_lead_to_nothing_that_is_shown(runs: Path, tmp_path: Path) -> None:
    """A folder of runs that somebody else has packed."""
    secret = tmp_path / "secret.txt"
    secret.write_text("token=hunter2\n", encoding="utf-8")
    first, second = (runs / row["key"] for row in RunList(runs).document()["runs"])
    for path in (first / "run.json", second / "config.yaml", second / "metrics.csv"):
        path.unlink()
        path.symlink_to(secret)
    (runs / "tiny" / "linked").symlink_to(second, target_is_directory=True)
    (runs / "other").symlink_to(runs / "tiny", target_is_directory=True)
    run_list = RunList(runs)
    document = run_list.document()
    assert {row["key"].partition("/")[0] for row in document["runs"]} == {"tiny"}
    keys = [row["key"] for row in document["runs"]]
    compared, verdict = run_list.compared(keys), run_list.verdict(keys)
    assert all(run["fault"] for run in compared["runs"])
    assert "hunter2" not in json.dumps([document, compared, verdict])
