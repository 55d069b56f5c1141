"""Optimizers: how the gradient changes the parameters, simplest first."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from dlx.component import Component


class Optimizer(Component):
    """One step of θ."""

    kind = "optimizer"
    learning_rate: Annotated[float, Field(gt=0, description="α, the step size before the schedule")] = 0.01


class GradientDescent(Optimizer):
    """θ ← θ − α·dθ."""

    name = "gradient_descent"


class Adam(Optimizer):
    """Adaptive moment estimation."""

    name = "adam"
    learning_rate: Annotated[float, Field(gt=0, description="α, the step size before the schedule")] = 0.001
    beta1: Annotated[float, Field(ge=0, lt=1)] = 0.9
