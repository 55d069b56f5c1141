"""Mistakes in plugins that hold under a condition are found and placed; right components of odd form pass."""

from __future__ import annotations

import numpy as np
import pytest

from dlx.component import Component
from dlx.errors import CheckFailed
from dlx.gradcheck.check import check
from dlx.nn.activations import Activation, Derivative
from dlx.nn.tape import Tape
from dlx.types import Array
from experiments.gradcheck.faults import Planted
from experiments.gradcheck.outsider_faults import Around, outsider_faults, planted
from experiments.gradcheck.right_components import COMPONENTS

FAULTS = {fault.operation: fault for fault in outsider_faults()}
LATER = ("wide_layer", "of_float32", "after the first step", "temporary", "early_slope", "band_in_tail", "nan_at_hits")
ODD = ("in_place", "remembering", "by_math", "brier_like")


@pytest.mark.parametrize(
    "fault", [*map(FAULTS.__getitem__, LATER), *list(FAULTS.values())[::11]], ids=lambda f: f.operation
)
def test_some_of_them_are_found_and_named(fault: Planted) -> None:
    """``make faults`` plants them all."""
    outcome, answer = fault.judged()
    assert outcome == (True, True, True), answer


@pytest.mark.parametrize("component", [each for each in COMPONENTS if each.name in ODD], ids=lambda each: each.name)
def test_right_components_of_odd_form_pass(component: type[Component]) -> None:
    """``make faults`` has them all."""
    assert check(Around(component()).subject(), "now").passed


@planted("off the tape")
class InverseTooEarly(Activation):
    """1/Z of the zeros that Z holds while the step is written down."""

    name = "inverse_too_early"

    def forward(self, tape: Tape, Z: Array) -> tuple[Array, Derivative]:
        with np.errstate(all="ignore"):
            A = 1 / Z
        return A, lambda dZ: tape.call(np.negative, A, out=dZ)


def test_what_is_computed_too_early_is_named_where_the_cost_is_not_finite() -> None:
    with pytest.raises(
        CheckFailed, match=r"inverse_too_early 2: what is computed while the step is written down stays"
    ):
        check(Around(InverseTooEarly()).subject(), "now")
