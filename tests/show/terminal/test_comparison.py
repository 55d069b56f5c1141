"""A comparison on the terminal: the plot in letters, tables that keep to the width, and its Markdown and CSV."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from dataclasses import replace
from math import inf, nan
from typing import Any

import pytest

from dlx.documents.comparison import ComparisonDocument, GroupRow, MeanError, RunRow
from dlx.show.charts.groups import Group, mean_curve
from dlx.show.terminal.comparison import comparison
from dlx.show.terminal.comparison_export import csv_rows, markdown
from dlx.show.terminal.difference import sentences
from dlx.show.terminal.text_plot import HEIGHT, LETTERS, letter_plot
from dlx.stats.intervals import Estimate
from dlx.words import Status, Task
from tests.show.terminal.conftest import Terminal

FALLING = ([1.0, 2.0, 3.0, 4.0], [0.4, 0.3, 0.2, 0.1])
FLAT = ([1.0, 4.0], [0.2, 0.2])
CURVES = [mean_curve(Group("a", [{"epoch": x, "dev_error": y}]), "dev_error") for x, y in (FALLING, FLAT)]


def plotted(*courses: Any, width: int = 40, task: str = "binary") -> list[str]:
    curves = [
        mean_curve(Group("a", [{"epoch": epochs, "dev_error": values}]), "dev_error") for epochs, values in courses
    ]
    return ["".join(text for text, _ in line) for line in letter_plot(curves, task, width)]


def test_each_curve_is_drawn_in_its_letter_from_its_start_to_its_end() -> None:
    lines = plotted(FALLING, FLAT)
    assert len(lines) == HEIGHT + 1
    assert all(len(line) <= 40 for line in lines)
    assert lines[0].startswith("  40.00 % ┤A")
    assert sum(line.count("A") for line in lines[:-1]) == 29  # one in each column: the first curve lies on top
    assert "A" not in lines[-2]
    assert lines[-1].split() == ["1", "4", "epochs"]


def test_a_curve_that_ends_earlier_or_is_measured_less_often() -> None:
    lines = plotted(([1.0, 10.0], [0.4, 0.4]), ([1.0, 4.0], [0.1, 0.1]))
    rows = {letter: next(line for line in lines if letter in line) for letter in "AB"}
    assert rows["A"].count("A") == 29
    assert 8 <= rows["B"].count("B") <= 11


@pytest.mark.parametrize(
    "values", [[nan, nan], [inf, 0.3], [0.0, 0.0], [1e-9, 1e3], [5.0, 0.1, 0.1, 0.1], [-1.0, 1.0], [1e300, 1.0]]
)
def test_any_values_can_be_drawn(values: list[float]) -> None:
    epochs = [float(number) for number in range(1, len(values) + 1)]
    for task in ("binary", "regression"):
        assert len(plotted((epochs, values), FALLING, width=80, task=task)) == HEIGHT + 1


def test_nothing_to_draw_is_no_plot_and_more_curves_than_letters_are_bounded() -> None:
    assert plotted() == plotted(([], [])) == plotted(([1.0], [nan])) == []
    assert len(plotted(([3.0], [0.1]))) == HEIGHT + 1
    many = plotted(*[([1.0, 2.0], [number / 100] * 2) for number in range(len(LETTERS) + 9)])
    assert len(many) == HEIGHT + 1


def run(number: int, group: str, **settings: Any) -> RunRow:
    return RunRow(
        run=f"runs/x/{number}",
        id=f"{number:06x}",
        name="x",
        group=group,
        task=Task.BINARY,
        settings={"seed": number, **settings},
        absent=[],
        status=Status.COMPLETED,
        epoch=3,
        epochs=3,
        seconds=3,
        parameters=10,
        cost=3,
        train_cost=3,
        dev_cost=3,
        test_cost=3,
        errors={"dev": Estimate(0.125, 0.1, inf if number == 7 else 0.15, 200)},
    )


def document(runs: list[RunRow], curve: str = "dev_error") -> ComparisonDocument:
    errors = {"dev": MeanError(0.125, 0.1, 0.15)} if runs[0].errors else {}
    groups = [
        GroupRow(label, [entry.run for entry in runs if entry.group == label], errors)
        for label in dict.fromkeys(entry.group for entry in runs)
    ]
    return ComparisonDocument(list(runs[0].settings), runs, groups, curve, None, [])


@pytest.mark.parametrize("keys", [0, 1, 8])
def test_tables_keep_to_80_columns_as_long_as_they_can(keys: int) -> None:
    settings = [f"section.a_long_name_of_a_key_{number}" for number in range(keys)]
    runs = [run(number, f"group {number % 2}", **dict.fromkeys(settings, number % 2)) for number in range(6)]
    out = io.StringIO()
    with redirect_stdout(out):
        comparison(document(runs), CURVES)
    lines = out.getvalue().splitlines()
    assert max(map(len, lines)) <= 80
    assert sum("%" in line and line.startswith(("A ", "B ")) for line in lines) == 6 + 2


@pytest.mark.parametrize("out", [io.StringIO(), Terminal()])
def test_groups_that_have_nothing_in_common_still_have_a_table(
    out: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    keys = [f"section.a_long_name_of_a_key_{number}" for number in range(8)]
    runs = [run(number, f"group {number % 2}", **dict.fromkeys(keys, number)) for number in range(6)]
    with redirect_stdout(out):
        comparison(document(runs), CURVES)
    lines = out.getvalue().splitlines()
    assert sum("%" in line and line.startswith(("A ", "B ")) for line in lines) == 6 + 2
    assert (max(map(len, lines)) <= 80) == out.isatty()
    assert ("more settings differ (--csv has all)" in out.getvalue()) == out.isatty()


def test_without_errors_the_cost_is_drawn_as_it_is() -> None:
    out = io.StringIO()
    runs = [replace(entry, errors={}, task=None) for entry in (run(1, "a"), run(2, "b"))]
    with redirect_stdout(out):
        comparison(document(runs, "train_cost"), CURVES)
    assert "train cost over the epochs" in out.getvalue()
    assert "      0.4 ┤A" in out.getvalue()
    assert "%" not in out.getvalue()


def test_a_bar_in_a_label_does_not_break_the_table_of_markdown() -> None:
    lines = markdown(document([run(1, "a|b"), run(2, "a|b"), run(3, "c")])).splitlines()
    assert all(line.replace("\\|", "").count("|") == lines[6].count("|") for line in lines[6:9])


def test_csv_has_an_empty_cell_where_there_is_no_number() -> None:
    header, *rows = csv_rows(document([run(1, "a"), run(7, "b")]))
    assert [row[header.index("dev_high")] for row in rows] == [0.15, ""]
    assert list(sentences(document([run(1, "a")]))) == []
