"""The gain of several machines that is worked out is that of its messages one by one, and keeps within its limits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.machines.__main__ import report
from experiments.machines.gain import LINKS, Link, gain, pays_from, simulated
from experiments.machines.steps import StepTime

STEPS = st.builds(
    StepTime, st.just("any"), st.integers(10, 10**8), st.floats(0, 0.1), st.floats(1e-7, 1e-2, allow_subnormal=False)
)


@given(STEPS, st.integers(1, 10**5), st.integers(2, 16), st.sampled_from(LINKS))
def test_messages_one_by_one_take_as_long(step: StepTime, batch: int, machines: int, link: Link) -> None:
    assert simulated(step, batch, machines, link) == pytest.approx(gain(step, batch, machines, link), rel=1e-9)


@given(STEPS, st.integers(1, 10**5), st.integers(2, 16), st.sampled_from(LINKS))
def test_no_more_is_gained_than_there_are_machines(step: StepTime, batch: int, machines: int, link: Link) -> None:
    plain, hidden = (gain(step, batch, machines, link, overlapped=overlapped) for overlapped in (False, True))
    assert plain <= hidden <= machines * (1 + 1e-9)
    assert hidden <= 2 * plain * (1 + 1e-9)  # hiding one of two behind the other saves at most half
    endless = Link("endless", 1e30, 0.0)
    assert gain(StepTime("", 10, 0.0, step.slope), batch, machines, endless) == pytest.approx(machines)


def test_the_report_names_the_batch_from_which_on_it_pays() -> None:
    step = StepTime("small", 100_000, 1e-4, 5e-6)
    batches = [2**power for power in range(6, 17)]
    limits = [pays_from(step, 4, link, 6.0, False, batches) for link in LINKS]
    assert None not in limits
    text = report([step])
    assert "| small | " in text
    assert all(f"{limit:,}" in text for limit in limits)
    assert pays_from(step, 4, LINKS[0], 6.0, False, [64]) is None
