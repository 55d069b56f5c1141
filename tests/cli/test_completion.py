"""Completion: what is offered where, that the names are up to date, and Tab pressed in each shell that is here."""

from __future__ import annotations

import json
import os
import re
import select
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from dlx.cli.commands import COMMANDS
from dlx.cli.completion import candidates
from dlx.cli.names import FILE, names
from dlx.cli.shells import SCRIPTS, install
from dlx.diagnose.causes import CAUSES
from dlx.nn.optimizers import Optimizer
from dlx.runs.export.formats import TARGETS
from dlx.runs.export.tracking import TRACKERS

Run = Callable[..., Any]

SPEC = "data: {source: {name: moons, m: 40}, split: {train: 30, dev: 10}}\narchitecture: {hidden: [4]}\n"
PATIENCE = 20.0  # seconds, for a machine that has much else to do


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, call_dlx: Run) -> Path:
    """One with a spec and a run that has a tag."""
    folder = tmp_path_factory.mktemp("completed")
    (folder / "spec.yaml").write_text(SPEC, encoding="utf-8")
    (folder / "specs").mkdir()
    assert call_dlx("train", "spec.yaml", "training.epochs=1", "-q", cwd=folder).code == 0
    assert call_dlx("runs", "tag", "latest", "tidy", cwd=folder).code == 0
    return folder


