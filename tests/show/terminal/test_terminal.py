"""What a terminal shows, and what is printed where there is none."""

from __future__ import annotations

import fcntl
import io
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from contextlib import redirect_stdout
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlx.diagnose.causes import CAUSES
from dlx.diagnose.findings import by_severity
from dlx.diagnose.steps.next_step import NextStep
from dlx.diagnose.verdict import diagnose
from dlx.show.numbers import duration, sparkline
from dlx.show.terminal import TrainingProgress, facts, progress, say, summary, table
from dlx.show.terminal.lines import paragraph_lines, table_lines
from dlx.stats.intervals import error_rate, exact
from dlx.training.records import EpochRecord, Progress
from tests.show.terminal.conftest import ESCAPES, Terminal


def row(epoch: int, dev: float | None = 0.034) -> EpochRecord:
    return EpochRecord(epoch, 10 * epoch, 0.1, 0.5, 0.0842, 0.012, dev, dev, 1.0, 0.1)


def place(epoch: int, epochs: int = 40) -> Progress:
    return Progress(epoch, epochs, 10 * epoch + 5, 10 * epochs, 0.25, 0.1)


# --- lines and tables


def test_columns_are_aligned_and_numbers_keep_to_the_right() -> None:
    out = io.StringIO()
    table([("train", "0.5 %", 1437), ("漢字", "-11.0 %", 8)], ("part", "error", "m"), stream=out)
    assert out.getvalue() == "part     error     m\ntrain    0.5 %  1437\n漢字   -11.0 %     8\n"


def test_an_empty_table_is_no_line() -> None:
    out = io.StringIO()
    table([], (), stream=out)
    assert out.getvalue() == ""


def test_a_last_column_of_words_ends_with_its_words() -> None:
    lines = list(table_lines([("dev", "not established"), ("test", "yes")], ("on", "better")))
    assert [line[-1][0] for line in lines] == ["better", "not established", "yes"]


@given(st.integers(30, 120))
def test_a_number_stays_with_its_unit(columns: int) -> None:
    text = "one training, at least 0.04 s, of 33.5 % of 10 min 5 s at 95 % in 3 states, 4 hours and 5 days"
    lines = ["".join(piece for piece, _ in line) for line in paragraph_lines("a", text, columns)]
    assert " ".join(line[10:] for line in lines) == text
    assert not any(re.match(r" *(%|s|min)\b", line[10:]) or line[10:].startswith("%") for line in lines)
    if columns >= 80:
        assert max(map(len, lines)) <= columns


