"""Copies of an experiment to try things on: a sample of its data, its θ, and the changes that are to be tried."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dlx.data.dataset import Dataset, Part
from dlx.data.normalization import Standard
from dlx.data.targets.target_scaling import UNSCALED
from dlx.diagnose.data.samples import part_rows, part_sample, sample
from dlx.nn.activations import Activation, ReLU
from dlx.nn.initializers import He, Initializer, Xavier
from dlx.nn.norms.batch_norm import BatchNorm
from dlx.nn.optimizers import Optimizer
from dlx.nn.schedules import Manual, Schedule
from dlx.nn.slopes import saturates
from dlx.spec.from_file import FromFile
from dlx.spec.sections import LayerSection, Spec
from dlx.training.build import assemble
from dlx.training.streams import Streams
from dlx.training.supervised import Supervised
from dlx.types import Array

MOST_ROWS, MOST_BYTES = 16_384, 2**26  # of train that a copy trains on
MOST_IN_BATCH, LEAST_IN_BATCH = 1024, 32  # a large network is tried on smaller batches, in operations such as these
OPERATIONS = 4e8
LOOKED_AT = 512  # examples in each of the two parts by which a copy is judged
SEEN_PART, UNSEEN_PART = "seen", "unseen"  # these parts: examples of those it trains on, and others
HELD_OUT = 0.2  # the share of train that is kept unseen where there is no dev set
WITHOUT_ROWS = 10**12  # an `evaluate_every` beyond every training
LAST_DIGITS = 1e-6  # of each entry of θ, by which it is moved: some units in the last place of float32

LayerChange = Callable[[LayerSection], dict[str, Any]]


@dataclass(frozen=True)
class Probe:
    """What copies are made from: a spec, a sample of the data, and whether θ is drawn anew by the spec's initializers.

    ``original`` is left as it is: copies share no array that anything writes to. A ``nudge`` is the seed of a change to
    the last digits of θ, 0 for none: what depends on it depends on the processor, too.
    """

    original: Supervised
    spec: Spec
    dataset: Dataset
    redrawn: bool = False
    nudge: int = 0

    @classmethod
    def of(cls, original: Supervised) -> Probe:
        """The experiment as it stands, on a sample of its data, without augmentation, in batches that are not huge."""
        parts = _sampled(original.dataset)
        size = original.spec.training.batch_size
        affordable = OPERATIONS / (6 * original.network.parameters.theta.size)
        most = int(min(MOST_IN_BATCH, max(LEAST_IN_BATCH, affordable)))
        if original.batch_size > most:
            size = min(most, parts["train"].m)
        elif size != "full":
            size = min(size, parts["train"].m)
        spec = _changed(_changed(original.spec, "data", augment=()), "training", batch_size=size)
        spec = _changed(spec, "training", evaluate_every=WITHOUT_ROWS, early_stopping=None)
        return cls(original, spec, replace(original.dataset, parts=parts))

    def copy(self, dtype: str | None = None) -> Supervised:
        """A new experiment that stands where the original does; with its θ, unless that is to be drawn anew."""
        spec = self.spec if dtype is None else self.spec.model_copy(update={"dtype": dtype})
        streams, original = Streams(spec.seed, spec.randomness), self.original
        copy = assemble(spec, self.dataset, streams)
        if self.redrawn:
            copy.network.initialize(streams["initializer"])
        else:
            copy.network.parameters.theta[...] = original.network.parameters.theta
            copy.network.statistics.vector[...] = original.network.statistics.vector
        if self.nudge:
            _nudge(copy.network.parameters.theta, self.nudge)
        for purpose in ("shuffle", "dropout", "augmentation"):
            streams.set_state(purpose, original.streams.state(purpose))
        return copy

    def fresh(self) -> Supervised:
        """A new experiment that begins as training would, with random numbers of its own."""
        streams = Streams(self.spec.seed, self.spec.randomness)
        copy = assemble(self.spec, self.dataset, streams)
        copy.network.initialize(streams["initializer"])
        if self.nudge:
            _nudge(copy.network.parameters.theta, self.nudge)
        return copy

    def nudged(self, seed: int) -> Probe:
        """With other last digits in each entry of θ that is not 0."""
        return replace(self, nudge=seed)

    def normalized(self) -> Probe:
        """With inputs of mean 0 and variance 1."""
        shift, scale = Standard().fit(self.dataset.parts["train"].X)
        return replace(self, dataset=replace(self.dataset, shift=shift, scale=scale))

    def initialized(self) -> Probe:
        """With the initializer that fits each layer's activation: Xavier where it saturates on both sides, else He."""
        layers = _layers(self.spec, lambda layer: {"initializer": fitting(layer.activation)})
        return replace(self, spec=layers.model_copy(update={"initializer": He()}), redrawn=True)

    def rectified(self) -> Probe:
        """With relu in place of what saturates on both sides, and the initializer that fits it."""
        spec = _layers(
            self.spec,
            lambda layer: {
                "activation": ReLU() if layer.activation and saturates(layer.activation) else layer.activation
            },
        )
        return replace(self, spec=spec).initialized()

    def batch_normalized(self) -> Probe:
        """With batch norm in every hidden layer that has no norm, and batches that it can use."""
        spec = _layers(
            self.spec, lambda layer: {} if layer.normalization else {"batch_norm": BatchNorm(), "bias": False}
        )
        return replace(self, spec=spec, redrawn=True).in_batches(64)

    def widened(self, factor: int, least: int) -> Probe:
        """With so many times as many units in each hidden layer."""
        spec = _layers(_of_any_size(self.spec), lambda layer: {"units": max(least, factor * layer.units)})
        return replace(self, spec=spec, redrawn=True)

    def with_layer(self, units: int) -> Probe:
        """With one hidden layer of relu."""
        layer = LayerSection(units=units, activation=ReLU(), bias=True, keep_prob=1.0, initializer=He())
        return replace(self, spec=_changed(_of_any_size(self.spec), "architecture", hidden=(layer,)), redrawn=True)

    def with_activation(self, activation: Activation) -> Probe:
        """With this activation in every hidden layer, and the initializer that fits it."""
        return replace(self, spec=_layers(self.spec, lambda layer: {"activation": activation})).initialized()

    def with_normalized_targets(self) -> Probe:
        """With targets of mean 0 and variance 1 over train."""
        y = self.dataset.parts["train"].y
        shift, scale = Standard().fit(y)
        parts = {name: replace(part, y=(part.y - shift) * scale) for name, part in self.dataset.parts.items()}
        return replace(self, dataset=replace(self.dataset, parts=parts))

    def augmented(self) -> Probe:
        """With the augmentation of the original, which trials do without."""
        return replace(self, spec=_changed(self.spec, "data", augment=self.original.spec.data.augment))

    def on(self, X: Array, y: Array) -> Probe:
        """With these examples for all parts, in one batch; targets are learned as they stand."""
        parts = dict.fromkeys(("train", SEEN_PART, UNSEEN_PART), Part(X, y))
        spec = _changed(self.spec, "training", batch_size="full")
        return replace(self, spec=spec, dataset=replace(self.dataset, parts=parts, target_scaling=UNSCALED))

    def unregularized(self) -> Probe:
        """Without penalties, weight decay and dropout."""
        return self.without_penalty().without_dropout()

    def without_penalty(self) -> Probe:
        """Without L1, L2 and weight decay."""
        spec = _changed(self.spec, "regularization", l2=0.0, l1=0.0)
        return replace(self, spec=_changed(spec, "optimizer", weight_decay=0.0))

    def without_dropout(self) -> Probe:
        """With every unit kept."""
        return replace(self, spec=_layers(self.spec, lambda layer: {"keep_prob": 1.0}))

    def in_batches(self, least: int) -> Probe:
        """With batches of at least so many examples, or of all there are."""
        size = self.spec.training.batch_size
        if size == "full" or size >= least:
            return self
        most = self.dataset.parts["train"].m
        return replace(self, spec=_changed(self.spec, "training", batch_size=min(least, most)))

    def with_optimizer(self, optimizer: Optimizer) -> Probe:
        """With another optimizer."""
        return replace(self, spec=self.spec.model_copy(update={"optimizer": optimizer}))

    def with_schedule(self, schedule: Schedule) -> Probe:
        """With another schedule of α."""
        return replace(self, spec=self.spec.model_copy(update={"schedule": schedule}))

    def with_rates(self, rates: Sequence[float]) -> Probe:
        """With exactly these learning rates, one for each step."""
        table = [(step, rate) for step, rate in enumerate(rates) if step == 0 or rate != rates[step - 1]]
        return self.with_schedule(Manual(unit="step", first=0, table=tuple(table)))


