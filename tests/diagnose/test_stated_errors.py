"""Errors as they are typed: read exactly, and refused with the place and the nearest right answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlx.diagnose.stated_errors import BareErrors, parse_errors
from dlx.diagnose.verdict import diagnose
from dlx.errors import UsageError
from dlx.stats.intervals import error_rate, exact


def test_numbers_and_percentages_are_read_exactly() -> None:
    told = parse_errors("train=.15, dev = 16%,optimal=1.5e-1,test=29%,train_dev=57 %")
    assert told.errors == {
        "train": exact(0.15),
        "train_dev": exact(0.57),
        "dev": exact(0.16),
        "test": exact(0.29),  # 29 / 100 · 100 is not 29 in floating point
    }
    assert (told.optimal, told.tolerance) == (0.15, 0.02)


def test_an_error_with_its_size_has_an_interval() -> None:
    told = parse_errors("m_dev=180,dev=5%,tolerance=1%")
    assert told == BareErrors({"dev": error_rate(0.05, 180)}, None, 0.01)


NOTES = [
    ("train=1%,dev=11%,optimal=0", "high variance"),
    ("train=15%,dev=16%,optimal=0", "high bias"),
    ("train=15%,dev=30%,optimal=0", "high bias and high variance"),
    ("train=0.5%,dev=1%,optimal=0", "low bias and low variance"),
    ("train=15%,dev=16%,optimal=15%", "low bias and low variance"),
    ("train=.15,dev=.16", "high bias"),
]


@pytest.mark.parametrize(("text", "verdict"), NOTES)
def test_the_columns_of_the_notes(text: str, verdict: str) -> None:
    told = parse_errors(text)
    assert diagnose(told.errors, told.optimal or 0.0, told.tolerance).verdict == verdict


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("trian=.1", "there is no 'trian' (allowed train, train_dev, dev, test, optimal, tolerance, m_train"),
        ("trian=.1", "did you mean train?"),
        ("m_de=5,dev=.1", "did you mean m_dev?"),
        ("train", "expected NAME=VALUE, such as train=.15, got 'train'"),
        ("train=0,15", "expected NAME=VALUE, such as train=.15, got '15'"),
        ("", "expected NAME=VALUE"),
        ("train=", "train: expected a number such as 0.15 or 15%, got ''"),
        ("train=low", "train: expected a number such as 0.15 or 15%, got 'low'"),
        ("train=nan", "expected a number"),
        ("train=inf", "expected a number"),
        ("train=1e999999999999999999999", "expected a number"),
        ("train=0x1p-3", "expected a number"),
        ("train=1_0%", "expected a number"),
        ("train=-1%", "train: expected a number not below 0, got -1%"),
        ("dev=15", "dev: an error rate is at most 1, or 100%, got 15; 15 per cent is 15%"),
        ("dev=150%", "dev: an error rate is at most 1, or 100%, got 150%"),
        ("dev=.1,optimal=2", "optimal: an error rate is at most 1, or 100%, got 2; 2 per cent is 2%"),
        ("dev=.1,tolerance=0", "tolerance: expected a number above 0, got 0"),
        ("dev=.1,dev=.2", "dev is given twice: .1 and .2"),
        ("train=.1,m_dev=50", "m_dev has no error that it belongs to: state dev too"),
        ("dev=.1,m_dev=0", "m_dev: expected a number of examples such as 1000, got '0'"),
        ("dev=.1,m_dev=1e3", "m_dev: expected a number of examples such as 1000, got '1e3'"),
        ("dev=.1,m_dev=" + "9" * 5000, "m_dev: expected a number of examples such as 1000"),
        ("optimal=0", "there is no error to judge: state at least one of train, train_dev, dev, test"),
    ],
)
def test_what_is_wrong_is_named(text: str, what: str) -> None:
    with pytest.raises(UsageError) as raised:
        parse_errors(text)
    assert f"--errors: {what}" in str(raised.value) or what in str(raised.value)


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(UsageError) as raised:
        parse_errors("train=x,dev=2,m_test=3,foo=1")
    assert len(str(raised.value).splitlines()) == 4


@given(st.text(alphabet="traindevm_=,.%0159eE+- ", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        told = parse_errors(text)
    except UsageError:
        return
    assert all(0 <= one.low <= one.value <= one.high <= 1 for one in told.errors.values())
