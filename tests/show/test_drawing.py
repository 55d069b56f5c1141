"""Every chart can be drawn by every medium, whatever its numbers are: no exception, no warning, no NaN in a page."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import inf
from pathlib import Path
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from dlx.diagnose.verdict import diagnose
from dlx.documents.diagnosis import DiagnosisDocument
from dlx.documents.tuning import Importance
from dlx.plain_data import plain
from dlx.show.charts.calibration import calibration_chart
from dlx.show.charts.curves import training_curves
from dlx.show.charts.groups import Group, mean_curve
from dlx.show.charts.importance import importance_bars
from dlx.show.charts.waterfall import waterfall
from dlx.show.page import Material, page
from dlx.show.pictures import calibration, curves, diagnosis, importance, overlay
from dlx.show.terminal.text_plot import HEIGHT, letter_plot
from dlx.show.terminal.tuning import BAR, bar
from dlx.stats.intervals import Estimate
from dlx.words import Task
from tests.conftest import examples

COLUMNS = ("cost", "train_cost", "dev_cost", "train_error", "dev_error")
TASKS = st.sampled_from(["binary", "regression"])
NO_NUMBER = re.compile(r"\b(nan|inf)\b")
COORDINATES = re.compile(r' (?:d|x|y|x1|x2|y1|y2|cx|cy|width|style)="([^"]*)"')
# A picture takes a tenth of a second: few are drawn, and what fails is not made smaller.
FEW = settings(max_examples=examples(12), deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])

Metrics = Mapping[str, Sequence[float]]


@st.composite
def metrics(draw: st.DrawFn) -> Metrics:
    """The columns of a run of any length and any course."""
    rows = draw(st.integers(1, 30))
    steps = draw(st.lists(st.integers(1, 10**6), min_size=rows, max_size=rows))
    column = st.lists(st.floats(), min_size=rows, max_size=rows)
    epochs = [float(sum(steps[: row + 1])) for row in range(rows)]
    return {"epoch": epochs} | {name: draw(column | column.map(sorted)) for name in COLUMNS}


@FEW
@given(columns=metrics(), task=TASKS | st.just("objective"), data=st.data())
def test_the_curves_of_any_run(columns: Metrics, task: str, data: st.DataObject) -> None:
    kept_epoch = data.draw(st.none() | st.sampled_from([int(epoch) for epoch in columns["epoch"]]))
    assert curves(training_curves(columns, task, kept_epoch), title="a").startswith(b"\x89PNG")
    facts = {"name": "a", "kept_epoch": kept_epoch, "data": {"task": task}}
    assert_drawable(page(Material(facts=facts, config="", metrics=columns)))


@FEW
@given(runs=st.lists(st.lists(metrics(), max_size=6), max_size=3), task=TASKS)
def test_the_curves_of_any_groups(runs: list[list[Metrics]], task: str) -> None:
    groups = [Group(str(number), group) for number, group in enumerate(runs)]
    assert overlay(groups, title="a", task=task).startswith(b"\x89PNG")
    means = [mean_curve(group, "dev_error") for group in groups]
    lines = ["".join(text for text, _ in line) for line in letter_plot(means, task)]
    assert len(lines) == (HEIGHT + 1 if any(means) else 0)
    assert not any(NO_NUMBER.search(line) for line in lines)


def errors(most: float) -> st.SearchStrategy[Estimate]:
    """Errors up to the most there can be, some with an interval that is open."""
    values = st.floats(0, most)
    return st.builds(
        lambda ends, high, m: Estimate(ends[1], ends[0], max(high, ends[1]), m),
        st.lists(values, min_size=2, max_size=2).map(sorted),
        values | st.just(inf),
        st.none() | st.integers(1, 10**7),
    )


@FEW
@given(data=st.data(), task=TASKS, tolerance=st.floats(0, 1))
def test_the_waterfall_of_any_errors(data: st.DataObject, task: str, tolerance: float) -> None:
    most = 1.0 if task == "binary" else 1e100
    parts = st.sampled_from(["train", "train_dev", "dev", "test"])
    measured = data.draw(st.dictionaries(parts, errors(most), min_size=1))
    document = diagnose(measured, data.draw(st.floats(0, most)), tolerance, Task(task))
    assert diagnosis(waterfall(document, task), title="a").startswith(b"\x89PNG")
    assert_drawable(page(Material(facts={"name": "a"}, config="", diagnosis=document)))


@FEW
@given(values=st.lists(st.lists(st.floats(-1, 2), min_size=3, max_size=3).map(sorted), max_size=8))
def test_the_importance_of_any_hyperparameters(values: list[list[float]]) -> None:
    shares = [Importance(f"key{number}", value, low, high) for number, (low, value, high) in enumerate(values)]
    assert importance("a", shares).startswith(b"\x89PNG")
    assert all(len(bar(share.value / 100)) <= BAR for share in importance_bars(shares))


def assert_drawable(html: str) -> None:
    """No place of a page is anything but a number."""
    places = COORDINATES.findall(html)
    assert not [place for place in places if NO_NUMBER.search(place)]


@FEW
@given(data=st.data(), classes=st.sampled_from([["no", "yes"], ["a", "b", "c"]]))
def test_the_curve_of_any_calibration(data: st.DataObject, classes: list[str]) -> None:
    shares = st.floats(0, 1)

    def state() -> dict[str, Any]:
        points = data.draw(st.lists(st.tuples(shares, shares), max_size=10))
        curve = [
            {"probability": x, "share": {"value": y, "low": y / 2, "high": (1 + y) / 2, "m": 1}} for x, y in points
        ]
        return {"curve": curve}

    document = {"classes": classes, "before": state(), "after": state()}
    assert calibration(calibration_chart(document), title="$a").startswith(b"\x89PNG")


NUMBERS = st.lists(st.none() | st.floats(allow_nan=False, allow_infinity=False), min_size=3, max_size=3)


@given(numbers=NUMBERS, task=TASKS)
def test_any_metrics_and_baselines_on_a_page(numbers: list[float | None], task: str) -> None:
    value, low, high = numbers
    estimate = {"value": value, "low": low, "high": high, "m": 5}
    compared = {"error": estimate, "difference": {**estimate, "verdict": "better"}}
    written = {
        **plain(diagnose({"train": Estimate(0.1, 0.0, 0.2, 5)}, 0.0, 0.1)),
        "metrics": {"dev": {"f1": estimate, "a_plugin's": estimate}},
        "baselines": {"constant": {"title": "always <b>", "fitted_on": 5, "parts": {"dev": compared}}},
    }
    document = DiagnosisDocument.from_file(Path("diagnosis.json"), written)
    assert_drawable(page(Material(facts={"name": "a", "data": {"task": task}}, config="", diagnosis=document)))
