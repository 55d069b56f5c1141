"""Decisions for a table: what is left out, filled, hashed or counted among the others, each with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from dlx.data.profile.columns import ColumnProfile
from dlx.data.profile.table import TableProfile
from dlx.data.sources import File
from dlx.data.values.texts import Texts
from dlx.errors import DataError
from dlx.spec.starter.decisions import Decisions, Wishes
from dlx.words import Task

NAN = float("nan")


def decisions(columns: dict[str, Sequence[Any]], wishes: Wishes | None = None) -> Decisions:
    profiles = []
    for place, (name, values) in enumerate(columns.items()):
        is_text = any(isinstance(value, str) for value in values)
        profiles.append(ColumnProfile(name, place, Texts.of(values) if is_text else np.array(values, np.float64)))
    profile = TableProfile("table.csv", tuple(profiles), len(profiles[0].values), File(path="table.csv"))
    return Decisions(profile, (profile.column("y"),), wishes or Wishes())


def rows(m: int = 100, seed: int = 0) -> dict[str, Sequence[Any]]:
    rng = np.random.default_rng(seed)
    return {"x": rng.normal(size=m).tolist(), "y": rng.choice(["no", "yes"], m).tolist()}


def test_nothing_is_decided_where_nothing_is_open() -> None:
    plain = decisions(rows())
    assert (plain.ignored, plain.columns, plain.categorical, list(plain.source())) == ({}, {}, {}, [])
    assert (plain.labels.task, plain.m) == (Task.BINARY, 100)


def test_what_says_nothing_is_left_out_with_the_reason() -> None:
    plain = rows()
    columns = plain | {
        "nr": range(1, 101),
        "constant": [7] * 100,
        "empty": [NAN] * 100,
        "leak": [int(answer == "no") for answer in plain["y"]],
        "note": [f"text {i}" for i in range(100)],
    }
    reasons = decisions(columns).ignored
    assert reasons == {
        "nr": "it counts the rows",
        "constant": "it is 7 in every row",
        "empty": "it has no value at all",
        "leak": "each of its values goes with one value of y: is it known before the answer is?",
        "note": "it names the rows: 100 different values",
    }


def test_the_user_decides_otherwise() -> None:
    columns = rows() | {"nr": range(1, 101), "z": [1, 2, 3, 4] * 25}
    wishes = Wishes(ignore=("x",), keep=("nr",), categorical=("z",), impute="mean")
    table = decisions(columns, wishes)
    assert table.ignored == {"x": "left out as you asked"}
    assert table.categorical == {"z": "as you asked"}
    assert dict(table.source())["impute"].value == "mean"


def test_something_is_left_to_learn_from() -> None:
    table = decisions({"nr": range(1, 101), "constant": [1] * 100, "y": ["no", "yes"] * 50})
    assert table.ignored.keys() == {"constant"}


def test_missing_values_are_filled_and_marked() -> None:
    table = decisions(rows() | {"z": [NAN, 1.5, 2.5, 3.25] * 25})
    source = dict(table.source())
    assert (source["impute"].value, source["missing_indicators"].value) == ("median", True)
    assert source["impute"].reason == "of 100 values these columns lack: z 25"


def test_odd_numbers_are_marks_of_missing_values() -> None:
    table = decisions(rows() | {"z": [*np.linspace(0.5, 1, 90), *[-999] * 10]})
    source = dict(table.source())
    assert source["missing"].value[-1] == -999
    assert source["impute"].reason.endswith("z 10")
    others = {name: np.linspace(0.5, 1, 90) ** power for name, power in (("z", 1), ("u", 2))}
    table = decisions(rows() | {name: [*values, *[-999] * 10] for name, values in others.items()})
    source = dict(table.source())
    assert source["missing"].reason == "marks of missing values: -999 in z and u"
    assert source["impute"].reason.endswith("z 10, u 10")


def test_rows_without_a_target_are_dropped() -> None:
    table = decisions(rows() | {"y": [None, "no", "yes", "no", "yes"] * 20})
    assert dict(table.source())["missing_target"].reason == "20 of 100 rows have none"
    assert (table.m, table.labels.classes) == (80, ("no", "yes"))
    with pytest.raises(DataError, match="the target is missing in every row"):
        _ = decisions({"x": [1, 2], "y": [NAN, NAN]}).labels
    with pytest.raises(DataError, match=r"column 'y': is 2\.5 in every row"):
        _ = decisions({"x": [1, 2], "y": [2.5, 2.5]}).labels


def test_many_categories_are_hashed_and_rare_ones_counted_together() -> None:
    columns = rows(1000) | {
        "street": [f"street {i % 60}" for i in range(1000)],
        "city": [f"city {i % 7}" for i in range(1000)],
        "customer_id": [100 + i % 55 for i in range(1000)],
        "when": ["2020-01-01", "2020-02-01"] * 500,
    }
    table = decisions(columns)
    assert {name: value["kind"] for name, (value, _) in table.columns.items()} == {
        "street": "hashed",
        "customer_id": "hashed",
        "when": "time",
    }
    assert dict(table.source())["rare"].value == 5
    assert table.categorical == {"customer_id": "its numbers are names"}


@pytest.mark.parametrize(
    ("values", "task"), [([1, 2, 3, 4] * 25, Task.MULTICLASS), (list(range(100, 0, -1)), Task.REGRESSION)]
)
def test_whole_numbers_are_classes_where_few_are_different(values: list[int], task: Task) -> None:
    shuffled = [values[(7 * i) % 100] for i in range(100)]
    assert decisions(rows() | {"y": shuffled}).labels.task is task


def test_an_infinite_target_is_a_missing_one() -> None:
    y = [0.25 + (7 * i) % 13 for i in range(40)] + [float("inf")]
    table = decisions({"x": [(3 * i) % 41 + 0.5 for i in range(41)], "y": y})
    source = dict(table.source())
    assert source["missing_target"].reason == "1 of 41 rows have none"
    assert {"inf", "-inf"} <= set(source["missing"].value)
    assert (table.m, table.labels.task) == (40, Task.REGRESSION)
