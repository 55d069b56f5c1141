"""The design of a race: small data are compared on every example of train and dev, each by a network without it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.search.repair.design import FEW, Design, known_replicates
from dlx.search.trials.pool import run_trials
from dlx.search.trials.shared_data import data_of
from dlx.search.trials.trial import Trial
from dlx.spec.loader import derive
from dlx.spec.sections import Spec
from dlx.stats.effects import effect

BLOBS: dict[str, Any] = {
    "data": {
        "source": {"name": "blobs", "m": 150, "noise": 0.9, "centers": [[0, 0], [2, 0], [0, 2]]},
        "split": {"train": 0.6, "dev": 0.2, "test": 0.2},
    },
    "architecture": {"hidden": [4]},
    "training": {"epochs": 3, "batch_size": 30},
}


def small(**sections: Any) -> Spec:
    return Spec.model_validate(BLOBS | sections).complete()


def test_a_dev_set_of_few_examples_is_drawn_again_and_a_large_one_is_not() -> None:
    assert Design(small()).folds == 4
    assert Design(derive(small(), {"data.source.m": 5 * FEW})).folds == 1
    assert Design(derive(small(), {"data.folds": 5, "data.fold": 1})).folds == 1


@pytest.mark.parametrize("task", [None, "regression"])
def test_examples_of_all_folds_are_pooled_each_once(tmp_path: Path, task: str | None) -> None:
    """The error of a replicate is that of all of train and dev; test has none of it."""
    spec = small(task=task) if task else small()
    design = Design(spec)
    list(run_trials([Trial.of(each) for each in design.replicate(spec, 0)], tmp_path))
    [outcomes] = known_replicates(design, spec, 1, tmp_path)
    added, errors = design.added(outcomes), design.errors(outcomes)
    assert added.shape == (120,)
    assert errors["dev"].m == 120
    mistakes = np.concatenate([outcome.mistakes() for outcome in outcomes])
    expected = np.sqrt(mistakes.mean()) if task else mistakes.mean()
    assert errors["dev"].value == pytest.approx(float(expected))
    if not design.is_trivial(outcomes):
        assert added.mean() == pytest.approx(float(expected))
    assert errors["test"] == outcomes[0].errors["test"]


def test_specs_are_compared_on_the_same_examples() -> None:
    spec = small()
    other = derive(spec, {"architecture.hidden": [9], "data.normalize": "minmax"})
    design = Design(spec)
    for mine, yours in zip(design.replicate(spec, 2), design.replicate(other, 2), strict=True):
        assert np.array_equal(data_of(mine).parts["dev"].y, data_of(yours).parts["dev"].y)
        assert mine.randomness == yours.randomness


def nearest_mean(X: np.ndarray, y: np.ndarray, columns: slice, points: np.ndarray) -> np.ndarray:
    """A learner whose outcome hangs on its training examples: the class whose mean is nearer."""
    means = np.stack([X[y == c][:, columns].mean(axis=0) for c in (0, 1)])
    return np.asarray(((points[:, columns][:, None] - means) ** 2).sum(axis=2).argmin(axis=1))


def cross_validated(rng: np.random.Generator, replicates: int) -> tuple[np.ndarray, np.ndarray]:
    """Mistakes (k, 120) of two learners that are equally good, by folds; replicates leave examples out at random."""
    y = np.arange(120) % 2
    X = rng.standard_normal((120, 8)) + 0.5 * y[:, None]
    folds, mistakes = rng.permutation(120) % 4, np.zeros((2, replicates, 120))
    for replicate in range(replicates):
        for fold in range(4):
            train = np.flatnonzero((folds != fold) & (rng.random(120) < 0.9))
            dev = np.flatnonzero(folds == fold)
            for learner, columns in enumerate((slice(0, 4), slice(4, 8))):
                mistakes[learner, replicate, dev] = nearest_mean(X[train], y[train], columns, X[dev]) != y[dev]
    return mistakes[0], mistakes[1]


def test_learners_that_are_equally_good_are_told_apart_in_fewer_than_5_of_100_small_sets() -> None:
    """Though trainings of different folds share most of their examples, and so go wrong together."""
    rng = np.random.default_rng(6)
    misses = 0
    for _ in range(300):
        before, after = cross_validated(rng, 3)
        estimate = effect(before, after, tried=1, confirmed=1)
        misses += not estimate.low <= 0 <= estimate.high
    assert misses <= 0.05 * 300
