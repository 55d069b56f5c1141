"""The check of components: activations, losses and norms in every setting of a small network, objectives alone."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from typing import Any

import numpy as np
from pydantic import ValidationError

from dlx.calls import instruction
from dlx.component import REGISTRY, Component
from dlx.documents.brief import Brief
from dlx.errors import UsageError, allowed
from dlx.events import Count
from dlx.gradcheck.check import check, check_here
from dlx.gradcheck.report import Fault, Point, details_of
from dlx.gradcheck.subject import CheckedCost, LandscapeSubject, Subject
from dlx.nn.activations import Activation, Tanh
from dlx.nn.dropout import mask_from
from dlx.nn.gradcheck import EPSILON
from dlx.nn.initializers import Xavier
from dlx.nn.landscape import Landscape
from dlx.nn.losses import Loss, loss_for
from dlx.nn.network import LayerPlan, Network
from dlx.nn.norms.batch_norm import BatchNorm
from dlx.nn.norms.norm import Norm
from dlx.nn.objectives import Objective
from dlx.spec.key_examples import required_options
from dlx.spec.trust import load_named
from dlx.training.build import takes_weights
from dlx.types import Array
from dlx.words import Task

EXAMPLES, FEATURES, CLASSES = 7, 4, 3

KINDS = (Activation.kind, Loss.kind, Norm.kind, Objective.kind)


@dataclass(frozen=True)
class PluginCase:
    """One component in one network, checked."""

    kind: str
    name: str
    setting: str
    point: Point


def check_plugin(plugin: str, name: str | None, epsilon: float, seed: int) -> Generator[Count, None, list[PluginCase]]:
    """Check what a plugin defines, or of that the component with this name; counts the networks.

    Raises:
        UsageError: the plugin cannot be loaded, fails, or defines nothing that has a gradient.
        CheckFailed: a cost is not finite.
    """
    chosen = _defined_by(plugin)
    if name is not None and name not in chosen:
        raise UsageError(
            f"{plugin}: defines no activation, loss, norm or objective named {name!r} {allowed(name, list(chosen))}"
        )
    if not chosen:
        raise UsageError(
            f"{plugin}: defines no activation, loss, norm or objective, and nothing else has a gradient to check"
        )
    members = [chosen[name]] if name else list(chosen.values())
    return (yield from check_components([instance_of(member) for member in members], epsilon, seed))


def check_registered(epsilon: float, seed: int) -> Generator[Count, None, list[PluginCase]]:
    """Check every component that has a gradient, in every setting that it can stand in; counts the networks.

    Other places than the initialization are visited in the first setting of each.
    """
    members = [member for kind in KINDS for member in REGISTRY[kind].values()]
    components = [member.model_validate(required_options(member)) for member in members]
    return (yield from check_components(components, epsilon, seed, everywhere=False))


def check_components(
    components: Sequence[Component], epsilon: float = EPSILON, seed: int = 0, everywhere: bool = True
) -> Generator[Count, None, list[PluginCase]]:
    """Check these in every setting of a small network, at other places too or in the first setting alone.

    Raises:
        UsageError, CheckFailed: as `check_plugin`.
    """
    for component in components:
        if not isinstance(component, Activation | Loss | Norm | Objective):
            what = "has no gradient to check: activations, losses, norms and objectives have one"
            raise UsageError(f"{component.kind} {component.name}: {what}")
    standing = [(component, *setting) for component in components for setting in _subjects(component, seed)]
    settings: list[PluginCase] = []
    for component, within, subject in standing:
        is_first = not settings or (settings[-1].kind, settings[-1].name) != (component.kind, component.name)
        look = check if everywhere or is_first else check_here
        point = look(subject, f"{component.name} with {within}", epsilon)
        settings.append(PluginCase(component.kind, component.name, within, point))
        yield Count(len(settings), len(standing))
    return settings


@dataclass(frozen=True, repr=False)
class ComponentsReport(Brief):
    """The checks of the components of a plugin, of one, or where there is no plugin of all that are registered."""

    first = ("passed", "fault")

    plugin: str | None
    cases: Sequence[PluginCase]

    @property
    def passed(self) -> bool:
        """Whether each of them passed."""
        return all(case.point.passed for case in self.cases)

    @property
    def fault(self) -> Fault | None:
        """The first mistake that was placed, with the operation, the layer and what the error looks like."""
        return next((case.point.fault for case in self.cases if case.point.fault), None)

    def details(self) -> Iterator[tuple[str, str]]:
        """Which setting was the first to fail, where, and by how much."""
        failed = [case.point for case in self.cases if not case.point.passed]
        return details_of(next((point for point in failed if point.fault), failed[0])) if failed else iter(())

    def document(self) -> dict[str, Any]:
        """The JSON document."""
        return {
            "plugin": self.plugin,
            "passed": self.passed,
            "settings": [
                {
                    "kind": case.kind,
                    "name": case.name,
                    "setting": case.setting,
                    "passed": case.point.passed,
                    "difference": case.point.difference,
                    "referee": case.point.referee.document() if case.point.referee else None,
                    "not_analytic": case.point.not_analytic,
                }
                for case in self.cases
            ],
            "fault": asdict(self.fault) if self.fault else None,
        }


def _defined_by(plugin: str) -> dict[str, type[Component]]:
    """The activations, losses, norms and objectives that loading the plugin adds."""
    before = {kind: set(REGISTRY[kind]) for kind in KINDS}
    load_named([plugin])
    return {name: member for kind in KINDS for name, member in REGISTRY[kind].items() if name not in before[kind]}


def instance_of(member: type[Component]) -> Component:
    """A component with its defaults; raises `UsageError` where an option has none."""
    if issubclass(member, Loss) and getattr(member, "task", None) not in list(Task):
        raise UsageError(f"loss {member.name}: its task is missing {allowed('', list(Task))}")
    try:
        return member()
    except ValidationError as error:
        missing = ", ".join(".".join(map(str, detail["loc"])) for detail in error.errors())
        raise UsageError(
            f"{member.kind} {member.name}: {missing} has no default; check it in a spec: "
            f"{instruction('gradcheck', 'SPEC')}"
        ) from None


def _subjects(component: Component, seed: int) -> Iterator[tuple[str, CheckedCost]]:
    """Networks with two hidden layers that the component stands in, each with a few words for it.

    An objective stands alone, at its start and elsewhere.
    """
    if isinstance(component, Objective):
        yield from _landscapes(component, np.random.default_rng(seed))
        return
    losses = [component] if isinstance(component, Loss) else [loss_for(task) for task in Task]
    activation = component if isinstance(component, Activation) else Tanh()
    norms = [component] if isinstance(component, Norm) else [None, BatchNorm()]
    for loss, norm, dropout in product(losses, norms, (False, True)):
        extras = [norm.title] if norm is not None and norm is not component else []
        setting = ", ".join([loss.name, *extras, *(["dropout"] if dropout else [])])
        yield setting, _subject(activation, loss, norm, dropout, np.random.default_rng(seed))
        if loss is component and takes_weights(loss) and norm is None and not dropout:
            rng = np.random.default_rng(seed)
            yield f"{loss.name}, weighted examples", _subject(activation, loss, norm, dropout, rng, is_weighted=True)


def _landscapes(objective: Objective, rng: np.random.Generator) -> Iterator[tuple[str, CheckedCost]]:
    for setting, away in (("w at its start", 0.0), ("w elsewhere", 1.0)):
        landscape = Landscape(objective, np.float64)
        landscape.initialize(rng)
        landscape.w[...] += away * rng.standard_normal(landscape.w.shape)
        yield setting, LandscapeSubject(landscape)


def _subject(
    activation: Activation,
    loss: Loss,
    norm: Norm | None,
    dropout: bool,
    rng: np.random.Generator,
    is_weighted: bool = False,
) -> Subject:
    draw = mask_from(rng, 0.7) if dropout else None
    hidden = [LayerPlan(units, activation, Xavier(), True, norm, draw) for units in (5, 4)]
    n_y = 1 if loss.task == Task.BINARY else CLASSES
    network = Network(FEATURES, [*hidden, LayerPlan(n_y, None, Xavier())], loss, np.float64, l2=0.7)
    network.initialize(rng)
    network.parameters.theta[...] += 0.3 * rng.standard_normal(network.parameters.theta.size)
    Y = _targets(loss, n_y, rng)
    X = rng.standard_normal((EXAMPLES, FEATURES))
    if is_weighted:
        Y = np.concatenate([Y, rng.uniform(0.2, 2, (1, EXAMPLES))])
    return Subject(network, X, np.ascontiguousarray(Y))


def _targets(loss: Loss, n_y: int, rng: np.random.Generator) -> Array:
    """Y (n_y, m) of the loss's task."""
    classes = np.eye(max(n_y, 2))[:n_y, rng.integers(max(n_y, 2), size=EXAMPLES)]
    if loss.task == Task.MULTILABEL:
        return rng.integers(2, size=(n_y, EXAMPLES)).astype(np.float64)
    if loss.task != Task.REGRESSION:
        return classes
    Y = rng.standard_normal((n_y, EXAMPLES))
    return Y if loss.least_target is None else loss.least_target + np.abs(Y)
