"""Fewer examples: the sizes of a learning curve, and the spec that trains on so many examples for as many steps."""

from __future__ import annotations

import numpy as np

from dlx.errors import UsageError
from dlx.nn.schedules import Constant, Schedule, Stretched
from dlx.spec.sections import Spec

SIZES, SPAN = 6, 32  # six sizes, each twice the one before where there are enough examples
FEWEST, FEWEST_OF_A_CLASS = 10, 2


def training_sizes(m: int, classes: int) -> list[int]:
    """From few examples up to all m of train, evenly on a logarithmic scale.

    Raises:
        UsageError: train is too small to be cut.
    """
    fewest = max(FEWEST, FEWEST_OF_A_CLASS * classes)
    if m <= fewest:
        raise UsageError(f"a learning curve begins with {fewest} examples, and train has only {m}")
    return [int(size) for size in np.unique(np.geomspace(max(fewest, m / SPAN), m, SIZES).round())]


def fitting(spec: Spec, size: int) -> int:
    """The size, or less where its last batch would be smaller than batch norm can use."""
    batch_size = spec.training.batch_size
    least = max((norm.least_batch for norm in spec.architecture.norms()), default=1)
    rest = 0 if batch_size == "full" else size % batch_size
    return size - rest if rest < least else size


def with_examples(spec: Spec, count: int, m: int) -> Spec:
    """The spec on ``count`` of the m examples of its train, in as many steps.

    With equal epochs a thirty-second of the examples would get a thirty-second of the steps: the small sets would be
    judged by a training that had hardly begun, the curve would fall too steeply, and more data would be promised too
    much. So the epochs, those between two evaluations and those of the learning rate schedule grow as the steps of an
    epoch fall, and what differs between two points of the curve is the data alone. (With full batches a step is an
    epoch, and nothing changes.)
    """
    if count == m:
        return spec
    training = spec.training
    factor = _steps(m, training.batch_size) / _steps(count, training.batch_size)
    longer = {key: max(1, round(factor * getattr(training, key))) for key in ("epochs", "evaluate_every")}
    return spec.model_copy(
        update={
            "data": spec.data.model_copy(update={"train_examples": count}),
            "training": training.model_copy(update=longer),
            "schedule": _slower(spec.schedule, longer["epochs"] / training.epochs),
        }
    )


def _steps(m: int, batch_size: int | str) -> int:
    """The mini-batches of an epoch."""
    return 1 if batch_size == "full" else -(-m // int(batch_size))


def _slower(schedule: Schedule, factor: float) -> Schedule:
    by_epoch = schedule.unit == "epoch" and not isinstance(schedule, Constant)
    return Stretched(schedule=schedule, factor=factor) if by_epoch and factor != 1 else schedule
