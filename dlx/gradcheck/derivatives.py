"""Numeric derivatives beside analytic ones, and how far they are apart."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from dlx.nn.gradcheck import GREAT, difference, differences
from dlx.types import Array

DIRECTION = -1  # stands for the entry where a derivative is along a direction


@dataclass
class Derivatives:
    """Numeric against analytic derivatives by entries of θ or along directions, each with its rounding."""

    numeric: list[float] = field(default_factory=list)
    analytic: list[float] = field(default_factory=list)
    rounding: list[float] = field(default_factory=list)
    entries: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.numeric)

    def take(self, numeric: float, analytic: float, rounding: float, entry: int) -> None:
        """One more derivative."""
        self.numeric.append(numeric)
        self.analytic.append(analytic)
        self.rounding.append(rounding)
        self.entries.append(entry)

    def add(self, other: Derivatives) -> None:
        """Take in what another has compared."""
        self.numeric += other.numeric
        self.analytic += other.analytic
        self.rounding += other.rounding
        self.entries += other.entries

    def difference(self) -> float:
        """The notes' difference over all of them."""
        return difference(*self._arrays())

    def each(self) -> Array:
        """The difference of each by itself."""
        return differences(*self._arrays())

    def largest(self) -> float:
        """The largest of these; 0 where there are none."""
        return float(np.max(self.each(), initial=0.0))

    def worst(self) -> int:
        """Which differs most."""
        return int(self.each().argmax())

    def worst_entry(self) -> int | None:
        """Which entry differs most; None where there are only directions."""
        entries = np.array(self.entries) != DIRECTION
        return int(np.where(entries, self.each(), -1.0).argmax()) if entries.any() else None

    def agreeing(self) -> Derivatives:
        """Those that are the same but for rounding."""
        rows = zip(self.numeric, self.analytic, self.rounding, self.entries, strict=True)
        agreeing = Derivatives()
        for row, deviation in zip(rows, self.each() if self.numeric else [], strict=True):
            if deviation <= GREAT:
                agreeing.take(*row)
        return agreeing

    def _arrays(self) -> tuple[Array, Array, Array]:
        return np.array(self.numeric), np.array(self.analytic), np.array(self.rounding)


def largest(*differences: float) -> float:
    """The largest; a NaN counts as larger than all."""
    return float(np.max(differences))
