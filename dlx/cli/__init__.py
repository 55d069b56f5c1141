"""The command line: the commands by name, and the one place where exceptions become messages and exit codes."""

from __future__ import annotations

import encodings
import signal
import sys
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EFBIG, EIO, EISDIR, ELOOP, ENAMETOOLONG, ENOSPC, ENOTDIR
from functools import cache
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from threading import current_thread, main_thread
from types import FrameType, ModuleType
from typing import Annotated, Any, NamedTuple, TextIO, cast

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from dlx import __version__
from dlx.cli.standard_streams import discard_stdout, fill_in, forgive_stderr
from dlx.errors import DlxError, EnvironmentProblem, Interrupted, Remark, SpecError, UsageError
from dlx.runs.signals import NUMBERS
from dlx.text import Visible

OF_DISKS = (ENOSPC, EFBIG, EIO)
BROKEN_PIPE = 141  # 128 + SIGPIPE, what a shell reports for a program that writes to a pipe that nobody reads


class Command(NamedTuple):
    """Where a command is: a function of a module in dlx.cli, or its `typer.Typer`, and its line in ``dlx --help``."""

    module: str
    attribute: str
    summary: str


COMMANDS = {
    "train": Command(
        "train", "train", "Train the network that a spec describes, or minimize its objective, or go on with a run."
    ),
    "gradcheck": Command(
        "gradcheck",
        "gradcheck",
        "Compare the gradients of backprop with two-sided differences of the cost, on real data in float64.",
    ),
    "diagnose": Command(
        "diagnose",
        "diagnose",
        "Say what the errors of a run, or bare errors, tell about bias and variance, and what is wrong with a spec.",
    ),
    "tune": Command("tune", "tune", "Search the hyperparameters that a file names, on the scales that it gives them."),
    "study": Command(
        "study", "study", "Train variants of a spec, lay them over each other and check the claims of the file."
    ),
    "compare": Command(
        "compare",
        "compare_app",
        "Show what differs between runs, and what came of it: a table, their curves, and how sure the difference is.",
    ),
    "average": Command(
        "average",
        "average",
        "Print v = β·v + (1 − β)·x of a series as CSV, for each β as it is and divided by 1 − βᵗ.",
    ),
    "evaluate": Command(
        "predict",
        "evaluate",
        "Print cost and error, with its 95 % interval, of a trained network on examples with labels.",
    ),
    "predict": Command(
        "predict",
        "predict",
        "Print what a trained network says of each example: a CSV with the class and its probabilities, or the value.",
    ),
    "export": Command(
        "export",
        "export",
        "Write a trained network, its normalization inside, as an ONNX file or as a module for PyTorch or Keras.",
    ),
    "report": Command(
        "report",
        "report",
        "Write a page in HTML that shows all that is known of a run, or what came of a search or a study.",
    ),
    "trust": Command(
        "trust",
        "trust",
        "Allow plugins to run that a run names, by their content: a file that has changed since is not trusted.",
    ),
    "list": Command("list", "list_components", "List what a spec may name, with formulas and options."),
    "new": Command("new", "new", "Print or write a spec to start from."),
    "doctor": Command(
        "doctor",
        "doctor",
        "Print the facts that a bug report needs, or verify the files of a run: exit code 5 where one is faulty.",
    ),
    "config": Command("config", "config", "Show or check a spec, or print the JSON Schema of specs."),
    "runs": Command(
        "runs",
        "runs",
        "List past runs with the errors of the parameters that were kept, the newest last; tag or remove them.",
    ),
}


@cache
def load_command(name: str) -> Any:
    """A command with its options, from its module, which is imported now."""
    command = COMMANDS[name]
    implementation = getattr(import_module(f"dlx.cli.{command.module}"), command.attribute)
    if isinstance(implementation, typer.Typer):
        return get_command(implementation)
    alone = typer.Typer(add_completion=False, rich_markup_mode=None)
    alone.command(name)(implementation)
    return get_command(alone)


class _Commands(TyperGroup):
    """The group of all commands: each is loaded when it is called; a broken pipe is left to `main`."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for name, command in COMMANDS.items():
            self.add_command(TyperCommand(name, help=command.summary))  # what --help and completion need of it

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
    """Run the command that ``sys.argv`` gives; returns its exit code."""
    before = sys.stdout, sys.stderr
    fill_in()
    forgive_stderr()
    _make_visible()
    try:
        return _ended()
    finally:
        sys.stdout, sys.stderr = before


def _make_visible() -> None:
    """Let names, labels and messages not steer a terminal; to a pipe stdout is exact."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # the Greek letters of the formulas are no reason to fail
    if sys.stdout.isatty():
        sys.stdout = cast("TextIO", Visible(sys.stdout))
    sys.stderr = cast("TextIO", Visible(sys.stderr))


