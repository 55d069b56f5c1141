"""Training against PyTorch in float64: every optimizer, plain and with each method, step for step the same network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.spec.sections import Spec
from dlx.training.build import build_supervised
from dlx.training.fit import fit
from dlx.training.records import EpochRecord
from dlx.training.supervised import Supervised
from dlx.types import Array

with np.load(Path(__file__).parents[1] / "reference" / "torch_trajectories.npz") as file:
    KEPT: dict[str, Array] = dict(file)
RECIPE: dict[str, Any] = json.loads(KEPT["recipe"].item())
with np.load(Path(__file__).parents[1] / "reference" / "torch_losses.npz") as file:
    OF_LOSSES: dict[str, Array] = dict(file)
LOSSES: dict[str, Any] = json.loads(OF_LOSSES["recipe"].item())
STEPS_PER_EPOCH, TOLERANCE = 4, 1e-9


def start(key: str, folder: Path) -> Supervised:
    """The case's network with PyTorch's first parameters and data."""
    network = key.split("/")[0]
    np.savez(folder / "examples.npz", X=KEPT[f"{network}/X"], y=KEPT[f"{network}/y"])
    source = {"name": "file", "path": str(folder / "examples.npz")}
    common = {"dtype": "float64", "data": {"train": source, "normalize": "none"}}
    experiment = build_supervised(Spec.model_validate(common | RECIPE["cases"][key]).complete())
    for name, view in experiment.network.parameters.items():
        view[...] = KEPT[f"{key}/{name}"][0].reshape(view.shape)
    return experiment


def difference(experiment: Supervised, key: str, snapshot: int) -> float:
    """The relative difference of θ."""
    parameters = experiment.network.parameters
    expected = np.concatenate([KEPT[f"{key}/{name}"][snapshot].ravel() for name in parameters])
    return float(np.linalg.norm(parameters.theta - expected) / np.linalg.norm(expected))


def mean_cost(costs: Array) -> float:
    """Of an epoch: batches of 16, 16, 16 and 8 examples."""
    return float(np.average(costs, weights=[16, 16, 16, 8]))


@pytest.mark.parametrize("key", RECIPE["cases"])
def test_the_same_trajectory_for_200_steps(key: str, tmp_path: Path) -> None:
    experiment = start(key, tmp_path)
    costs = KEPT[f"{key}/cost"].reshape(-1, STEPS_PER_EPOCH)
    snapshots = {step: number for number, step in enumerate(RECIPE["steps"])}
    for record in fit(experiment):
        if isinstance(record, EpochRecord):
            assert record.cost == pytest.approx(mean_cost(costs[record.epoch - 1]), rel=TOLERANCE)
            if record.step in snapshots:
                assert difference(experiment, key, snapshots[record.step]) < TOLERANCE
    assert isinstance(record, EpochRecord)
    assert record.step == 200
    assert record.train_cost == pytest.approx(KEPT[f"{key}/frozen_cost"].item(), rel=TOLERANCE)


@pytest.mark.parametrize("key", LOSSES["cases"])
def test_the_same_trajectory_with_other_losses_and_with_weights(key: str, tmp_path: Path) -> None:
    """Σ w·ℓ/m with weights of mean 1 over train; of a full batch that is PyTorch's mean of weighted losses."""
    of, spec = {name: OF_LOSSES[f"{key}/{name}"] for name in ("X", "y", "w", "cost")}, LOSSES["cases"][key]
    np.savez(tmp_path / "examples.npz", X=of["X"], y=of["y"], w=of["w"])
    source = {"name": "file", "path": str(tmp_path / "examples.npz")}
    data = {"train": source, "normalize": "none"} | spec["data"]
    experiment = build_supervised(Spec.model_validate(spec | {"dtype": "float64", "data": data}).complete())
    parameters = experiment.network.parameters
    for name, view in parameters.items():
        view[...] = OF_LOSSES[f"{key}/{name}"][0].reshape(view.shape)
    sizes = [56] if spec["training"]["batch_size"] == "full" else [16, 16, 16, 8]
    costs = of["cost"].reshape(-1, len(sizes))
    snapshots = {step: number for number, step in enumerate(LOSSES["steps"])}
    for record in fit(experiment):
        if isinstance(record, EpochRecord):
            expected_cost = np.average(costs[record.epoch - 1], weights=sizes)
            assert record.cost == pytest.approx(expected_cost, rel=TOLERANCE)
            if record.step in snapshots:
                expected = [OF_LOSSES[f"{key}/{name}"][snapshots[record.step]].ravel() for name in parameters]
                np.testing.assert_allclose(parameters.theta, np.concatenate(expected), rtol=1e-7, atol=TOLERANCE)
