"""What a spec says: the sections of an experiment as frozen, typed, complete records."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field, GetPydanticSchema
from pydantic_core import core_schema, to_jsonable_python

from dlx.component import Component, Options, as_tuple
from dlx.data.section import Data
from dlx.spec.architecture import Architecture, KeepProb, under_own_keys
from dlx.spec.architecture import Count as Count
from dlx.spec.architecture import LayerSection as LayerSection
from dlx.spec.architecture import norms_of as norms_of
from dlx.spec.experiment_names import FOLDER_NAME, folder_name
from dlx.spec.judgement import Diagnosis as Diagnosis
from dlx.spec.quantities import PARTS, DevQuantity, metric_of
from dlx.spec.short_forms import as_switch
from dlx.stats.metrics.metric import Metric

from dlx.nn.initializers import He, Initializer  # isort: skip - after those of the architecture
from dlx.nn.losses import Loss
from dlx.nn.objectives import Objective
from dlx.nn.optimizers import GradientDescent, Optimizer
from dlx.nn.schedules import Constant, Schedule
from dlx.words import Task

Strength = Annotated[float, Field(ge=0)]
Seed = Annotated[int, Field(ge=0, le=2**32 - 1)]


class Regularization(Options):
    """Penalties in the cost, and dropout; m is the number of examples in the batch."""

    l2: Strength = Field(0.0, description="λ in λ/(2m)·Σ‖W‖²_F")
    l1: Strength = Field(0.0, description="λ in λ/(2m)·Σ‖W‖₁")
    keep_prob: Annotated[
        KeepProb | tuple[KeepProb, ...],
        BeforeValidator(as_tuple),
        Field(description="of inverted dropout after the hidden layers: one number, or one per hidden layer"),
    ] = 1.0


class EarlyStopping(Options):
    """Stop when the dev set has not improved for a while; the best epoch's parameters are kept."""

    patience: Count = Field(8, description="evaluations without improvement before stopping")
    monitor: DevQuantity = Field(
        "dev_error",
        description="dev_error, dev_cost, or dev_ and the name of a metric, such as dev_f1; of epochs that are as good "
        "the one with the lowest dev_cost is kept",
    )
    min_delta: Strength = Field(
        0.0, description="an improvement must be larger than this; at 0 an equal error with a lower cost is one too"
    )


class Training(Options):
    """How long, in which batches, and how often the network is measured."""

    epochs: Count = Field(10, description="passes over train")
    batch_size: Count | Literal["full"] = Field(64, description="examples in a mini-batch; full is all of train")
    evaluate_every: Count = Field(1, description="epochs between two rows of metrics.csv")
    early_stopping: Annotated[EarlyStopping | None, as_switch(EarlyStopping | bool | None)] = Field(
        None, description="true, false, or options"
    )
    refit: bool | None = Field(
        None,
        description="true: when training is over, a second network is trained on the examples of all parts for as many "
        "epochs as were kept; it predicts and is exported, while errors and verdict stay those of the first (searches "
        "and studies leave it out)",
    )
    engine: Literal["numpy", "compiled", "auto"] = Field(
        "auto",
        description="what replays the recorded steps, with the same bits: NumPy, or native code (the extra fast); auto "
        "is compiled where that is installed",
    )
    threads: Count | Literal["auto"] = Field("auto", description="BLAS threads; auto becomes a number in the run")


class Stream(Options):
    """One pinned stream of random numbers."""

    seed: Seed = Field(description="of this stream alone")
    reseed: Literal["epoch", "step"] | None = Field(None, description="restart with seed + increment·k at each")
    increment: int = Field(1, description="what each restart adds to the seed")


class Randomness(Options):
    """Pins single streams; what is not pinned derives from the spec's `seed`."""

    generator: Literal["pcg64", "legacy"] = Field("pcg64", description="legacy is numpy.random.RandomState")
    split: Stream | None = Field(None, description="which examples go into which part")
    subset: Stream | None = Field(None, description="which examples of train `data.train_examples` leaves in")
    initializer: Stream | None = Field(None, description="the first W of each layer")
    shuffle: Stream | None = Field(None, description="the order of the examples in an epoch")
    dropout: Stream | None = Field(None, description="which units are kept")
    augmentation: Stream | None = Field(None, description="how images are changed")
    gradient_noise: Stream | None = Field(None, description="the noise on the gradient of an objective")


DRAWN_ONCE = ("split", "subset", "initializer")  # of the streams: none of these can be restarted

# To pydantic the words alone are right, and the schema lists them where they stand; the field holds the task.
TASK_SCHEMA = core_schema.no_info_after_validator_function(Task, core_schema.literal_schema([*map(str, Task)]))
StatedTask = Annotated[Task, GetPydanticSchema(lambda *_: TASK_SCHEMA)]

# What says something about a network or its examples, so that an objective has no use for it.
OF_NETWORKS = ("data", "task", "architecture", "loss", "initializer", "regularization", "metrics", "diagnosis")
OF_BATCHES = ("batch_size", "early_stopping", "refit")  # in `training`


