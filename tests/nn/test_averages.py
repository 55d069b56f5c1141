"""Exponentially weighted averages against the figures of the lecture, and what every average must satisfy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlx.nn.averages import averages, bias, record_later
from dlx.nn.tape import Tape

LONDON = [40.0, 49.0, 45.0]


def test_the_first_days_of_london() -> None:
    assert averages(LONDON, 0.9, corrected=False) == pytest.approx([4.0, 8.5, 12.15])
    assert averages(LONDON, 0.9) == pytest.approx([40.0, 44.73684210526316, 44.83394833948339])
    assert averages(LONDON[:2], 0.98, corrected=False) == pytest.approx([0.8, 1.764])
    assert averages(LONDON[:2], 0.98) == pytest.approx([40.0, 44.54545454545455])


def test_the_denominators_of_the_lecture() -> None:
    assert bias(0.98, 2) == pytest.approx(0.0396)
    assert bias(0.98, 100) == pytest.approx(0.8673804441052471)


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=30), st.floats(0, 0.999))
def test_a_corrected_average_lies_between_the_values_it_averages(series: list[float], beta: float) -> None:
    corrected = averages(series, beta)
    for t, value in enumerate(corrected, start=1):
        assert min(series[:t]) - 1e-6 <= value <= max(series[:t]) + 1e-6


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=30), st.floats(0, 0.999))
def test_updating_in_place_gives_the_same_averages(series: list[float], beta: float) -> None:
    v, x, seen, tape = np.zeros(1), np.empty(1), [], Tape(float)
    record_later(tape, v, x, beta, np.empty(1))
    for x[0] in series:
        tape.accept()
        seen.append(v.item())
    assert seen == pytest.approx(list(averages(series, beta, corrected=False)), rel=1e-12, abs=1e-12)
