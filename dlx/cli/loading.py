"""Loading a command: its module is imported when it is used, and late what that module imports."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

import typer
from typer.main import get_command

from dlx.cli.commands import ELSEWHERE
from dlx.cli.late_imports import late_imports
from dlx.cli.layout import Commands


@cache
def load_command(name: str) -> Any:
    """A command with its options, from its module, which is imported now."""
    module, _, attribute = ELSEWHERE.get(name, f"{name}.{name}").partition(".")
    with late_imports():
        implementation = getattr(import_module(f"dlx.cli.{module}"), attribute)
    if isinstance(implementation, typer.Typer):
        return get_command(implementation)
    alone = Commands()
    alone.command(name)(implementation)
    return get_command(alone)
