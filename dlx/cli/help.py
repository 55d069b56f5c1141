"""``dlx help``: the help of a command, as ``dlx COMMAND --help`` prints it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from dlx.cli import usage
from dlx.cli.commands import COMMANDS
from dlx.cli.layout import command_words
from dlx.cli.loading import load_command

Words = Annotated[
    list[str] | None, typer.Argument(metavar="COMMAND", help="Such as train or config show.", show_default=False)
]


def show_help(context: typer.Context, words: Words = None) -> None:
    """Show the help of dlx or of a command."""
    level: Any = context.parent
    for name in words or []:
        names = list(getattr(level.command, "commands", ()))
        if name not in names:
            raise usage.no_command(name, names, command_words(level))
        command = load_command(name) if name in COMMANDS and level.parent is None else level.command.commands[name]
        level = command.context_class(command, info_name=name, parent=level)
    typer.echo(level.get_help())
