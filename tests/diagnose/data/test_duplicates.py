"""Duplicates: rows that coincide by chance, as answers to the same questions do, are no copies."""

from __future__ import annotations

import numpy as np
import pytest

from dlx.diagnose.data.duplicates import duplicate_findings, without_kin
from tests.diagnose.data.planting import Array, dataset, halved


def is_accused(X: Array) -> bool:
    y = np.arange(len(X)) % 2
    return bool(list(duplicate_findings(dataset(X, y, halved(X)))))


def questionnaire(rng: np.random.Generator, m: int, questions: int, hang_together: float) -> Array:
    """One-hot answers of five kinds each; people of a kind answer alike so often."""
    kind = rng.integers(3, size=m)
    typical = rng.integers(5, size=(3, questions))[kind]
    answers = np.where(rng.random((m, questions)) < hang_together, typical, rng.integers(5, size=(m, questions)))
    return np.eye(5)[answers].reshape(m, -1)


@pytest.mark.parametrize("questions", [3, 6, 12])
@pytest.mark.parametrize("hang_together", [0.0, 0.5, 0.8])
def test_answers_that_coincide_are_not_accused(questions: int, hang_together: float) -> None:
    for seed in range(3):
        X = questionnaire(np.random.default_rng(seed), 1500, questions, hang_together)
        assert not is_accused(X)


def test_measurements_that_are_rounded_coincide_and_are_not_accused() -> None:
    """As in Fisher's iris, where two flowers have the same four numbers."""
    for seed in range(5):
        rng = np.random.default_rng(seed)
        size = rng.standard_normal((600, 1))
        X = (np.array([5.8, 3.0, 3.7]) + size * [0.4, 0.2, 0.8] + 0.1 * rng.standard_normal((600, 3))).round(1)
        assert not is_accused(X)


@pytest.mark.parametrize("kind", ["numbers", "answers", "mixed"])
def test_true_copies_are_accused(kind: str) -> None:
    rng = np.random.default_rng(0)
    X = {
        "numbers": rng.standard_normal((1000, 2)),
        "answers": questionnaire(rng, 1000, 30, 0.2),
        "mixed": np.column_stack([rng.standard_normal(1000), rng.integers(2, size=(1000, 3))]),
    }[kind]
    X[900:930] = X[:30]
    assert is_accused(X)


def test_kin_is_a_row_that_differs_in_one_answer() -> None:
    rows = np.array([[1, 0, 0, 1.0], [0, 1, 0, 1.0], [0, 1, 1, 2.0]])
    assert without_kin(np.repeat(rows, 4, axis=0), rows[:1]) == 0  # the second differs in one one-hot answer
    assert without_kin(np.repeat(rows[[0, 2]], 4, axis=0), rows[:1]) == 1
