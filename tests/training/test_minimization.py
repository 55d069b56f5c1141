"""A minimization: its noise restarts where it is pinned, and what was stopped goes on with the same bits."""

from __future__ import annotations

from itertools import islice
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlx.spec.sections import Spec
from dlx.training.build import build
from dlx.training.fit import fit
from dlx.training.minimization import Minimization
from dlx.training.records import EpochRecord, LayerRecord

RAVINE: dict[str, Any] = {
    "dtype": "float64",
    "objective": {"name": "rosenbrock", "start": [-1.2, 1.0], "gradient_noise": 0.5},
    "optimizer": {"name": "momentum", "learning_rate": 0.0005},
    "training": {"epochs": 30},
}


def minimization(**sections: Any) -> Minimization:
    experiment = build(Spec.model_validate(RAVINE | sections).complete())
    assert isinstance(experiment, Minimization)
    return experiment


def path(experiment: Minimization) -> np.ndarray:
    list(fit(experiment))
    return experiment.trail.table(experiment.position.step)[1]


@pytest.mark.parametrize("generator", ["pcg64", "legacy"])
def test_an_epoch_is_a_step_also_to_the_noise(generator: str) -> None:
    once, by_epoch, by_step = (
        path(minimization(randomness={"generator": generator, "gradient_noise": {"seed": 3, **reseed}}))
        for reseed in ({}, {"reseed": "epoch"}, {"reseed": "step"})
    )
    np.testing.assert_array_equal(by_epoch, by_step)
    assert not np.array_equal(once, by_step)


@given(stop=st.integers(1, 29), every=st.integers(1, 7))
def test_what_was_stopped_anywhere_goes_on_with_the_same_bits(stop: int, every: int) -> None:
    training = {"epochs": 30, "evaluate_every": every}
    whole, first, second = (minimization(training=training) for _ in range(3))
    rows = [record for record in islice(fit(first), stop) if isinstance(record, EpochRecord)]
    second.from_data(*first.to_data())
    rows += [record for record in fit(second) if isinstance(record, EpochRecord)]
    expected = [record for record in fit(whole) if isinstance(record, EpochRecord)]
    assert [(row.epoch, row.cost, row.train_cost) for row in rows] == [
        (row.epoch, row.cost, row.train_cost) for row in expected
    ]
    assert second.trail.table(30)[0] == whole.trail.table(30)[0]
    np.testing.assert_array_equal(second.trail.table(30)[1], whole.trail.table(30)[1])


def test_a_row_has_the_cost_after_its_step_and_nothing_of_examples_or_layers() -> None:
    records = list(fit(minimization(objective={"name": "rosenbrock", "start": [-1.2, 1.0]})))
    rows = [record for record in records if isinstance(record, EpochRecord)]
    assert not any(isinstance(record, LayerRecord) for record in records)
    assert [row.cost for row in rows[1:]] == [row.train_cost for row in rows[:-1]]
    assert {(row.train_error, row.dev_cost, row.dev_error) for row in rows} == {(None, None, None)}
