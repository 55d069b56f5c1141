"""Remarks on stderr: one line, or on a terminal as many as its width asks for."""

from __future__ import annotations

import io
import warnings

import pytest

from dlx.cli.remarks import remarks_shown
from dlx.errors import Remark

SENTENCE = "the network that predicts was trained again on all 24 examples; the errors are those of the first one"


class Screen(io.StringIO):
    """Says that it is a terminal."""

    def isatty(self) -> bool:
        return True


def shown(monkeypatch: pytest.MonkeyPatch, stream: io.StringIO) -> list[str]:
    monkeypatch.setattr("sys.stderr", stream)
    with remarks_shown():
        warnings.warn(Remark(SENTENCE), stacklevel=1)
        warnings.warn(Remark(SENTENCE), stacklevel=1)
    return stream.getvalue().splitlines()


def test_a_remark_is_a_line_for_a_program(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, io.StringIO()) == [f"remark: {SENTENCE}"]


def test_a_remark_is_wrapped_for_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    lines = shown(monkeypatch, Screen())
    assert max(map(len, lines)) <= 60
    assert " ".join(line.strip() for line in lines) == f"remark: {SENTENCE}"
    assert all(line.startswith("        ") for line in lines[1:])
