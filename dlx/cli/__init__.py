"""The command line: the commands by name, and the one place where an exception ends one."""

from __future__ import annotations

import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EFBIG, EIO, ENOSPC
from functools import cache
from importlib import import_module
from threading import current_thread, main_thread
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from dlx import __version__
from dlx.cli.late_imports import late_imports
from dlx.cli.messages import message_and_code
from dlx.cli.reading_bar import reading_shown
from dlx.cli.remarks import remarks_shown
from dlx.cli.standard_streams import flush_stdout, sound_streams
from dlx.errors import EnvironmentProblem
from dlx.runs.signals import NUMBERS, end_process

OF_DISKS = (ENOSPC, EFBIG, EIO)
BROKEN_PIPE = 141  # 128 + SIGPIPE, what a shell reports for a program that writes to a pipe that nobody reads


# The commands with their lines in ``dlx --help``.
COMMANDS = {
    "train": "Train the network that a spec describes, or minimize its objective, or go on with a run.",
    "gradcheck": "Compare the gradients of backprop with two-sided differences of the cost, on real data in float64.",
    "diagnose": "Say what the errors of a run, or bare errors, tell about bias and variance, and what is wrong with a "
    "spec.",
    "tune": "Search the hyperparameters that a file names, on their scales; or test the learning rates of a spec.",
    "study": "Train variants of a spec, lay them over each other and check the claims of the file.",
    "compare": "Show how runs and their results differ: a table, their curves, and how sure the difference is.",
    "average": "Print v = β·v + (1 − β)·x of a series as CSV, for each β as it is and divided by 1 − βᵗ.",
    "evaluate": "Print cost, error and metrics, with their 95 % intervals, of a trained network on examples with "
    "labels.",
    "calibrate": "Show whether a network's probabilities are what they say, and fit the temperature on dev that "
    "mends them.",
    "predict": "Print what a trained network says of each example: a CSV with the class and its probabilities, or the "
    "value.",
    "export": "Write a trained network for ONNX, PyTorch or Keras, or what runs measured for TensorBoard, MLflow or a "
    "table.",
    "report": "Write a page in HTML that shows a run, or the results of a search or a study.",
    "trust": "Allow plugins to run that a run names, by their content: a file that has changed since is not trusted.",
    "list": "List what a spec may name, with formulas and options.",
    "new": "Print or write a spec to start from.",
    "data": "Show what is in a data file or in the section data of a spec.",
    "doctor": "Print the facts that a bug report needs, or verify the files of a run: exit code 5 where one is faulty.",
    "guide": "Show a page of the guide, or list its pages.",
    "config": "Show or check a spec, or print the JSON Schema of specs.",
    "runs": "List past runs with the errors of the parameters that were kept, the newest last; tag or remove them.",
}
# Each is a function of that name in a module of that name, but for these.
ELSEWHERE = {
    "calibrate": "calibrate.calibrate_run",
    "compare": "compare.compare_app",
    "evaluate": "predict.evaluate",
    "list": "list.list_components",
}


@cache
def load_command(name: str) -> Any:
    """A command with its options, from its module, which is imported now."""
    module, _, attribute = ELSEWHERE.get(name, f"{name}.{name}").partition(".")
    with late_imports():
        implementation = getattr(import_module(f"dlx.cli.{module}"), attribute)
    if isinstance(implementation, typer.Typer):
        return get_command(implementation)
    alone = typer.Typer(add_completion=False, rich_markup_mode=None)
    alone.command(name)(implementation)
    return get_command(alone)


class _Commands(TyperGroup):
    """The group of all commands: each is loaded when it is called; a broken pipe is left to `main`."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for name, summary in COMMANDS.items():
            self.add_command(TyperCommand(name, help=summary))  # what --help and completion need of it

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        name, command, rest = super().resolve_command(ctx, args)
        return name, command if name is None else load_command(name), rest

    def make_context(self, *arguments: Any, **keywords: Any) -> Any:
        with _broken_pipe():  # of --help
            return super().make_context(*arguments, **keywords)

    def invoke(self, ctx: Any) -> Any:
        with _broken_pipe():
            return super().invoke(ctx)


@contextmanager
def _broken_pipe() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise typer.Exit(BROKEN_PIPE) from None


app = typer.Typer(
    cls=_Commands, no_args_is_help=True, rich_markup_mode=None, context_settings={"help_option_names": ["-h", "--help"]}
)


def _print_version(requested: bool) -> None:
    if requested:
        typer.echo(f"dlx {__version__}")
        raise typer.Exit


Version = Annotated[bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show tracebacks; may stand anywhere.")]


@app.callback()
def dlx(version: Version = False, debug: Debug = False) -> None:
    """A laboratory for training fully-connected networks in NumPy, driven by YAML."""


def main() -> int:
    """Run the command that ``sys.argv`` gives; returns its exit code, whatever happens."""
    arguments = sys.argv[1:]
    with sound_streams():
        if current_thread() is main_thread():
            _heed_signals()
        try:
            with remarks_shown(), reading_shown(arguments):
                try:
                    _command().main(args=[argument for argument in arguments if argument != "--debug"], prog_name="dlx")
                    code = 0
                except SystemExit as end:
                    code = end.code if isinstance(end.code, int) else 0
            sys.stdout.flush()
        except KeyboardInterrupt:
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


@cache
def _command() -> Any:
    """The group of all commands, made once for all calls of this process."""
    return get_command(app)


def _report(error: Exception, debug: bool) -> int:
    """Say on stderr what went wrong; returns the exit code."""
    if debug:
        traceback.print_exception(error)
    message, code = message_and_code(error)
    if message:
        print(message, file=sys.stderr)
    return code
