"""Minimizing in Python: any cost of some variables, by the optimizers that train networks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from dlx.api.run import Run
from dlx.api.signatures import PathLike, with_settings
from dlx.api.specs import plain
from dlx.api.training import session_of, trained
from dlx.errors import UsageError
from dlx.nn.objectives import Objective

ObjectiveLike: TypeAlias = str | Mapping[str, Any] | Objective | type[Objective]


def of_objective(objective: ObjectiveLike, *, dotted: object, **settings: object) -> None:
    """The form of `minimize`."""


@with_settings(of_objective)
def minimize(
    objective: ObjectiveLike,
    *,
    optimizer: str | Mapping[str, Any] | None = None,
    steps: int = 100,
    out: PathLike | None = None,
    progress: bool | None = None,
    **settings: Any,
) -> Run:
    """Minimize the cost J(w) of some variables w (n,), one gradient a step; returns the run.

    The last w is its ``parameters["w"]``.

    Args:
        objective: the name of one (``ravine``, ``saddle``, ``plateau`` …), a mapping of its name and options
            (``{"name": "polynomial", "coefficients": [1, -10, 25]}``, ``start``: w before the first step), or a
            subclass of `dlx.nn.objectives.Objective`, or one of these with its options.
        optimizer: its name, or a mapping of its name and options, such as ``{"name": "momentum", "learning_rate":
            0.1}``; if not given, as in a spec.
        steps: how many are taken.
        out, progress: as for `dlx.train`.
        settings: other values of keys, such as ``**{"schedule": "cosine", "dtype": "float64"}``.

    Raises:
        SpecError: a name or an option does not exist.
        Diverged: J or w is not finite any more.
    """
    if isinstance(objective, type) and issubclass(objective, Objective):
        section: Any = {"name": objective.name}
    elif isinstance(objective, str | Mapping | Objective):
        section = {"name": objective} if isinstance(objective, str) else plain(objective)
    else:
        what = "an objective is a name, a mapping, or a subclass of dlx.nn.objectives.Objective, which has a gradient"
        raise UsageError(f"{what}; not {type(objective).__name__}")
    spec = {"name": section.get("name", "objective"), "objective": section, "training": {"epochs": steps}}
    if optimizer is not None:
        spec["optimizer"] = {"name": optimizer} if isinstance(optimizer, str) else plain(optimizer)
    return trained(lambda: session_of(spec, None, None, out, settings), None, progress)
