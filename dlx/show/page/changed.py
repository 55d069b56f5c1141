"""A spec in short: what in it is not the default."""

from __future__ import annotations

from typing import Any

from dlx.component import Component, Options
from dlx.nn.losses import loss_for
from dlx.spec.sections import LayerSection, Spec, is_named_by_key, plain


def changed(spec: Spec) -> dict[str, Any]:
    """The values of a resolved spec that are not the defaults, as plain data that is a spec again.

    What training itself has filled in is left out: the task, its usual loss, what counts as a high gap,
    threads and engine.
    """
    own = Spec.model_validate(spec.dump())  # without what each layer takes over from the sections
    usual = own.task is not None and own.loss == loss_for(own.task)
    own = own.model_copy(
        update={
            "task": None,
            "loss": None if usual else own.loss,
            "training": own.training.model_copy(update={"threads": "auto", "engine": "auto"}),
            "diagnosis": own.diagnosis.model_copy(update={"tolerance": None}),
        }
    )
    document: dict[str, Any] = _changed(own, named=False)
    return document


def _changed(value: Any, named: bool) -> Any:
    """What is not the default; ``named`` where a component has to say its name."""
    if isinstance(value, tuple):
        return [_changed(item, named=True) for item in value]
    if not isinstance(value, Options):
        return plain(value)
    changes = {}
    for key, field in type(value).model_fields.items():
        option = getattr(value, key)
        if option != field.get_default(call_default_factory=True):
            changes[key] = _changed(option, named=not is_named_by_key(option, field.annotation))
    if isinstance(value, Component) and named:
        return {"name": value.name, **changes} if changes else value.name
    if isinstance(value, LayerSection) and changes.keys() == {"units"}:
        return value.units
    return changes or True  # batch norm or early stopping as they are when switched on
