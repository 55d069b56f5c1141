"""The recipe on the terminal: what was cut off or not tried, the best bet and its price, and where a race stands."""

from __future__ import annotations

import re
from contextlib import redirect_stdout
from dataclasses import replace
from math import inf
from pathlib import Path

import pytest

from dlx.documents.repair import BestBet, ErrorChange, RaceResult, RemedyResult, RepairDocument
from dlx.events import RaceStart, RaceState, TrialEnd
from dlx.show import terminal
from dlx.stats.intervals import Estimate
from dlx.words import Status, Task
from tests.show.terminal.conftest import Terminal


def result(name: str, verdict: str, change: float | None = None, *clipped: str, message: str = "") -> RemedyResult:
    """What came of a remedy that sets the learning rate, without an interval."""
    estimate = None if change is None else Estimate(change, -inf, inf)
    overrides = {"optimizer.learning_rate": 0.1}
    return RemedyResult(name, "bias", overrides, "", "", estimate, 1, 0.5, verdict, message, list(clipped))


BET = BestBet(
    name="wider",
    against="bias",
    overrides={"architecture.hidden": [9]},
    why="",
    notes="",
    change=Estimate(-0.03, -0.1, 0.04),
    replicates=5,
    probability=0.87,
    seeds=12,
    trainings=28,
    seconds=14.0,
    examples=None,
    spec="a/candidate.yaml",
)


def repair(*results: RemedyResult, bet: BestBet | None = None, status: str = "nothing_helps") -> RepairDocument:
    return RepairDocument(
        status=status,
        replicates=5,
        budget=60.0,
        seconds=12.0,
        rounds=[RaceResult("key", "bias", None, list(results), 7)],
        errors=ErrorChange({"dev": Estimate(0.3, 0.2, 0.4, 90)}, {"dev": Estimate(0.3, 0.2, 0.4, 90)}),
        verdict="high bias",
        spec=None,
        test=None,
        folds=1,
        bet=bet,
    )


def shown(capsys: pytest.CaptureFixture[str], tale: RepairDocument, task: Task = Task.BINARY) -> list[str]:
    terminal.recipe(tale, task)
    return capsys.readouterr().out.splitlines()


def test_changes_that_are_cut_off_at_the_answer_of_the_mean_say_so(capsys: pytest.CaptureFixture[str]) -> None:
    results = [
        result("good", "stopped", -43000.0, "before"),
        result("bad", "stopped", 12.0, "after"),
        result("neither", "stopped", 0.0, "before", "after"),
        result("plain", "stopped", -7.0),
    ]
    lines = shown(capsys, repair(*results), Task.REGRESSION)
    row = {line.split()[0]: line for line in lines if line.strip()}
    assert "at least -4.3e+04" in row["good"]
    assert "at least +12" in row["bad"]
    assert "no better than the mean" in row["neither"]
    assert "at least" not in row["plain"]
    judged = replace(results[0], change=Estimate(-43000.0, -inf, -20000.0))
    [line] = [line for line in shown(capsys, repair(judged), Task.REGRESSION) if line.startswith("good")]
    assert "below -2e+04" in line
    assert any("errs more than always answering the mean" in line for line in lines)
    assert not any("always answering" in line for line in shown(capsys, repair(results[-1]), Task.REGRESSION))


def test_what_was_not_tried_for_want_of_time_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    untried = [result(name, "not tried", message="there was no time for it") for name in ("dropout", "wider")]
    lines = shown(capsys, repair(*untried, status=Status.BUDGET_SPENT))
    assert "          2 more not tried, since there was no time for it: dropout, wider" in lines
    assert any("a larger --budget goes on from here" in line for line in lines)


