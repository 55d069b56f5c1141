"""The gradient check in Python: of a component, such as an activation of one's own, or of the network of a spec."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

from dlx.api.run import Run
from dlx.api.signatures import Data, SpecLike, Target, with_settings
from dlx.api.specs import overrides_of, resolved_spec
from dlx.component import REGISTRY, Component
from dlx.errors import UsageError, allowed
from dlx.events import finish
from dlx.gradcheck.plugin import ComponentsReport, check_components, instance_of
from dlx.gradcheck.report import Report
from dlx.gradcheck.rules.check import PROPERTIES, check_rules
from dlx.nn.activations import Activation
from dlx.nn.gradcheck import EPSILON
from dlx.nn.losses import Loss
from dlx.nn.norms.norm import Norm
from dlx.nn.objectives import Objective
from dlx.runs.before.check import CheckOptions, check_file, check_spec
from dlx.runs.files.file_names import SPECS

Subject: TypeAlias = SpecLike | Run | Component | type[Component]
KINDS = (Activation.kind, Loss.kind, Norm.kind, Objective.kind, *PROPERTIES)


def of_subject(subject: Subject, *data: Data, dotted: object, **settings: object) -> None:
    """The form of `gradcheck`."""


@with_settings(of_subject)
def gradcheck(
    subject: Subject,
    data: Data = None,
    *,
    target: Target = None,
    examples: int | None = None,
    after: int | None = None,
    epsilon: float = EPSILON,
    dropout: bool = True,
    seed: int = 0,
    **settings: Any,
) -> Report | ComponentsReport:
    """Compare analytic gradients with two-sided differences (J(θ + ε) − J(θ − ε)) / 2ε of the cost, in float64.

    What a difference leaves in doubt the complex step Im J(θ + ih)/h judges again. ``passed`` of the report says
    whether they agree; if not, ``print`` shows the entry that is most wrong, and the line. ``document()`` has all.

    Args:
        subject: an activation, a loss, a norm or an objective, by its class, with its options, or by its registered
            name, which is checked in small networks (an optimizer, schedule or initializer by its properties); else a
            spec, by its path or as a mapping, or a run, which is also checked at its trained parameters.
        data, target, settings: of a spec, as for `dlx.train`.
        examples: of train in the batch; 16 if not given.
        after: check again after so many steps.
        epsilon, seed: ε of the differences; of the choice of examples, and of entries of a large θ.
        dropout: false switches it off, in place of freezing its masks.

    Raises:
        UsageError, CheckFailed: the subject has no gradient, or the cost is not finite.
    """
    options = CheckOptions(examples, after, epsilon, dropout, seed)
    if isinstance(subject, type | Component) or _is_name(subject):
        _refuse("a component, which has examples of its own", data, target, options, settings)
        return _of_component(_component(subject), options)
    if isinstance(subject, Run) or (isinstance(subject, str) and Path(subject).is_dir()):
        _refuse("a run, which has its data", data, target)
        return finish(check_file(Path(subject), overrides_of(settings), options))
    with resolved_spec(_spec(subject), data, target, settings) as stated:
        return finish(check_spec(stated.resolved, options))


def _spec(subject: object) -> SpecLike:
    if isinstance(subject, str | os.PathLike | Mapping):
        return subject
    what = "expected a component, a run, or a spec by its path or as a mapping"
    raise UsageError(f"gradcheck: subject: {what}, not {type(subject).__name__}")


def _of_component(component: Component, options: CheckOptions) -> ComponentsReport:
    if component.kind in PROPERTIES:
        return ComponentsReport(component.name, (), (), list(check_rules(component)))
    cases = finish(check_components([component], options.epsilon, options.seed))
    return ComponentsReport(component.name, cases)


def _refuse(
    of: str, data: Data, target: Target, options: CheckOptions | None = None, settings: Mapping[str, Any] | None = None
) -> None:
    """Raise `UsageError` where something is stated that is of a spec only."""
    stated = {"data": data, "target": target}
    if options is not None:
        stated |= {"examples": options.examples, "after": options.after, "dropout": None if options.dropout else False}
    names = [name for name, value in stated.items() if value is not None] + list(settings or ())
    if names:
        raise UsageError(f"gradcheck: {names[0]} is for a spec, and this is {of}")


def _is_name(subject: object) -> bool:
    """Whether a text names a component, and not a file."""
    if not isinstance(subject, str) or subject.endswith(SPECS) or Path(subject).name != subject:
        return False
    return not Path(subject).exists()


def _component(subject: object) -> Component:
    if isinstance(subject, Component):
        return subject
    if isinstance(subject, type) and issubclass(subject, Component) and subject.name:
        return instance_of(subject)
    members: Mapping[str, type[Component]] = {name: member for kind in KINDS for name, member in REGISTRY[kind].items()}
    if not isinstance(subject, str) or subject not in members:
        name = subject.__name__ if isinstance(subject, type) else subject
        what = "is no activation, loss, norm, objective, optimizer, schedule or initializer"
        raise UsageError(f"{name}: {what} {allowed(name, list(members))}")
    return instance_of(members[subject])
