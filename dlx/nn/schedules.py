"""Schedules: the factor on the learning rate as training goes on."""

from __future__ import annotations

from dlx.component import Component


class Schedule(Component):
    """α = α₀ · factor(t)."""

    kind = "schedule"


class Constant(Schedule):
    """α = α₀."""

    name = "constant"
