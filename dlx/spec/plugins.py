"""Plugins: Python files or modules that define more components; what was read of one is what runs, once."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.metadata import entry_points
from importlib.util import module_from_spec, spec_from_file_location
from types import CodeType
from typing import Any
from warnings import catch_warnings, filterwarnings

from dlx.component import REGISTRY, Component, defined_at
from dlx.errors import DlxError, EnvironmentProblem, UsageError
from dlx.spec.plugin_faults import fault_at_import, fault_of
from dlx.spec.plugin_sources import PluginSource, is_file, module_name

GROUP = "dlx.plugins"  # of entry points

_modules: dict[str, str] = {}  # the modules that have run in this process, by the SHA-256 of their source


def has_run(plugin: str) -> bool:
    """Whether a file or module has been imported in this process: naming it again runs nothing."""
    return module_name(plugin) in sys.modules


def run(plugin: str, files: Sequence[PluginSource]) -> None:
    """Import a plugin from the sources that were read of it; raises `UsageError` that names the file and line at fault.

    A file whose content has run already, under another path, does not run again: its components are there.
    """
    before = _members()
    try:
        with catch_warnings():
            filterwarnings("ignore", "Field name", UserWarning)  # dlx refuses what does harm there
            _import(plugin, files)
        _refuse_unfit(_members() - before)
    except DlxError:
        _forget(files)
        raise
    except (Exception, SystemExit) as error:
        raise UsageError(fault_at_import(error, __file__)) from error


def _forget(files: Sequence[PluginSource]) -> None:
    """Let these run again when they are named again: what was refused has been mended by then."""
    for source in files:
        sys.modules.pop(source.module, None)


def hashes() -> frozenset[str]:
    """The SHA-256 of every source that has run in this process as a plugin."""
    return frozenset(sha256 for sha256, module in _modules.items() if module in sys.modules)


def load_installed() -> None:
    """Import what installed packages offer under the entry point group ``dlx.plugins``."""
    for entry in entry_points(group=GROUP):
        try:
            before = _members()
            entry.load()
            _refuse_unfit(_members() - before)
        except (Exception, SystemExit) as error:
            package = entry.dist.name if entry.dist else "an unknown package"
            what = str(error) if isinstance(error, DlxError) else fault_at_import(error, __file__)
            raise EnvironmentProblem(f"plugin {entry.name} of {package} fails: {what}") from error


def unnamed(spec: Mapping[str, Any]) -> dict[str, type[Component]]:
    """The components of a spec, as plain data, by name, that no plugin of it has defined but the program that runs.

    Such as a class in a notebook: another process does not know it.
    """
    plugins = {*_modules.values(), *map(module_name, spec.get("plugins", ()))}
    members = {name: member for family in REGISTRY.values() for name, member in family.items()}
    own = {name: member for name, member in members.items() if member.__module__.partition(".")[0] != "dlx"}
    names = set(_names(spec)) if own else set()
    return {
        name: member
        for name, member in own.items()
        if name in names and not _is_of(member.__module__, plugins) and not is_installed(member.__module__)
    }


def _is_of(module: str, plugins: Set[str]) -> bool:
    return any(module == plugin or module.startswith(f"{plugin}.") for plugin in plugins)


def _names(value: object) -> Iterator[str]:
    """What stands under any ``name``."""
    for key, inner in value.items() if isinstance(value, Mapping) else ():
        if isinstance(inner, str):
            yield from [inner] if key == "name" else []
        else:
            yield from _names(inner)
    for inner in value if isinstance(value, list | tuple) else ():
        yield from _names(inner)


def is_installed(plugin: str) -> bool:
    """Whether a module belongs to a package that offers plugins by entry points: whoever installed it allowed it."""
    packages = {entry.module.partition(".")[0] for entry in entry_points(group=GROUP)}
    return not is_file(plugin) and plugin.partition(".")[0] in packages


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


def _members() -> set[type[Component]]:
    return {member for family in REGISTRY.values() for member in family.values()}


def _refuse_unfit(members: Iterable[type[Component]]) -> None:
    """Raise `UsageError` for the first of these, in the order of the file, that cannot be used."""
    for member in sorted(members, key=lambda member: defined_at(member) or ""):
        if (what := fault_of(member)) is not None:
            raise UsageError(what)
