"""The chart of a range test: any costs can be drawn, on the terminal and as a picture, with their rates in place."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from dlx.documents.range_test import RangeTest
from dlx.documents.range_test import TestedRates as Rates
from dlx.show.charts.range_test import range_chart
from dlx.show.pictures import range_test as picture
from dlx.show.rates import rates_in_words as in_words
from dlx.show.terminal.range_test import COLUMNS, plot, sentences

NOTHING = Rates(None, None, None, None, 5, 700)
FEW = settings(max_examples=4, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])


@st.composite
def range_tests(draw: st.DrawFn) -> RangeTest:
    """Of any rates and costs, with a suggestion or without one."""
    low, count = draw(st.integers(-12, 6)), draw(st.integers(1, 60))
    rates = [10.0 ** (low + number / 10) for number in range(count)]
    costs = draw(st.lists(st.floats(), min_size=count, max_size=count))
    places = sorted(draw(st.lists(st.integers(0, count - 1), min_size=4, max_size=4)))
    falls, steepest, suggested, grows = (rates[place] for place in places)
    tested = draw(
        st.sampled_from([NOTHING, Rates(suggested, falls, steepest, draw(st.sampled_from([None, grows])), 5, 7)])
    )
    return RangeTest("a", "adam", 0.001, 1000, False, tested, 1.0, rates, costs)


@FEW
@given(document=range_tests())
def test_any_costs_can_be_drawn(document: RangeTest) -> None:
    assert picture(document, title="a").startswith(b"\x89PNG")
    lines = ["".join(text for text, _ in line) for line in plot(range_chart(document))]
    assert all(len(line) <= 80 for line in lines)
    assert all("nan" not in line and "inf" not in line for line in lines)
    assert list(sentences(document))


def test_the_suggested_rate_is_pointed_at_above_its_place() -> None:
    rates = [10.0 ** (-4 + number / 16) for number in range(COLUMNS)]
    document = RangeTest(
        "a", "adam", 0.001, 1000, False, Rates(0.01, 1e-4, 1e-3, None, 5, 7), 2.0, rates, [2.0] * COLUMNS
    )
    lines = ["".join(text for text, _ in line) for line in plot(range_chart(document))]
    axis, pointer = lines[-2], lines[-1]
    assert axis[pointer.index("▲") :].startswith("0.01")


def test_what_was_tested_in_words() -> None:
    assert in_words(None, is_set=True) == ""
    assert "no rate brought the cost down" in in_words(NOTHING, is_set=True)
    tested = Rates(0.02, 0.0005, 0.005, 0.3, 5, 1700)
    words = "in 5 sweeps of growing rates, 1,700 steps, the cost falls from 0.0005 on and grows from 0.3 on"
    assert in_words(tested, is_set=True) == in_words(tested, is_set=False) == f"{words}: 0.02 is suggested"
    may_stay = replace(tested, may_stay=True)
    assert in_words(may_stay, is_set=True) == f"{words}: 0.02 is suggested"
    assert in_words(may_stay, is_set=False) == f"{words}: nothing speaks against that of the spec"
