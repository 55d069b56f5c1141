"""A search on the screen: its summary, and how it comes on; plain and in colour the same, within the width."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import fields
from math import inf
from pathlib import Path
from typing import Any

import pytest

from dlx.documents.reading import read_record
from dlx.documents.tuning import ConfirmationResult, TuningDocument
from dlx.events import ConfirmationStart, RoundStart, SettingEnd, TriedSetting, TuningEvent
from dlx.show.short_names import short_names, short_value
from dlx.show.terminal import TuningProgress, progress, tuning
from dlx.show.terminal.lines import fitting
from dlx.show.terminal.progress import LiveDisplay
from dlx.show.terminal.tuning import BAR, bar
from tests.show.terminal.conftest import ESCAPES, Terminal


def record(index: int, value: float | None, **settings: Any) -> dict[str, Any]:
    values = {"optimizer.learning_rate": 0.01, "optimizer.beta1": 0.9951, "architecture.activation": "relu"} | settings
    status = "diverged" if value is None else "completed"
    facts = {"status": status, "epoch": 12, "seconds": 1.0, "message": "", "trials": []}
    return {"index": index, "round": 1, "settings": values, "at": {}, "value": value, **facts}


def finalist(index: int, search: float, fresh: float | None) -> dict[str, Any]:
    estimate = None if fresh is None else {"value": fresh, "low": fresh - 0.01, "high": fresh + 0.01, "m": 900}
    return {
        "index": index,
        "settings": record(index, search)["settings"],
        "search": search,
        "fresh": estimate,
        "seeds": 5,
    }


SPACE = [
    {"key": "optimizer.learning_rate", "scale": "log_uniform", "low": 1e-4, "high": 1, "integer": False, "choices": []},
    {
        "key": "optimizer.beta1",
        "scale": "one_minus_log_uniform",
        "low": 0.9,
        "high": 0.999,
        "integer": False,
        "choices": [],
    },
    {"key": "architecture.activation", "scale": "choice", "choices": ["relu", "tanh"]},
]
DOCUMENT: dict[str, Any] = {
    "schema_version": 1,
    "name": "digits",
    "method": "random",
    "seeds": 1,
    "task": "multiclass",
    "status": "completed",
    "objective": "dev_error",
    "space": SPACE,
    "rounds": [{"round": 1, "region": {}}, {"round": 2, "region": {}}],
    "messages": ["best optimizer.beta1 0.9988 at the border of [0.9, 0.999]: widened to [0.9, 0.9997]"],
    "counts": {"trained": 2, "stopped": 1, "diverged": 1, "failed": 0},
    "finalists": [finalist(2, 0.031, 0.039), finalist(0, 0.033, None)],
    "winner": 2,
    "base": {"value": 0.07, "low": 0.06, "high": 0.08, "m": 900},
    "gain": {"value": -0.031, "low": -0.04, "high": -0.02, "m": 180},
    "test": {"value": 0.041, "low": 0.03, "high": 0.05, "m": 900},
    "importance": [
        {"key": "optimizer.beta1", "value": 0.125, "low": 0.0, "high": 0.4},
        {"key": "optimizer.learning_rate", "value": 0.75, "low": 0.5, "high": 1.0},
    ],
    "best_spec": "runs/digits/1/best.yaml",
    "seconds": 72.4,
    "trials": [record(0, 0.033), record(1, None), record(2, 0.031), record(3, 0.2)],
}


def text_of(out: io.StringIO | None = None, **changes: Any) -> str:
    stream = out or io.StringIO()
    with redirect_stdout(stream):
        tuning(typed(DOCUMENT | changes), Path("runs/digits/1"), [Path("runs/digits/1/importance.png")])
    return ESCAPES.sub("", stream.getvalue())


def typed(document: dict[str, Any]) -> TuningDocument:
    """The record of a document, whose keys of the confirmation stand among the others."""
    parts = {field.name for field in fields(ConfirmationResult)}
    confirmation = {key: value for key, value in document.items() if key in parts} or None
    return read_record(TuningDocument, {"tune": document | {"confirmation": confirmation}}, Path("tune.json"), "tune")


def test_the_whole_of_it() -> None:
    assert text_of() == (
        "digits  4 trials in 2 rounds after 1 min 12 s, completed\n"
        "          2 trained to the end, 1 stopped early, 1 diverged\n"
        "\n"
        "trial  search   fresh  95 % interval   learning_rate   beta1  activation\n"
        "    2  3.10 %  3.90 %  2.90 to 4.90 %           0.01  0.9951  relu\n"
        "    0  3.30 %          diverged                 0.01  0.9951  relu\n"
        "       before  7.00 %  6.00 to 8.00 %\n"
        "search: where they were chosen; fresh: mean of 5 further trainings, the lowest wins\n"
        "\n"
        "importance               share  95 % interval\n"
        "optimizer.learning_rate   75 %    50 to 100 %  ██████████████████\n"
        "optimizer.beta1           12 %      0 to 40 %  ███\n"
        "alone, of what is explained of the trials' ranks; 12 % are of several together, or unsure\n"
        "\n"
        "best      optimizer.learning_rate=0.01\n"
        "          optimizer.beta1=0.9951\n"
        "          architecture.activation=relu\n"
        "result    dev error: search 3.10 % → fresh 3.90 % (2.90 to 4.90 %)\n"
        "          -3.10 % dev error (-4.00 to -2.00 %): surely better than the spec before\n"
        "          4.10 % (3.00 to 5.00 %) on test, measured once\n"
        "widened   best optimizer.beta1 0.9988 at the border of [0.9, 0.999]: widened to [0.9, 0.9997]\n"
        "written   runs/digits/1\n"
        "pictures  importance.png\n"
        "next      dlx train runs/digits/1/best.yaml\n"
    )


@pytest.mark.parametrize("width", [80, 120])
def test_a_terminal_shows_it_in_colour_within_its_width(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    out = Terminal()
    keys = [f"architecture.group{k}.a_long_name_of_a_hyperparameter" for k in range(9)]
    space = [{"key": key, "scale": "uniform", "low": 0, "high": 1, "integer": False, "choices": []} for key in keys]
    finalists = [finalist(2, 0.031, 0.039) | {"settings": dict.fromkeys(keys, 0.1234567)}]
    shares = [{"key": key, "value": 0.1, "low": 0.0, "high": 0.2} for key in keys]
    text = text_of(out, space=space, finalists=finalists, importance=shares)
    assert "\x1b[" in out.getvalue()
    assert max(map(len, text.splitlines())) <= width
    assert "group0" in text


def test_no_color_has_no_control_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    out = Terminal()
    text_of(out)
    assert "\x1b" not in out.getvalue()


def test_a_regression_and_a_cost_have_no_percentages() -> None:
    assert "dev error: search 0.031 → fresh 0.039 (0.029 to 0.049)" in text_of(task="regression")
    cost = text_of(objective="dev_cost")
    assert "dev cost: search 0.031 → fresh 0.039 (0.029 to 0.049)" in cost
    assert "-3.10 % dev error" in cost


def test_what_may_be_chance_is_not_called_better() -> None:
    text = text_of(gain={"value": -0.01, "low": -0.02, "high": 0.001, "m": 180})
    assert "-1.00 % dev error (-2.00 to 0.10 %): not surely better than the spec before" in text


def test_an_unfinished_search_tells_what_it_has() -> None:
    bare: dict[str, Any] = {"finalists": [], "winner": None, "base": None, "gain": None, "test": None, "importance": []}
    text = text_of(**bare, best_spec=None, status="budget_spent")
    assert "the budget is spent" in text
    assert "so far trial 2, 3.10 %, not yet trained again: optimizer.learning_rate=0.01" in text
    assert "next" not in text
    assert "none: no trial came to a number" in text_of(**bare, best_spec=None, trials=[record(0, None)])
    assert "none: nothing has been tried" in text_of(**bare, best_spec=None, trials=[])
    missing = {key: value for key, value in DOCUMENT.items() if key not in bare} | {"importance": []}
    out = io.StringIO()
    with redirect_stdout(out):
        tuning(typed(missing))
    assert "not yet trained again" in out.getvalue()


def test_an_interval_without_end_is_told() -> None:
    """Such as that of a regression's mean squared error in too few replicates."""
    fresh = {"value": 0.039, "low": 0.02, "high": None, "m": 20}
    text = text_of(finalists=[finalist(2, 0.031, 0.039) | {"fresh": fresh}], task="regression")
    assert "fresh 0.039 (0.02 to inf)" in text


