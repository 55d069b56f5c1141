"""What a spec says: the sections of an experiment as frozen, typed, complete records."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from dlx.component import Options
from dlx.data.augmentation import Augmentation
from dlx.data.normalization import Normalization, Standard
from dlx.data.sources import Source
from dlx.nn.activations import Activation, ReLU
from dlx.nn.initializers import He, Initializer
from dlx.nn.optimizers import GradientDescent, Optimizer
from dlx.nn.schedules import Constant, Schedule

Fraction = Annotated[float, Field(ge=0, le=1)]
KeepProb = Annotated[float, Field(gt=0, le=1)]
Count = Annotated[int, Field(ge=1)]
Strength = Annotated[float, Field(ge=0)]
Seed = Annotated[int, Field(ge=0, le=2**32 - 1)]


def _as_mapping(key: str) -> BeforeValidator:
    """A short form: a bare value stands for the mapping {key: value}."""
    return BeforeValidator(lambda given: given if isinstance(given, dict | Options) else {key: given})


def _as_switch(given: object) -> object:
    """A short form: true stands for all defaults, false for none at all."""
    return {} if given is True else None if given is False else given


class Split(Options):
    """How one source is cut: fractions of all examples (they add up to 1) or counts, stratified by class."""

    train: Annotated[
        float | int, Field(gt=0, description="fraction (a real number up to 1.0) or count (a whole number)")
    ]
    dev: Annotated[float | int, Field(ge=0)] = 0
    test: Annotated[float | int, Field(ge=0)] = 0
    train_dev: Annotated[
        float | int, Field(ge=0, description="taken out of train: same distribution, not trained on")
    ] = 0


class Data(Options):
    """Where the examples come from and what happens to them before the network sees them."""

    source: Source | None = Field(None, description="one source that `split` cuts into train, dev and test")
    split: Split | None = None
    train: Source | None = Field(None, description="a source of its own for train, in place of `source`")
    train_dev: Source | None = None
    dev: Source | None = None
    test: Source | None = None
    normalize: Normalization = Standard()
    augment: Annotated[tuple[Augmentation, ...], Field(strict=False)] = ()


class BatchNorm(Options):
    """Batch norm before a layer's activation (Ioffe & Szegedy 2015): Z̃ = γ·(Z − μ)/√(σ² + ε) + β, and no b."""

    momentum: Annotated[float, Field(ge=0, lt=1, description="β of the running averages of μ and σ²")] = 0.9
    epsilon: Annotated[float, Field(gt=0)] = 1e-5
    statistics: Literal["running", "exact"] = Field(
        "running", description="evaluate with running averages, or with the exact μ and σ² over the train set"
    )


MaybeBatchNorm = Annotated[BatchNorm | None, BeforeValidator(_as_switch)]


class Layer(Options):
    """One hidden layer; what is left out is taken from `architecture` and `regularization`."""

    units: Count
    activation: Activation | None = None
    batch_norm: Annotated[BatchNorm | Literal[False] | None, BeforeValidator(lambda v: {} if v is True else v)] = None
    bias: bool | None = Field(None, description="false leaves b out; with batch norm there is none")
    keep_prob: KeepProb | None = None
    initializer: Initializer | None = None


class Architecture(Options):
    """The hidden layers; input and output follow from the data."""

    hidden: Annotated[tuple[Annotated[Layer, _as_mapping("units")], ...], Field(strict=False)] = ()
    activation: Activation = Field(ReLU(), description="of the hidden layers that name none")
    batch_norm: MaybeBatchNorm = None


class Regularization(Options):
    """Penalties in the cost, and dropout; m is the number of examples in the batch."""

    l2: Strength = Field(0.0, description="λ in λ/(2m)·Σ‖W‖²_F")
    l1: Strength = Field(0.0, description="λ in λ/(2m)·Σ‖W‖₁")
    keep_prob: Annotated[
        KeepProb | tuple[KeepProb, ...],
        BeforeValidator(lambda given: tuple(given) if isinstance(given, list) else given),
        Field(description="of inverted dropout after the hidden layers: one number, or one per hidden layer"),
    ] = 1.0


class EarlyStopping(Options):
    """Stop when the dev set has not improved for a while; the best epoch's parameters are kept."""

    patience: Count = Field(8, description="evaluations without improvement before stopping")
    monitor: Literal["dev_error", "dev_cost"] = Field(
        "dev_error", description="equal errors are told apart by dev_cost"
    )
    min_delta: Strength = Field(0.0, description="an improvement must be larger than this")


class Training(Options):
    """How long, in which batches, and how often the network is measured."""

    epochs: Count = 10
    batch_size: Annotated[int, Field(ge=1)] | Literal["full"] = 64
    evaluate_every: Count = Field(1, description="epochs between two rows of metrics.csv")
    early_stopping: Annotated[EarlyStopping | None, BeforeValidator(_as_switch)] = None
    threads: Count | Literal["auto"] = Field("auto", description="BLAS threads; auto becomes a number in the run")


class Diagnosis(Options):
    """What the errors are judged against."""

    optimal_error: Annotated[float, Field(ge=0, description="human-level or Bayes error")] = 0.0
    tolerance: Annotated[float, Field(gt=0, description="the gap above which bias or variance counts as high")] = 0.02


class Stream(Options):
    """One pinned stream of random numbers."""

    seed: Seed
    reseed: Literal["epoch", "step"] | None = Field(None, description="restart with seed + increment·k at each")
    increment: int = 1


class Randomness(Options):
    """Pins single streams; what is not pinned derives from the spec's `seed`."""

    generator: Literal["pcg64", "legacy"] = Field("pcg64", description="legacy is numpy.random.RandomState")
    split: Stream | None = None
    initializer: Stream | None = None
    shuffle: Stream | None = None
    dropout: Stream | None = None
    augmentation: Stream | None = None

    @model_validator(mode="after")
    def _only_repeated_draws_restart(self) -> Self:
        for name in ("split", "initializer"):
            stream: Stream | None = getattr(self, name)
            if stream is not None and stream.reseed is not None:
                raise ValueError(f"{name} is drawn once: reseed does not apply")
        return self


Task = Literal["binary", "multiclass", "regression"]


class Spec(Options):
    """An experiment: everything that decides its result."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=100)] = "experiment"
    seed: Seed = 1
    dtype: Literal["float32", "float64"] = "float32"
    task: Task | None = Field(None, description="follows from the labels when left out")
    plugins: Annotated[tuple[str, ...], Field(strict=False)] = ()
    data: Data
    architecture: Architecture = Architecture()
    initializer: Initializer = He()
    regularization: Regularization = Regularization()
    optimizer: Optimizer = GradientDescent()
    schedule: Schedule = Constant()
    training: Training = Training()
    diagnosis: Diagnosis = Diagnosis()
    randomness: Randomness = Randomness()

    def dump(self) -> dict[str, Any]:
        """The spec as plain data, every default filled in; ``Spec.model_validate`` of it gives this spec again."""
        return self.model_dump(mode="json")
