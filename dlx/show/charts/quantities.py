"""Quantities: what the values of a chart are, in which unit, and how one of them is written."""

from __future__ import annotations

from dataclasses import dataclass

from dlx.words import Task


@dataclass(frozen=True)
class Quantity:
    """A quantity.

    name: with the unit.
    form: how a value is written, as in ``str.format``.
    factor: from what tables and documents hold to what is shown.
    may_be_logarithmic: whether values that fall far are shown by their ratios.
    """

    name: str
    form: str = "{:.3g}"
    factor: float = 1
    may_be_logarithmic: bool = True

    def written(self, value: float) -> str:
        """A value that is shown, with its unit where it is percent."""
        return self.form.format(value)


COST = Quantity("cost")
OBJECTIVE = Quantity("J(w)")
ERROR_RATE = Quantity("error (%)", "{:.2f} %", factor=100, may_be_logarithmic=False)
RMSE = Quantity("RMSE (units of the target)")


def error_quantity(task: str | None) -> Quantity:
    """Percent, but of a regression the units of the target."""
    return RMSE if task == Task.REGRESSION else ERROR_RATE
