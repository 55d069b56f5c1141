"""Baselines stand beside a network on the same examples, and say whether it is surely better."""

from __future__ import annotations

import numpy as np
import pytest

from dlx.data.dataset import Dataset
from dlx.diagnose.models.baselines import baselines, constant_errors
from dlx.documents.baselines import BETTER, OPEN, WORSE, Baselines, NetworkDifference
from dlx.spec.sections import Spec
from dlx.stats.metrics.answers import Answers
from dlx.training.build import dataset_of
from dlx.types import Array
from dlx.words import Task

SPLIT = {"train": 300, "dev": 100, "test": 100}


def moons(**split: int) -> Dataset:
    data = {"source": {"name": "moons", "m": 500, "noise": 0.2, "seed": 1}, "split": split or SPLIT}
    return dataset_of(Spec.model_validate({"data": data, "architecture": {"hidden": [4]}}).complete())


def saying(dataset: Dataset, part: str, codes: Array) -> Answers:
    """The answers of a network that gives these classes."""
    return Answers(Task.BINARY, dataset.parts[part].y, np.eye(2)[codes] * 10)


def verdicts(document: Baselines, part: str = "dev") -> list[str]:
    return [model.parts[part].difference.verdict for model in document.models.values()]


def test_a_network_without_mistakes_is_better_and_one_that_is_always_wrong_worse() -> None:
    dataset = moons()
    right = {part: saying(dataset, part, dataset.parts[part].y) for part in ("dev", "test")}
    wrong = {part: saying(dataset, part, 1 - dataset.parts[part].y) for part in ("dev", "test")}
    assert verdicts(baselines(dataset, right))[:2] == [BETTER, BETTER]
    assert set(verdicts(baselines(dataset, wrong), "test")) == {WORSE}


def test_the_constant_answer_beside_itself_is_nothing_better() -> None:
    dataset = moons()
    code = int(np.bincount(dataset.parts["train"].y).argmax())
    documents = baselines(dataset, {"dev": saying(dataset, "dev", np.full(100, code))})
    constant = documents.models["constant"].parts["dev"]
    assert constant.difference == NetworkDifference(0.0, 0.0, 0.0, 100, OPEN)
    assert constant.error.value == pytest.approx(float((dataset.parts["dev"].y != code).mean()))
    assert constant_errors(dataset).errors["dev"] == constant.error.value
    assert documents.models["constant"].title == f"always {dataset.classes[code]}"


def test_without_held_out_examples_only_the_constant_answer_is_compared() -> None:
    dataset = moons(train=500)
    documents = baselines(dataset, {"train": saying(dataset, "train", dataset.parts["train"].y)})
    assert list(documents.models) == ["constant"]
    assert verdicts(documents, "train") == [BETTER]


def test_neighbours_know_the_moons_better_than_a_line_and_a_line_better_than_the_constant() -> None:
    dataset = moons()
    documents = baselines(dataset, {"dev": saying(dataset, "dev", dataset.parts["dev"].y)})
    errors = [model.parts["dev"].error.value for model in documents.models.values()]
    assert errors == sorted(errors, reverse=True)
    assert [model.fitted_on for model in documents.models.values()] == [300, 300, 300]
