"""The names of a package, each of whose modules is imported when a name of it is used."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module
from types import ModuleType


class _LatePackage(ModuleType):
    late_names: Mapping[str, str]

    def __getattr__(self, name: str) -> object:
        if name not in self.late_names:
            raise AttributeError(name, name=name, obj=self)
        value = getattr(import_module(f"{self.__name__}.{self.late_names[name]}"), name)
        setattr(self, name, value)
        return value

    def __setattr__(self, name: str, value: object) -> None:
        """A module, once it is imported, does not stand in the place of the function of its name."""
        if isinstance(value, ModuleType) and self.late_names.get(name) == name:
            value = getattr(value, name)
        super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self.late_names})


def late_names(package: str, modules: Mapping[str, tuple[str, ...]]) -> None:
    """Give a package the names of its modules; its ``.pyi`` has them with their types.

    Args:
        package: its ``__name__``.
        modules: which names each module of it has.
    """
    room = sys.modules[package]
    vars(room)["late_names"] = {name: module for module, names in modules.items() for name in names}
    room.__class__ = _LatePackage
