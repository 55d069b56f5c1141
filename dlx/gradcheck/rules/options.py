"""Options of a rule that change nothing: each is moved away from its default, and something has to come of that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, get_args, get_origin

from dlx.component import REGISTRY, Component
from dlx.gradcheck.rules.rule import Lack
from dlx.gradcheck.settings import accepted

SCALES = (0.5, 2.0, 0.01, 100.0, -1.0)  # times a number: one of them is beyond most thresholds
OTHERS = (0.5, 0.0, 1.0, 1e-3, 3.0, 30.0)  # for what is 0, or not set
COUNTS = (1, 2, 3, 0, 20)
BASES = 4  # values of each other option, such as a switch, with which one is tried

Observe = Callable[[Any], bytes]


def ignored_option(component: Component, observe: Observe) -> Lack | None:
    """A remark on the first option of its own that changes nothing of what is observed, whatever the others are.

    It may act on other gradients or in longer trainings alone, so that it is no mistake for sure.
    """
    kind = type(component)
    family = next(base for base in kind.__mro__ if "kind" in vars(base))
    own = [name for name in kind.model_fields if name not in getattr(family, "model_fields", {})]
    for name in own:
        others = (other for further in own if further != name for other in moved(component, further)[:BASES])
        bases = [component, *others]
        if moved(component, name) and not any(_acts(base, name, observe) for base in bases):
            words = f"{name} changes nothing, whatever its value"
            return Lack("option ignored", f"{words}: does the rule use it?", is_remark=True)
    return None


def moved(component: Component, name: str) -> list[Component]:
    """The component with other values of an option, those that it takes."""
    values = _other_values(getattr(component, name), type(component).model_fields[name].annotation)
    return [other for _, other in accepted(component, name, values)]


def _acts(base: Component, name: str, observe: Observe) -> bool:
    """Whether another value of an option comes out otherwise."""
    before = _observed(base, observe)
    return any(_observed(other, observe) != before for other in moved(base, name))


def _observed(component: Component, observe: Observe) -> bytes:
    try:
        return observe(component)
    except Exception as error:  # of a value that the rule cannot work with, which is an effect too
        return f"{type(error).__name__}: {error}".encode()


def _other_values(value: Any, annotation: Any) -> list[Any]:
    if get_origin(annotation) is Literal:
        return [choice for choice in get_args(annotation) if choice != value]
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1, 2 * value, *COUNTS]
    if isinstance(value, float):
        return [*(scale * value for scale in SCALES if value), *OTHERS]
    if isinstance(value, Component):
        members = REGISTRY[value.kind].values()
        return [each() for each in members if not any(field.is_required() for field in each.model_fields.values())]
    if isinstance(value, tuple):
        entries = enumerate(value)
        return [(*value[:at], other, *value[at + 1 :]) for at, entry in entries for other in _other_values(entry, None)]
    return [*OTHERS, *COUNTS, True] if value is None else []
