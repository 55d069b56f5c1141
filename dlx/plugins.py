"""Plugins: Python files or modules that define more components, imported before a spec is validated."""

from __future__ import annotations

import importlib
import sys
import traceback
from collections.abc import Iterable
from hashlib import sha256
from importlib.metadata import entry_points
from importlib.util import module_from_spec, spec_from_file_location
from inspect import isabstract
from pathlib import Path

from dlx.component import REGISTRY
from dlx.errors import DlxError, EnvironmentProblem, UsageError


def is_file(plugin: str) -> bool:
    """Whether a plugin is given as a file (``layers.py``, ``lib/layers.py``) and not as a module (``lab.layers``)."""
    return plugin.endswith(".py") or "/" in plugin or "\\" in plugin


def load_all(plugins: Iterable[str] = ()) -> None:
    """Import what is installed, and these."""
    load_installed()
    for plugin in plugins:
        load_plugin(plugin)


def load_plugin(plugin: str) -> None:
    """Import a file or module once; raises `UsageError` that names the file and line at fault."""
    try:
        if is_file(plugin):
            _load_file(Path(plugin).resolve())
        else:
            importlib.import_module(plugin)
    except DlxError:
        raise
    except (Exception, SystemExit) as error:
        raise UsageError(_fault(error)) from error
    _refuse_unfinished()


def load_installed() -> None:
    """Import what installed packages offer under the entry point group ``dlx.plugins``."""
    for entry in entry_points(group="dlx.plugins"):
        try:
            entry.load()
        except (Exception, SystemExit) as error:
            package = entry.dist.name if entry.dist else "an unknown package"
            raise EnvironmentProblem(f"plugin {entry.name} of {package} fails: {_fault(error)}") from error


def _load_file(path: Path) -> None:
    name = f"dlx_plugin_{path.stem}_{sha256(bytes(path)).hexdigest()[:12]}"
    if name in sys.modules:
        return
    if not path.is_file():
        raise UsageError(f"there is no such file: {path}")
    spec = spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise UsageError(f"not a Python file (*.py): {path}")
    module = module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise


def _refuse_unfinished() -> None:
    for member in (member for family in REGISTRY.values() for member in family.values() if isabstract(member)):
        missing = ", ".join(sorted(member.__abstractmethods__))
        raise UsageError(f"{member.kind} {member.name!r} ({member.__qualname__}) does not define {missing}")


def blamed(error: BaseException) -> str | None:
    """``file:line: what`` for an error that a plugin's code has raised, or what it has called; None for others."""
    modules = {member.__module__ for family in REGISTRY.values() for member in family.values()}
    files = {getattr(sys.modules.get(name), "__file__", None) for name in modules if name.split(".")[0] != "dlx"}
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename in files]
    return f"{frames[-1].filename}:{frames[-1].lineno}: {type(error).__name__}: {error}" if frames else None


def _fault(error: BaseException) -> str:
    """``file:line: what`` for an error at import: the innermost line of the file that was imported first."""
    what = f"{type(error).__name__}: {error}"
    if isinstance(error, SyntaxError):
        return f"{error.filename}:{error.lineno}: SyntaxError: {error.msg}"
    trace = traceback.extract_tb(error.__traceback__)
    frames = [frame for frame in trace if frame.filename != __file__ and "importlib" not in frame.filename]
    lines = [frame.lineno for frame in frames if frame.filename == frames[0].filename]
    return f"{frames[0].filename}:{lines[-1]}: {what}" if frames else what
