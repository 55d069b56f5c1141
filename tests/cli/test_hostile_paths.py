"""Paths that name nothing: a message with exit code 2 or 5, whatever the command and whatever is wrong with them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]

PATHS = {
    "NUL": "a\0b",
    "a long name": "x" * 300 + ".csv",
    "a long path": "y/" * 3000,
    "no UTF-8": "a\udce9b.csv",
    "half a surrogate pair": "a\ud800b.csv",
    "a directory": "folder.csv",
    "below a file": "table.csv/x.csv",
    "nothing": "",
}
COMMANDS = [
    ["train", "{}"],
    ["train", "--resume", "{}"],
    ["train", "spec.yaml", "--dry-run", "data.source.path={}"],
    ["gradcheck", "{}"],
    ["diagnose", "{}"],
    ["tune", "{}"],
    ["study", "{}"],
    ["compare", "{}", "run"],
    ["report", "{}"],
    ["report", "run", "--out", "{}"],
    ["average", "{}"],
    ["evaluate", "run", "{}"],
    ["predict", "{}", "table.csv"],
    ["export", "{}"],
    ["config", "show", "{}"],
    ["new", "{}"],
    ["runs", "tag", "{}", "x"],
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table, a spec, a folder that is called like a table, and a folder that is no run."""
    folder = tmp_path_factory.mktemp("paths")
    (folder / "table.csv").write_text("x,y\n" + "".join(f"{i},{i % 2}\n" for i in range(20)))
    (folder / "spec.yaml").write_text("data: {source: {name: file, path: table.csv, target: y}}\n")
    (folder / "folder.csv").mkdir()
    (folder / "run").mkdir()
    return folder


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_path_that_names_nothing_is_refused(folder: Path, call_dlx: Run, command: list[str]) -> None:
    wrong = {}
    for what, path in PATHS.items():
        done = call_dlx(*(part.format(path) for part in command), cwd=folder)
        if done.code not in (2, 5) or "a bug in dlx" in done.stderr or not done.stderr:
            wrong[what] = done
    assert wrong == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('data: {source: {name: file, path: "a\\0.csv", target: y}}', "1:35: data.source.path: no path can have the"),
        ('data: {source: {name: file, path: x.npy, target: "a\\0"}}', "no path can have the character NUL"),
        ('extends: "a\\0"', "1:10: extends: no path can have the character NUL, got 'a\\x00'"),
        ("extends: folder.csv", "1:10: extends: is a directory, not a file: "),
        (f"extends: {'x' * 300}", "1:10: extends: cannot be read: File name too long: "),
        ('plugins: ["a\\0.py"]', "1:11: plugins: no path can have the character NUL"),
        (
            'plugins: ["a\\0"]',
            "1:11: plugins: expected a file (layers.py, lib/layers.py) or a module (lab.layers)",
        ),
        ("plugins: [..x]", "1:11: plugins: expected a file"),
        ('initializer: {name: file, path: "a\\0"}', "initializer.path: no path can have the character NUL"),
        (
            'objective: {name: polynomial, coefficients: "a\\0"}',
            "objective.coefficients: no path can have the character",
        ),
        ("objective: {name: polynomial, coefficients: folder.csv}", "folder.csv: is a directory, not a file"),
        ('base: "a\\0"\nsearch: {space: {seed: {choice: [1, 2]}}}', "1:7: base: no path can have the character NUL"),
    ],
)
def test_a_path_in_a_spec_is_refused_at_its_place(folder: Path, call_dlx: Run, text: str, message: str) -> None:
    (folder / "wrong.yaml").write_text(text)
    done = call_dlx("tune" if "base:" in text else "train", "wrong.yaml", cwd=folder)
    assert done.code == 2
    assert message in done.stderr


@pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="only root can become somebody else")
def test_folders_of_the_program_that_may_not_be_read_are_named(tmp_path: Path) -> None:
    package = tmp_path / "closed" / "somewhere"
    package.mkdir(parents=True)
    program = (
        "import os, sys, dlx.cli\n"
        "sys.path.insert(0, sys.argv.pop(1))\n"
        "os.chmod(sys.path[0] + '/..', 0)\n"
        "os.setuid(65534)\n"
        "dlx.cli._command = lambda: ''.encode('nonsense')\n"
        "sys.exit(dlx.cli.main())"
    )
    done = subprocess.run([sys.executable, "-c", program, package], capture_output=True, text=True)
    (tmp_path / "closed").chmod(0o755)
    assert done.returncode == 6
    assert "cannot be read by this user, and dlx runs from there" in done.stderr


@pytest.mark.parametrize("module", ["closed", "sys"])
def test_packages_whose_folders_may_not_be_read_are_named(
    module: str, tmp_path: Path, call_dlx: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To Python such a folder is a package without anything in it; what is built in has none."""
    (tmp_path / "closed").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    package = import_module(module)

    def refused(folder: Path) -> Iterator[Path]:
        raise PermissionError

    monkeypatch.setattr("dlx.cli._command", lambda: package.Loader)
    monkeypatch.setattr(Path, "iterdir", refused)
    result = call_dlx("train")
    if module == "sys":
        assert (result.code, "a bug in dlx: AttributeError: module 'sys'" in result.stderr) == (1, True)
    else:
        place = tmp_path / "closed"
        assert result.code == 6
        assert result.stderr == f"error: {place}: cannot be read by this user, and dlx runs from there\n"


def test_a_path_that_no_spec_could_hold_is_refused_before_training(tmp_path: Path, call_dlx: Run) -> None:
    """Relative to the spec it could be written; in config.yaml, which anybody may move, it is absolute."""
    folder = tmp_path / b"by\xff\xfete".decode(errors="surrogateescape")
    try:
        folder.mkdir()
    except OSError:
        pytest.skip("the file system has no such names")
    (folder / "x.csv").write_text("x,y\n" + "".join(f"{i},{i % 2}\n" for i in range(20)))
    (folder / "s.yaml").write_text("data: {source: {name: file, path: x.csv, target: y}}\n")
    result = call_dlx("train", "s.yaml", cwd=folder)
    assert (result.code, "data.source.path: is no text in UTF-8" in result.stderr) == (2, True), result.stderr
    assert not (folder / "runs").exists()


@pytest.mark.parametrize("locale", [pytest.param({}, marks=pytest.mark.thorough), {"PYTHONIOENCODING": "ascii"}])
def test_a_path_that_is_no_text_goes_to_a_program_as_it_is(locale: dict[str, str], tmp_path: Path) -> None:
    name = b"by\xff\xfete"
    try:
        (tmp_path / os.fsdecode(name)).mkdir()
    except OSError:
        pytest.skip("the file system has no such names")
    (tmp_path / "s.yaml").write_text("data: {source: moons}\ntraining: {epochs: 1}\n")
    command = [sys.executable, "-m", "dlx", "train", "s.yaml", "-q", "--out", os.fsdecode(name)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, env=os.environ | locale)
    assert (done.returncode, done.stdout) == (0, name + b"\n"), done.stderr
