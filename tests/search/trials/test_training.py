"""Trials: done once, gone on with after any end, and the same wherever they run."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dlx.search.trials.outcome import known_outcome
from dlx.search.trials.pool import run_trials
from dlx.search.trials.training import run_trial
from dlx.search.trials.trial import Trial
from dlx.spec.loader import load_spec
from tests.search.trials.conftest import without_times, written


def trial_of(folder: Path, *overrides: str) -> Trial:
    return Trial.of(load_spec(written(folder), overrides).spec)


def contents(folder: Path) -> dict[str, tuple[int, bytes]]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path): (path.stat().st_mtime_ns, path.read_bytes()) for path in files}


def test_a_finished_trial_is_read_and_not_repeated(tmp_path: Path) -> None:
    trial = trial_of(tmp_path)
    first = run_trial(trial, tmp_path / "trials")
    before = contents(tmp_path / "trials")
    assert run_trial(trial, tmp_path / "trials") == first
    assert contents(tmp_path / "trials") == before
    assert first.status == "completed"
    assert first.final is not None
    assert first.final.epoch == 6
    assert {part: error.m for part, error in first.errors.items()} == {"train": 60, "dev": 40, "test": 20}
    assert first.mistakes().mean() == pytest.approx(first.errors["dev"].value)


def test_a_trial_stopped_at_an_epoch_goes_on_to_the_same_end(tmp_path: Path) -> None:
    trial = trial_of(tmp_path, "training.early_stopping=true")
    whole = run_trial(trial, tmp_path / "whole")
    parts = [run_trial(replace(trial, until_epoch=epoch), tmp_path / "parts") for epoch in (2, 4)]
    assert [(part.status, part.final.epoch) for part in parts if part.final] == [("stopped", 3), ("stopped", 5)]
    assert without_times(run_trial(trial, tmp_path / "parts")) == without_times(whole)


def test_trials_that_a_budget_cuts_off_come_to_the_same_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At any step, also at the end of an epoch that has no row."""
    monkeypatch.setattr("dlx.training.fit.SECONDS_BETWEEN_REPORTS", 0.0)
    trial = trial_of(tmp_path, "training.batch_size=full", "training.evaluate_every=10", "training.epochs=12")
    whole = run_trial(trial, tmp_path / "whole")
    seconds, part = 0.0, None
    while part is None or part.status == "interrupted":
        seconds += 0.002
        part = run_trial(trial, tmp_path / "parts", time.time() + seconds)
    assert without_times(part) == without_times(whole)


def test_outcomes_come_as_they_are_there_and_each_once(tmp_path: Path) -> None:
    trials = [trial_of(tmp_path, f"seed={seed}") for seed in (1, 2, 1)]
    assert [outcome.key for outcome in run_trials(trials, tmp_path / "trials")] == [trial.key for trial in trials[:2]]


@pytest.mark.parametrize(
    "damage",
    [
        lambda run: (run / "model.npz").write_bytes(b""),
        lambda run: (run / "mistakes.npz").unlink(),
        lambda run: (run / "diagnosis.json").write_bytes(b""),
        lambda run: (run / "run.json").write_bytes(b""),
        lambda run: (run / "config.yaml").unlink(),
    ],
    ids=["model empty", "mistakes gone", "diagnosis empty", "facts empty", "config gone"],
)
def test_what_a_power_cut_has_damaged_is_trained_again(tmp_path: Path, damage: Callable[[Path], object]) -> None:
    trial, folder = trial_of(tmp_path), tmp_path / "trials"
    first = run_trial(trial, folder)
    mistakes = first.mistakes()
    damage(folder / trial.key)
    assert known_outcome(trial, folder) is None
    again = run_trial(trial, folder)
    assert without_times(again) == without_times(first)
    np.testing.assert_array_equal(again.mistakes(), mistakes)


def test_a_trial_that_was_killed_at_its_end_goes_on(tmp_path: Path) -> None:
    trial, folder = trial_of(tmp_path), tmp_path / "trials"
    whole = run_trial(trial, folder)
    path = folder / trial.key / "run.json"
    facts = json.loads(path.read_text())
    path.write_text(json.dumps(facts | {"status": "running", "final": None, "best": None}), encoding="utf-8")
    assert known_outcome(trial, folder) is None
    assert without_times(run_trial(trial, folder)) == without_times(whole)
