"""Fewer examples: sizes that grow evenly, and as many steps with the same learning rates for each of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlx.errors import UsageError
from dlx.search.learning_curve.subsets import fitting, training_sizes, with_examples
from dlx.spec.loader import load_spec
from dlx.spec.sections import Spec
from dlx.training.build import build_supervised
from dlx.training.fit import take_steps
from dlx.training.supervised import Supervised

MOONS = """
data: {source: {name: moons, m: 160, noise: 0.2}, split: {train: 120, dev: 40}}
architecture: {hidden: [4]}
training: {epochs: 6, batch_size: 10, evaluate_every: 2, early_stopping: true}
"""


def spec_of(folder: Path, *overrides: str) -> Spec:
    path = folder / "moons.yaml"
    path.write_text(MOONS, encoding="utf-8")
    return load_spec(path, overrides).spec


def learning_rates(experiment: Supervised, count: int) -> list[float]:
    rates = []
    for _ in range(count):
        rates.append(experiment.learning_rate())
        take_steps(experiment, 1)
    return rates


def test_sizes_double_up_to_all_where_there_are_enough() -> None:
    assert training_sizes(1600, classes=10) == [50, 100, 200, 400, 800, 1600]
    assert training_sizes(60_000, classes=10)[:2] == [1875, 3750]
    assert training_sizes(40, classes=2) == [10, 13, 17, 23, 30, 40]
    with pytest.raises(UsageError, match="begins with 20 examples, and train has only 20"):
        training_sizes(20, classes=10)


def test_every_size_takes_as_many_steps_and_is_evaluated_as_often(tmp_path: Path) -> None:
    spec = spec_of(tmp_path)
    for count in (10, 30, 60, 120):
        cut = with_examples(spec, count, 120)
        experiment = build_supervised(cut)
        assert experiment.train.m == count
        assert cut.training.epochs * experiment.steps_per_epoch == 6 * 12
        assert cut.training.evaluate_every * experiment.steps_per_epoch == 2 * 12
    assert with_examples(spec, 120, 120) == spec


@pytest.mark.parametrize(
    "schedule",
    [
        "{name: inverse_time, decay_rate: 0.5}",
        "{name: cosine, warmup: 2}",
        "{name: manual, table: [[1, 0.1], [4, 0.01]]}",
        "{name: exponential, unit: step, base: 0.99}",
        "constant",
    ],
)
def test_the_learning_rate_takes_the_same_course_over_the_steps(tmp_path: Path, schedule: str) -> None:
    spec = spec_of(tmp_path, f"schedule={schedule}")
    whole, cut = (learning_rates(build_supervised(with_examples(spec, count, 120)), 72) for count in (120, 30))
    assert cut == pytest.approx(whole)


def test_full_batches_and_a_last_batch_of_one(tmp_path: Path) -> None:
    full = with_examples(spec_of(tmp_path, "training.batch_size=full"), 30, 120)
    assert (full.training.epochs, full.training.evaluate_every) == (6, 2)
    norm = spec_of(tmp_path, "architecture.batch_norm=true")
    assert [fitting(norm, size) for size in (10, 11, 31, 32)] == [10, 10, 30, 32]
    assert fitting(spec_of(tmp_path), 31) == 31
