"""Replicates: the same dev and test examples, other random numbers, and the same ones for specs with the same seed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dlx.search.trials.replicates import replicate
from dlx.spec.loader import derive, load_spec
from dlx.spec.sections import Spec
from dlx.training.build import build_supervised
from dlx.training.supervised import Supervised

MOONS = """
data: {source: {name: moons, m: 200, noise: 0.2}, split: {train: 120, dev: 60, test: 20}, train_examples: 50}
architecture: {hidden: [4]}
"""


def spec_of(folder: Path, *overrides: str) -> Spec:
    path = folder / "moons.yaml"
    path.write_text(MOONS, encoding="utf-8")
    return load_spec(path, overrides).spec


def rows(experiment: Supervised, part: str) -> set[tuple[float, ...]]:
    return {tuple(row) for row in np.asarray(experiment.dataset.parts[part].X)}


@pytest.mark.parametrize("generator", ["pcg64", "legacy"])
def test_only_the_split_is_shared(tmp_path: Path, generator: str) -> None:
    spec = spec_of(tmp_path, f"randomness.generator={generator}", "randomness.shuffle={seed: 3, reseed: epoch}")
    experiments = [build_supervised(replicate(spec, number)) for number in range(3)]
    assert replicate(spec, 0) == spec
    for part in ("dev", "test"):
        assert rows(experiments[0], part) == rows(experiments[1], part) == rows(experiments[2], part)
    for first, second in ((0, 1), (0, 2), (1, 2)):
        first_experiment, other = experiments[first], experiments[second]
        assert rows(first_experiment, "train") != rows(other, "train")
        assert not np.array_equal(first_experiment.network.parameters.weights, other.network.parameters.weights)
        assert not np.array_equal(first_experiment.batches.order(), other.batches.order())
    assert replicate(spec, 1).randomness.shuffle is not None
    assert replicate(spec, 1).randomness.shuffle.reseed == "epoch"  # type: ignore[union-attr]


def test_specs_with_the_same_seed_draw_the_same_in_the_same_replicate(tmp_path: Path) -> None:
    spec = spec_of(tmp_path)
    changed = derive(spec, {"regularization.l2": 0.5})
    before, other = build_supervised(replicate(spec, 2)), build_supervised(replicate(changed, 2))
    np.testing.assert_array_equal(before.network.parameters.theta, other.network.parameters.theta)
    assert rows(before, "train") == rows(other, "train")
    assert replicate(derive(spec, {"seed": 2}), 2).randomness != replicate(spec, 2).randomness
