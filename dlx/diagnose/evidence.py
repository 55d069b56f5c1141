"""Evidence: what advice must agree with: how the training ended, what simple models reach, what the data allow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite

from dlx.diagnose.supply import Supply
from dlx.diagnose.trend import recent_fall
from dlx.documents.baselines import BETTER, WORSE, Baselines, PartBaseline
from dlx.documents.diagnosis import Ending, JudgedMetric, UnbeatenModel
from dlx.spec.sections import Training

FALLEN = 0.05  # of itself, by the train cost over the last quarter of the epochs
RISEN = 0.1  # of itself, by the dev cost since it was lowest
LATE = 0.75  # of the epochs: a dev cost that was lowest after that has not risen for long
CUT = 0.7  # of the epochs asked for, by which early stopping has ended it: later is near the end
AS_GOOD = 0.05  # of the network's error, by which a model that does as well may err more


def ending_of(metrics: Mapping[str, Sequence[float]], training: Training | None = None) -> Ending:
    """How the training ended whose metrics.csv has these columns; ``training`` is that section of its spec."""
    epochs, train, dev = (metrics.get(name, ()) for name in ("epoch", "train_cost", "dev_cost"))
    if len(train) < 2 or len(epochs) != len(train):
        return Ending()
    late = [number for number, epoch in enumerate(epochs) if epoch <= LATE * epochs[-1]]
    start = late[-1] if late else 0
    dev = dev if len(dev) == len(train) else ()
    least = min(range(len(dev)), key=lambda number: dev[number]) if len(dev) else 0
    rising = len(dev) > 2 and least <= start and dev[-1] > (1 + RISEN) * dev[least]
    fallen = recent_fall(epochs, train, 1 - LATE) > FALLEN
    falling = fallen and not rising and (not len(dev) or recent_fall(epochs, dev, 1 - LATE) > 0)
    stopped = training is not None and training.early_stopping is not None and epochs[-1] < CUT * training.epochs
    return Ending(falling, rising, stopped)


def unbeaten(baselines: Baselines, measure: JudgedMetric | None = None) -> UnbeatenModel | None:
    """The simple model that does as well as the network where none does surely better.

    They are compared by their errors, which says nothing where a metric, ``measure``, is judged in their place.
    """
    if measure is not None:
        return None
    models = list(baselines.models.values())
    if any(model.first.difference.verdict == WORSE for model in models):
        return None
    equals = [model for model in models if _is_as_good(model.first)]
    best = min(equals, key=lambda model: (model.first.error.value, model.title), default=None)
    if best is None:
        return None
    error = best.first.error
    return UnbeatenModel(best.title, error.value, error.low, error.high)


def _is_as_good(beside: PartBaseline) -> bool:
    """Whether the model errs no more than the network, but for a little, and is not surely worse."""
    error, difference = beside.error.value, beside.difference
    if not (isfinite(error) and isfinite(difference.value)) or difference.verdict == BETTER:
        return False
    network = error + difference.value
    return error <= (1 + AS_GOOD) * network


@dataclass(frozen=True)
class Evidence:
    """What advice is checked against.

    supply: what the data can give.
    ending: of the training.
    unbeaten: the simple model that does as well as the network, where none does better.
    """

    supply: Supply
    ending: Ending = field(default_factory=Ending)
    unbeaten: UnbeatenModel | None = None
