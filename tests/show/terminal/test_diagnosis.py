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
from dlx.diagnose.verdict import diagnose
from dlx.documents.diagnosis import DiagnosisDocument
from dlx.show.terminal import diagnosis
from dlx.stats.intervals import error_rate
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
    text = text_of(CATS, remarks=["the data have changed"], commands=["dlx x"], pictures=[Path("r/diagnosis.png")])
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
        "           7  cat    dog               0.98   3.9\n"
        "          12  dog    dog                0.6  0.51\n"
        "\n"
        "warning   dead_units in layer 2\n"
        "          62 % of the 64 units of layer 2 are 0 for every example of train since epoch 12\n"
        "          remedy: a smaller learning rate, initializer: he, or leaky_relu "
        "(notes: Configurando la optimización de problemas, p. 11)\n"
        "note      full_batch_fits\n"
        "          train has 1,437 examples, a batch 64\n"
        "          remedy: training.batch_size: full, for up to 2000 examples "
        "(notes: Mini-batch gradiente descendiente, p. 15)\n"
        "\n"
        "next      dead_units: a smaller learning rate, initializer: he, or leaky_relu\n"
        "          variance is unsettled: 9,000 dev examples would settle it in 4 of 5 cases\n"
        "          overfitting to dev is unsettled: 64,000 dev and 64,000 test examples would settle it in 4 of 5 "
        "cases\n"
        "          dlx x\n"
        "pictures  r/diagnosis.png\n"
    )


@pytest.mark.parametrize("findings", [0, 2, 5])
def test_without_the_evidence_it_says_verdict_cause_and_one_command_in_20_lines_of_80_columns(
    findings: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    out = Terminal()
    entries = [FINDINGS[0]] * findings + [FINDINGS[1]]
    content = replace(CATS, findings=entries, next=["dead_units: a smaller learning rate " * 6])
    text = text_of(content, out, commands=["dlx x", "dlx y"], full=False, more="dlx diagnose r --full")
    lines = text.splitlines()
    assert [line.split()[0] for line in lines[2:4]] == ["verdict", "cause" if findings else "advice"]
    assert "dlx x" in text
    assert "dlx diagnose r --full" in text
    assert not any(word in text for word in ("dlx y", "full_batch_fits", "worst of dev", "variance"))
    assert len(lines) <= 20
    assert max(map(len, lines)) <= 80


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
