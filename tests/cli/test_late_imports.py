"""Late imports: what is raised while a module runs late comes to who asked for it."""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec
from importlib.util import LazyLoader, module_from_spec
from pathlib import Path

import pytest

from dlx.cli.late_imports import _Loader


@pytest.mark.parametrize("question", ["from late import after", "from late import before", "import late; late.after"])
def test_ctrl_c_in_a_module_that_runs_late_is_not_lost(
    question: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "late.py"
    path.write_text("before = 1\nraise KeyboardInterrupt\nafter = 2\n", encoding="utf-8")
    loader = LazyLoader(_Loader("late", str(path)))
    spec = ModuleSpec("late", loader, origin=str(path))
    module = module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "late", module)
    loader.exec_module(module)
    with pytest.raises(KeyboardInterrupt):
        exec(question, {})
