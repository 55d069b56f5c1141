"""A diagnosis on the screen: plain and in colour the same, on narrow and on wide ones, whatever things are called."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.diagnose.causes import CAUSES
from dlx.diagnose.confusion import Classes, Predictions
from dlx.diagnose.remedies.changes import DataFacts
from dlx.diagnose.steps.advice_context import AdviceContext
from dlx.diagnose.steps.next_commands import next_steps
from dlx.diagnose.steps.next_step import Cost, NextStep
from dlx.diagnose.supply import Supply
from dlx.diagnose.verdict import diagnose
from dlx.documents.baselines import BaselineRecord, Baselines, NetworkDifference, PartBaseline
from dlx.documents.diagnosis import DiagnosisDocument
from dlx.show.terminal import diagnosis
from dlx.spec.loader import load_spec
from dlx.stats.intervals import Estimate, error_rate, exact
from dlx.words import Task
from tests.show.terminal.conftest import ESCAPES, Terminal

FACTS = {"status": "completed", "final": {"epoch": 40, "seconds": 0.7}, "kept_epoch": 40}
FINDINGS = [
    CAUSES["dead_units"].finding(
        "62 % of the 64 units of layer 2 are 0 for every example of train since epoch 12", layer=2
    ),
    CAUSES["full_batch_fits"].finding("train has 1,437 examples, a batch 64"),
]


def document(confusion: np.ndarray, labels: tuple[Any, ...]) -> DiagnosisDocument:
    errors = {"train": error_rate(0.0, 1437), "dev": error_rate(2 / 180, 180), "test": error_rate(4 / 180, 180)}
    worst = Predictions(*(np.array(column) for column in ([7, 12], [0, 1], [1, 1], [0.98, 0.6], [3.9, 0.51])))
    classes = Classes(confusion, worst).document("dev", labels)
    return replace(diagnose(errors, 0.0, 0.02, Task.MULTICLASS, FINDINGS), classes=classes)


CATS = document(np.array([[88, 2], [0, 90]]), ("cat", "dog"))


def text_of(content: DiagnosisDocument, out: io.StringIO | None = None, **options: Any) -> str:
    stream = out or io.StringIO()
    diagnosis("pets", content, FACTS, stream=stream, **options)
    return ESCAPES.sub("", stream.getvalue())


def test_the_whole_of_it() -> None:
    text = text_of(
        CATS,
        remarks=["the data have changed"],
        steps=[NextStep("dlx x", "dead_units: mend them")],
        pictures=[Path("r/diagnosis.png")],
    )
    assert text == (
        "pets  completed after 40 epochs in 0.70 s\n"
        "          the data have changed\n"
        "\n"
        "          error   95 % interval      m\n"
        "optimal  0.00 %\n"
        "train    0.00 %  0.00 to 0.27 %  1,437\n"
        "dev      1.11 %  0.31 to 3.96 %    180\n"
        "test     2.22 %  0.87 to 5.57 %    180\n"
        "\n"
        "                                        gap    95 % interval\n"
        "bias                train − optimal  0.00 %   0.00 to 0.28 %  low\n"
        "variance            dev − train      1.11 %   0.06 to 4.24 %  unsettled\n"
        "overfitting to dev  test − dev       1.11 %  -2.45 to 4.94 %  unsettled\n"
        "\n"
        "verdict   unsettled  (optimal 0.00 %, tolerance 2.00 %)\n"
        "\n"
        "rows: the classes, columns: what they are taken for\n"
        "dev  cat  dog   error   95 % interval   m\n"
        "cat   88    2  2.22 %  0.61 to 7.74 %  90\n"
        "dog        90  0.00 %  0.00 to 4.09 %  90\n"
        "\n"
        "worst of dev  class  taken for  probability  loss\n"
        "           7  cat    dog              0.980   3.9\n"
        "          12  dog    dog              0.600  0.51\n"
        "\n"
        "warning   dead_units in layer 2\n"
        "          62 % of the 64 units of layer 2 are 0 for every example of train since epoch 12\n"
        "          remedy: a fitting initializer (he for relu, xavier for tanh), a smaller learning rate, or "
        "leaky_relu "
        "(notes: Configurando la optimización de problemas, p. 11)\n"
        "note      full_batch_fits\n"
        "          train has 1,437 examples, a batch 64\n"
        "          remedy: training.batch_size: full, for up to 2000 examples "
        "(notes: Mini-batch gradiente descendiente, p. 15)\n"
        "\n"
        "next      dead_units: mend them\n"
        "          dlx x\n"
        "pictures  r/diagnosis.png\n"
    )


DIFFERENCE = NetworkDifference(0.1, 0.05, 0.15, verdict="worse")
OF_DEV = PartBaseline(Estimate(0.5, 0.4, 0.6), DIFFERENCE)
WORSE = Baselines({"constant": BaselineRecord("always cat", 100, {"dev": OF_DEV})})
STEPS = [
    NextStep("dlx train runs/a/config.yaml " + "optimizer.learning_rate=0.01 " * 3, "dead_units: a smaller rate " * 6),
    NextStep("dlx y", "another"),
]


@pytest.mark.parametrize("findings", [0, 2, 5])
@pytest.mark.parametrize("beside", [None, WORSE])
def test_in_brief_it_says_why_and_one_command_in_20_lines_of_80_columns(
    findings: int, beside: Baselines | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    out = Terminal()
    entries = [FINDINGS[0]] * findings + [FINDINGS[1]]
    step = replace(STEPS[0], effect="units that give something again " * 4, cost=Cost(80.0, 5, "at most"))
    content = replace(CATS, findings=entries, baselines=beside)
    text = text_of(content, out, steps=[step, *STEPS[1:]], full=False, more="dlx diagnose r --full")
    lines = text.splitlines()
    first = "beaten" if beside else "cause" if findings else "advice"
    assert lines[2].split()[0] == first
    assert "surely by always cat: dev error 50.00 %, the network 60.00 %" in text or not beside
    assert "5 trainings, at most 7.0 s" in " ".join(text.split()) or findings
    assert text.index("advice") < text.index("verdict") < text.index("\ntrain ") < text.index("dlx diagnose r --full")
    assert not any(word in text for word in ("dlx y", "full_batch_fits", "worst of dev"))
    assert sum(-(-max(len(line), 1) // 80) for line in lines) <= 20
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("remarks", [0, 1])
def test_remarks_above_count_among_the_20_lines(remarks: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    out = Terminal()
    step = replace(STEPS[0], effect="units that give something again " * 4, cost=Cost(80.0, 5, "at most"))
    content = replace(CATS, findings=FINDINGS[:1], baselines=WORSE)
    said = ["the network that predicts was trained again on all 546 examples, not on 328"] * remarks
    lines = text_of(content, out, steps=[step], full=False, more="dlx diagnose r --full", remarks=said).splitlines()
    assert sum(-(-max(len(line), 1) // 80) for line in lines) <= 20
    assert any("62 % of the 64 units" in line for line in lines)  # which gives way last


@pytest.mark.parametrize("name", sorted(CAUSES))
def test_whatever_was_found_it_takes_one_small_screen(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the command and the sentence that each finding brings, a model that does better, and a second finding."""
    monkeypatch.setenv("COLUMNS", "80")
    config = Path(__file__).parents[3] / "configs" / "overfitting.yaml"
    run, spec = Path("runs/overfitting/20261130T014759Z-e8c8b5"), load_spec(config).spec
    facts = DataFacts(100, parts={"train": 100, "dev": 300, "test": 300})
    findings = [CAUSES[name].finding("what was measured, and against what; " * 9, severity="warning"), FINDINGS[0]]
    errors = {part: error_rate(rate, 300) for part, rate in (("train", 0.2), ("dev", 0.6), ("test", 0.6))}
    content = replace(diagnose(errors, 0.0, 0.02, Task.BINARY, findings), baselines=WORSE)
    steps = next_steps(AdviceContext(content, Supply(spec, facts), run, run / "config.yaml"))
    out, more = Terminal(), f"dlx diagnose {run} --full"
    lines = text_of(content, out, steps=steps, full=False, more=more).splitlines()
    assert sum(-(-max(len(line), 1) // 80) for line in lines) <= 20
    assert lines[-1] == f"more      {more}"
    assert any(line.startswith((f"advice    {name}: ", "advice    dead_units: ")) for line in lines)


def test_what_was_found_in_dev_and_in_test_alike_is_named_once() -> None:
    cause = CAUSES["duplicates_across_parts"]
    findings = [cause.finding(f"80 % of {part} stands in train as well") for part in ("dev", "test")]
    errors = {part: error_rate(0.2, 100) for part in ("train", "dev", "test")}
    content = diagnose(errors, 0.0, 0.02, Task.BINARY, findings)
    assert len(content.findings) == 2
    assert sum(step.startswith(cause.name) for step in content.next) == 1
    whole, short = text_of(content), text_of(content, full=False, more="m")
    assert short.count("warning  duplicates_across_parts") == whole.count("warning   duplicates_across_parts") == 1
    assert whole.count(f"remedy: {cause.remedy}") == 1
    assert "80 % of dev" in whole
    assert "80 % of test" in whole


def test_an_open_verdict_names_another_gap_that_is_surely_high() -> None:
    errors = {"train": exact(0.01), "train_dev": error_rate(0.02, 100), "dev": exact(0.3)}
    text = text_of(diagnose(errors, 0.0, 0.02), full=False, more="m")
    assert "verdict   bias or variance unsettled, high mismatch\n" in text


def test_a_command_without_advice_is_judged_by_the_recipe() -> None:
    text = text_of(replace(CATS, findings=[]), steps=[], full=False, more="m")
    assert "advice    dead_units: a fitting initializer" in text


@pytest.mark.parametrize("width", [80, 120])
def test_a_terminal_shows_the_same_in_colour_within_its_width(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    out = Terminal()
    text = text_of(CATS, out)
    assert ESCAPES.search(out.getvalue())
    assert max(map(len, text.splitlines())) <= width
    assert text.split() == text_of(CATS).split()


def test_high_is_red_and_low_is_green(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    out = Terminal()
    diagnosis("a", diagnose({"train": error_rate(0.0, 500), "dev": error_rate(0.3, 500)}, 0.0, 0.02), {}, stream=out)
    assert "\x1b[32mlow" in out.getvalue()
    assert "\x1b[31mhigh" in out.getvalue()
    assert "\x1b[1;31mhigh variance" in out.getvalue()


def test_a_matrix_too_wide_for_the_screen_gives_way_to_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    confusion = np.full((10, 10), 1000) + np.diag(np.arange(10) * 1000)
    content = document(confusion, tuple(range(10)))
    monkeypatch.setenv("COLUMNS", "120")
    wide = text_of(content, Terminal())
    monkeypatch.setenv("COLUMNS", "80")
    narrow = text_of(content, Terminal())
    assert "taken\n" not in wide
    assert re.search(r"^ *0 +1,000 .* 90\.00 %", wide, re.MULTILINE)
    assert re.search(r"^ *0 +1,000( +1,000){9} *$", narrow, re.MULTILINE)
    assert "  as 1 (1,000), 2 (1,000)" in narrow
    assert max(map(len, narrow.splitlines())) <= 80


def test_of_very_many_classes_the_worst_are_shown() -> None:
    confusion = np.diag(np.full(150, 10))
    confusion[33] = 0
    confusion[33, 34] = 4
    text = text_of(document(confusion, tuple(f"species {i}" for i in range(150))))
    rows = text[text.index("dev ") :].splitlines()
    first = next(row for row in rows if "species" in row)
    assert re.fullmatch(r"species 33 +100\.00 % +51\.01 to 100\.00 % +4 +as species 34 \(4\)", first)
    assert "and 130 more classes in diagnosis.json" in text
    assert "rows: the classes" not in text


def test_names_are_never_read_as_markup_and_long_ones_are_cut() -> None:
    text = text_of(document(np.array([[88, 2], [0, 90]]), ("[red]cat[/red]", "d" * 200)), Terminal())
    assert "[red]cat[/red]" in text
    assert "d" * 200 not in text
    assert "d" * 19 + "…" in text
