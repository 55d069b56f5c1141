"""Screens of 80 columns: no line of a command is longer, in either language, but for what is copied from it."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from dlx.cli import main
from dlx.show.terminal.lines import BETWEEN, NARROWEST, table_lines, text_width
from tests.conftest import leave_probes_out

COLUMNS = 80
SPEC = """\
name: penguins_on_an_island
data: {source: {name: file, path: table.csv, target: species}, split: {train: 80, dev: 40, test: 40}}
training: {epochs: 4}
"""
SEARCH = (
    "base: spec.yaml\nsearch: {trials: 4, space: {optimizer.learning_rate: {log_uniform: [1.0e-3, 1]}, "
    "regularization.l2: {uniform: [0, 1]}, training.batch_size: {choice: [16, 32, 64]}}}\n"
)
STUDY = "base: spec.yaml\nvariants: {more: {training.epochs: 20}, fewer: {training.epochs: 5}}\nseeds: 2\n"
# What is copied: a command, such as an example, and a path, which stand on lines of their own or behind their label.
COPIED = re.compile(r"\s*(?:\S+ +)?(?:dlx .*|\S*/\S*)")
SCREENS = (
    *("data table.csv", "data table.csv --target species", "data spec.yaml", "train spec.yaml --dry-run"),
    *("diagnose usual", "diagnose usual --full", "diagnose spec.yaml", "diagnose usual --act --budget 0.1s"),
    "diagnose --errors train=.01,dev=.11,test=.12,m_train=1000,m_dev=200",
    *("compare usual faster", "runs", "runs --sort dev_error", "calibrate usual", "evaluate usual table.csv"),
    *("tune search.yaml --dry-run", "study study.yaml --dry-run", "explain learning_rate", "explain high_variance"),
    *("list", "list optimizer", "list training", "config show spec.yaml --origin", "doctor usual", "gradcheck usual"),
    *("--help", "train --help", "diagnose --help", "guide"),
)


class Terminal(io.StringIO):
    """What is written to a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, call_dlx: Callable[..., Any]) -> Path:
    folder = tmp_path_factory.mktemp("screens")
    rows = [
        f"{170 + 7 * (i % 60)},{32.1 + i / 9:.1f},{('Biscoe', 'Dream', 'Torgersen')[i % 3]},{KINDS[i % 3]}"
        for i in range(160)
    ]
    (folder / "table.csv").write_text("\n".join(["flipper_length_mm,bill_length_mm,island,species", *rows, ""]))
    for name, text in {"spec": SPEC, "search": SEARCH, "study": STUDY}.items():
        (folder / f"{name}.yaml").write_text(text)
    with pytest.MonkeyPatch.context() as patch:
        leave_probes_out(patch)
        for name, rate in (("usual", 0.01), ("faster", 0.02)):
            assert call_dlx("train", "spec.yaml", f"optimizer.learning_rate={rate}", cwd=folder).code == 0
            assert call_dlx("runs", "tag", "latest", name, cwd=folder).code == 0
    return folder


KINDS = ("Adelie penguin", "Chinstrap penguin", "Gentoo penguin")


@pytest.mark.usefixtures("blank_pictures")
@pytest.mark.parametrize("code", ["en", "es"])
def test_no_line_is_longer_than_the_screen(code: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"DLX_LANG": code, "COLUMNS": str(COLUMNS), "NO_COLOR": "1"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(folder)
    leave_probes_out(monkeypatch)
    assert [(screen, line) for screen in SCREENS for line in longer(screen, monkeypatch)] == []


def longer(screen: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The lines that a screen breaks."""
    monkeypatch.setattr(sys, "argv", ["dlx", *screen.split()])
    with redirect_stdout(Terminal()) as out:
        code = main()
    assert code in (0, 3), screen
    assert out.getvalue()
    yield from (
        line for line in out.getvalue().splitlines() if text_width(line) > COLUMNS and not COPIED.fullmatch(line)
    )


@pytest.mark.parametrize("room", [30, 40, 60, 200])
def test_a_table_that_is_too_wide_gives_way_and_keeps_its_numbers(room: int) -> None:
    rows = [
        ("a long name of a run that nobody can remember", "12.5 %", "words and more words of it"),
        ("b", "3 %", "c"),
    ]
    lines = ["".join(text for text, _ in line) for line in table_lines(rows, ["", "share that is right", "what"], room)]
    least = 2 * NARROWEST + 2 * BETWEEN + NARROWEST
    assert max(map(text_width, lines)) <= max(room, least)
    assert any("12.5 %" in line for line in lines)
    assert room < 200 or lines == [
        "".join(text for text, _ in line) for line in table_lines(rows, ["", "share that is right", "what"])
    ]
