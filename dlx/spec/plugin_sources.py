"""The sources of plugins: which files importing one runs, located and read without running any."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from pkgutil import get_importer

from dlx.errors import ReadFailure, UsageError
from dlx.files import unread

MOST_BYTES = 16 << 20  # of a file of source


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


def module_name(plugin: str) -> str:
    """The name under which a plugin is imported: of a file, one of its path alone."""
    return _module_of(_resolved(plugin)) if is_file(plugin) else plugin


def sources(plugin: str) -> tuple[PluginSource, ...]:
    """The files that importing a plugin runs, read without running any: of a module its parent packages too.

    A parent that has been imported already, and a package without a file of its own, has nothing to run.

    Raises:
        UsageError: there is no such file or module, or it is not Python source.
    """
    return (_source_of_file(_resolved(plugin)),) if is_file(plugin) else tuple(_sources_of_module(plugin))


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