@pytest.mark.parametrize(("share", "length"), [(0, 0), (1, BAR), (0.5, BAR // 2), (1.7, BAR), (-1, 0), (0.01, 1)])
def test_bars(share: float, length: int) -> None:
    assert len(bar(share)) == length


# --- settings


def test_names_are_as_short_as_they_stay_different() -> None:
    assert short_names(["a.b.c", "a.x.c", "a.d"]) == ["b.c", "x.c", "d"]
    assert short_names(["layers", "hidden.layers"]) == ["layers", "hidden.layers"]
    assert short_names(["optimizer.name", "schedule.name"]) == ["optimizer", "schedule"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.00702208, "0.007022"),
        (0.99669664, "0.9967"),
        (0.99987654, "0.999877"),
        (1.0, "1"),
        (487, "487"),
        (True, "true"),
        (None, "null"),
        ("relu", "relu"),
        ([64, 64], "[64, 64]"),
        ([128, 64, 32, 16, 8, 8], "[128, 64, 32, 16,…"),
    ],
)
def test_values_are_short(value: object, text: str) -> None:
    assert short_value(value) == text


def test_as_many_columns_as_fit() -> None:
    rows = [["12", "漢字", "x"]]
    assert [fitting(rows, ["a", "b", "c"], room) for room in (100, 11, 9, 8, 7, 1)] == [3, 3, 2, 2, 1, 1]


# --- how it comes on


def tried(index: int, value: float | None) -> TriedSetting:
    return TriedSetting(index, record(index, value)["settings"], inf if value is None else value)


def searched() -> Iterator[TuningEvent]:
    """Two rounds, of which the fourth trial is the best and the second has diverged; then five trainings more."""
    best: list[TriedSetting] = []
    for index, value in enumerate([0.3, None, 0.2, 0.1, 0.15, 0.4]):
        if index % 3 == 0:
            yield RoundStart(1 + index // 3, 2, 3)
        setting = tried(index, value)
        best = sorted([*best, setting] if value is not None else best, key=lambda other: other.value)
        yield SettingEnd(setting, tuple(best[:5]))
    yield ConfirmationStart(5)


def test_elsewhere_rounds_and_new_bests_are_lines() -> None:
    out = io.StringIO()
    with progress(TuningProgress("multiclass", trials=6), stream=out) as display:
        for event in searched():
            display.update(event)
    text = re.sub(r"after .*;", "after a while;", out.getvalue())
    settings = "learning_rate=0.01 beta1=0.9951 activation=relu"
    assert text == (
        "round 1 of 2: 3 trials\n"
        f"best so far: trial 0, dev error 30.00 %: {settings}\n"
        f"best so far: trial 2, dev error 20.00 %: {settings}\n"
        "round 2 of 2: 3 trials\n"
        f"best so far: trial 3, dev error 10.00 %: {settings}\n"
        "6 trials after a while; the best again, 5 trainings\n"
    )


def test_a_long_search_tells_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("dlx.show.terminal.tuning_progress.monotonic", lambda: now[0])
    out = io.StringIO()
    with progress(TuningProgress(trials=1000), stream=out) as display:
        display.update(RoundStart(1, 1, 1000))
        for index in range(1000):
            display.update(SettingEnd(tried(index, 0.5), (tried(0, 0.5),)))
            now[0] += 4.0
    lines = out.getvalue().splitlines()
    assert lines[2:4] == ["4 of 1,000 trials  49 min 48 s left", "9 of 1,000 trials  58 min 44 s left"]
    assert 8 < len(lines) < 16
    assert lines[0] == "round 1: 1,000 trials"


@pytest.mark.parametrize("width", [30, 80, 120])
def test_a_terminal_shows_the_best_below_a_bar_and_nothing_at_the_end(
    width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    out = Terminal()
    with progress(TuningProgress("multiclass", trials=6), stream=out) as display:
        display.update(RoundStart(1, 2, 3))
        display.update(SettingEnd(tried(0, 0.3), (tried(0, 0.3),)))
        assert isinstance(display, LiveDisplay)
        display.live.refresh()
        lines = ESCAPES.sub("", out.getvalue()).replace("\r", "").splitlines()
    assert any("round 1 of 2" in line for line in lines)
    assert any("30.00 %" in line for line in lines)
    assert max(map(len, lines)) <= width
    assert out.getvalue().endswith("\x1b[2K")


@pytest.mark.parametrize("rounds", [1, 3])
def test_without_a_stated_number_rounds_are_taken_to_be_alike(rounds: int) -> None:
    view = TuningProgress()
    view.take(RoundStart(1, rounds, 4))
    assert view.total == 4 * rounds
    for index in range(4):
        view.take(SettingEnd(tried(index, 0.1), ()))
    view.take(RoundStart(2, rounds, 7))
    assert view.total == 4 + 7 * max(rounds - 1, 1)


def test_quiet_shows_nothing(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    out = Terminal()
    monkeypatch.setattr(sys, "stderr", out)
    with progress(TuningProgress(), quiet=True) as display:
        for event in searched():
            display.update(event)
    assert out.getvalue() == "" == capsys.readouterr().out
