"""Progress in a notebook: the picture of a view in place of the one before it, and nothing at the end."""

from __future__ import annotations

import sys
from io import StringIO
from types import ModuleType, SimpleNamespace

import pytest

from dlx.events import Count
from dlx.show.terminal import CountProgress
from dlx.show.terminal.notebook import NotebookDisplay, displayed


def test_each_picture_replaces_the_one_before() -> None:
    bundles = list[dict[str, str]]()
    with NotebookDisplay(CountProgress("trainings <of> all"), lambda bundle: bundles.append(dict(bundle))) as display:
        display.update(Count(1, 4))
        display.due = float("inf")
        display.update(Count(2, 4))  # before anything is due
        display.due = 0
        display.update(Count(3, 4))
    assert ["25%" in bundles[0]["text/plain"], "75%" in bundles[1]["text/plain"]] == [True, True]
    assert "<pre>trainings &lt;of&gt; all" in bundles[0]["text/html"]
    assert bundles[2:] == [{"text/plain": "", "text/html": ""}]
    assert "\x1b" not in bundles[0]["text/plain"]


def test_a_program_shows_nothing_unless_it_is_to(capsys: pytest.CaptureFixture[str]) -> None:
    with displayed(CountProgress("trainings"), None) as display:
        display.update(Count(1, 2))
    assert type(display).__name__ == "Display"


def test_a_kernel_is_told_what_to_show(monkeypatch: pytest.MonkeyPatch) -> None:
    """What IPython's kernel has of it: a shell that knows its kernel, and a handle by which an output is replaced."""
    output = StringIO()
    ipython, shown = ModuleType("IPython"), ModuleType("IPython.display")
    handle = SimpleNamespace(update=lambda bundle, raw: output.write(bundle["text/plain"]))
    ipython.get_ipython = lambda: SimpleNamespace(kernel=object())  # type: ignore[attr-defined]
    shown.display = lambda bundle, raw, display_id: handle  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "IPython.display", shown)
    with displayed(CountProgress("trainings"), None) as display:
        display.update(Count(1, 2))
    assert "50%" in output.getvalue()
    with displayed(CountProgress("trainings"), False) as display:
        assert type(display).__name__ == "Display"
