"""Names and labels that would steer a terminal: written out on a terminal and on stderr, exact in files and pipes."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from dlx.text import visible, visible_json, visible_line

HOSTILE = "a\x1b]0;owned\x07b\x9b31mc\u202ed\u2066e\rEVIL"
RAW = ("\x1b]", "\x07", "\x9b", "\u202e", "\u2066", "\rEVIL")
SPEC = """
data:
  source: {name: file, path: table.csv, target: %s}
architecture: {hidden: [2]}
training: {epochs: 2}
"""

Run = Callable[..., Any]


def on_terminal(*arguments: object) -> tuple[int, str]:
    """The command inside this process with a pseudo-terminal for stdout and stderr: its exit code and all it shows."""
    master, slave = pty.openpty()
    chunks: list[bytes] = []

    def read() -> None:
        while True:
            try:
                data = os.read(master, 1 << 16)
            except OSError:
                return  # of Linux, where the other end is closed
            if not data:
                return
            chunks.append(data)

    from dlx.cli import main

    reader = Thread(target=read)
    reader.start()
    with os.fdopen(slave, "w", encoding="utf-8") as out, redirect_stdout(out), redirect_stderr(out):
        before, sys.argv = sys.argv, ["dlx", *map(str, arguments)]
        try:
            code = main()
        finally:
            sys.argv = before
    reader.join()
    os.close(master)
    return code, b"".join(chunks).decode()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table, a spec and a trained run in which whatever can have a name has a hostile one."""
    folder = tmp_path_factory.mktemp("hostile") / f"folder {HOSTILE}"
    folder.mkdir()
    with (folder / "table.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["x", f"kind {HOSTILE}", f"label {HOSTILE}"])
        for number in range(30):
            rows.writerow([number, HOSTILE if number % 2 else "plain", HOSTILE if number % 3 else "b"])
    (folder / "spec.yaml").write_text(SPEC % json.dumps(f"label {HOSTILE}"))
    code, output = on_terminal("train", folder / "spec.yaml", "--out", folder / "run")
    assert code == 0
    refuse_raw(output)
    return folder


def refuse_raw(output: str) -> None:
    assert [raw for raw in RAW if raw in output] == []


COMMANDS = [
    ["predict", "{run}", "{table}"],
    ["predict", "{run}", "{table}", "--json"],
    ["evaluate", "{run}", "{table}"],
    ["diagnose", "{run}"],
    ["diagnose", "{run}", "--json"],
    ["compare", "{run}", "{run}"],
    ["report", "{run}"],
    ["export", "{run}"],
    ["gradcheck", "{run}"],
    ["config", "show", "{spec}"],
    ["config", "check", "{spec}", "seed=-1"],
    ["config", "check", "{spec}", "--json", "a\x1b]0;owned\x07=-1"],
    ["runs", "list"],
    ["train", "{spec}", "--dry-run"],
    ["train", "{spec}", "data.source.target=no\x1b]0;owned\x07\u202e"],
    ["train", "{spec}", "data.source.path=no\x1b]0;owned\x07\u202e.csv"],
    ["train", "{run}/nothing"],
    ["average", "{table}"],
    ["predict", "\x1b]0;owned\x07", "{table}"],
    ["\x1b]0;owned\x07"],
    ["list", "\x1b]0;owned\x07"],
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_nothing_steers_a_terminal(folder: Path, command: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    places = {"run": folder / "run", "table": folder / "table.csv", "spec": folder / "spec.yaml"}
    code, output = on_terminal(*(part.format(**places) for part in command))
    assert code in (0, 2, 3, 5)
    assert "a bug in dlx" not in output
    refuse_raw(output)


def test_a_pipe_gets_the_exact_text_and_stderr_what_is_visible(folder: Path, call_dlx: Run) -> None:
    done = call_dlx("predict", folder / "run", folder / "table.csv")
    rows = list(csv.reader(io.StringIO(done.stdout, newline="")))
    assert {row[0] for row in rows[1:]} <= {HOSTILE, "b"}
    assert any(HOSTILE in cell for row in rows for cell in row)
    done = call_dlx("diagnose", folder / "run", "--json")
    assert json.loads(done.stdout)
    done = call_dlx("train", folder / "nothing.yaml")
    assert done.code == 2
    refuse_raw(done.stderr)


def test_a_path_that_is_printed_alone_is_one_line_on_a_terminal_and_exact_in_a_pipe(
    tmp_path: Path, call_dlx: Run
) -> None:
    spec = tmp_path / "a\nb.yaml"
    code, output = on_terminal("new", "--out", spec)
    assert (code, output) == (0, f"{tmp_path}/a\\nb.yaml\r\n")
    spec.unlink()
    assert call_dlx("new", "--out", spec).stdout == f"{spec}\n"


def test_characters_that_steer_are_written_out() -> None:
    assert visible("a\x1b[31m\x07\r\x7f\x85\x9b\u202e\u2066\u2028é名\n\t") == (
        "a\\x1b[31m\\x07\\r\\x7f\\x85\\x9b\\u202e\\u2066\\u2028é名\n\t"
    )
    assert visible_line("a\nb\tc") == "a\\nb\\tc"
    document = json.dumps({"é\x9b\u202e": "\x1b"}, ensure_ascii=False)
    assert json.loads(visible_json(document)) == json.loads(document)
    assert visible(visible_json(document)) == visible_json(document)
