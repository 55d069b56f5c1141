"""Formats of files with examples: a module defines one or some, and to be in this folder is all that it takes."""

from importlib import import_module
from pkgutil import iter_modules

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")  # which registers what it defines
