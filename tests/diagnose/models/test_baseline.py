"""The reference without training: as scikit-learn has it, on samples of large sets, and where there is too little."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.data.dataset import Dataset
from dlx.diagnose.models.baseline import Baseline, reference
from dlx.spec.sections import Spec
from dlx.training.build import build_supervised

KEPT = json.loads((Path(__file__).parents[2] / "reference" / "reference_errors.json").read_text())


def dataset(train: int = 200, **sections: Any) -> Dataset:
    data = {
        part: {"name": "moons", "m": m, "noise": 0.3, "seed": s}
        for part, m, s in (("train", train, 1), ("dev", 150, 2))
    }
    spec = Spec.model_validate({"data": {**data, **sections.pop("data", {})}, **sections}).complete()
    return build_supervised(spec).dataset


def told(some: Dataset) -> Baseline:
    found = reference(some)
    assert found is not None
    return found


@pytest.mark.parametrize(("task", "kind"), [("binary", "neighbours"), ("regression", "kernel")])
def test_errors_are_those_of_scikit_learn(task: str, kind: str) -> None:
    found = told(dataset(task=task))
    assert found.train == pytest.approx(KEPT[kind]["train"], rel=1e-4)
    assert found.dev == pytest.approx(KEPT[kind]["dev"], rel=1e-4)
    assert found.sample_size == 200


def test_inputs_that_are_not_normalized_are_here() -> None:
    """So that the reference shows what could be reached, and not what the same fault makes of it."""
    found = told(dataset(data={"normalize": "none"}))
    assert found.train == pytest.approx(KEPT["neighbours"]["train"], rel=1e-4)


def test_a_sample_of_many_tells_about_the_same() -> None:
    whole, some = told(dataset(2000)), told(dataset(20_000))
    assert some.sample_size == whole.sample_size == 500
    assert some.train == pytest.approx(whole.train, abs=0.04)


def test_without_dev_there_is_none_and_a_handful_tells_nothing() -> None:
    assert told(dataset(data={"dev": None})).dev is None
    assert reference(dataset(4)) is None


def test_classes_of_more_than_two_and_labels_that_contradict(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    y = rng.integers(0, 3, 600)
    X = rng.normal(size=(600, 2)) * 0.1 + np.array([[0, 0], [2, 0], [0, 2]])[y]
    wrong = rng.random(600) < 0.2
    np.savez(tmp_path / "clean.npz", X=X, y=y)
    np.savez(tmp_path / "wrong.npz", X=X, y=np.where(wrong, (y + 1) % 3, y))

    def of(name: str) -> Baseline:
        source = {"name": "file", "path": str(tmp_path / name)}
        return told(build_supervised(Spec.model_validate({"data": {"source": source}}).complete()).dataset)

    assert (of("clean.npz").train, of("clean.npz").contradicted) == (0, 0)
    assert of("wrong.npz").contradicted == pytest.approx(0.2, abs=0.05)
