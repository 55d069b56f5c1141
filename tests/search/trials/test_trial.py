"""Trials: the key is that of the spec alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dlx.search.trials.trial import Trial
from dlx.spec.loader import load_spec

EARLIER = """name: earlier
seed: 1
dtype: float32
task: binary
plugins: []
data:
  source:
    name: file
{source}
  split: {{train: 240, dev: 80, test: 80, train_dev: 0}}
  normalize: {{name: standard}}
  augment: []
architecture:
  hidden:
  - {{units: 8}}
  activation: {{name: relu}}
loss: {{name: logistic}}
initializer: {{name: he}}
regularization: {{l2: 0.0, l1: 0.0, keep_prob: 1.0}}
optimizer: {{name: adam, learning_rate: 0.01, weight_decay: 0.0, beta1: 0.9, beta2: 0.999, epsilon: 1.0e-08}}
schedule: {{name: constant, unit: epoch, first: 1, warmup: 0}}
training: {{epochs: 6, batch_size: 32, evaluate_every: 1, threads: 1}}
diagnosis: {{optimal_error: 0.0, tolerance: 0.02}}
randomness: {{generator: pcg64}}
"""
TABLE = """    path: /data/t.csv
    target: y
    categorical: []
    ignore: [id]
    impute: mean
    plain: false"""
ARRAYS = """    path: /data/X.npy
    target: /data/y.npy
    categorical: []
    ignore: []
    plain: false
    image_shape: [8, 8]"""


def trial_of(folder: Path, *overrides: str) -> Trial:
    path = folder / "moons.yaml"
    path.write_text("data: {source: {name: moons, m: 120}}\n", encoding="utf-8")
    return Trial.of(load_spec(path, overrides).spec)


def test_the_key_is_that_of_the_spec_alone(tmp_path: Path) -> None:
    trial = trial_of(tmp_path)
    assert trial.key == trial_of(tmp_path, "training.threads=2").key  # a trial has one thread
    assert trial.key == trial_of(tmp_path, "training.engine=numpy").key  # the bits are the same
    assert trial.key == replace(trial, until_epoch=3).key
    assert trial.key != trial_of(tmp_path, "seed=2").key
    assert len(trial.key) == 16


@pytest.mark.parametrize(
    ("source", "key"), [(TABLE, "fe6652808f2bc6c7"), (ARRAYS, "be5b45405732332d")], ids=["table", "arrays"]
)
def test_the_trial_of_a_complete_spec_of_before_is_found_again(source: str, key: str, tmp_path: Path) -> None:
    path = tmp_path / "earlier.yaml"
    path.write_text(EARLIER.format(source=source), encoding="utf-8")
    assert Trial.of(load_spec(path).spec).key == key  # as the dlx that wrote such specs named it
