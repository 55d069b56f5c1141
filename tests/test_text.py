"""Commands as they are printed: a shell gives back the words, and dlx accepts them, whatever a run is called."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path, PureWindowsPath
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlx.text import command, quoted, shorten

BASH = shutil.which("bash")
SPEC = """
data: {source: {name: moons, m: 60}, split: {train: 30, dev: 20, test: 10}}
architecture: {hidden: [3]}
training: {epochs: 1}
"""
MEANT = {"KEY=VALUE": "training.epochs=2", "FILE": "new.csv"}
NAMES = ["-it's $(x); `y`", "two\nlines\x1b[1m"]


def words(line: str) -> list[str]:
    """What a shell makes of a line."""
    assert BASH is not None
    text = subprocess.run([BASH, "-c", f"printf '%s\\0' {line}"], capture_output=True, check=True)
    return text.stdout.decode().split("\0")[:-1]


@pytest.mark.skipif(BASH is None, reason="there is no bash")
@settings(max_examples=20)
@given(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), max_size=3))
def test_a_shell_gives_the_words_back(arguments: list[str]) -> None:
    assert words(command(*arguments)) == ["dlx", *arguments]


@pytest.mark.skipif(BASH is None, reason="there is no bash")
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.usefixtures("blank_pictures")
def test_commands_about_a_run_can_be_typed(name: str, tmp_path: Path, call_dlx: Callable[..., Any]) -> None:
    (tmp_path / "spec.yaml").write_text(SPEC)
    (tmp_path / "new.csv").write_text("x1,x2\n0.5,1\n")
    trained = call_dlx("train", "spec.yaml", f"--out=./{name}", cwd=tmp_path)
    diagnosed = call_dlx("diagnose", f"./{name}", cwd=tmp_path)
    lines = [line[line.index("dlx ") :] for line in trained.stdout.splitlines() if " dlx " in line]
    lines += [line[line.index("dlx ") :] for line in diagnosed.stdout.splitlines() if " dlx train" in line][:1]
    assert len(lines) == 4
    for line in lines:
        arguments = [MEANT.get(word, word) for word in words(line)[1:]]
        result = call_dlx(*arguments, cwd=tmp_path)
        assert result.code == 0, result.stderr


def test_a_path_is_printed_from_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert command("diagnose", tmp_path / "runs" / "a", tmp_path.parent) == f"dlx diagnose runs/a {tmp_path.parent}"
    assert command("train", str(tmp_path / "b.yaml")) == f"dlx train {tmp_path / 'b.yaml'}"


@given(st.text(), st.integers(1, 30))
def test_a_short_text_stays_and_a_long_one_ends_in_dots(text: str, longest: int) -> None:
    short = shorten(text, longest)
    assert len(short) == min(len(text), longest)
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))


def test_paths_of_windows_are_quoted_for_no_shell() -> None:
    assert quoted(PureWindowsPath(r"C:\runs\digits")) == "C:/runs/digits"
