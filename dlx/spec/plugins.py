"""Plugins: Python files or modules that define more components; each is read once, and what was read is what runs."""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.metadata import entry_points
from importlib.util import module_from_spec, spec_from_file_location
from inspect import isabstract
from pathlib import Path
from pkgutil import get_importer
from types import CodeType

from dlx.component import REGISTRY
from dlx.errors import DlxError, EnvironmentProblem, ReadFailure, UsageError
from dlx.files import unread

GROUP = "dlx.plugins"  # of entry points
MOST_BYTES = 16 << 20  # of a file of source

_modules: dict[str, str] = {}  # the modules that have run in this process, by the SHA-256 of their source


@dataclass(frozen=True)
class PluginSource:
    """A file of Python as it was read; ``locations`` are those of the submodules, where it is a package."""

    module: str
    path: Path
    content: bytes
    locations: tuple[str, ...] | None = None

    @property
    def sha256(self) -> str:
        """Of the content, by which the file is trusted."""
        return sha256(self.content).hexdigest()

    @property
    def has_code(self) -> bool:
        """Whether there is anything in it that could run."""
        return bool(self.content.strip())


def is_file(plugin: str) -> bool:
    """Whether a plugin is given as a file (``layers.py``, ``lib/layers.py``) and not as a module (``lab.layers``)."""
    return plugin.endswith(".py") or "/" in plugin or "\\" in plugin


def has_run(plugin: str) -> bool:
    """Whether a file or module has been imported in this process: naming it again runs nothing."""
    return (_module_of(_resolved(plugin)) if is_file(plugin) else plugin) in sys.modules


def sources(plugin: str) -> tuple[PluginSource, ...]:
    """The files that importing a plugin runs, read without running any: of a module its parent packages too.

    A parent that has been imported already, and a package without a file of its own, has nothing to run.

    Raises:
        UsageError: there is no such file or module, or it is not Python source.
    """
    return (_source_of_file(_resolved(plugin)),) if is_file(plugin) else tuple(_sources_of_module(plugin))


def run(plugin: str, files: Sequence[PluginSource]) -> None:
    """Import a plugin from the sources that were read of it; raises `UsageError` that names the file and line at fault.

    A file whose content has run already, under another path, does not run again: its components are there.
    """
    try:
        _import(plugin, files)
    except DlxError:
        raise
    except (Exception, SystemExit) as error:
        raise UsageError(_fault(error)) from error
    _refuse_unfinished()


def hashes() -> frozenset[str]:
    """The SHA-256 of every source that has run in this process as a plugin."""
    return frozenset(sha256 for sha256, module in _modules.items() if module in sys.modules)


def load_installed() -> None:
    """Import what installed packages offer under the entry point group ``dlx.plugins``."""
    for entry in entry_points(group=GROUP):
        try:
            entry.load()
        except (Exception, SystemExit) as error:
            package = entry.dist.name if entry.dist else "an unknown package"
            raise EnvironmentProblem(f"plugin {entry.name} of {package} fails: {_fault(error)}") from error


def is_installed(plugin: str) -> bool:
    """Whether a module belongs to a package that offers plugins by entry points: whoever installed it allowed it."""
    packages = {entry.module.partition(".")[0] for entry in entry_points(group=GROUP)}
    return not is_file(plugin) and plugin.partition(".")[0] in packages


def _resolved(plugin: str) -> Path:
    try:
        return Path(plugin).resolve()
    except (OSError, RuntimeError, ValueError) as error:  # links in a circle, or a NUL
        raise UsageError(f"{plugin!r}: is no path of a file: {error}") from error


def _module_of(path: Path) -> str:
    return f"dlx_plugin_{path.stem}_{sha256(os.fsencode(path)).hexdigest()[:12]}"


