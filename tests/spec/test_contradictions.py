"""Pairs of settings that exclude each other are refused at the key at fault; what only looks odd is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlx.errors import SpecError
from dlx.spec.loader import load_spec

SPLIT = "data: {source: moons, split: {train: 0.8, dev: 0.2}}\n"
HIDDEN = "architecture: {hidden: [4, 3]}\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("data: {}", "1:1: data: gives no examples: set source, or train (and dev, test)"),
        (
            "data: {source: moons, normalize_targets: standard}\nloss: poisson",
            "1:23: data.normalize_targets: the loss poisson learns targets as they are: set it to none, or take "
            "another loss",
        ),
        (
            f"{SPLIT}task: regression\nloss: {{name: huber, delta: 1e-300}}",
            "3:21: loss.delta: 1e-300 is nothing, or infinite, to float32: set from 1e-37 to 1e+37",
        ),
        ("data: {dev: moons}", "1:1: data: gives no examples: set source, or train (and dev, test)"),
        (
            "data: {source: moons, dev: xor}",
            "1:23: data.dev: source already gives the examples: set source and split, or a source for each part",
        ),
        (
            "data: {source: moons, split: {train: 0.8, dev: 0.3}}",
            "1:23: data.split: the fractions of train, dev and test add up to 1.1, not to 1",
        ),
        (
            "data: {source: moons, split: {train: 80.0, dev: 20.0}}",
            "1:23: data.split: the fractions of train, dev and test add up to 100, not to 1",
        ),
        (
            "data: {source: moons, split: {train: 0.8, dev: 20}}",
            "1:23: data.split: fractions (0.8) and counts (800) stand side by side: use one kind",
        ),
        (
            "data: {source: moons, split: {train: 80, train_dev: 80}}",
            "1:42: data.split.train_dev: taken out of train's 80, it leaves nothing",
        ),
        (
            "data: {train: moons, test: moons}\ntraining: {early_stopping: true}",
            "2:12: training.early_stopping: it watches the dev set, and there is none: set data.dev",
        ),
        (
            "data: {source: moons, split: {train: 0.8, test: 0.2}}\ntraining: {early_stopping: {patience: 3}}",
            "2:12: training.early_stopping: it watches the dev set, and there is none: set data.split.dev",
        ),
        (
            f"{SPLIT}architecture: {{hidden: [{{units: 4, bias: true}}], batch_norm: true}}",
            "2:36: architecture.hidden.0.bias: "
            "batch norm subtracts the mean, and any b with it, so that its gradient is 0: leave bias out",
        ),
        (
            f"{SPLIT}architecture: {{hidden: [4, {{units: 3, batch_norm: {{}}}}]}}\ntraining: {{batch_size: 1}}",
            "3:12: training.batch_size: batch norm needs at least 2 examples in a batch: the variance of one is 0",
        ),
        (
            f"{SPLIT}architecture: {{hidden: [4, 3], batch_norm: true, layer_norm: true}}",
            "2:50: architecture.layer_norm: there is `batch_norm` in the same layer: "
            "a layer has one norm at most, so set one of them to false",
        ),
        (
            f"{SPLIT}architecture: {{hidden: [4, {{units: 3, batch_norm: true}}], layer_norm: {{}}}}",
            "2:39: architecture.hidden.1.batch_norm: there is `layer_norm` in the same layer: "
            "a layer has one norm at most, so set one of them to false",
        ),
        (
            f"{SPLIT}architecture: {{hidden: [4, {{units: 3, norm: batch_norm, layer_norm: true}}]}}",
            "2:39: architecture.hidden.1.norm: there is `layer_norm` in the same layer: "
            "a layer has one norm at most, so set one of them to false",
        ),
        (
            f"{SPLIT}architecture: {{hidden: [4, 1], layer_norm: true}}",
            "2:28: architecture.hidden.1.units: layer norm needs at least 2 units: the variance of one is 0",
        ),
        (
            f"{SPLIT}architecture: {{hidden: [{{units: 4, layer_norm: {{epsilon: 1.0e-40}}}}]}}",
            "2:49: architecture.hidden.0.layer_norm.epsilon: 1e-40 is nothing to float32: set at least 1e-37",
        ),
        (
            f"{SPLIT}architecture: {{batch_norm: true}}",
            "2:16: architecture.batch_norm: there is no hidden layer to normalize",
        ),
        (
            f"{SPLIT}regularization: {{keep_prob: 0.5}}",
            "2:18: regularization.keep_prob: there is no hidden layer to drop units from",
        ),
        (
            f"{SPLIT}{HIDDEN}regularization: {{keep_prob: [0.5]}}",
            "3:18: regularization.keep_prob: expected one number, or one for each of the 2 hidden layers, got 1",
        ),
        (
            f"{SPLIT}architecture: {{hidden: [{{units: 4, keep_prob: 0.9}}]}}\nregularization: {{keep_prob: [0.5]}}",
            "2:36: architecture.hidden.0.keep_prob: 0.9 here, but 0.5 in regularization.keep_prob: set one of the two",
        ),
        (
            f"{SPLIT}optimizer: {{name: adam, epsilon: 1e-50}}",
            "2:25: optimizer.epsilon: 1e-50 is nothing to float32: set at least 1e-37",
        ),
        (
            f"{SPLIT}randomness: {{split: {{seed: 1, reseed: epoch}}}}",
            "2:31: randomness.split.reseed: the split is drawn once: there is nothing to restart",
        ),
        (
            "objective: {name: rosenbrock, start: [1e200, 0]}",
            "1:31: objective.start: 1e+200 is infinite to float32: set at most 3.4e+38",
        ),
        (
            "objective: {name: polynomial, coefficients: [1e39, 1]}",
            "1:31: objective.coefficients: 1e+39 is infinite to float32: set at most 3.4e+38",
        ),
    ],
)
def test_contradictions(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text(text)
    with pytest.raises(SpecError) as raised:
        load_spec(path)
    assert str(raised.value) == f"{path}:{message}"


@pytest.mark.parametrize(
    "text",
    [
        "data: {source: {name: file, path: parts.npz}}\ntraining: {early_stopping: true}",  # it may hold X_dev
        "data: {source: moons, split: {train: 0.995, dev: 0.0025, test: 0.0025}}",
        "data: {source: moons, split: {train: 0.1, dev: 0.2, test: 0.7, train_dev: 0.05}}",
        "data: {source: moons, split: {train: 80, dev: 10}}",
        "data: {train: moons, split: {train: 1.0, train_dev: 0.1}, dev: xor}",  # the notes' way to tell mismatch apart
        f"{SPLIT}training: {{epochs: 2, early_stopping: {{patience: 9}}}}",
        f"{SPLIT}architecture: {{hidden: [{{units: 4, bias: true, batch_norm: false}}], batch_norm: true}}",
        f"{SPLIT}architecture: {{hidden: [{{units: 4, bias: false}}], batch_norm: true}}",
        f"{SPLIT}architecture: {{hidden: [{{units: 4, bias: true}}], layer_norm: true}}\ntraining: {{batch_size: 1}}",
        f"{SPLIT}architecture: {{hidden: [4, {{units: 3, layer_norm: true, batch_norm: false}}], batch_norm: true}}",
        f"{SPLIT}architecture: {{hidden: [4, {{units: 1, norm: false}}], norm: {{name: layer_norm, epsilon: 0.1}}}}",
        f"{SPLIT}architecture: {{hidden: [{{units: 4, keep_prob: 0.9}}]}}\nregularization: {{keep_prob: 0.5}}",
        f"{SPLIT}regularization: {{keep_prob: 1.0}}",
        f"{SPLIT}training: {{batch_size: 1}}",
        f"{SPLIT}randomness: {{dropout: {{seed: 1, reseed: step, increment: 0}}}}",
    ],
)
def test_what_is_allowed(tmp_path: Path, text: str) -> None:
    (tmp_path / "spec.yaml").write_text(text)
    load_spec(tmp_path / "spec.yaml")
