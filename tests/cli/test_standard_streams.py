"""The standard streams on Windows, whose pipes have a code page of their own."""

from __future__ import annotations

import io
import sys

import pytest

from dlx.cli import standard_streams


@pytest.mark.parametrize(("variables", "expected"), [({}, "α"), ({"PYTHONIOENCODING": "cp1252"}, "?")])
def test_results_are_whole_in_a_pipe_of_windows(
    variables: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = io.BytesIO()
    monkeypatch.delenv("PYTHONIOENCODING", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(standard_streams, "ON_WINDOWS", True)
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="cp1252"))
    with standard_streams.sound_streams():
        print("α", flush=True)
    assert written.getvalue().decode().strip() == expected
