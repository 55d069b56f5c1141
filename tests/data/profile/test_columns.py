"""Column profiles know a number from a name of a row, and a value from a mark of a missing one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dlx.data.profile.columns import ColumnProfile, Kind
from dlx.data.texts import Texts


def column(values: list[Any], name: str = "x") -> ColumnProfile:
    is_text = any(isinstance(value, str) for value in values)
    return ColumnProfile(name, 0, Texts.of(values) if is_text else np.array(values, np.float64))


NAN = float("nan")


def test_numbers() -> None:
    profile = column([3.0, NAN, 1.0, 1.0, 2.0])
    assert (profile.kind, profile.missing, profile.distinct) == (Kind.NUMBER, 1, 3)
    assert profile.quartiles == (1.0, 1.0, 1.5, 2.25, 3.0)
    assert str(profile.frequent(2)) == "[(1, 2), (2, 1)]"  # whole numbers without a point
    assert profile.document()["least"] == 1.0


def test_texts() -> None:
    profile = column(["b", None, "a", "b"])
    assert (profile.kind, profile.missing, profile.distinct, profile.quartiles) == (Kind.TEXT, 1, 2, None)
    assert profile.frequent() == [("b", 2), ("a", 1)]


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        (["2024-01-31", "2023-02-01"], Kind.TIME),
        (["31.1.2024", "1/2/2024"], Kind.TIME),
        (["12:30", "7:05:10"], Kind.TIME),
        (["2024-01-31", "soon"], Kind.TEXT),
    ],
)
def test_times(texts: list[str], kind: Kind) -> None:
    assert column(texts).kind is kind


def test_what_is_constant() -> None:
    assert column([2.0, 2.0]).is_constant
    assert column([NAN, NAN]).is_constant
    assert not column([2.0, NAN]).is_constant  # that a value is missing may tell something


@pytest.mark.parametrize(
    ("values", "name", "expected"),
    [
        ([1, 2, 3, 4], "x", True),  # it counts the rows
        ([4, 3, 2, 1], "x", True),
        ([10, 70, 30, 90], "x", False),  # different in each row, as measurements often are
        ([10, 70, 30, 90], "user_id", True),
        ([10, 70, 30, 90], "customerID", True),
        ([10, 70, 10, 90], "user_id", False),  # it names something that has several rows
        ([10, 70, 30, 90], "humid", False),
        ([0.5, 0.7, 0.2, 0.1], "id", False),
        (["Ann", "Bob", "Cid", "Dee"], "name", True),
        (["Ann", "Bob", "Bob", "Dee"], "name", False),
        (["2024-01-01", "2024-01-02", "2024-01-03"], "day", False),
    ],
)
def test_names_of_rows(values: list[Any], name: str, expected: bool) -> None:
    assert column(values, name).is_identifier is expected


@pytest.mark.parametrize(
    ("values", "mark"),
    [
        ([*np.linspace(-3, 3, 50), *[-999] * 5], -999),
        ([*np.linspace(20, 80, 50), *[999] * 5], 999),
        ([*np.linspace(-3, 3, 50), *[-999] * 4], None),  # too few to be meant so
        ([*np.linspace(0, 1000, 50), *[999] * 5], None),  # among the others
        ([*np.linspace(-3, 3, 50), *[-500] * 5], None),  # no number that anybody writes for that
        ([0.0] * 50 + [99.0] * 5, None),  # two values, of which none is odd
    ],
)
def test_marks_of_missing_values(values: list[float], mark: float | None) -> None:
    profile = column(list(values))
    assert profile.mark_of_missing == mark
    assert profile.marked == (0 if mark is None else 5)
