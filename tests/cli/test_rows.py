"""Rows: cells under each other, the last one wrapped on a terminal and never elsewhere."""

from __future__ import annotations

import sys

import pytest

from dlx.cli.rows import print_rows


def test_cells_stand_under_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows([("a", "bb", "c"), ("aaa", "b", "")])
    print_rows([])
    assert capsys.readouterr().out == "a    bb  c\naaa  b\n"


def test_the_last_cell_is_wrapped_on_a_terminal_only(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [("name", "word " * 12), ("x", "")]
    print_rows(rows)
    assert capsys.readouterr().out == f"name  {' '.join(['word'] * 12)}\nx\n"
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("NO_COLOR", "1")
    print_rows(rows)
    assert capsys.readouterr().out == f"name  {' '.join(['word'] * 7)}\n      {' '.join(['word'] * 5)}\nx\n"
