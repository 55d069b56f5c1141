"""The command line: the commands by name, and the one place where an exception ends one."""

from __future__ import annotations

import gc
import os
import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EFBIG, EIO, ENOSPC
from functools import cache
from importlib import import_module
from itertools import pairwise
from threading import current_thread, main_thread
from typing import Annotated, Any

import typer
from typer.core import TyperCommand
from typer.exceptions import TyperException
from typer.main import get_command

from dlx import __version__
from dlx.cli.commands import COMMANDS, GROUPS
from dlx.cli.late_imports import late_imports
from dlx.cli.layout import SETTINGS, CommandGroup, Commands, write_rows
from dlx.cli.loading import load_command
from dlx.cli.messages import message_and_code
from dlx.cli.quiet import quiet_by_command
from dlx.cli.reading_bar import reading_shown
from dlx.cli.remarks import remarks_shown
from dlx.cli.standard_streams import flush_stdout, sound_streams
from dlx.errors import EnvironmentProblem, Interrupted, UsageError
from dlx.language import translated
from dlx.language.messages import message
from dlx.runs.training.signals import NUMBERS, end_process
from dlx.text import command, from_shell

OF_DISKS = (ENOSPC, EFBIG, EIO)
BROKEN_PIPE = 141  # 128 + SIGPIPE, what a shell reports for a program that writes to a pipe that nobody reads


class _Commands(CommandGroup):
    """The group of all commands: each is loaded when it is called; a broken pipe is left to `main`."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for name, summary in COMMANDS.items():
            self.add_command(TyperCommand(name, help=summary))  # what --help and completion need of it

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        for title, commands in GROUPS.items():
            rows = [(name, translated(summary)) for name, summary in commands.items()]
            write_rows(title, rows, formatter, width=max(map(len, COMMANDS)))

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        if any(word == "" and not before.startswith("-") for before, word in pairwise(["", *args])):
            raise UsageError(f"{command(*args)}: an argument is empty; is a variable of the shell not set?")
        name, placeholder, rest = super().resolve_command(ctx, args)
        return name, placeholder if name is None else load_command(name), rest

    def make_context(self, *arguments: Any, **keywords: Any) -> Any:
        with _ended_from_outside():  # of --help
            return super().make_context(*arguments, **keywords)

    def invoke(self, ctx: Any) -> Any:
        if not gc.isenabled():
            gc.freeze()
            gc.enable()
        with _ended_from_outside():
            return super().invoke(ctx)


@contextmanager
def _ended_from_outside() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise typer.Exit(BROKEN_PIPE) from None
    except KeyboardInterrupt:  # which Typer would end without a word
        raise Interrupted(signal.SIGINT, "interrupted") from None


app = Commands(cls=_Commands, no_args_is_help=True, context_settings=SETTINGS)


def _print_version(requested: bool) -> None:
    if requested:
        typer.echo(f"dlx {__version__}")
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", "-V", callback=_print_version, is_eager=True, help="Print the version.")
]


def _complete_here(requested: bool) -> None:
    if requested:
        import_module("dlx.cli.shells").set_up()
        raise typer.Exit


def _show_completion(requested: bool) -> None:
    if requested:
        import_module("dlx.cli.shells").show()
        raise typer.Exit


Install = Annotated[
    bool,
    typer.Option(
        "--install-completion", callback=_complete_here, is_eager=True, help="Let the shell complete commands and keys."
    ),
]
Show = Annotated[
    bool,
    typer.Option(
        "--show-completion", callback=_show_completion, is_eager=True, help="Print the script that completes them."
    ),
]
Debug = Annotated[bool, typer.Option("--debug", help="Show tracebacks; may stand anywhere.")]


@app.callback()
def dlx(version: Version = False, debug: Debug = False, install: Install = False, show: Show = False) -> None:
    """A laboratory for training fully-connected networks in NumPy, driven by YAML."""


def main() -> int:
    """Run the command that ``sys.argv`` gives; returns its exit code, whatever happens."""
    arguments = sys.argv[1:]
    with sound_streams():
        if (line := os.environ.get("_DLX_COMPLETE")) is not None:
            return int(import_module("dlx.cli.completion").answer(line))
        if current_thread() is main_thread():
            _heed_signals()
        try:
            with from_shell(), quiet_by_command(), remarks_shown(), reading_shown(arguments):
                try:
                    words = [argument for argument in arguments if argument != "--debug"]
                    with _said_as_all_errors(words):
                        result = _command().main(args=words, prog_name="dlx", standalone_mode=False)
                    code = result if isinstance(result, int) else 0
                except SystemExit as end:
                    code = end.code if isinstance(end.code, int) else 0
            sys.stdout.flush()
        except KeyboardInterrupt:
            print(translated("interrupted"), file=sys.stderr)
            code = 128 + signal.SIGINT
        except BrokenPipeError:
            code = BROKEN_PIPE
        except Exception as error:
            _name_stdout(error)
            code = _report(error, debug="--debug" in arguments)
        return code if flush_stdout() else code or EnvironmentProblem.exit_code


def _name_stdout(error: Exception) -> None:
    """Say that an error is of stdout: all other files are named where they are written."""
    if isinstance(error, OSError) and error.filename is None and (error.errno in OF_DISKS or not flush_stdout()):
        error.filename = "stdout"


def _heed_signals() -> None:
    """End orderly on what else ends a process at once; ``nohup`` has it ignored."""
    for number in NUMBERS:
        if number != signal.SIGINT and signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, end_process)


@contextmanager
def _said_as_all_errors(arguments: list[str]) -> Iterator[None]:
    """What is wrong with these arguments, and who is shown the help for want of any."""
    try:
        yield
    except TyperException as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            print(error.format_message(), file=sys.stderr)
            raise SystemExit(UsageError.exit_code) from None
        with late_imports():
            usage = import_module("dlx.cli.usage")
        raise UsageError(usage.message(error, arguments)) from None
    except typer.Abort:
        print(translated("nothing is done"), file=sys.stderr)
        raise SystemExit(1) from None


@cache
def _command() -> Any:
    """The group of all commands, made once for all calls of this process."""
    return get_command(app)


def _report(error: Exception, debug: bool) -> int:
    """Say on stderr what went wrong; returns the exit code."""
    if debug:
        traceback.print_exception(error)
    text, code = message_and_code(error)
    if text:
        print(message(text), file=sys.stderr)
    return code
