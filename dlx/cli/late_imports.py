"""Late imports: a module that a command imports runs when something of it is used, so that ``--help`` comes at once."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import LazyLoader
from types import ModuleType
from typing import NoReturn


class _LateFinder(MetaPathFinder):
    """Finds the modules that a command imports; they run, with all that they import in turn, when they are used."""

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: object = None) -> ModuleSpec | None:
        """Where a module of dlx lies; None of commands, which run at once, and of other packages."""
        if not fullname.startswith("dlx.") or fullname.startswith("dlx.cli."):
            return None
        spec = PathFinder.find_spec(fullname, path)
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            spec.loader = LazyLoader(_Loader(fullname, spec.loader.path))
        return spec


class _Loader(SourceFileLoader):
    """Runs a module, what it imports being imported as ever: some modules are imported for what they register."""

    def exec_module(self, module: ModuleType) -> None:
        """Run it."""
        finders = [finder for finder in sys.meta_path if isinstance(finder, _LateFinder)]
        for finder in finders:
            sys.meta_path.remove(finder)
        try:
            with without_collector():
                super().exec_module(module)
        except BaseException as error:
            _leave_to(error, module)
            raise
        finally:
            sys.meta_path[:0] = finders


def _leave_to(error: BaseException, module: ModuleType) -> None:
    """Raise the error again whatever is asked of the module, as of Ctrl-C that came while it ran.

    Python looks at a module before it imports from it, and passes over what is raised then.
    """

    def ask(name: str) -> NoReturn:
        raise error

    for name in [name for name in vars(module) if not name.startswith("__")]:
        delattr(module, name)
    vars(module)["__getattr__"] = ask
    sys.modules.pop(module.__name__, None)


@contextmanager
def without_collector() -> Iterator[None]:
    """Inside, modules are imported, which stay to the end: nobody looks for garbage among them meanwhile."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@contextmanager
def late_imports() -> Iterator[None]:
    """Inside, a command's module is imported; ``from module import name`` uses the module at once."""
    finder = _LateFinder()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
