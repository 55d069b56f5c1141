"""Losses: the output activation, the cost J and where backprop begins, computed together from the logits Z."""

from dlx.nn.losses.classification import Logistic, LogisticPerLabel, Softmax
from dlx.nn.losses.loss import Loss
from dlx.nn.losses.regression import Absolute, Huber, Poisson, SquaredError
from dlx.words import Task

__all__ = [
    "Absolute",
    "Huber",
    "Logistic",
    "LogisticPerLabel",
    "Loss",
    "Poisson",
    "Softmax",
    "SquaredError",
    "loss_for",
    "losses_for",
]


def loss_for(task: Task) -> Loss:
    """The loss, with its output activation, that a task is trained by where the spec names none."""
    usual: dict[Task, Loss] = {
        Task.BINARY: Logistic(),
        Task.MULTICLASS: Softmax(),
        Task.MULTILABEL: LogisticPerLabel(),
        Task.REGRESSION: SquaredError(),
    }
    return usual[task]


def losses_for(task: Task) -> list[str]:
    """The names of all losses that fit a task."""
    return [name for name, member in Loss.members().items() if getattr(member, "task", None) == task]