def _ended() -> int:
    """Run the command that ``sys.argv`` gives; returns its exit code, whatever happens."""
    arguments = sys.argv[1:]
    if current_thread() is main_thread():
        _heed_signals()
    try:
        with remarks_shown():
            code = _run([argument for argument in arguments if argument != "--debug"])
        sys.stdout.flush()
    except KeyboardInterrupt:
        code = 128 + signal.SIGINT
    except BrokenPipeError:
        code = BROKEN_PIPE
    except Exception as error:
        if isinstance(error, OSError) and error.filename is None and (error.errno in OF_DISKS or not _is_flushed()):
            error.filename = "stdout"  # files are named where they are written
        code = _report(error, debug="--debug" in arguments)
    return code if _is_flushed() else code or EnvironmentProblem.exit_code


def _heed_signals() -> None:
    """End orderly on what else ends a process at once; ``nohup`` has it ignored."""
    for number in NUMBERS:
        if number != signal.SIGINT and signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _terminated)


def _is_flushed() -> bool:
    """Whether all that was printed has gone out; the rest is dropped, so that Python's end does not fail for it."""
    try:
        sys.stdout.flush()
    except OSError:
        discard_stdout()
        return False
    return True


@contextmanager
def remarks_shown() -> Iterator[None]:
    """Inside, a `Remark` is a line on stderr."""
    with warnings.catch_warnings():
        warnings.simplefilter("always", Remark)
        show, messages = warnings.showwarning, set[str]()

        def show_remark(message: Warning | str, category: type[Warning], *place: Any, **how: Any) -> None:
            if issubclass(category, Remark):
                if str(message) not in messages:
                    messages.add(str(message))
                    print(f"remark: {message}", file=sys.stderr)
            else:
                show(message, category, *place, **how)

        warnings.showwarning = show_remark
        yield


def _terminated(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def _run(arguments: list[str]) -> int:
    try:
        _command().main(args=arguments, prog_name="dlx")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    return 0


@cache
def _command() -> Any:
    """The group of all commands, made once for all calls of this process."""
    return get_command(app)


def _report(error: Exception, debug: bool) -> int:
    """Say on stderr what went wrong; returns the exit code."""
    if debug:
        traceback.print_exception(error)
    message, code = _message_and_code(error)
    if message:
        print(message, file=sys.stderr)
    return code


def _message_and_code(error: Exception) -> tuple[str, int]:
    """The message and the exit code of an exception."""
    if isinstance(error, SpecError | Interrupted):
        return str(error), error.exit_code
    if isinstance(error, DlxError):
        code = UsageError.exit_code if _is_no_place(error.__cause__) else error.exit_code
        return f"error: {error}" if str(error) else "", code
    if isinstance(error, MemoryError):
        return f"error: not enough memory: {error}".rstrip(": "), EnvironmentProblem.exit_code
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        code = UsageError.exit_code if _is_no_place(error) else EnvironmentProblem.exit_code
        return f"error: {place}{error.strerror or error}", code
    if isinstance(error, ValueError) and str(error).startswith("embedded null"):
        return "error: no path can have the character NUL", UsageError.exit_code
    if (folder := _unreadable_folder(error)) is not None:
        return f"error: {folder}: cannot be read by this user, and dlx runs from there", EnvironmentProblem.exit_code
    plugins = sys.modules.get("dlx.spec.plugins")  # where it is not loaded, no plugin is
    if plugins and (message := plugins.blamed(error)):
        return f"error: {message}", UsageError.exit_code
    first = next(iter(str(error).splitlines()), "")
    return f"a bug in dlx: {type(error).__name__}: {first} (run again with --debug)", DlxError.exit_code


def _is_no_place(error: BaseException | None) -> bool:
    """Whether a path was given that can name nothing here: too long, or a file and a directory confused."""
    return isinstance(error, OSError) and error.errno in (ENAMETOOLONG, ENOTDIR, EISDIR, ELOOP)


def _unreadable_folder(error: Exception) -> str | None:
    """The folder of Python or dlx in which a module was not found because it may not be read."""
    for folder in _folders_of(error):
        try:
            next(folder.iterdir(), None)
        except PermissionError:
            return str(folder)
        except OSError:
            continue
    return None


def _folders_of(error: Exception) -> Iterator[Path]:
    """The folders in which that should have been found for want of which there is this error."""
    package = Path(__file__).parents[1]
    if isinstance(error, ImportError | LookupError):  # a codec that cannot be imported is an "unknown encoding"
        yield from (package, Path(encodings.__file__).parent, *map(Path, sys.path))
    if isinstance(error, ImportError) and (error.name or "").startswith("dlx."):
        yield package.joinpath(*str(error.name).split(".")[1:-1])
    if isinstance(error, AttributeError) and isinstance(error.obj, ModuleType) and not vars(error.obj).get("__file__"):
        # Of a package whose folder may not be read nothing is seen; a module that is built in has no folder.
        yield from map(Path, getattr(error.obj, "__path__", ()))