def test_the_names_are_those_of_the_program() -> None:
    assert json.loads(FILE.read_bytes()) == names(), "python -m dlx.cli.names writes them anew"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("dlx tr", ["train", "trust"]),
        ("dlx help stu", ["study"]),
        ("dlx config ", ["show", "check", "schema"]),
        ("dlx train sp", ["specs/", "spec.yaml"]),
        ("dlx train spec.yaml regul", ["regularization=", "regularization."]),
        ("dlx train spec.yaml regularization.l", ["regularization.l2=", "regularization.l1="]),
        ("dlx train spec.yaml optimizer=adam", ["optimizer=adam", "optimizer=adamw"]),
        ("dlx train spec.yaml seed=2 schedule=co", ["schedule=constant", "schedule=cosine"]),
        ("dlx train spec.yaml training.refit=", ["training.refit=true", "training.refit=false"]),
        ("dlx tune plan.yaml search.meth", ["search.method="]),
        ("dlx tune plan.yaml base.optimizer=rms", ["base.optimizer=rmsprop"]),
        ("dlx train --res", ["--resume"]),
        ("dlx train --resume ti", ["tidy"]),
        ("dlx report la", ["latest"]),
        ("dlx runs tag latest t", ["tidy"]),
        ("dlx runs --sort dev_", ["dev_cost", "dev_error"]),
        ("dlx diagnose latest --fail-on bias,sat", ["bias,saturated_units"]),
        ("dlx list activation soft", ["softplus"]),
        ("dlx list train", ["training", "training.early_stopping"]),
        ("dlx explain no_reg", ["no_regularization"]),
        ("dlx guide f", ["figures", "findings"]),
        ("dlx compare tidy --metric roc", ["roc_auc"]),
        ("dlx new data.csv --task bin", ["binary"]),
        ("dlx predict latest da", []),
        ("dlx nothing ", []),
        ('dlx train "spec.yaml" "optimizer=nes', ["optimizer=nesterov"]),
    ],
)
def test_what_is_offered(line: str, words: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert [word for word, _ in candidates(line)] == words


def test_everything_of_a_kind_is_offered(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert [word for word, _ in candidates("dlx ")][: len(COMMANDS)] == list(COMMANDS)
    assert {word for word, _ in candidates("dlx export latest --to ")} == TARGETS.keys() | TRACKERS.keys()
    assert {word for word, _ in candidates("dlx list optimizer ")} == Optimizer.members().keys()
    assert {word for word, _ in candidates("dlx diagnose --fail-on ")} > CAUSES.keys()
    [path] = [word for word, _ in candidates("dlx report runs/")]
    assert (folder / path / "config.yaml").exists()


def test_the_program_answers_without_the_heavy_packages(folder: Path) -> None:
    heavy = {"numpy", "pydantic", "yaml", "rich"}
    program = f"import sys, dlx.cli; dlx.cli.main(); print(sorted({heavy} & set(sys.modules)))"
    root = str(Path(__file__).parents[2])
    env = os.environ | {"_DLX_COMPLETE": "dlx train spec.yaml optimizer=adag", "PYTHONPATH": root}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["optimizer=adagrad", "[]"]


def environment(shell: str, folder: Path) -> tuple[str, dict[str, str]]:
    """The shell, skipped where it is not installed, and the environment in which it completes this ``dlx``."""
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed here")
    install(shell, folder)
    dlx = folder / "bin" / "dlx"
    dlx.parent.mkdir()
    dlx.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m dlx "$@"\n', encoding="utf-8")
    dlx.chmod(0o755)
    path = f"{dlx.parent}{os.pathsep}{os.environ['PATH']}"
    root = str(Path(__file__).parents[2])
    env = os.environ | {"HOME": str(folder), "PATH": path, "PYTHONPATH": root, "TERM": "xterm", "NO_COLOR": "1"}
    env.pop("XDG_CONFIG_HOME", None)
    return program, env


@pytest.mark.skipif(os.name != "posix", reason="terminals of POSIX")
@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_tab_completes_in_the_shell(shell: str, folder: Path, tmp_path: Path) -> None:
    """A key, and then a value, by two presses; the command that comes of it runs."""
    program, env = environment(shell, tmp_path)
    keys = "dlx config show spec.yaml regularization.k\t0.5 optimizer=adag\t\r"
    output = typed_into([program, "-i"], keys, env, folder)
    assert "keep_prob: 0.5" in output
    assert "name: adagrad" in output


def test_fish_is_given_the_words(folder: Path, tmp_path: Path) -> None:
    program, env = environment("fish", tmp_path)
    script = "source ~/.config/fish/completions/dlx.fish; complete -C 'dlx train spec.yaml optimizer=adag'"
    done = subprocess.run([program, "-c", script], cwd=folder, env=env, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["optimizer=adagrad"]


def typed_into(command: list[str], keys: str, env: dict[str, str], folder: Path) -> str:
    """What a program on a terminal shows of these keys, up to the end of its answer."""
    pty = import_module("pty")  # where there is one
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(folder)
        os.execvpe(command[0], command, env)
    output = b""
    try:
        while not re.search(rb"[$%#>] ", output) and select.select([terminal], [], [], PATIENCE)[0]:
            output += os.read(terminal, 65536)
        os.write(terminal, keys.encode())
        while b"randomness:" not in output and select.select([terminal], [], [], PATIENCE)[0]:
            output += os.read(terminal, 65536)
    finally:
        os.kill(process, 9)
        os.waitpid(process, 0)
        os.close(terminal)
    return output.decode(errors="replace")


def test_the_start_up_file_has_its_line_once(tmp_path: Path) -> None:
    (tmp_path / ".bashrc").write_text("alias ll='ls -l'\n", encoding="utf-8")
    install("bash", tmp_path)
    text = (tmp_path / ".bashrc").read_text(encoding="utf-8")
    install("bash", tmp_path)
    assert (tmp_path / ".bashrc").read_text(encoding="utf-8") == text
    assert text == "alias ll='ls -l'\n\nsource ~/.bash_completions/dlx.sh\n"


def test_a_shell_that_cannot_is_named(call_dlx: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    shellingham = import_module("shellingham")
    monkeypatch.setattr(shellingham, "detect_shell", lambda: ("tcsh", "/bin/tcsh"))
    result = call_dlx("--show-completion")
    assert (result.code, result.stderr) == (2, "error: no completion for the shell tcsh (allowed bash, zsh, fish)\n")
    monkeypatch.setattr(shellingham, "detect_shell", lambda: ("bash", "/bin/bash"))
    assert call_dlx("--show-completion").stdout == SCRIPTS["bash"]
    assert call_dlx("--show-completion", "fish").stdout == SCRIPTS["fish"]
    assert "no completion for the shell csh" in call_dlx("--show-completion", "csh").stderr