def _source_of_file(path: Path) -> PluginSource:
    if not path.is_file():
        raise UsageError(f"there is no such file: {path}")
    if path.suffix != ".py":
        raise UsageError(f"not a Python file (*.py): {path}")
    return PluginSource(_module_of(path), path, _content(path))


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        if isinstance(failure := unread(path, error), ReadFailure):
            raise failure from error
        raise UsageError(str(failure)) from error
    if len(content) > MOST_BYTES:
        raise UsageError(f"{path}: is larger than {MOST_BYTES >> 20} MB, too large for a plugin")
    return content


def _sources_of_module(name: str) -> Iterator[PluginSource]:
    """From the outermost package inwards, each located by the ``__path__`` of the one around it."""
    parts = name.split(".")
    search: Sequence[str] | None = None
    for depth in range(1, len(parts) + 1):
        module = ".".join(parts[:depth])
        if module in sys.modules:
            search = list(getattr(sys.modules[module], "__path__", ()))
            continue
        spec = _located(module, search) if all(map(str.isidentifier, parts)) else None
        if spec is None:
            raise UsageError(f"ModuleNotFoundError: No module named {name!r}")
        if spec.loader is not None:
            yield _source_of_module(module, spec)
        search = list(spec.submodule_search_locations or ())


def _located(module: str, search: Sequence[str] | None) -> ModuleSpec | None:
    """Where a module lies, found without importing the package around it, as importlib's own search does."""
    if search is None:
        specs = (finder.find_spec(module, None) for finder in sys.meta_path)
        return next((spec for spec in specs if spec is not None), None)
    portions: list[str] = []  # of a namespace package
    for entry in search:
        finder = get_importer(entry)
        spec = finder.find_spec(module) if finder is not None else None
        if spec is not None and spec.loader is not None:
            return spec
        portions += (spec and spec.submodule_search_locations) or []
    namespace = ModuleSpec(module, None, is_package=True)
    namespace.submodule_search_locations = portions
    return namespace if portions else None


def _source_of_module(module: str, spec: ModuleSpec) -> PluginSource:
    if not isinstance(spec.loader, SourceFileLoader) or spec.origin is None:
        raise UsageError(
            f"{module}: is no file of Python source ({spec.origin}), so it cannot be judged by its content"
        )
    locations = spec.submodule_search_locations
    return PluginSource(
        module, Path(spec.origin), _content(Path(spec.origin)), None if locations is None else tuple(locations)
    )


class _Loader(SourceFileLoader):
    """Runs the content that was read, whatever stands in the file or in the cache of its bytecode by now."""

    def __init__(self, source: PluginSource) -> None:
        super().__init__(source.module, str(source.path))
        self._content = source.content

    def get_code(self, fullname: str) -> CodeType:
        """The content, compiled."""
        code: CodeType = compile(self._content, self.path, "exec", dont_inherit=True)
        return code


class _Finder(MetaPathFinder):
    """Finds the modules whose sources were read."""

    def __init__(self, files: Sequence[PluginSource]) -> None:
        self._files = {source.module: source for source in files}

    def find_spec(self, fullname: str, path: object, target: object = None) -> ModuleSpec | None:
        """The module with the content that was read; None of others."""
        return _spec(self._files[fullname]) if fullname in self._files else None


def _spec(source: PluginSource) -> ModuleSpec:
    locations = None if source.locations is None else list(source.locations)
    spec = spec_from_file_location(
        source.module, source.path, loader=_Loader(source), submodule_search_locations=locations
    )
    assert spec is not None
    return spec


def _import(plugin: str, files: Sequence[PluginSource]) -> None:
    if is_file(plugin):
        (source,) = files
        if _modules.get(source.sha256) not in sys.modules:
            _import_file(source)
    else:
        _import_module(plugin, files)
    _modules.update({source.sha256: source.module for source in files if source.module in sys.modules})


def _import_file(source: PluginSource) -> None:
    spec = _spec(source)
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[source.module] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[source.module]
        raise


def _import_module(plugin: str, files: Sequence[PluginSource]) -> None:
    finder = _Finder(files)
    sys.meta_path.insert(0, finder)
    try:
        importlib.import_module(plugin)
    finally:
        sys.meta_path.remove(finder)


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