def test_the_best_bet_with_its_price_and_its_command(capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(capsys, repair(result("wider", "unclear", -0.03), bet=BET))
    start = next(number for number, line in enumerate(lines) if line.startswith("best bet"))
    assert lines[start:] == [
        "best bet  wider helps with a probability of 87 %: dev -3.00 % in 5 replicates",
        "          architecture.hidden=[9]",
        "          if it stays so, it is certain in 12 replicates (28 more trainings, 14 s):",
        "          dlx diagnose a --act --seeds 12",
        "try       dlx train a/candidate.yaml",
    ]


def test_a_bet_that_lacks_time_asks_for_a_budget_and_one_that_lacks_examples_for_these(
    capsys: pytest.CaptureFixture[str],
) -> None:
    soon = shown(capsys, repair(bet=replace(BET, seeds=4), status=Status.BUDGET_SPENT))
    assert "          dlx diagnose a --act --budget 1m" in soon
    few = shown(capsys, repair(bet=replace(BET, seeds=None, trainings=0, examples=418)))
    assert any("on these dev examples; about 418 of them would" in line for line in few)


@pytest.mark.parametrize("seeds", [4, 12])
def test_no_longer_race_is_advised_where_others_were_better_in_this_one(
    seeds: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """It would end as this one has: the remedy was left out for others, and not for want of time."""
    dismissed = replace(BET, seeds=seeds, change=Estimate(-0.03, -inf, inf), replicates=1)
    lines = shown(capsys, repair(bet=dismissed))
    assert lines[-1] == "try       dlx train a/candidate.yaml"
    assert not any("--act" in line or "certain" in line for line in lines)


def test_where_nothing_is_likelier_to_help_than_not_there_is_no_bet(capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(capsys, repair(bet=replace(BET, probability=0.31, spec=None)))
    assert lines[-1] == "best bet  none: the likeliest remedy, wider, helps with a probability of 31 % only"


def test_a_race_in_one_line() -> None:
    view = terminal.RepairProgress(Task.BINARY)
    view.take(RaceStart("bias", 9))
    assert view.standing() == "9 remedies against bias"
    view.take(TrialEnd("", Status.COMPLETED, str(Path("run"))))
    view.take(RaceState(("wider", ""), 2, 61.0, 150.0, "wider", -0.123))
    line = view.standing()
    assert line.startswith("1 min 1 s of 2 min 30 s  9 remedies against bias  training wider and 1 more, replicate 2")
    assert line.endswith("in front: wider -12.30 %  1 trial")


@pytest.mark.parametrize("columns", [60, 80, 90, 140])
def test_the_table_of_a_race_has_as_many_columns_as_the_screen_takes(
    monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("NO_COLOR", "1")
    out = Terminal()
    tried = [result(name, "unclear", -0.0333) for name in ("early_stopping_and_l2", "learning_rate_hundredth")]
    with redirect_stdout(out):
        terminal.recipe(repair(*(replace(one, change=Estimate(-0.03, -0.11, 0.06)) for one in tried)), Task.BINARY)
    lines = out.getvalue().splitlines()
    [header] = [line for line in lines if line.startswith("remedy")]
    absent = {60: ("against", "seconds", "replicates"), 80: ("against", "seconds"), 90: ("against",), 140: ()}[columns]
    titles = ("remedy", "against", "change of dev", "95 % interval", "replicates", "seconds", "verdict")
    assert re.split("  +", header) == [title for title in titles if title not in absent]
    if columns >= 80:
        assert max(map(len, lines)) <= columns


@pytest.mark.parametrize(
    ("counts", "expected"),
    [((3, 3), ", means over 3 replicates"), ((5, 3), ", means over 5 replicates before and 3 now"), ((None, None), "")],
)
def test_means_are_over_as_many_replicates_as_were_trained(
    counts: tuple[int | None, int | None], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of which at most 5 were asked for."""
    errors = {"dev": Estimate(0.3, 0.2, 0.4, 90)}, {"dev": Estimate(0.1, 0.05, 0.2, 90)}
    lines = shown(capsys, replace(repair(), spec="a/act.yaml", errors=ErrorChange(*errors, *counts)))
    assert f"10.00 % (5.00 to 20.00 %) now{expected}" in " ".join(map(str.strip, lines))


def test_a_bet_that_gains_next_to_nothing_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    text = " ".join(shown(capsys, repair(bet=replace(BET, change=Estimate(-0.001, -0.01, 0.01), spec=None))))
    assert "none: the likeliest remedy, wider, changes too little: dev -0.10 %" in " ".join(text.split())
    assert "dlx train" not in text


def test_what_is_judged_in_place_of_the_error_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(capsys, replace(repair(), measure="balanced_error"))
    assert any("judged by the balanced error" in " ".join(line.split()) for line in lines)
