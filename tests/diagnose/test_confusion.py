"""Confusion, errors by class and worst examples: scikit-learn's and PyTorch's figures on the same logits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.data.batches import Reader
from dlx.data.dataset import Dataset, Part
from dlx.data.targets.labels import Labels
from dlx.diagnose.confusion import Classes, classes_of
from dlx.documents.classes import ClassesDocument, ConfusedPair
from dlx.documents.reading import read_record
from dlx.files import to_json
from dlx.nn.initializers import Zeros
from dlx.nn.losses import loss_for
from dlx.nn.network import LayerPlan, Network
from dlx.stats.intervals import error_rate
from dlx.stats.measured import LabelValue
from dlx.training.evaluation import Evaluation
from dlx.words import Task

FIGURES = json.loads((Path(__file__).parents[1] / "reference" / "classes.json").read_text())
M, CLASSES = 2500, 4


def looked_at(logits: np.ndarray, codes: np.ndarray, labels: tuple[Any, ...], dtype: str = "float64") -> Classes:
    """Through a network that passes its inputs on."""
    n = logits.shape[1]
    task = Task.BINARY if n == 1 else Task.MULTICLASS
    network = Network(n, [LayerPlan(n, None, Zeros())], loss_for(task), dtype)
    network.parameters["W1"][...] = np.eye(n)
    parts = {"dev": Part(logits, codes.astype(np.uint8))}
    data = Dataset(parts, Labels(task, labels), tuple("abcd"[:n]), None, np.zeros(n), np.ones(n), {})
    return classes_of(Evaluation(network, Reader(data, "dev", dtype)), len(labels))


def drawn(n_y: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.RandomState(n_y)
    return rng.standard_normal((M, n_y)) * 12, rng.randint(max(n_y, 2), size=M)


@pytest.mark.parametrize(("name", "n_y"), [("binary", 1), ("multiclass", CLASSES)])
def test_the_figures_of_scikit_learn_and_pytorch(name: str, n_y: int) -> None:
    logits, codes = drawn(n_y)
    found, figures = looked_at(logits, codes, tuple("abcd"[: max(n_y, 2)])), FIGURES[name]
    assert found.confusion.tolist() == figures["confusion"]
    assert found.worst.index.tolist() == figures["index"]
    assert found.worst.predicted.tolist() == figures["predicted"]
    assert found.worst.loss == pytest.approx(figures["loss"], rel=1e-12)
    assert found.worst.probability == pytest.approx(figures["probability"], rel=1e-12)
    assert found.worst.label.tolist() == codes[figures["index"]].tolist()


def test_losses_are_told_apart_where_float32_has_no_probability_left() -> None:
    logits = np.array([[30.0], [40.0], [200.0], [-50.0]], np.float32)
    found = looked_at(logits, np.array([0, 0, 0, 1]), ("no", "yes"), "float32")
    assert found.worst.index.tolist() == [2, 3, 1, 0]
    assert found.worst.loss == pytest.approx([200, 50, 40, 30], rel=1e-12)


def test_the_document_speaks_the_users_labels() -> None:
    logits = np.array([[3.0, 0, 0], [0, 3, 0], [0, 3, 0], [4, 0, 0], [0, 2, 0]])
    found = looked_at(logits, np.array([0, 1, 0, 1, 0]), ("cat", "dog", "owl")).document("dev", ("cat", "dog", "owl"))
    written = json.loads(to_json({"classes": found}))
    assert read_record(ClassesDocument, written, Path("a"), "classes") == found
    assert (found.part, found.labels) == ("dev", ["cat", "dog", "owl"])
    assert found.confusion == [[1, 2, 0], [1, 1, 0], [0, 0, 0]]
    cat, dog, owl = found.errors
    wilson = error_rate(2 / 3, 3)
    assert cat == LabelValue("cat", 2 / 3, wilson.low, wilson.high, 3)
    assert (dog.value, dog.m) == (0.5, 2)
    assert owl == LabelValue("owl", None, None, None, 0)
    assert found.confused == [ConfusedPair("cat", "dog", 2), ConfusedPair("dog", "cat", 1)]
    assert [one.index for one in found.worst] == [3, 2, 4, 0, 1]
    assert (found.worst[0].label, found.worst[0].predicted) == ("dog", "cat")


def test_very_many_classes_have_their_pairs_but_no_matrix() -> None:
    codes = np.arange(202) % 101
    logits = np.eye(101)[np.where(codes == 7, 8, codes)] * 5
    found = looked_at(logits, codes, tuple(range(101))).document("dev", tuple(range(101)))
    assert found.confusion is None
    assert found.confused == [ConfusedPair(7, 8, 2)]
    assert [one.label for one in found.errors if one.value] == [7]


def test_a_network_that_says_nothing_finite_is_worst() -> None:
    logits = np.array([[0.0, 1.0], [np.nan, 1.0], [1.0, 0.0]])
    found = looked_at(logits, np.array([1, 1, 1]), ("a", "b"))
    assert found.worst.index.tolist() == [1, 2, 0]
