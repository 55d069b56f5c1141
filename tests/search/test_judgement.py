"""What races compare specs by: the balanced error where it is judged, absolute residuals where few outliers decide."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.diagnose.before.outliers import OUTLIERS_IN_TARGETS
from dlx.diagnose.remedies.changes import DataFacts
from dlx.diagnose.steps.advice import raced
from dlx.diagnose.verdict import diagnose
from dlx.runs.files.directory import RunDirectory
from dlx.search.judgement import Judgement
from dlx.search.repair.design import Design, known_replicates
from dlx.search.trials.pool import run_trials
from dlx.search.trials.trial import Trial
from dlx.spec.sections import Spec
from dlx.stats.intervals import exact
from dlx.stats.outliers import usual_spread
from dlx.words import Task

SPEC: dict[str, Any] = {
    "data": {
        "source": {"name": "blobs", "m": 90, "noise": 0.9, "centers": [[0, 0], [2, 0], [0, 2]]},
        "split": {"train": 0.6, "dev": 0.4},
    },
    "architecture": {"hidden": [4]},
    "training": {"epochs": 2, "batch_size": 30},
}


def spec(**sections: Any) -> Spec:
    return Spec.model_validate(SPEC | sections).complete()


def test_each_class_adds_alike_to_the_balanced_error() -> None:
    y = np.array([0, 0, 0, 0, 0, 0, 1, 1])
    wrong = np.array([1, 0, 0, 0, 0, 0, 1, 0], np.float64)
    added = Judgement.BALANCED_ERROR.added(Judgement.BALANCED_ERROR.losses(wrong), y, is_regression=False)
    assert added.mean() == pytest.approx((1 / 6 + 1 / 2) / 2)


def test_an_outlier_changes_absolute_residuals_no_more_than_its_answer_changes() -> None:
    answers, y = np.array([1.0, 2.0, 0.0]), np.array([1.0, 2.5, 100.0])
    losses = [Judgement.ABSOLUTE_ERROR.losses(np.square(each - y)) for each in (answers, answers + 0.5)]
    assert np.abs(losses[1] - losses[0]) == pytest.approx(0.5)


def test_what_is_judged_follows_from_metric_loss_and_outliers() -> None:
    finding = OUTLIERS_IN_TARGETS.finding("seen")
    quantity = spec(task="regression")
    assert Judgement.of(spec(), Task.MULTICLASS, [finding]) == "error"
    assert Judgement.of(spec(diagnosis={"metric": "balanced_error"}), Task.MULTICLASS) == "balanced_error"
    assert Judgement.of(quantity, Task.REGRESSION) == "error"
    assert Judgement.of(quantity, Task.REGRESSION, [finding]) == "mean_absolute_residual"
    assert Judgement.of(spec(task="regression", loss="huber"), Task.REGRESSION) == "mean_absolute_residual"


def test_a_race_is_judged_by_the_metric_of_the_diagnosis(tmp_path: Path) -> None:
    """The dev set is small, so that the folds of train and dev are pooled: the value is that over all examples."""
    present = spec(diagnosis={"metric": "balanced_error"})
    design = Design(present)
    assert design.folds > 1
    list(run_trials([Trial.of(each) for each in design.replicate(present, 0)], tmp_path))
    [outcomes] = known_replicates(design, present, 1, tmp_path)
    wrong = np.concatenate([outcome.mistakes() for outcome in outcomes])
    y = np.concatenate([held_out.y for held_out in design.held_out])
    by_class = np.mean([wrong[y == code].mean() for code in range(3)])
    errors = design.errors(outcomes)
    assert errors["dev"].value == pytest.approx(by_class)
    assert design.added(outcomes).mean() == pytest.approx(by_class)
    of_folds = [RunDirectory.open(outcome.run).diagnosis().judged_errors["train"] for outcome in outcomes]
    assert errors["train"].value == pytest.approx(np.mean([error.value for error in of_folds]))


def test_the_loss_that_a_finding_states_races_first() -> None:
    stated = OUTLIERS_IN_TARGETS.finding("seen", overrides=("loss={name: huber, delta: 0.2}",))
    elsewhere = OUTLIERS_IN_TARGETS.finding("seen", overrides=("data.train_examples=10",))
    errors = {"train": exact(3.0), "dev": exact(3.0)}
    for finding, is_first in ((stated, True), (elsewhere, False)):
        document = diagnose(errors, 0.0, 0.1, Task.REGRESSION, [finding])
        first = raced(document, spec(task="regression"), DataFacts(54))[0]
        assert (first.overrides == {"loss": {"name": "huber", "delta": 0.2}}) == is_first


def test_outliers_do_not_widen_the_usual_spread() -> None:
    values = np.random.default_rng(1).standard_normal((2000, 1))
    assert usual_spread(values) == pytest.approx(1, rel=0.1)
    values[:40] *= 1000
    assert usual_spread(values) == pytest.approx(1, rel=0.1)
