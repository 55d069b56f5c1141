"""Normalizations of the inputs, fitted on train and applied to every part alike."""

from __future__ import annotations

from dlx.component import Component


class Normalization(Component):
    """x ← (x − shift)·scale, feature by feature."""

    kind = "normalization"


class Standard(Normalization):
    """Mean 0 and variance 1 over train."""

    name = "standard"


class Unchanged(Normalization):
    """The inputs as they are."""

    name = "none"