class Spec(Options):
    """An experiment: everything that decides its result."""

    name: Annotated[str, AfterValidator(folder_name), Field(json_schema_extra={"pattern": f"^{FOLDER_NAME}$"})] = Field(
        "experiment", description="the folder of its runs under runs/"
    )
    seed: Seed = Field(1, description="every random stream derives from it")
    dtype: Literal["float32", "float64"] = Field("float32", description="of all arrays of the network")
    task: StatedTask | None = Field(None, description="follows from the labels when left out")
    plugins: Annotated[tuple[str, ...], Field(strict=False)] = Field(
        (), description="Python files or modules that define more components"
    )
    data: Data = Data()
    objective: Objective | None = Field(
        None, description="a cost J(w) to minimize over w, in place of `data` and `architecture`"
    )
    architecture: Architecture = Architecture()
    loss: Loss | None = Field(None, description="with its output activation; follows from the task when left out")
    initializer: Initializer = He()
    regularization: Regularization = Regularization()
    optimizer: Optimizer = GradientDescent()
    schedule: Schedule = Constant()
    training: Training = Training()
    metrics: Annotated[tuple[Metric, ...], BeforeValidator(as_tuple)] | None = Field(
        None, description="measured in every row of metrics.csv beside error and cost; at the end all of the task are"
    )
    diagnosis: Diagnosis = Diagnosis()
    randomness: Randomness = Randomness()

    @property
    def is_in_folds(self) -> bool:
        """Whether it asks for a training of each fold."""
        return self.objective is None and self.data.folds is not None and self.data.fold is None

    @property
    def row_metrics(self) -> tuple[Metric, ...]:
        """The metrics that are measured in every row: those that are stated, and what early stopping watches."""
        stopping = self.training.early_stopping
        watched = metric_of(stopping.monitor) if stopping is not None else None
        metrics = {metric.name: metric for metric in (*(self.metrics or ()), *([watched] if watched else []))}
        return tuple(metrics.values())

    @property
    def metric_columns(self) -> tuple[str, ...]:
        """The columns of metrics.csv that these are."""
        return tuple(f"{part}_{metric.name}" for metric in self.row_metrics for part in PARTS)

    def complete(self) -> Spec:
        """This spec with every hidden layer filled in from `architecture`, `regularization` and `initializer`."""
        hidden = tuple(self._complete(index, layer) for index, layer in enumerate(self.architecture.hidden))
        return self.model_copy(update={"architecture": self.architecture.model_copy(update={"hidden": hidden})})

    def _complete(self, index: int, layer: LayerSection) -> LayerSection:
        norms = under_own_keys(self.architecture.norms_before(layer).values())
        default = self._layer_defaults(index) | norms
        layer = layer.model_copy(
            update={key: value for key, value in default.items() if key in norms or getattr(layer, key) is None}
        )
        return layer if layer.bias is not None else layer.model_copy(update={"bias": _has_bias(layer)})

    def _layer_defaults(self, index: int) -> dict[str, Any]:
        keep_prob = self.regularization.keep_prob
        return {
            "activation": self.architecture.activation,
            **under_own_keys(norms_of(self.architecture).values()),
            "keep_prob": keep_prob[index] if isinstance(keep_prob, tuple) else keep_prob,
            "initializer": self.initializer,
        }

    def dump(self) -> dict[str, Any]:
        """The spec as plain data, every default filled in; ``Spec.model_validate`` of it gives this spec again.

        What a layer takes over from the sections for all layers is not written out again for each: who changes
        `architecture.activation` there means the layers too. With an objective there is nothing of networks. An engine
        that is not decided yet changes nothing, so that a plan, or the key of a trial, does not speak of it.
        """
        hidden = tuple(self._own(index, layer) for index, layer in enumerate(self.architecture.hidden))
        architecture = self.architecture.model_copy(update={"hidden": hidden})
        data: dict[str, Any] = plain(self.model_copy(update={"architecture": architecture}))
        if self.training.engine == "auto":
            del data["training"]["engine"]
        if self.objective is None:
            return data
        training = {key: value for key, value in data["training"].items() if key not in OF_BATCHES}
        return {key: value for key, value in data.items() if key not in OF_NETWORKS} | {"training": training}

    def _own(self, index: int, layer: LayerSection) -> LayerSection:
        """The layer with what is its own only; the reverse of `_complete`."""
        default = self._layer_defaults(index) | {"bias": _has_bias(layer)}
        return layer.model_copy(
            update={key: None for key, value in default.items() if getattr(layer, key) in (value, None)}
        )


def _has_bias(layer: LayerSection) -> bool:
    """Whether a complete layer that does not say has a b."""
    return not any(norm.replaces_bias for norm in norms_of(layer).values())


SCALARS = frozenset({str, int, float, bool, type(None)})  # which are plain data


def plain(value: object) -> Any:
    """A value as plain data; what is absent by default and was not given is left out.

    A component has its name in it, unless it is the only one that can stand under its key.
    """
    if type(value) in SCALARS:
        return value
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if not isinstance(value, Options):
        return to_jsonable_python(value)
    present = {}
    for key, field in type(value).model_fields.items():
        option = getattr(value, key)
        if option is not None or field.default is not None:
            present[key] = plain(option)
        if type(option) not in SCALARS and is_named_by_key(option, field.annotation):
            del present[key]["name"]
    return {"name": value.name} | present if isinstance(value, Component) else present


def is_named_by_key(option: object, annotation: object) -> bool:
    """Whether a component is the only one that can stand under its key, which then says its name."""
    return isinstance(option, Component) and type(option) in get_args(annotation)
