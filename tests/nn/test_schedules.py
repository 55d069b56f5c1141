"""Schedules against the figures that the course prints, and what holds for every one of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from dlx.nn.schedules import Cosine, Exponential, InverseSqrt, InverseTime, Manual, Schedule, Staircase, Stretched

OPTIONS = {"manual": {"table": [[1, 0.1], [5, 0.01]]}}


def rates(schedule: Schedule, alpha0: float, n: int, total: int = 100) -> list[float]:
    return [schedule.learning_rate(alpha0, done, total) for done in range(n)]


def test_inverse_time_gives_the_table_of_the_lecture() -> None:
    assert rates(InverseTime(decay_rate=1.0), 0.2, 4) == pytest.approx(
        [0.1, 0.06666666666666667, 0.05, 0.04], rel=1e-15
    )


@pytest.mark.parametrize(
    ("alpha0", "epoch", "decay", "interval", "expected"),
    [
        (0.5, 2, 1.0, 1, 0.16666666666666666),
        (0.5, 10, 0.3, 100, 0.5),
        (0.5, 100, 0.3, 100, 0.3846153846153846),
        (0.5, 100, 1.0, 100, 0.25),
        (0.5, 10, 1.0, 100, 0.5),
        (0.3, 1000, 0.25, 100, 0.085714285),
        (0.3, 100, 0.25, 100, 0.24),
    ],
)
def test_inverse_time_gives_the_values_of_the_course_notebook(
    alpha0: float, epoch: int, decay: float, interval: int, expected: float
) -> None:
    schedule = InverseTime(decay_rate=decay, interval=interval, first=0)
    assert schedule.learning_rate(alpha0, epoch, 1000) == pytest.approx(expected, rel=1e-8)


def test_exponential_gives_the_values_of_the_lecture() -> None:
    assert rates(Exponential(base=0.95), 0.2, 4) == pytest.approx([0.19, 0.1805, 0.171475, 0.16290125], rel=1e-14)


def test_inverse_sqrt_starts_at_k_alpha0_and_halves_in_the_fourth_epoch() -> None:
    assert rates(InverseSqrt(), 0.2, 4)[::3] == pytest.approx([0.2, 0.1])


def test_staircase_falls_after_every_so_many_units() -> None:
    assert rates(Staircase(drop=0.5, every=2), 1.0, 5) == [1, 1, 0.5, 0.5, 0.25]


def test_manual_holds_each_rate_from_its_epoch_on() -> None:
    assert rates(Manual(table=((2, 0.5), (4, 0.1))), 1.0, 5) == [1, 0.5, 0.5, 0.1, 0.1]


def test_cosine_goes_from_alpha0_through_the_half_to_its_floor() -> None:
    assert rates(Cosine(floor=0.2), 1.0, 11, total=10)[::5] == pytest.approx([1.0, 0.6, 0.2])


def test_warmup_rises_in_equal_steps_and_then_begins_the_schedule() -> None:
    assert rates(Cosine(warmup=4), 1.0, 5, total=10) == pytest.approx([0.25, 0.5, 0.75, 1.0, 1.0])


@pytest.mark.parametrize(
    "schedule", [InverseTime(), Exponential(base=0.5), Manual(table=((2, 0.5), (4, 0.1))), Cosine(warmup=3, floor=0.1)]
)
def test_stretched_goes_through_the_same_rates_each_so_many_times(schedule: Schedule) -> None:
    slow = rates(Stretched(schedule=schedule, factor=4.0), 1.0, 40, total=40)
    assert slow == [rate for rate in rates(schedule, 1.0, 10, total=10) for _ in range(4)]


@pytest.mark.parametrize("member", Schedule.members().values(), ids=lambda member: member.name)
@given(alpha0=st.floats(1e-6, 10), done=st.integers(0, 500), warmup=st.integers(0, 20))
def test_no_schedule_leaves_the_range_up_to_its_first_rate(
    member: type[Schedule], alpha0: float, done: int, warmup: int
) -> None:
    schedule = member.parse({"name": member.name, "warmup": warmup, **OPTIONS.get(member.name, {})})
    highest = max(alpha0, 0.1) if member.name == "manual" else alpha0
    assert 0 <= schedule.learning_rate(alpha0, done, 500) <= highest


def test_a_table_must_rise() -> None:
    with pytest.raises(ValidationError, match="rise"):
        Manual(table=((5, 0.1), (1, 0.01)))
