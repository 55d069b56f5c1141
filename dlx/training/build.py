"""Building: from a complete spec to an experiment with nothing trained yet, or the reasons against it."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np

from dlx.calls import instruction
from dlx.data.dataset import Dataset
from dlx.data.files.memory import amount, free
from dlx.data.loading import load_dataset
from dlx.data.targets.weights import unknown_classes
from dlx.errors import EnvironmentProblem, Place, Problem, SpecError, allowed
from dlx.nn.activations import Identity
from dlx.nn.dropout import mask_from
from dlx.nn.losses import Loss, loss_for, losses_for
from dlx.nn.network import LayerPlan, Network
from dlx.spec.sections import LayerSection, Spec
from dlx.stats.metrics.metric import Metric
from dlx.training.error_unit import in_error_unit
from dlx.training.evaluation import batch_sizes
from dlx.training.minimization import Minimization
from dlx.training.streams import Streams
from dlx.training.supervised import Supervised
from dlx.words import Task

MONITOR = ("training", "early_stopping", "monitor")
Origins = Mapping[tuple[str | int, ...], Place]


def build(
    spec: Spec, origins: Origins | None = None, initialize: bool = True, dataset: Dataset | None = None
) -> Supervised | Minimization:
    """The experiment that a complete spec describes, its first parameters drawn and nothing trained.

    ``origins`` are the places of the spec's values, for messages. ``initialize`` is false where a checkpoint follows.
    ``dataset`` is what `dataset_of` this spec gives, where it has been loaded already.

    Raises:
        DataError: the data cannot be read or do not fit.
        SpecError: the spec asks for what the data do not offer.
    """
    if spec.objective is None:
        return build_supervised(spec, origins, initialize, dataset)
    experiment = Minimization(spec, spec.objective, Streams(spec.seed, spec.randomness))
    if initialize:
        experiment.landscape.initialize(experiment.streams["initializer"])
    return experiment


def build_supervised(
    spec: Spec, origins: Origins | None = None, initialize: bool = True, dataset: Dataset | None = None
) -> Supervised:
    """The same of a spec that has data."""
    streams = Streams(spec.seed, spec.randomness)
    dataset = dataset or _loaded(spec, streams)
    _refuse_misfits(spec, dataset, origins or {})
    _refuse_too_large(spec, dataset, origins or {})
    experiment = assemble(spec, dataset, streams)
    if initialize:
        experiment.network.initialize(streams["initializer"])
    return experiment


def build_refit(spec: Spec) -> Supervised:
    """The experiment of a complete spec on the examples of all its parts together; raises as `build`."""
    streams = Streams(spec.seed, spec.randomness)
    dataset = _loaded(spec, streams, together=True)
    training = spec.training.model_copy(update={"early_stopping": None, "refit": None})
    spec = spec.model_copy(update={"training": training})
    misfits = [
        Problem(Place("spec"), "training.refit", f"with all examples in train, {what}")
        for _, what in _misfits(spec, dataset)
    ]
    if misfits:
        raise SpecError(misfits)
    experiment = assemble(spec, dataset, streams)
    experiment.network.initialize(streams["initializer"])
    return experiment


def assemble(spec: Spec, dataset: Dataset, streams: Streams) -> Supervised:
    """The experiment of a complete spec, its data and streams; θ is zero."""
    return Supervised(spec, dataset, streams, _network(spec, dataset, streams))


def dataset_of(spec: Spec, together: bool = False) -> Dataset:
    """The data set that a spec describes; all of it in train where it is to be ``together``, as for a refit.

    Raises:
        DataError: the data cannot be read or do not fit.
    """
    return _loaded(spec, Streams(spec.seed, spec.randomness), together)


def _loaded(spec: Spec, streams: Streams, together: bool = False) -> Dataset:
    dataset = load_dataset(spec.data, spec.task, streams["split"], streams["subset"], together)
    return in_error_unit(dataset, spec.diagnosis)


def _refuse_misfits(spec: Spec, dataset: Dataset, origins: Origins) -> None:
    """What only the loaded data can tell to be contradictory."""
    misfits = [Problem(_place(key, origins), ".".join(key), what) for key, what in _misfits(spec, dataset)]
    if misfits:
        raise SpecError(misfits)


def _refuse_too_large(spec: Spec, dataset: Dataset, origins: Origins) -> None:
    """A network that cannot fit is refused before anything of it is made.

    Raises:
        EnvironmentProblem: the memory that is free does not suffice.
    """
    needed, available = least_memory(spec, dataset), free()
    if needed > available:
        place = _place(("architecture", "hidden"), origins)
        sizes = _layer_sizes(spec, dataset)
        size = f"{_parameter_count(sizes):,} parameters, and batches in {len(sizes) - 1} layers"
        what = f"architecture.hidden: {size}, take {amount(needed)} of memory, and {amount(available)} are free"
        raise EnvironmentProblem(f"{place}: {what}")


def least_memory(spec: Spec, dataset: Dataset) -> int:
    """Bytes that training surely takes: it may take more, never less.

    θ, dθ, the optimizer's vectors and the numbers that θ is drawn from are each as large as θ. A step has Z, A and dZ
    of its batch in each hidden layer, and the evaluation of each part has Z and A of its batches, which are kept for
    the next one; without an activation A is Z.
    """
    batch, m = spec.training.batch_size, dataset.parts["train"].m
    in_step = m if batch == "full" else min(batch, m)
    in_evaluation = sum(size for part in dataset.parts.values() for size in batch_sizes(part.m))
    numbers = (3 + len(spec.optimizer.slots)) * _parameter_count(_layer_sizes(spec, dataset))
    for layer in spec.architecture.hidden:
        is_linear = isinstance(layer.activation, Identity)
        numbers += layer.units * ((3 - is_linear) * in_step + (2 - is_linear) * in_evaluation)
    return numbers * np.dtype(spec.dtype).itemsize


def _layer_sizes(spec: Spec, dataset: Dataset) -> list[int]:
    return [dataset.n_x, *(layer.units for layer in spec.architecture.hidden), dataset.n_y]


def _parameter_count(sizes: Sequence[int]) -> int:
    return sum((below + 1) * above for below, above in pairwise(sizes))


def _misfits(spec: Spec, dataset: Dataset) -> Iterator[tuple[tuple[str, ...], str]]:
    size, m = spec.training.batch_size, dataset.parts["train"].m
    if spec.data.folds is not None and spec.data.fold is None:
        all_folds = instruction("train", verb="folds")
        what = (
            f"only {all_folds} trains all folds: state data.fold for one of them, or leave folds out (data.folds=null)"
        )
        yield ("data", "folds"), what
    if spec.training.early_stopping is not None and "dev" not in dataset.parts:
        what = "early stopping watches the dev set, and there is none (set data.split.dev or data.dev)"
        yield ("training", "early_stopping"), what
    for norm in spec.architecture.norms():
        if size != "full" and 0 < m % size < norm.least_batch:
            rest = "one" if m % size == 1 else m % size
            left = f"{m} examples in batches of {size} leave a last batch of {rest}"
            yield ("training", "batch_size"), f"{left}, whose variance {norm.title} cannot use"
            break
    targets = spec.data.normalize_targets or "none"
    if targets != "none" and not dataset.task.is_regression:
        yield ("data", "normalize_targets"), f"{targets} is for a regression, the labels ask for {dataset.task}"
    for key, metric in _metrics(spec):
        if dataset.task not in metric.tasks:
            yield key, f"{metric.name} is for {' and '.join(metric.tasks)}, the labels ask for {dataset.task}"
    if spec.diagnosis.metric is not None and dataset.task.is_regression:
        what = f"{spec.diagnosis.metric} is for classes, the labels ask for {dataset.task}"
        yield ("diagnosis", "metric"), what
    if spec.diagnosis.target_errors is not None and not (dataset.task.is_regression and dataset.n_y > 1):
        of_what = "a single target" if dataset.task.is_regression else dataset.task
        what = f"{spec.diagnosis.target_errors} is for a regression with several targets, the labels ask for {of_what}"
        yield ("diagnosis", "target_errors"), what
    yield from _loss_misfits(spec, dataset)
    yield from _weight_misfits(spec, dataset)


def _loss_misfits(spec: Spec, dataset: Dataset) -> Iterator[tuple[tuple[str, ...], str]]:
    loss = spec.loss or loss_for(dataset.task)
    if loss.task != dataset.task:
        what = f"{loss.name} is for {loss.task}, the labels ask for {dataset.task}"
        what = f"{what} {allowed(loss.name, losses_for(dataset.task))}"
        are_numbers = all(isinstance(label, int | float) and not isinstance(label, bool) for label in dataset.classes)
        other = {Task.REGRESSION: are_numbers, Task.MULTICLASS: dataset.task is Task.BINARY}.get(loss.task, False)
        yield ("loss",), f"{what}, or state `task: {loss.task}`" if other and spec.task is None else what
    elif loss.least_target is not None:
        for name, part in dataset.parts.items():
            if part.y.min() < loss.least_target:
                what = f"{loss.name} needs targets of {loss.least_target:g} or more; the least one of {name} is"
                yield ("loss",), f"{what} {part.y.min():g}"
                break
    if not takes_weights(loss) and any(part.weights is not None for part in dataset.parts.values()):
        yield ("loss",), f"{loss.name} takes no weights of examples: its `record` has no argument `weights`"


def takes_weights(loss: Loss) -> bool:
    """Whether a loss, perhaps of a plugin, has the argument `weights`."""
    return "weights" in inspect.signature(loss.record).parameters


def _weight_misfits(spec: Spec, dataset: Dataset) -> Iterator[tuple[tuple[str, ...], str]]:
    stated = spec.data.class_weight
    if stated is not None and not dataset.task.has_one_class:
        what = f"is for classes of which an example has one, the labels ask for {dataset.task}"
        yield ("data", "class_weight"), f"{what}; weigh examples by a column (data.source.sample_weight) in place of it"
    elif isinstance(stated, dict):
        for key in unknown_classes(stated, dataset.classes):
            what = f"there is no class {key!r} {allowed(key, [str(label) for label in dataset.classes])}"
            yield ("data", "class_weight"), what


def _metrics(spec: Spec) -> Iterator[tuple[tuple[str, ...], Metric]]:
    """The metrics that rows are to have, each with the key that asks for it."""
    stated = spec.metrics or ()
    yield from ((("metrics",), metric) for metric in stated)
    yield from ((MONITOR, metric) for metric in spec.row_metrics if metric not in stated)


def _place(key: tuple[str, ...], origins: Origins) -> Place:
    """Where the key stands, or the first of the values below it."""
    return next((place for path, place in origins.items() if path[: len(key)] == key), Place("spec"))


def _network(spec: Spec, dataset: Dataset, streams: Streams) -> Network:
    hidden = [_hidden_plan(spec, layer, streams) for layer in spec.architecture.hidden]
    output = LayerPlan(dataset.n_y, None, spec.initializer)
    penalty = spec.regularization
    loss = spec.loss or loss_for(dataset.task)
    return Network(dataset.n_x, [*hidden, output], loss, spec.dtype, penalty.l2, penalty.l1)


def _hidden_plan(spec: Spec, layer: LayerSection, streams: Streams) -> LayerPlan:
    keep_prob = layer.keep_prob
    return LayerPlan(
        units=layer.units,
        activation=layer.activation,
        initializer=layer.initializer or spec.initializer,
        bias=layer.bias is not False,
        norm=layer.normalization,
        draw=mask_from(streams["dropout"], keep_prob) if keep_prob is not None and keep_prob < 1 else None,
    )
