"""Bare errors: what they mean together is said first, also where one is missing that a gap needs."""

from __future__ import annotations

import pytest

from dlx.runs.diagnosis.judge_errors import examine_errors


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("dev=.16,m_dev=500", "dev is 16.00 % (13.05 to 19.47 %) above the optimal error: that is bias and variance"),
        ("dev=.01,m_dev=9000", "and within the tolerance, so that both are low"),
        ("dev=.02,m_dev=50", "and more examples would tell whether it is within the tolerance"),
        ("dev=.125,m_dev=8", "and more examples would tell whether it is within the tolerance"),
        ("dev=.16", "more than the tolerance; the error on train tells which of them it is"),
        ("train=.02", "how the network does on new examples is not known"),
        ("train=.15,test=.2", "test − train is 5.00 %: without dev that is variance and overfitting to dev together"),
    ],
)
def test_what_numbers_mean_where_one_is_missing(text: str, meaning: str) -> None:
    assert meaning in examine_errors(text).document.next[0]


def test_with_all_that_a_verdict_takes_the_recipe_comes_first() -> None:
    assert examine_errors("train=.01,dev=.2").document.next[0].startswith("variance is high: try")


def test_an_error_that_is_there_is_not_asked_for() -> None:
    steps = examine_errors("dev=.16").document.next
    missing = "measure the error on train"
    assert steps[1:] == [f"bias is unknown: {missing}", f"variance is unknown: {missing}"]