def _sampled(dataset: Dataset) -> dict[str, Part]:
    """Train, some of it to look at again, and examples that are not trained on: of dev, or held out of train."""
    most = min(MOST_ROWS, max(2, MOST_BYTES // (8 * dataset.n_x)))
    train = part_sample(dataset.parts["train"], most, seed=3)
    if "dev" in dataset.parts:
        unseen = part_sample(dataset.parts["dev"], LOOKED_AT, seed=5)
    else:
        held_out = sample(train.m, min(LOOKED_AT, int(HELD_OUT * train.m)) or 1, seed=5)
        unseen, train = part_rows(train, held_out), part_rows(train, np.setdiff1d(np.arange(train.m), held_out))
    return {"train": train, SEEN_PART: part_sample(train, LOOKED_AT, seed=4), UNSEEN_PART: unseen}


def _nudge(theta: Array, seed: int) -> None:
    signs = np.random.default_rng(seed).integers(0, 2, theta.size) * 2 - 1
    theta *= (1 + LAST_DIGITS * signs).astype(theta.dtype)


def _of_any_size(spec: Spec) -> Spec:
    """The spec with initializers for layers of any size in place of files, which have W of their own sizes."""
    layers = _layers(
        spec, lambda layer: {"initializer": fitting(layer.activation)} if _is_read(layer.initializer) else {}
    )
    return layers.model_copy(update={"initializer": He()}) if _is_read(spec.initializer) else layers


def _is_read(initializer: Initializer | None) -> bool:
    return isinstance(initializer, FromFile)


def fitting(activation: Activation | None) -> Initializer:
    """Xavier for what saturates on both sides (Glorot & Bengio 2010): sigmoid, tanh; else He (He et al. 2015)."""
    return Xavier() if activation is not None and saturates(activation) else He()


def _layers(spec: Spec, change: LayerChange) -> Spec:
    hidden = tuple(layer.model_copy(update=change(layer)) for layer in spec.architecture.hidden)
    return _changed(spec, "architecture", hidden=hidden)


def _changed(spec: Spec, section: str, **fields: Any) -> Spec:
    return spec.model_copy(update={section: getattr(spec, section).model_copy(update=fields)})