@pytest.mark.parametrize(("variable", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_a_terminal_that_wants_none_gets_no_control_characters(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    out = Terminal()
    say(("a", "bold"), stream=out)
    assert ESCAPES.search(out.getvalue())
    monkeypatch.setenv(variable, value)
    plain = Terminal()
    say(("a", "bold"), stream=plain)
    assert plain.getvalue() == "a\n"


def test_names_are_never_read_as_markup() -> None:
    for out in (io.StringIO(), Terminal()):
        say(("[red]a[/red] :smile: [/]", "bold"), stream=out)
        assert ESCAPES.sub("", out.getvalue()) == "[red]a[/red] :smile: [/]\n"


def test_what_the_stream_cannot_spell_becomes_question_marks() -> None:
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii")
    say(("caf\udce9 ñ", ""), stream=out)
    out.flush()
    assert raw.getvalue() == b"caf? ?\n"


def test_a_long_line_is_not_broken() -> None:
    out = io.StringIO()
    say(("x" * 300, ""), stream=out)
    assert out.getvalue() == "x" * 300 + "\n"


def test_facts_are_a_line_each_or_one_document() -> None:
    document = {"parameters": 12_345, "data": {"train": 1437}, "seconds": 0.5}
    plain, printed = io.StringIO(), io.StringIO()
    with redirect_stdout(plain):
        facts(document)
    with redirect_stdout(printed):
        facts(document, json=True)
    assert plain.getvalue() == "parameters  12,345\ndata        train 1,437\nseconds     0.5\n"
    assert json.loads(printed.getvalue()) == document


# --- numbers


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0.00 s"),
        (0.994, "0.99 s"),
        (0.996, "1.0 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (59.6, "1 min 0 s"),
        (3599.7, "1 h 0 min"),
        (7_325, "2 h 2 min"),
        (90_000, "1 d 1 h"),
    ],
)
def test_times_have_two_units(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_a_falling_cost_falls_in_the_sparkline() -> None:
    assert sparkline([8, 7, 6, 5, 4, 3, 2, 1], 8) == "█▇▆▅▄▃▂▁"
    assert sparkline([1, float("nan"), 2, float("inf")], 8) == "▁█"
    assert sparkline([1000, 100, 10, 1], 4) == "█▆▃▁"
    assert sparkline([3, 3], 8) == "▁▁"
    assert sparkline([3], 8) == sparkline([], 8) == ""


@given(st.lists(st.floats(-1e300, 1e300)), st.integers(1, 60))
def test_a_sparkline_is_never_wider_than_asked(values: list[float], width: int) -> None:
    assert len(sparkline(values, width)) <= width


# --- progress


def test_without_a_terminal_the_first_and_the_last_state_are_lines() -> None:
    out = io.StringIO()
    with progress(TrainingProgress(), stream=out) as display:
        display.update(place(1))
        for epoch in range(1, 41):
            display.update(row(epoch))
    assert out.getvalue() == "epoch 1/40  cost 0.25\nepoch 40/40  cost 0.5  train 1.20 %  dev 3.40 %\n"


def test_lines_grow_rare(monkeypatch: pytest.MonkeyPatch) -> None:
    out, clock = io.StringIO(), iter(range(0, 10_000))
    monkeypatch.setattr("dlx.show.terminal.training_progress.monotonic", lambda: next(clock))
    with progress(TrainingProgress(), stream=out) as display:
        for epoch in range(1, 2001):
            display.update(place(epoch, 2000))
    epochs = [int(line.split("/")[0].split()[1].replace(",", "")) for line in out.getvalue().splitlines()]
    waits = [later - earlier for earlier, later in pairwise(epochs)]
    assert (epochs[0], epochs[-1]) == (1, 2000)
    assert waits[:-1] == sorted(waits[:-1])
    assert waits[0] == 1
    assert 500 < waits[-2] <= 600
    assert "left" in out.getvalue()


@pytest.mark.parametrize("first", [1, 20, 33])
def test_a_refit_counts_from_its_beginning(first: int) -> None:
    """Also one that is first seen after more steps than the training took, since it has more examples."""
    out = io.StringIO()
    with progress(TrainingProgress(), stream=out) as display:
        display.update(place(1))
        display.update(replace(row(38), step=100))
        for epoch in range(first, 35):
            display.update(replace(place(epoch, 34), is_refit=True))
    assert out.getvalue().splitlines()[-1] == "refit epoch 34/34  cost 0.25"


def test_regression_has_errors_without_percent_and_no_dev_no_dev() -> None:
    out = io.StringIO()
    with progress(TrainingProgress("regression"), stream=out) as display:
        display.update(row(1, dev=None))
    assert out.getvalue() == "epoch 1  cost 0.5  train 0.012\n"


def test_nothing_to_tell_is_nothing_said(capsys: pytest.CaptureFixture[str]) -> None:
    with progress(TrainingProgress()):
        pass
    with progress(TrainingProgress(), quiet=True) as display:
        display.update(row(1))
    assert capsys.readouterr() == ("", "")
    with progress(TrainingProgress()) as display:
        display.update(row(1))
    assert capsys.readouterr().out == ""


BAR = """
import sys
from dlx.training.records import EpochRecord, Progress
from dlx.show.terminal import TrainingProgress, progress
epochs = int(sys.argv[1])
with progress(TrainingProgress()) as display:
    for epoch in (1, epochs // 2, epochs - 1):
        display.due = 0
        display.update(EpochRecord(epoch, 10 * epoch, 0.1, 0.5, 0.0842, 0.012, 0.03, 0.034, 1.0, 0.1))
        display.due = 0
        display.update(Progress(epoch, epochs, 10 * epoch + 5, 10 * epochs, 0.25, 0.1))
print("done")
"""


@pytest.mark.parametrize("epochs", [40, 15_000])
@pytest.mark.parametrize("width", [30, 80, 120])
def test_the_bar_fits_the_terminal_and_vanishes(width: int, epochs: int) -> None:
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    environment = {key: value for key, value in os.environ.items() if key != "COLUMNS"}
    command = [sys.executable, "-c", BAR, str(epochs)]
    done = subprocess.run(
        command, stdin=follower, stdout=subprocess.PIPE, stderr=follower, env=environment, timeout=60, check=True
    )
    os.close(follower)
    output = os.read(leader, 1_000_000).decode()
    os.close(leader)
    lines = [line for line in re.split(r"[\r\n]+", ESCAPES.sub("", output)) if line.strip()]
    assert max(map(len, lines)) <= width
    assert f"epoch {epochs - 1:,}/{epochs:,}" in lines[-1]
    assert ("━" in lines[-1]) == (width > 30)
    assert output.count("\n") <= 1
    assert "\x1b[2K" in output[output.rindex("epoch") :]
    assert output.count("\x1b[?25l") == output.count("\x1b[?25h") == 1
    assert done.stdout == b"done\n"


# --- the summary

DOCUMENT = diagnose({"train": error_rate(0.0, 1437), "dev": error_rate(2 / 180, 180)}, 0.0, 0.02)
FACTS = {
    "name": "digits",
    "status": "early_stopped",
    "data": {"task": "multiclass"},
    "final": {"epoch": 31, "seconds": 3.234},
    "kept_epoch": 23,
}


def test_the_summary_tells_errors_verdict_place_and_what_to_type() -> None:
    out = io.StringIO()
    advice = "variance is unsettled: measure the network on more examples"
    steps = [NextStep("dlx evaluate runs/a FILE", advice), NextStep("dlx report runs/a", "look at it")]
    summary(FACTS, DOCUMENT, Path("runs/a"), costs=[3.0, 2.0, 1.0], steps=steps, stream=out)
    assert out.getvalue() == (
        "digits  early stopped after 31 epochs in 3.2 s, epoch 23 kept\n"
        "\n"
        "verdict  unsettled\n"
        "advice   variance is unsettled: measure the network on more examples\n"
        "         dlx evaluate runs/a FILE\n"
        "\n"
        "        error   95 % interval      m\n"
        "train  0.00 %  0.00 to 0.27 %  1,437\n"
        "dev    1.11 %  0.31 to 3.96 %    180\n"
        "\n"
        "cost     3 █▅▁ 1\n"
        "run      runs/a\n"
        "then     dlx report runs/a\n"
    )


def test_the_summary_names_the_worst_findings_in_a_line_each() -> None:
    findings = [CAUSES["full_batch_fits"].finding("m is 300"), CAUSES["symmetric_units"].finding("all alike", layer=1)]
    findings += [CAUSES["dead_units"].finding("62 %", layer=layer, epoch=9) for layer in (2, 3, 4)]
    out = io.StringIO()
    summary(FACTS, replace(DOCUMENT, findings=by_severity(findings)), Path("r"), stream=out)
    assert (
        "cause    error  symmetric_units in layer 1\n"
        "         warning  dead_units in layer 2, epoch 9, and 2 more: dlx diagnose --full\n"
        "advice   "
    ) in out.getvalue()


def test_the_summary_on_a_terminal_says_the_same_in_colour() -> None:
    plain, colored = io.StringIO(), Terminal()
    for out in (plain, colored):
        summary(
            FACTS,
            DOCUMENT,
            Path("runs/[a]"),
            costs=[2.0, 1.0],
            steps=[NextStep("dlx x", "what is longer than a line of the terminal " * 3)],
            stream=out,
        )
    assert ESCAPES.search(colored.getvalue())
    text = ESCAPES.sub("", colored.getvalue())
    assert text.split() == plain.getvalue().split()
    assert max(map(len, text.splitlines())) <= 80 < max(map(len, plain.getvalue().splitlines()))


def test_the_summary_of_a_run_that_got_nowhere() -> None:
    out = io.StringIO()
    summary(
        {"name": "a", "status": "interrupted", "final": None},
        None,
        Path("r"),
        steps=[NextStep("dlx t", "go on")],
        stream=out,
    )
    assert out.getvalue() == "a  interrupted\nrun      r\nnext     dlx t\n"


def test_the_summary_of_regression_and_of_an_ascii_terminal() -> None:
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii")
    document = diagnose({"train": exact(2.5), "train_dev": exact(2.5), "dev": exact(4.0)}, 0.0, 0.5)
    summary(FACTS | {"data": {"task": "regression"}}, document, Path("r"), costs=[2.0, 1.0], stream=out)
    out.flush()
    text = raw.getvalue().decode()
    assert "verdict  high bias\nadvice   bias is high: try a bigger network" in text
    assert re.search(r"^train-dev +2\.5$", text, re.MULTILINE)
    assert "cost" not in text
    assert "%" not in text.replace("95 % interval", "")


def test_plain_output_imports_no_rich() -> None:
    script = (
        "import sys; from dlx.show.terminal import TrainingProgress, progress, say, table; say(('a', 'bold'))\n"
        "with progress(TrainingProgress()) as display: pass\n"
        "assert 'rich' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, timeout=60)
