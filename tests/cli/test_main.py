"""The command line as a whole: what it imports, its exit codes, its messages, broken pipes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.core import TyperCommand

import dlx.cli
from dlx import __version__
from dlx.cli.commands import COMMANDS
from dlx.cli.loading import load_command
from dlx.errors import CheckFailed, DataError, Diverged, EnvironmentProblem, Place, Problem, SpecError, UsageError
from dlx.runs.export.formats import TARGETS
from dlx.runs.export.tracking import TRACKERS

Run = Callable[..., Any]


def imported(heavy: set[str], *arguments: str) -> str:
    """Which of these modules are there after a command, and its exit code."""
    program = "import sys, dlx.cli; code = dlx.cli.main(); print(sorted({heavy} & sys.modules.keys()), code)"
    command = [sys.executable, "-c", program.format(heavy=heavy), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[-1]


@pytest.mark.parametrize("argument", ["--help", "--version"])
def test_help_and_version_start_without_the_heavy_packages(argument: str) -> None:
    assert imported({"numpy", "matplotlib", "pydantic", "rich", "yaml"}, argument) == "[] 0"


def test_the_help_of_a_command_does_without_its_work() -> None:
    """Of one after the other."""
    commands = sorted(COMMANDS)
    program = """
import sys, dlx.cli
for command in sys.argv[1:]:
    sys.argv = ["dlx", command, "--help"]
    code = dlx.cli.main()
    print("then", command, sorted({"numpy", "matplotlib", "rich", "yaml"} & sys.modules.keys()), code)
"""
    done = subprocess.run([sys.executable, "-c", program, *commands], capture_output=True, text=True, check=True)
    ends = [line for line in done.stdout.splitlines() if line.startswith("then ")]
    assert ends == [f"then {command} [] 0" for command in commands]


def test_the_help_of_export_names_the_formats(call_dlx: Run) -> None:
    words = " ".join(call_dlx("export", "--help").stdout.split())
    for formats in (TARGETS, TRACKERS):
        *others, last = formats
        assert f"{', '.join(others)} or {last}." in words


def test_a_spec_is_shown_without_what_searches_it() -> None:
    spec = Path(dlx.cli.__file__).parents[2] / "configs" / "digits.yaml"
    assert imported({"dlx.diagnose.causes", "matplotlib"}, "config", "show", str(spec)) == "[] 0"


def test_version(call_dlx: Run) -> None:
    result = call_dlx("--version")
    assert (result.code, result.stdout, result.stderr) == (0, f"dlx {__version__}\n", "")


def test_help_lists_every_command_with_what_it_does(call_dlx: Run) -> None:
    result = call_dlx("--help")
    assert result.code == 0
    for command in ("train", "config", "list", "new", "doctor"):
        assert f"\n  {command} " in result.stdout


def test_a_mistyped_command_is_corrected(call_dlx: Run) -> None:
    result = call_dlx("trian", "spec.yaml")
    assert result.code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("error: there is no command dlx trian ")
    assert "did you mean dlx train?" in result.stderr


@pytest.mark.parametrize("arguments", [["list", "--jsn"], ["config", "show"], ["nothing"], ["config", "nothing"]])
def test_wrong_usage_ends_with_2(call_dlx: Run, arguments: list[str]) -> None:
    result = call_dlx(*arguments)
    assert (result.code, result.stdout) == (2, "")
    assert result.stderr.startswith("error: ")


@pytest.mark.parametrize(
    ("error", "code", "stderr"),
    [
        (
            SpecError([Problem(Place("a.yaml", 1, 2), "seed", "no")] * 2),
            2,
            "a.yaml:1:2: seed: no\na.yaml:1:2: seed: no\n",
        ),
        (UsageError("so not"), 2, "error: so not\n"),
        (CheckFailed(""), 3, ""),
        (Diverged("nan"), 4, "error: nan\n"),
        (DataError("a.csv:3: bad"), 5, "error: a.csv:3: bad\n"),
        (EnvironmentProblem("disk full"), 6, "error: disk full\n"),
        (PermissionError(13, "Permission denied", "/x"), 6, "error: /x: Permission denied\n"),
        (MemoryError(), 6, "error: not enough memory\n"),
        (KeyError("beta\nmore"), 1, "a bug in dlx: KeyError: 'beta\\nmore' (run again with --debug)\n"),
        (ValueError("one\ntwo"), 1, "a bug in dlx: ValueError: one (run again with --debug)\n"),
        (KeyboardInterrupt(), 130, "interrupted\n"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else None,
)
def test_exceptions_become_messages_and_exit_codes(
    call_dlx: Run, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, stderr: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    call_dlx("config", "show", "spec.yaml")  # so that whoever imports the function has imported the real one
    monkeypatch.setattr("dlx.spec.loader.load_spec", fail)
    result = call_dlx("config", "show", "spec.yaml")
    assert (result.code, result.stdout, result.stderr) == (code, "", stderr)


@pytest.mark.parametrize("arguments", [["--debug", "list", "nothing"], ["list", "nothing", "--debug"]])
def test_debug_stands_anywhere_and_shows_the_traceback(call_dlx: Run, arguments: list[str]) -> None:
    result = call_dlx(*arguments)
    assert result.code == 2
    assert "Traceback (most recent call last)" in result.stderr
    assert result.stderr.endswith(
        "error: there is no kind of component or section named 'nothing' " + result.stderr.split("'nothing' ")[-1]
    )


def test_without_debug_there_is_no_traceback(call_dlx: Run) -> None:
    assert "Traceback" not in call_dlx("list", "nothing").stderr


@pytest.mark.skipif(os.name != "posix", reason="pipes of POSIX")
def test_a_reader_that_leaves_is_no_error() -> None:
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "dlx", "config", "schema"]
    done = subprocess.run(
        command, stdout=write, stderr=subprocess.PIPE, text=True, cwd=Path(dlx.cli.__file__).parents[2]
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_of_commands_says_what_each_says_of_itself(name: str) -> None:
    summary = TyperCommand(name, help=COMMANDS[name]).get_short_help_str(200)
    assert summary == load_command(name).get_short_help_str(200) != ""
