"""``dlx diagnose RUN --act``: what it prints, what it writes, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from dlx.errors import UsageError
from dlx.search.budget import seconds_of
from tests.conftest import Result

pytestmark = [pytest.mark.usefixtures("blank_pictures"), pytest.mark.probes]

SPEC = """
name: circles
data: {source: {name: circles, m: 500, noise: 0.05, factor: 0.5}, split: {train: 200, dev: 200, test: 100}}
architecture: {hidden: [8, 5]}
initializer: zeros
optimizer: {name: adam, learning_rate: 0.02}
training: {epochs: 30, batch_size: 50, evaluate_every: 10}
"""

Call = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, call_dlx: Call) -> Path:
    (tmp_path / "spec.yaml").write_text(SPEC, encoding="utf-8")
    assert call_dlx("train", "spec.yaml", "--out", "first", "--quiet", cwd=tmp_path).code == 0
    return tmp_path / "first"


def test_a_table_of_remedies_the_result_and_what_to_type_next(run: Path, call_dlx: Call) -> None:
    done = call_dlx("diagnose", "first", "--act", "--seeds", 3, "--budget", "5m", cwd=run.parent)
    assert (done.code, "remedies against" in done.stderr, "kept: fitting_initializer" in done.stderr) == (0, True, True)
    lines = done.stdout.splitlines()
    header = next(line for line in lines if line.startswith("remedy "))
    assert header.split("  ")[-1].strip() == "verdict"
    assert any(line.startswith("fitting_initializer") and line.endswith("keep") for line in lines)
    assert any(line.endswith("stopped") for line in lines)
    assert "kept      initializer={name: he}" in lines
    assert any(line.startswith("act       bias and variance are within the tolerance now") for line in lines)
    assert lines[-1] == "next      dlx train first/act.yaml"
    assert call_dlx("train", "first/act.yaml", "--quiet", cwd=run.parent).code == 0


HARD = """
name: hard
data:
  source: {name: blobs, m: 200, noise: 1.2, centers: [[0, 0], [1, 0]]}
  split: {train: 60, dev: 120, test: 20}
architecture: {hidden: [2]}
training: {epochs: 2, batch_size: 40}
"""


def test_where_nothing_surely_helps_the_best_bet_can_be_typed(tmp_path: Path, call_dlx: Call) -> None:
    (tmp_path / "spec.yaml").write_text(HARD, encoding="utf-8")
    assert call_dlx("train", "spec.yaml", "--out", "first", "--quiet", cwd=tmp_path).code == 0
    done = call_dlx("diagnose", "first", "--act", "--seeds", 2, cwd=tmp_path)
    assert done.code == 0
    lines = done.stdout.splitlines()
    [bet] = [line for line in lines if line.startswith("best bet")]
    assert "helps with a probability of " in bet
    assert lines[-1] == "try       dlx train first/candidate.yaml"
    assert call_dlx("train", "first/candidate.yaml", "--quiet", cwd=tmp_path).code == 0
    assert not (tmp_path / "first" / "act.yaml").exists()
    assert call_dlx("doctor", "first", cwd=tmp_path).code == 0


def test_one_document_and_the_same_beside_the_run(run: Path, call_dlx: Call) -> None:
    done = call_dlx("diagnose", "first", "--act", "--seeds", 3, "--json", cwd=run.parent)
    assert (done.code, done.stderr) == (0, "")
    document = json.loads(done.stdout)
    assert document["act"]["status"] == "done"
    assert document["act"]["rounds"][0]["kept"] == "fitting_initializer"
    assert document == json.loads((run / "diagnosis.json").read_text())


def test_a_stated_optimum_counts_and_is_in_the_spec_that_comes_of_it(run: Path, call_dlx: Call) -> None:
    given: tuple[object, ...] = ("diagnosis.optimal_error=0.5", "--act", "--json")
    assert json.loads(call_dlx("diagnose", "first", *given, cwd=run.parent).stdout)["act"]["status"] == "nothing_needed"
    given = ("diagnosis.optimal_error=0.4", "--act", "--json", "--seeds", 2)
    assert json.loads(call_dlx("diagnose", "first", *given, cwd=run.parent).stdout)["act"]["status"] == "done"
    assert "optimal_error: 0.4" in (run / "act.yaml").read_text()
    assert json.loads((run / "diagnosis.json").read_text())["optimal_error"] == 0


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (("spec.yaml", "--act"), "error: --act goes on from a run: train the spec first"),
        (("first", "--workers", "2"), "error: --seeds, --budget, --workers and --cluster say how --act"),
        (("first", "--act", "--budget", "soon"), "error: --budget soon: expected a time such as 90s, 10m or 1h30m"),
    ],
)
def test_what_is_refused(run: Path, call_dlx: Call, given: tuple[str, ...], message: str) -> None:
    done = call_dlx("diagnose", *given, cwd=run.parent)
    assert done.code == 2
    assert done.stderr.startswith(message)


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("10m", 600), ("1h30m", 5400), ("1.5h", 5400), ("45", 45), ("2m5", 125)]
)
def test_times(text: str, seconds: float) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["", "m", "0s", "-5s", "1.2.3s", "5m1h", "10 min"])
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(UsageError, match="expected a time such as"):
        seconds_of(text)
