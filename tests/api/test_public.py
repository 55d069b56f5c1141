"""What is public: every name has its place in the stub, a signature with types, and a docstring."""

from __future__ import annotations

import ast
import inspect
import pickle
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import dlx
from dlx.api import collection
from dlx.api.training import TrainingLoop
from dlx.calls import OF_A_RUN, ONLY_TYPED
from dlx.cli.commands import COMMANDS

POSITIONAL = inspect.Parameter.POSITIONAL_OR_KEYWORD
STUB = Path(dlx.__file__).with_suffix(".pyi")
NAMES = [name for name in dlx.__all__ if name != "__version__"]


def functions_of(thing: Any) -> Iterator[tuple[str, Any]]:
    """What of a public name can be called or read, each with its own name."""
    if not isinstance(thing, type):
        yield getattr(thing, "__name__", repr(thing)), thing
        return
    for name, member in inspect.getmembers(thing):
        own = getattr(member, "fget", getattr(member, "func", member))
        if not name.startswith("_") and str(getattr(own, "__module__", "")).startswith("dlx.api"):
            yield f"{thing.__name__}.{name}", own


def public() -> list[tuple[str, Any]]:
    things = [(name, getattr(dlx, name)) for name in NAMES]
    return [pair for name, thing in [*things, ("", TrainingLoop)] for pair in functions_of(thing)]


def test_the_stub_has_the_same_names_from_the_same_modules() -> None:
    tree = ast.parse(STUB.read_text())
    imports = {
        alias.asname: node.module for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    assert imports == {name: dlx._MODULES[name] for name in NAMES}  # type: ignore[attr-defined]
    [declared] = [ast.literal_eval(node.value) for node in tree.body if isinstance(node, ast.Assign)]
    assert declared == dlx.__all__ == sorted(dlx.__all__)


def test_everything_public_is_typed_and_described() -> None:
    things = public()
    assert len(things) > 30
    for name, thing in things:
        assert inspect.getdoc(thing), name
        signature = inspect.signature(thing)
        parameters = [p for p in signature.parameters.values() if p.name != "self"]
        assert all(p.annotation is not inspect.Parameter.empty for p in parameters), name
        assert signature.return_annotation is not inspect.Signature.empty, name
        described = inspect.getdoc(thing) or ""
        is_elsewhere = len(parameters) < 3 or re.search(r"rguments[\w\s]* are\s+those of `", described)
        assert is_elsewhere or all(p.name in described for p in parameters), (name, parameters)


def test_an_argument_that_is_not_there_is_answered_with_those_that_are() -> None:
    methods = inspect.getmembers(dlx.Run, lambda member: inspect.isfunction(member) and member.__name__[0] != "_")
    functions = [(name, getattr(dlx, name)) for name in NAMES if not name[0].isupper() or name == "Run"]
    assert len(methods) > 10
    for name, function in [*functions, *methods]:
        if name == "diagnose":  # which takes nothing but keys
            continue
        with pytest.raises(dlx.UsageError, match=rf"^{name}: 'qwertz' is no argument.* \((allowed|nothing)"):
            function(qwertz=1)


def test_an_argument_that_is_missing_is_answered_with_a_call() -> None:
    methods = inspect.getmembers(dlx.Run, lambda member: inspect.isfunction(member) and member.__name__[0] != "_")
    functions = [(name, getattr(dlx, name)) for name in NAMES if not name[0].isupper()]
    lacking = []
    for name, function in [*functions, *methods]:
        parameters = [each for each in inspect.signature(function).parameters.values() if each.name != "self"]
        if parameters and parameters[0].default is parameters[0].empty and parameters[0].kind is POSITIONAL:
            lacking.append(name)
            with pytest.raises(
                dlx.UsageError, match=rf"^{name}: '{parameters[0].name}' is missing: (run|dlx)\.{name}\("
            ):
                function()
    assert {"train", "new", "compare", "gradcheck", "export", "predict", "unanswered"} <= {*lacking}


def test_rooms_with_the_name_of_a_function_are_called_as_it() -> None:
    assert isinstance(dlx.runs, ModuleType)
    assert repr(dlx.runs) == "<function dlx.runs>"
    assert pickle.loads(pickle.dumps(dlx.runs)) is collection.runs
    assert inspect.signature(dlx.runs) == inspect.signature(collection.runs)
    assert dlx.gradcheck("ravine").passed
    assert all(name in dir(dlx) for name in NAMES)


def test_names_of_commands_and_of_what_runs_have_lead_there() -> None:
    """Each command is a function of dlx, or there is a way to what a run has, or it can only be typed."""
    assert {*COMMANDS} - {*NAMES} <= {*OF_A_RUN, *ONLY_TYPED} <= {*COMMANDS, *dir(dlx.Run), "config"}
    assert not {*OF_A_RUN, *ONLY_TYPED} & {*NAMES}
    for name, call in OF_A_RUN.items():
        member = inspect.getattr_static(dlx.Run, call.partition("(")[0])
        assert call.endswith(")") == inspect.isfunction(member), name
    for name in {*OF_A_RUN, *ONLY_TYPED} - {*dlx._NO_FUNCTIONS}:  # type: ignore[attr-defined]
        with pytest.raises(AttributeError, match=f"^dlx has no function {name}, "):
            getattr(dlx, name)
    rooms = {path.stem for path in Path(dlx.__file__).parent.iterdir()}
    assert {*dlx._NO_FUNCTIONS} == rooms & {*OF_A_RUN, *ONLY_TYPED}  # type: ignore[attr-defined]
    assert not hasattr(dlx, "trian")


def test_to_import_dlx_costs_nothing() -> None:
    """Not even what is said where a name is not there."""
    program = "import sys, dlx; hasattr(dlx, 'evaluate'); print({name.partition('.')[0] for name in sys.modules})"
    modules = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert "'dlx'" in modules
    assert not {"numpy", "pydantic", "yaml", "rich", "typer"} & {*re.findall(r"\w+", modules)}
