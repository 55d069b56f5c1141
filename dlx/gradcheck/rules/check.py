"""The check of optimizers, schedules and initializers, with their defaults and with other values of their options."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dlx.component import Component
from dlx.errors import DlxError
from dlx.gradcheck.rules import initializers, optimizers, schedules
from dlx.gradcheck.rules.rule import Properties, RuleCase, checked
from dlx.gradcheck.settings import with_other_options
from dlx.nn.initializers import Initializer
from dlx.nn.optimizers import Optimizer
from dlx.nn.schedules import Schedule

PROPERTIES: Mapping[str, Properties[Any]] = {
    Optimizer.kind: optimizers.PROPERTIES,
    Schedule.kind: schedules.PROPERTIES,
    Initializer.kind: initializers.PROPERTIES,
}


def check_rules(component: Component) -> Iterator[RuleCase]:
    """Check one with its defaults, and where these are right, with other options; nothing of what reads a file."""
    properties = PROPERTIES[component.kind]
    try:
        case = checked(component, "", properties)
    except DlxError:
        return
    yield case
    if not case.passed:
        return
    for words, other in with_other_options(component):
        if words.startswith("first="):  # a schedule states with that how its formula counts
            continue
        try:
            yield checked(other, words, properties)
        except DlxError:
            continue
