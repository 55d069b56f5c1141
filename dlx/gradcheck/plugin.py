"""The check of components: what has a gradient in every setting of a small network, rules by their properties."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import ValidationError

from dlx.component import REGISTRY, Component
from dlx.errors import UsageError, allowed
from dlx.events import Count
from dlx.gradcheck.check import check, check_here
from dlx.gradcheck.checked import Checked
from dlx.gradcheck.comparison import MOST_PASSES, PASSES
from dlx.gradcheck.fault import Fault
from dlx.gradcheck.report import Point
from dlx.gradcheck.rules.check import PROPERTIES, check_rules
from dlx.gradcheck.rules.rule import RuleCase
from dlx.gradcheck.settings import settings_of
from dlx.nn.activations import Activation
from dlx.nn.gradcheck import EPSILON
from dlx.nn.losses import Loss
from dlx.nn.norms.norm import Norm
from dlx.nn.objectives import Objective
from dlx.spec.key_examples import required_options
from dlx.spec.trust import load_named
from dlx.words import Task

KINDS = (Activation.kind, Loss.kind, Norm.kind, Objective.kind)
CHECKED = (*KINDS, *PROPERTIES)
VALUES = (0.5, 0.9, 1.0, 2.0, 10.0, 100.0, -1.0, 1, 2, 10, 100, -1, True, "a")  # tried where an option has none
NAMES = "activation, loss, norm, objective, optimizer, schedule or initializer"


class NoValueError(UsageError):
    """An option of a component has no default, and none of the values that are tried is one of it."""

    def __init__(self, member: type[Component], option: str) -> None:
        why = f"{option} has no default, and dlx knows no value that it accepts: give it a default"
        super().__init__(f"{member.kind} {member.name}: {why}")
        self.option = option


@dataclass(frozen=True)
class PluginCase:
    """One component in one network, checked."""

    kind: str
    name: str
    setting: str
    point: Point


def check_plugin(plugin: str, name: str | None, epsilon: float, seed: int) -> Generator[Count, None, ComponentsReport]:
    """Check what a plugin defines, or of that the component with this name; counts the networks.

    Raises:
        UsageError: the plugin cannot be loaded, fails, or defines nothing that can be checked.
        CheckFailed: a cost is not finite.
    """
    chosen, unchecked = _defined_by(plugin)
    if name is not None and name not in chosen:
        raise UsageError(f"{plugin}: defines no {NAMES} named {name!r} {allowed(name, list(chosen))}")
    if not chosen:
        others = f", but {', '.join(unchecked)}" if unchecked else ""
        raise UsageError(f"{plugin}: defines no {NAMES}{others}, and nothing else can be checked")
    components, without_values = _instances([chosen[name]] if name else list(chosen.values()))
    rules = [case for component in components if component.kind in PROPERTIES for case in check_rules(component)]
    cases = yield from check_components([each for each in components if each.kind in KINDS], epsilon, seed)
    return ComponentsReport(plugin, cases, () if name else (*unchecked, *without_values), rules)


def check_registered(epsilon: float, seed: int) -> Generator[Count, None, ComponentsReport]:
    """Check every component that has a gradient, in every setting that it can stand in; counts the networks.

    Other places than the initialization are visited in the first setting of each. Optimizers, schedules and
    initializers are checked by their properties.
    """
    components, rules = _registered(KINDS), _registered(PROPERTIES)
    checked = [case for component in rules for case in check_rules(component)]
    cases = yield from check_components(components, epsilon, seed, everywhere=False)
    return ComponentsReport(None, cases, (), checked)


def _instances(members: Sequence[type[Component]]) -> tuple[list[Component], list[str]]:
    """Components that can be checked, and such as have an option that no value is known for, unless all are such."""
    components: list[Component] = []
    refused: list[NoValueError] = []
    without_values: list[str] = []
    for member in members:
        try:
            components.append(instance_of(member))
        except NoValueError as error:
            refused.append(error)
            without_values.append(f"{member.kind} {member.name}, whose {error.option} has no default")
    if refused and not components:
        raise refused[0]
    return components, without_values


def _registered(kinds: Iterable[str]) -> list[Component]:
    members = [member for kind in kinds for member in REGISTRY[kind].values()]
    return [member.model_validate(required_options(member)) for member in members]


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
    standing = [(component, *setting) for component in components for setting in settings_of(component, seed)]
    settings: list[PluginCase] = []
    for component, within, subject in standing:
        is_first = not settings or (settings[-1].kind, settings[-1].name) != (component.kind, component.name)
        words = f"{component.name} with {within}"
        if everywhere or is_first:
            point = check(subject, words, epsilon, most_passes=MOST_PASSES if everywhere else PASSES)
        else:
            point = check_here(subject, words, epsilon)
        settings.append(PluginCase(component.kind, component.name, within, point))
        yield Count(len(settings), len(standing))
    return settings


@dataclass(frozen=True, repr=False)
class ComponentsReport(Checked):
    """The checks of the components of a plugin, of one, or where there is no plugin of all that are registered.

    ``rules`` are the checks of optimizers, schedules and initializers by their properties; ``unchecked`` is what else
    the plugin defines, such as ``metric gini``.
    """

    plugin: str | None
    cases: Sequence[PluginCase]
    unchecked: tuple[str, ...] = ()
    rules: Sequence[RuleCase] = ()

    @property
    def passed(self) -> bool:
        """Whether each of them passed."""
        return all(case.point.passed for case in self.cases) and all(case.passed for case in self.rules)

    @property
    def decisive(self) -> Point | None:
        """The first network in which it failed and a mistake was placed, or the one with the largest difference."""
        failed = [case.point for case in self.cases if not case.point.passed]
        placed = [point for point in failed if point.fault]
        largest = sorted((case.point for case in self.cases), key=lambda point: -point.difference)
        return next(iter([*placed, *failed, *largest]), None)

    @property
    def difference(self) -> float | None:
        """That of the decisive network; None where nothing has a gradient."""
        return self.decisive.difference if self.decisive else None

    @property
    def fault(self) -> Fault | None:
        """The first mistake that was placed, with the operation, the layer and what the error looks like."""
        faults = (*(case.point.fault for case in self.cases), *(case.fault for case in self.rules))
        return next(filter(None, faults), None)

    @property
    def subject(self) -> str:
        """The components, and in how many networks or settings they were checked."""
        counts = ((len(self.cases), "network"), (len(self.rules), "setting"))
        stood = [f"{count} {noun}{'s' * (count != 1)}" for count, noun in counts if count]
        return f"{self.plugin or 'all components'} in {' and '.join(stood)}"

    def details(self) -> Iterator[tuple[str, str]]:
        """The mistakes, in which network the first was met, and the entry that is most wrong."""
        if self.decisive:
            yield from self.decisive.details()
        for case in self.rules:
            for label, fault in (("mistake", case.fault), ("remark", case.remark)):
                if fault:
                    yield label, f"{fault}{f', with {fault.at}' if fault.at else ''}"

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
            "rules": [case.document() for case in self.rules],
            "unchecked": list(self.unchecked),
            "fault": asdict(self.fault) if self.fault else None,
        }


def _defined_by(plugin: str) -> tuple[dict[str, type[Component]], tuple[str, ...]]:
    """What loading the plugin adds and can be checked, and what else it adds."""
    before = {kind: set(members) for kind, members in REGISTRY.items()}
    load_named([plugin])
    added = [
        member
        for kind, members in REGISTRY.items()
        for name, member in members.items()
        if name not in before.get(kind, ())
    ]
    unchecked = tuple(f"{member.kind} {member.name}" for member in added if member.kind not in CHECKED)
    return {member.name: member for member in added if member.kind in CHECKED}, unchecked


def instance_of(member: type[Component]) -> Component:
    """A component with its defaults, and values of what has none; raises `UsageError` where none is accepted."""
    if issubclass(member, Loss) and getattr(member, "task", None) not in list(Task):
        raise UsageError(f"loss {member.name}: its task is missing {allowed('', list(Task))}")
    options = required_options(member)
    further = {name: iter(VALUES) for name in options}
    while True:
        try:
            return member.model_validate(options)
        except ValidationError as error:
            wrong = {str(detail["loc"][0]) for detail in error.errors() if detail["loc"]} or set(options)
            values = {name: next(further[name], None) for name in wrong & further.keys()}
            if not values or None in values.values():
                missing = ", ".join(sorted(wrong))
                raise NoValueError(member, missing) from None
            options |= values
