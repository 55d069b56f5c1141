"""Refitting: once it is known which epoch is kept, a second network is trained for so long on all examples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import Any

from dlx.errors import Diverged
from dlx.training.build import build_refit
from dlx.training.fit import fit
from dlx.training.records import EpochRecord, Progress
from dlx.training.supervised import Supervised
from dlx.types import Array
from dlx.words import Status

PREFIX = "refit_"  # of its arrays in a checkpoint


class Refit:
    """A second training, which begins where the first one has ended.

    It has the same spec and the same random numbers, but for the examples: they are those of all parts, and what is
    fitted on train is fitted on them all. It takes as many epochs as the kept parameters of the first network did,
    with the learning rates of these epochs; nothing of it is held out, so there is nothing to stop it early.
    """

    def __init__(self, first: Supervised) -> None:
        self.first = first

    @cached_property
    def experiment(self) -> Supervised:
        """The second training; raises as `build_refit`."""
        return build_refit(self.first.spec)

    @property
    def epochs(self) -> int:
        """How many epochs it takes."""
        position = self.first.position
        record = position.best if self.first.best.theta is not None else position.last
        return record.epoch if record else 0

    @property
    def is_done(self) -> bool:
        """Whether it has come to its end."""
        if self.first.position.finished is None:
            return False
        last = self.experiment.position.last
        return last is not None and last.epoch == self.epochs

    @property
    def sentence(self) -> str:
        """What must be known of the errors of the first network."""
        everything, train = self.experiment.steps.m, self.first.steps.m
        return (
            f"the network that predicts was trained again on all {everything:,} examples; the errors are those of the "
            f"one that was trained on {train:,}"
        )

    def fit(self) -> Iterator[Progress]:
        """Train to the end from where it stands; at each yield it may be saved, or left, and gone on with later.

        Raises:
            Diverged: as ``fit``.
        """
        if self.is_done or self.first.position.finished not in (Status.COMPLETED, Status.EARLY_STOPPED):
            return
        experiment = self.experiment
        training = experiment.spec.training.model_copy(update={"evaluate_every": max(1, self.epochs - 1)})
        experiment.spec = experiment.spec.model_copy(update={"training": training})  # rows only at first and at last
        try:
            for record in fit(experiment):
                if isinstance(record, Progress):
                    steps = self.epochs * experiment.steps_per_epoch
                    yield replace(record, epochs=self.epochs, steps=steps, is_refit=True)
                elif isinstance(record, EpochRecord) and record.epoch == self.epochs:
                    return
        except Diverged as error:
            raise Diverged(f"the refit on all examples {error}") from None

    def facts(self) -> dict[str, Any]:
        """What run.json says of it; the ``cost`` is that of the frozen network on all examples."""
        position, examples = self.experiment.position, self.experiment.steps.m
        if not self.is_done or position.last is None:
            return {"examples": examples, "done": False}
        trained = {"epochs": self.epochs, "steps": position.step, "cost": position.last.train_cost}
        return {"examples": examples, "done": True, **trained, "note": self.sentence}

    def to_data(self) -> tuple[dict[str, Array], dict[str, Any]]:
        """What a checkpoint holds of it; nothing before it has begun."""
        if "experiment" not in self.__dict__ or self.experiment.position.step == 0:
            return {}, {}
        arrays, meta = self.experiment.to_data()
        return {f"{PREFIX}{name}": array for name, array in arrays.items()}, {"refit": meta}

    def from_data(self, arrays: dict[str, Array], meta: dict[str, Any]) -> None:
        """Stand where ``to_data`` was called."""
        if "refit" in meta:
            own = {name.removeprefix(PREFIX): array for name, array in arrays.items() if name.startswith(PREFIX)}
            self.experiment.from_data(own, meta["refit"])
