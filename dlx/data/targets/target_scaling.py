"""Target scaling: what a regression learns in place of its targets, and the way back to the user's unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from dlx.data.examples import Examples
from dlx.data.normalization import MinMax, Standard
from dlx.errors import DataError
from dlx.types import Array

TargetNormalization = Literal["none", "standard", "minmax", "log"]


@dataclass(frozen=True, eq=False)
class TargetScaling:
    """y_scaled = (y − shift)·scale for each of k targets; of ``log`` the same of ln(y).

    Costs are of scaled targets, errors and predictions of the user's.
    """

    name: TargetNormalization = "none"
    shift: Array = field(default_factory=lambda: np.zeros(1))
    scale: Array = field(default_factory=lambda: np.ones(1))

    @classmethod
    def fit(cls, name: TargetNormalization, y: Array, origin: str) -> TargetScaling:
        """That of train's targets (m, k): mean 0 and variance 1, from 0 to 1, or mean 0 and variance 1 of their ln."""
        if name == "none":
            return UNSCALED
        check_positive(name, y, origin)
        normalization = MinMax() if name == "minmax" else Standard()
        with np.errstate(over="ignore", invalid="ignore"):
            shift, scale = normalization.fit(np.log(y) if name == "log" else y)
            unfit = ~np.isfinite(shift * scale) | (scale == 0)
        if unfit.any():
            raise DataError(f"{origin}: the targets are too far apart for `normalize_targets: {name}`")
        return cls(name, shift, scale)

    @classmethod
    def from_data(cls, data: Mapping[str, Any] | None) -> TargetScaling:
        """What ``to_data`` was made of; the models of earlier runs have none."""
        return UNSCALED if data is None else cls(data["name"], np.array(data["shift"]), np.array(data["scale"]))

    def to_data(self) -> dict[str, Any]:
        """The same as plain data."""
        return {"name": self.name, "shift": self.shift.tolist(), "scale": self.scale.tolist()}

    def scaled(self, y: Array) -> Array:
        """What the network learns, for targets (m, k)."""
        if self.name == "none":
            return y
        scaled: Array = ((np.log(y) if self.name == "log" else y) - self.shift) * self.scale
        return scaled

    def original(self, scaled: Array) -> Array:
        """Outputs (m, k) in the unit of the targets, in float64."""
        if self.name == "none":
            return scaled
        y: Array = scaled.astype(np.float64) / self.scale + self.shift
        with np.errstate(over="ignore"):
            return np.exp(y) if self.name == "log" else y


UNSCALED = TargetScaling()


def fit_targets(name: TargetNormalization, parts: Mapping[str, Examples]) -> TargetScaling:
    """The scaling of train's targets, which those of all parts must allow."""
    if name == "none":
        return UNSCALED
    for examples in parts.values():
        assert examples.y is not None
        check_positive(name, examples.y, examples.origin)
    train = parts["train"]
    assert train.y is not None
    return TargetScaling.fit(name, train.y, train.origin)


def check_positive(name: TargetNormalization, y: Array, origin: str) -> None:
    """Raises `DataError` where a target has no logarithm that is asked for."""
    if name == "log" and y.min() <= 0:
        raise DataError(f"{origin}: `normalize_targets: log` needs targets above 0; the least one is {y.min():g}")
