"""The data of trials: loaded once for all that share them, and anew where their files have changed."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.data.formats.csv_file import Csv
from dlx.search.trials import shared_data
from dlx.search.trials.replicates import replicate
from dlx.search.trials.shared_data import current_dataset, data_of
from dlx.search.trials.training import run_trial
from dlx.search.trials.trial import Trial
from dlx.spec.loader import load_spec
from dlx.spec.sections import Spec
from tests.search.trials.conftest import without_times, written

TABLE = """
name: table
data: {source: {name: file, path: table.csv, target: y}, split: {train: 60, dev: 40, test: 20}, normalize: standard}
architecture: {hidden: [3]}
training: {epochs: 4, batch_size: 16}
"""
LONG_AGO = 10**9


def write_table(folder: Path, seed: int, seconds: float = LONG_AGO) -> None:
    rows = np.random.default_rng(seed).normal(size=(120, 2)).round(3)
    lines = ["a,b,y", *(f"{a},{b},{int(a + b > 0)}" for a, b in rows)]
    (folder / "table.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")
    os.utime(folder / "table.csv", (seconds, seconds))


@pytest.fixture
def spec(tmp_path: Path) -> Spec:
    write_table(tmp_path, seed=1)
    return load_spec(written(tmp_path, TABLE)).spec


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files of text that are read."""
    paths, columns = list[Path](), Csv.columns

    def noting(self: Csv, path: Path, *rest: Any) -> Any:
        paths.append(path)
        return columns(self, path, *rest)

    monkeypatch.setattr(Csv, "columns", noting)
    return paths


def with_train_examples(spec: Spec, count: int) -> Spec:
    return spec.model_copy(update={"data": spec.data.model_copy(update={"train_examples": count})})


def test_replicates_share_their_data_where_they_draw_no_subset(spec: Spec) -> None:
    first = data_of(spec)
    assert all(data_of(replicate(spec, number)) is first for number in range(1, 4))
    few = with_train_examples(spec, 20)
    subsets = [data_of(replicate(few, number)) for number in range(3)]
    assert len({dataset.fingerprint for dataset in subsets}) == 3


def test_a_file_is_read_once_for_all_subsets_and_trials_that_go_on(
    spec: Spec, readings: list[Path], tmp_path: Path
) -> None:
    for count in (10, 20, 30):
        data_of(with_train_examples(spec, count))
    trial = Trial.of(spec)
    stopped = run_trial(replace(trial, until_epoch=2), tmp_path / "parts")
    assert stopped.status == "stopped"
    end = run_trial(trial, tmp_path / "parts")
    assert len(readings) == 1
    assert without_times(run_trial(trial, tmp_path / "whole")) == without_times(end)


def test_a_trial_does_not_go_on_with_other_data(spec: Spec, tmp_path: Path) -> None:
    trial = Trial.of(spec)
    run_trial(replace(trial, until_epoch=2), tmp_path / "trials")
    write_table(tmp_path, seed=2)  # as large, of the same time
    outcome = run_trial(trial, tmp_path / "trials")
    assert outcome.status == "failed"
    assert "the data have changed since the run began" in outcome.message


def test_a_file_that_was_written_to_just_now_is_taken_as_it_is(spec: Spec, tmp_path: Path) -> None:
    before = data_of(spec).fingerprint
    write_table(tmp_path, seed=3, seconds=time.time())
    current = current_dataset(spec.dump())
    assert current is not None
    assert current.fingerprint != before


def test_of_a_source_that_tells_no_files_nothing_is_known_to_be_current(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as one of a plugin."""
    spec = load_spec(written(tmp_path)).spec
    assert current_dataset(spec.dump()) is data_of(spec)
    monkeypatch.setattr("dlx.data.section.TOY_SETS", ())
    assert current_dataset(spec.model_copy(update={"seed": 1187}).dump()) is None
    assert data_of(spec) is data_of(spec)


def test_large_data_sets_make_room(spec: Spec, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_data, "MOST_BYTES", 0)
    specs = [with_train_examples(spec, count) for count in (10, 20, 30)]
    first, *others = (data_of(each) for each in specs)
    assert [data_of(each) for each in specs[1:]] == others
    assert data_of(specs[0]) is not first
