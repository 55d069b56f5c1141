"""The settings in which a component is checked: small networks of every kind, and other values of its options."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal, get_args, get_origin

import numpy as np
from pydantic import ValidationError

from dlx.component import Component
from dlx.gradcheck.subject import CheckedCost, LandscapeSubject, Subject
from dlx.nn.activations import Activation, Tanh
from dlx.nn.dropout import mask_from
from dlx.nn.initializers import Xavier
from dlx.nn.landscape import Landscape
from dlx.nn.losses import Loss, loss_for
from dlx.nn.network import LayerPlan, Network
from dlx.nn.norms.batch_norm import BatchNorm
from dlx.nn.norms.norm import Norm
from dlx.nn.objectives import Objective
from dlx.training.build import takes_weights
from dlx.types import Array
from dlx.words import Task

EXAMPLES, FEATURES, CLASSES = 7, 4, 3
UNITS, NARROW = (5, 4), (2, 2)
OTHER = 0.7  # of an option: not so far from its default that it would be refused


@dataclass(frozen=True)
class Setting:
    """What stands around a component; ``outputs`` of the network are those of the task unless stated."""

    activation: Activation
    loss: Loss
    norm: Norm | None = None
    dropout: bool = False
    is_weighted: bool = False
    units: tuple[int, ...] = UNITS
    outputs: int | None = None

    def subject(self, rng: np.random.Generator) -> Subject:
        """A network with two hidden layers on a few examples."""
        draw = mask_from(rng, 0.7) if self.dropout else None
        hidden = [LayerPlan(units, self.activation, Xavier(), True, self.norm, draw) for units in self.units]
        n_y = self.outputs or (1 if self.loss.task == Task.BINARY else CLASSES)
        network = Network(FEATURES, [*hidden, LayerPlan(n_y, None, Xavier())], self.loss, np.float64, l2=0.7)
        network.initialize(rng)
        network.parameters.theta[...] += 0.3 * rng.standard_normal(network.parameters.theta.size)
        Y = _targets(self.loss, n_y, rng)
        X = rng.standard_normal((EXAMPLES, FEATURES))
        if self.is_weighted:
            Y = np.concatenate([Y, rng.uniform(0.2, 2, (1, EXAMPLES))])
        return Subject(network, X, np.ascontiguousarray(Y))


def settings_of(component: Component, seed: int) -> Iterator[tuple[str, CheckedCost]]:
    """Networks with two hidden layers that the component stands in, each with a few words for it.

    An objective stands alone, at its start and elsewhere. Where options have defaults, other values follow.
    """
    if isinstance(component, Objective):
        yield from _landscapes(component, "", np.random.default_rng(seed))
    else:
        for words, setting in _around(component):
            yield words, setting.subject(np.random.default_rng(seed))
    for words, other in with_other_options(component):
        if isinstance(other, Objective):
            yield from _landscapes(other, f", {words}", np.random.default_rng(seed))
        else:
            name, setting = next(_around(other))
            yield f"{name}, {words}", setting.subject(np.random.default_rng(seed))


def _around(component: Component) -> Iterator[tuple[str, Setting]]:
    losses = [component] if isinstance(component, Loss) else [loss_for(task) for task in Task]
    activation = component if isinstance(component, Activation) else Tanh()
    norms = [component] if isinstance(component, Norm) else [None, BatchNorm()]
    for loss, norm, dropout in product(losses, norms, (False, True)):
        extras = [norm.title] if norm is not None and norm is not component else []
        yield (
            ", ".join([loss.name, *extras, *(["dropout"] if dropout else [])]),
            Setting(activation, loss, norm, dropout),
        )
        if loss is component and takes_weights(loss) and norm is None and not dropout:
            yield f"{loss.name}, weighted examples", Setting(activation, loss, is_weighted=True)
    loss, norm = losses[-1], norms[0]
    if loss is component and loss.task != Task.BINARY:
        n_y = 2 if loss.task == Task.MULTICLASS else 1
        yield f"{loss.name}, {n_y} output{'s' * (n_y > 1)}", Setting(activation, loss, outputs=n_y)
    if loss is not component:
        yield f"{loss.name}, layers of {NARROW[0]} units", Setting(activation, loss, norm, units=NARROW)


def with_other_options(component: Component) -> Iterator[tuple[str, Component]]:
    """The component with another value of one option at a time, and that option in words.

    A mistake such as a factor that g′ lacks does not show where its default is 1.
    """
    for name, field in type(component).model_fields.items():
        for value, other in accepted(component, name, _others(getattr(component, name), field.annotation)):
            yield f"{name}={value:.4g}" if isinstance(value, float) else f"{name}={value}", other


def accepted(component: Component, name: str, values: Iterable[Any]) -> Iterator[tuple[Any, Component]]:
    """The values of an option that a component takes, each with the component that has it."""
    options = {field: getattr(component, field) for field in type(component).model_fields}
    for value in values:
        try:
            yield value, type(component).model_validate({**options, name: value})
        except (ValidationError, ValueError):
            continue


def _others(value: Any, annotation: Any) -> list[Any]:
    if get_origin(annotation) is Literal:
        return [choice for choice in get_args(annotation) if choice != value]
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1]
    if isinstance(value, float):
        return [OTHER * value if value else OTHER]
    return []


def _landscapes(objective: Objective, words: str, rng: np.random.Generator) -> Iterator[tuple[str, CheckedCost]]:
    for place, away in (("w at its start", 0.0), ("w elsewhere", 1.0)):
        landscape = Landscape(objective, np.float64)
        landscape.initialize(rng)
        landscape.w[...] += away * rng.standard_normal(landscape.w.shape)
        yield f"{place}{words}", LandscapeSubject(landscape)


def _targets(loss: Loss, n_y: int, rng: np.random.Generator) -> Array:
    """Y (n_y, m) of the loss's task."""
    classes = np.eye(max(n_y, 2))[:n_y, rng.integers(max(n_y, 2), size=EXAMPLES)]
    if loss.task == Task.MULTILABEL:
        return rng.integers(2, size=(n_y, EXAMPLES)).astype(np.float64)
    if loss.task != Task.REGRESSION:
        return classes
    Y = rng.standard_normal((n_y, EXAMPLES))
    return Y if loss.least_target is None else loss.least_target + np.abs(Y)
