"""What is to be said of a temperature: that dev cannot tell, that it is at an end, or that it is not worth applying."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlx.stats.calibration import COLDEST, HOTTEST

NEAR_AN_END = 1.01
# Twice by how much a temperature raises the log likelihood of labels that another one than 1 explains no better is
# below this in 99 of 100 dev sets (χ² of one number).
CHANCE = 6.63


def remarks_on(temperature: float, m: int, is_faultless: bool) -> list[str]:
    """Why it says little, if it does."""
    remarks = []
    if is_faultless:
        what = f"none of the {m:,} answers on dev is wrong, so that it cannot be judged how sure they may be"
        remarks.append(f"{what}: temperature and threshold stay as they are")
    if not COLDEST * NEAR_AN_END < temperature < HOTTEST / NEAR_AN_END:
        remarks.append(
            f"the log loss falls to the end of what is tried, a temperature of {temperature:.3g}: dev has hardly any "
            "mistake, or the network knows nothing"
        )
    return remarks


def doubt_of(before: Mapping[str, Any], after: Mapping[str, Any], m: int) -> str:
    """Why the temperature is not worth applying: by the Brier score it is no help, or by chance alone; or nothing.

    It has the lowest log loss of all, which says nothing of its worth.
    """
    numbers = [(each["log_loss"]["value"], each["brier"]["value"]) for each in (before, after)]
    (log_loss, brier), (fitted_log_loss, fitted_brier) = numbers
    both = f"log loss {log_loss:.4g} → {fitted_log_loss:.4g}, Brier score {brier:.4g} → {fitted_brier:.4g}"
    if 2 * m * (log_loss - fitted_log_loss) < CHANCE:
        return f"{both}: so little that it may be chance, and to apply the temperature is not advised"
    if fitted_brier > brier:
        return f"{both}: better by one measure and worse by the other, so that to apply the temperature is not advised"
    return ""
