"""Combinations of data, network and optimizer, each trained at the rates of a grid and at the suggested one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from dlx.data.dataset import Dataset
from dlx.diagnose.before.range_test import range_test
from dlx.diagnose.models.constant import constant_answer
from dlx.errors import Diverged
from dlx.events import finish
from dlx.spec.loader import derive
from dlx.spec.sections import Spec
from dlx.training.build import build_supervised, dataset_of
from dlx.training.fit import take_steps
from dlx.training.supervised import Supervised
from experiments.diagnose.bases import images, layers, penguins, table, toy_set, training
from experiments.diagnose.files import Workshop

OPTIMIZERS = ("gradient_descent", "momentum", "adam", "rmsprop")
GRID = (1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
SEEDS = (1, 2)
LOOKS = (0.8, 0.9, 1.0)  # at these shares of a training its costs are taken; their mean evens out small batches
MOST_LOST = 1.0  # of the cost of a constant answer, that a training may be worse than it

Plain = Mapping[str, Any]


@dataclass(frozen=True)
class Learned:
    """The shares of the cost of a constant answer that are gone after a training, on train and on dev."""

    train: float
    dev: float


@dataclass(frozen=True)
class Row:
    """A combination: what the suggested rate brings, what the optimizer's default, and what the best of the grid.

    best: the rate that brings most on dev; best_on_train is what another may bring on train.
    """

    name: str
    optimizer: str
    suggested: float
    default: float
    best: float
    at_suggested: Learned
    at_default: Learned
    at_best: Learned
    best_on_train: float


def specs(workshop: Workshop) -> Iterator[tuple[str, Plain]]:
    """Good specs but for their optimizer, by name."""
    centers = [[0, 0, 1], [2, 1, 0], [-1, 2, 2], [1, -2, 1]]
    spirals = toy_set("spirals", 800, noise=0.03, turns=0.8, classes=3, seed=3)
    circles = toy_set("circles", 600, noise=0.1, factor=0.5, seed=1)
    moons = toy_set("moons", 600, noise=0.15, seed=2)
    tanh = layers(32, 32, activation="tanh")
    yield "digits, 128-64", _spec(images(), layers(128, 64), training(20, 64))
    yield "digits, batch norm", _spec(images(), layers(64, 64, batch_norm=True), training(10, 64))
    yield "digits, linear", _spec(images(), layers(), training(20, 128))
    yield "moons, tanh", {**_spec(moons, tanh, training(100, 64)), "initializer": {"name": "xavier"}}
    yield "spirals, 48-48-48", _spec(spirals, layers(48, 48, 48), training(100, 64))
    blobs = toy_set("blobs", 600, noise=0.7, centers=centers, seed=4)
    yield "blobs, 32", _spec(blobs, layers(32), training(40, 32))
    yield "Friedman, 64-64", _spec(table(workshop, 800, 6, 0.5, 1), layers(64, 64), training(60, 64))
    yield "penguins, 16", _spec(penguins(), layers(16), training(60, 32))
    yield "circles, full batch", _spec(circles, layers(32, 16), {"epochs": 600, "batch_size": "full"})


def _spec(data: Plain, architecture: Plain, length: Plain) -> Plain:
    return {"name": "rates", "data": data, "architecture": architecture, "training": length}


def rows(workshop: Workshop) -> Iterator[Row]:
    """All combinations, one after the other."""
    for name, plain in specs(workshop):
        dataset: Dataset | None = None
        for optimizer in OPTIMIZERS:  # each splits and draws alike
            spec = Spec.model_validate({**plain, "optimizer": {"name": optimizer}}).complete()
            dataset = dataset or dataset_of(spec)
            experiment = build_supervised(spec, dataset=dataset)
            suggested = finish(range_test(experiment), lambda event: None).tested.suggested
            assert suggested is not None, name
            default = spec.optimizer.learning_rate
            by_rate = {rate: learned(spec, rate, dataset) for rate in {*GRID, suggested, default}}
            best = max(GRID, key=lambda rate: by_rate[rate].dev)
            best_on_train = max(by_rate[rate].train for rate in GRID)
            here, usual = by_rate[suggested], by_rate[default]
            yield Row(name, optimizer, suggested, default, best, here, usual, by_rate[best], best_on_train)


def learned(spec: Spec, rate: float, dataset: Dataset) -> Learned:
    """What trainings at a rate bring, averaged over the seeds."""
    trained = [_trained(derive(spec, {"optimizer.learning_rate": rate, "seed": seed}), dataset) for seed in SEEDS]
    return Learned(fmean(run.train for run in trained), fmean(run.dev for run in trained))


def _trained(spec: Spec, dataset: Dataset) -> Learned:
    experiment = build_supervised(spec, dataset=dataset)
    steps, done = spec.training.epochs * experiment.steps_per_epoch, 0
    costs: list[Learned] = []
    for look in LOOKS:
        try:
            take_steps(experiment, round(look * steps) - done)
        except Diverged:
            return Learned(-MOST_LOST, -MOST_LOST)
        done = round(look * steps)
        costs.append(Learned(_share(experiment, "train"), _share(experiment, "dev")))
    return Learned(fmean(cost.train for cost in costs), fmean(cost.dev for cost in costs))


def _share(experiment: Supervised, part: str) -> float:
    constant, _ = constant_answer(experiment.dataset, experiment.dataset.parts[part], experiment.network.loss)
    assert constant
    return max(-MOST_LOST, 1 - experiment.evaluate(part)[0] / constant)
