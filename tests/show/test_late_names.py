"""The packages of screens and pictures: which modules are imported, and what stands under a name."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

PACKAGES = ("dlx.show.terminal", "dlx.show.pictures")


@pytest.mark.parametrize("package", PACKAGES)
def test_every_name_that_is_typed_is_that_of_its_module(package: str) -> None:
    room = import_module(package)
    stub = ast.parse(Path(str(room.__file__)).with_suffix(".pyi").read_text("utf-8"))
    names: dict[str, str] = {}
    for node in stub.body:
        assert isinstance(node, ast.ImportFrom)
        names |= {alias.name: str(node.module) for alias in node.names}
    assert room.late_names == {name: module.removeprefix(f"{package}.") for name, module in names.items()}
    for name, module in names.items():
        import_module(module)  # which Python then puts in the place of the function of its name
        value = getattr(room, name)
        assert not isinstance(value, ModuleType)
        assert value is getattr(sys.modules[module], name)
        assert name in dir(room)


@pytest.mark.parametrize("package", PACKAGES)
def test_what_there_is_not_is_refused_as_by_any_module(package: str) -> None:
    assert not hasattr(import_module(package), "nothing")
    with pytest.raises(ImportError, match="cannot import name 'nothing'"):
        exec(f"from {package} import nothing")


def test_a_table_on_the_terminal_imports_no_other_screen() -> None:
    program = """
import sys
from dlx.show import terminal
terminal.table
room = "dlx.show.terminal."
others = {"study", "tuning", "diagnosis", "folds", "recipe"}
print(sorted(name for name in others if room + name in sys.modules), room + "lines" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] True"
