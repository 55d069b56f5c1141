"""Trials: the key is that of the spec alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from dlx.search.trials.trial import Trial
from dlx.spec.loader import load_spec


def trial_of(folder: Path, *overrides: str) -> Trial:
    path = folder / "moons.yaml"
    path.write_text("data: {source: {name: moons, m: 120}}\n", encoding="utf-8")
    return Trial.of(load_spec(path, overrides).spec)


def test_the_key_is_that_of_the_spec_alone(tmp_path: Path) -> None:
    trial = trial_of(tmp_path)
    assert trial.key == trial_of(tmp_path, "training.threads=2").key  # a trial has one thread
    assert trial.key == replace(trial, until_epoch=3).key
    assert trial.key != trial_of(tmp_path, "seed=2").key
    assert len(trial.key) == 16
