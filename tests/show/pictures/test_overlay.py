"""The overlay of groups: each group is seen, and nothing warns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from dlx.runs.files.tables import COLUMNS
from dlx.show.charts.groups import Group
from dlx.show.pictures import overlay
from dlx.show.pictures.canvas import ALARM, CLASSES, readable
from tests.show.pictures.pixels import share

NAN, INFINITE = float("nan"), float("inf")
Columns = dict[str, list[float]]


def metrics(rows: int, every: int = 1, level: float = 0.1, dev: bool = True) -> Columns:
    epochs = np.arange(1.0, rows + 1) * every
    falling = level + np.exp(-3 * epochs / epochs[-1])
    values = dict.fromkeys(COLUMNS, falling) | {"epoch": epochs, "dev_cost": falling + 0.1, "dev_error": falling / 2}
    values |= {} if dev else dict.fromkeys(("dev_cost", "dev_error"), np.full(rows, NAN))
    return {name: column.tolist() for name, column in values.items()}


def cut(columns: Columns, rows: int) -> Columns:
    """The same training with no finite numbers after so many rows."""
    lost = {name: [*values[:rows], *[NAN] * (len(values) - rows)] for name, values in columns.items()}
    return lost | {"epoch": columns["epoch"]}


def constant(value: float, epochs: Sequence[float] = (1, 2, 3)) -> Columns:
    return dict.fromkeys(COLUMNS, [value] * len(epochs)) | {"epoch": list(epochs)}


@pytest.mark.parametrize(
    ("count", "task"),
    [
        (1, "regression"),
        (12, "multiclass"),
        *(pytest.param(count, "multiclass", marks=pytest.mark.thorough) for count in (1, 2, 6)),
        *(pytest.param(count, "regression", marks=pytest.mark.thorough) for count in (2, 6, 12)),
    ],
)
def test_every_group_is_seen(count: int, task: str) -> None:
    groups = [Group(f"group {i}", [metrics(30, level=0.1 * i)]) for i in range(count)]
    picture = overlay(groups, title="a", task=task)
    assert all(share(picture, color) > 1e-4 for color in CLASSES[:count])
    assert all(share(picture, color) == 0 for color in CLASSES[count:-1])  # the last is a grey, as edges of letters are


def test_runs_of_any_length_with_and_without_dev_and_groups_without_values() -> None:
    groups = [
        Group("every fifth epoch", [metrics(8, every=5), metrics(40)]),
        Group("no dev", [metrics(20, dev=False)]),
        Group("one row", [metrics(1)]),
        Group("no rows", [{name: [] for name in COLUMNS}]),
        Group("no runs", []),
    ]
    picture = overlay(groups, title="a", task="binary")
    assert all(
        share(picture, color) > 0 for color in (*CLASSES[:3], *map(readable, CLASSES[3:5]))
    )  # two by their names
    assert overlay([], title="a", task="binary")


@pytest.mark.parametrize(
    "value", [1e-310, 1e305, NAN, *(pytest.param(value, marks=pytest.mark.thorough) for value in (0.0, -3.0, INFINITE))]
)
def test_any_values_can_be_drawn(value: float) -> None:
    for task in ("binary", "regression"):
        assert overlay([Group("a", [constant(value)] * 2), Group("b", [metrics(5)])], title="a", task=task)


def test_where_a_run_ends_in_no_number_is_marked() -> None:
    whole, lost = metrics(30), cut(metrics(30), 10)
    assert share(overlay([Group("a", [whole, lost])], title="a", task="binary"), ALARM) > 1e-4
    assert share(overlay([Group("a", [whole, whole])], title="a", task="binary"), ALARM) == 0


def test_names_are_no_mathematics_and_long_ones_keep_both_ends() -> None:
    names = ["$\\frac$", "a_b", "_hidden", "漢字", "x" * 300]
    same = [Group(name, [metrics(9)]) for name in names]
    assert overlay(same, title="$x", task="binary") == overlay(same, title="$x", task="binary")
    many = [Group(f"optimizer.learning_rate={'0' * 40}{i}", [metrics(9)]) for i in range(7)]
    other = [*many[:6], Group(f"optimizer.learning_rate={'0' * 40}7", [metrics(9)])]
    assert overlay(many, title="a", task="binary") != overlay(other, title="a", task="binary")
