"""The set-up of environments: once, whole, one at a time, and begun anew after an interruption."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from itertools import chain
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]

# Stands in for uv, which would download: notes what it is asked for, links the interpreter, fails when told to.
UV = f"""
for last; do :; done
echo "$1 ${{last##*/}}" >>"${{0%/*}}/calls"
[ -z "${{UV_CONSTRAINT-}}" ] || cp "$UV_CONSTRAINT" "${{0%/*}}/constraints"
[ -z "${{FAIL-}}" ] || exit 1
[ "$1" = pip ] || {{ mkdir -p "$last/bin" && ln -s '{sys.executable}' "$last/bin/python"; }}
"""


class Checkout:
    """A checkout whose path has a space in it, set up with the stand-in for uv."""

    def __init__(self, root: Path) -> None:
        self.root = root / "a checkout"
        self.programs = root / "programs"
        self.programs.mkdir()
        self.uv = self.program("uv", UV)
        shutil.copytree(ROOT / ".ci", self.root / ".ci")
        shutil.copy(ROOT / "pyproject.toml", self.root)

    def program(self, name: str, text: str) -> str:
        path = self.programs / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
        return str(path)

    def start(self, *layers: str, **variables: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["/bin/sh", ".ci/environment", ".venv", *layers],
            cwd=self.root,
            env=os.environ | {"UV": self.uv, "PYTHON": sys.executable} | variables,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def set_up(self, *layers: str, **variables: str) -> tuple[int, str]:
        """Exit code and messages."""
        process = self.start(*layers, **variables)
        _, messages = process.communicate(timeout=60)
        return process.returncode, messages

    def constraints(self) -> str:
        """What uv has been bound to the last time."""
        return (self.programs / "constraints").read_text(encoding="utf-8")

    def calls(self) -> list[str]:
        """What uv has been asked for since the last time."""
        calls = self.programs / "calls"
        lines = calls.read_text().splitlines() if calls.exists() else []
        calls.unlink(missing_ok=True)
        return lines


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_every_layer_is_installed_once(checkout: Checkout) -> None:
    assert checkout.set_up("dlx")[0] == 0
    assert checkout.calls() == ["venv .venv", "pip ."]
    assert checkout.set_up("dlx", "dev")[0] == 0
    assert checkout.calls() == ["pip extra.txt"]
    assert checkout.set_up("dlx") == checkout.set_up("dlx", "dev") == (0, "")
    assert checkout.calls() == []


def test_an_extra_is_what_pyproject_says(checkout: Checkout) -> None:
    (checkout.root / "pyproject.toml").write_text(
        '[project.optional-dependencies]\nextra = ["one>=1", "two ; a == \'b\'"]\n'
    )
    assert checkout.set_up("extra")[0] == 0
    assert (checkout.root / ".venv/extra.txt").read_text() == "one>=1\ntwo ; a == 'b'\n"


@pytest.mark.parametrize("layer", ["dlx", "dev"])
def test_interrupted_set_up_begins_anew(checkout: Checkout, layer: str) -> None:
    checkout.set_up("dlx")
    (checkout.root / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text() + "# changed\n")
    assert checkout.set_up(layer, FAIL="yes")[0] != 0
    checkout.calls()
    assert checkout.set_up("dlx")[0] == 0
    assert checkout.calls() == ["venv .venv", "pip ."]


def test_changed_requirements_are_installed_into_the_same_environment(checkout: Checkout) -> None:
    requirements = checkout.root / "requirements.txt"
    requirements.write_text("one\n")
    checkout.set_up("dlx", "requirements.txt")
    checkout.calls()
    requirements.write_text("two\n")
    checkout.set_up("dlx", "requirements.txt")
    assert checkout.calls() == ["pip requirements.txt"]


def test_changed_pins_are_installed_into_the_same_environment(checkout: Checkout) -> None:
    pins = checkout.root / ".ci/constraints.txt"
    checkout.set_up("dlx", "dev")
    assert checkout.constraints() == pins.read_text(encoding="utf-8")
    checkout.calls()
    pins.write_text("one==2\n")
    checkout.set_up("dlx", "dev")
    assert checkout.calls() == ["pip .", "pip extra.txt"]
    assert checkout.constraints() == "one==2\n"


def test_lowest_versions_are_those_of_pyproject(checkout: Checkout) -> None:
    (checkout.root / "pyproject.toml").write_text(
        '[project]\ndependencies = ["one>=1.2"]\n'
        "[project.optional-dependencies]\nextra = [\"two>=3; sys_platform == 'linux'\"]\n"
    )
    assert checkout.set_up("dlx", VERSIONS="lowest")[0] == 0
    assert checkout.constraints() == "one==1.2\ntwo==3; sys_platform == 'linux'\n"


def test_newest_versions_are_bound_to_nothing(checkout: Checkout) -> None:
    assert checkout.set_up("dlx", "extra", VERSIONS="oldest") == (
        1,
        "VERSIONS=oldest: expected pinned, lowest or newest\n",
    )
    assert checkout.set_up("dlx", VERSIONS="newest")[0] == 0
    assert checkout.constraints() == ""
    assert checkout.set_up("dlx", VERSIONS="newest") == (0, "")


@pytest.mark.parametrize("python", ["3.11.0", "3.14.0"])
@pytest.mark.parametrize(("system", "machine"), [("linux", "aarch64"), ("darwin", "arm64"), ("win32", "AMD64")])
def test_everything_that_dlx_asks_for_is_pinned_within_its_bounds(python: str, system: str, machine: str) -> None:
    place = {
        "python_full_version": python,
        "python_version": python[:4],
        "sys_platform": system,
        "platform_machine": machine,
        "platform_python_implementation": "CPython",
    }
    lines = (ROOT / ".ci/constraints.txt").read_text(encoding="utf-8").splitlines()
    requirements = [Requirement(line) for line in lines if not line.startswith("#")]
    pins = {
        one.name: str(one.specifier)[2:] for one in requirements if one.marker is None or one.marker.evaluate(place)
    }
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    wanted = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    for one in map(Requirement, wanted):
        assert one.specifier.contains(pins[one.name.lower()]), one


def test_moved_checkout_gets_a_new_environment(checkout: Checkout) -> None:
    checkout.set_up("dlx")
    checkout.calls()
    checkout.root = checkout.root.rename(checkout.root.with_name("another place"))
    assert "anew" in checkout.set_up("dlx")[1]
    assert checkout.calls() == ["venv .venv", "pip ."]


def test_set_ups_at_the_same_time_wait_for_each_other(checkout: Checkout) -> None:
    together = [checkout.start("dlx", *extra) for extra in ([], ["dev"], [], ["dev"])]
    for process in together:
        process.communicate(timeout=60)
    assert [process.returncode for process in together] == [0, 0, 0, 0]
    assert sorted(checkout.calls()) == ["pip .", "pip extra.txt", "venv .venv"]


def test_old_python_is_refused_in_words(checkout: Checkout) -> None:
    claim = "import sys; sys.version_info = (3, 10, 14); exec(sys.argv[1])"
    old = checkout.program("old python", f"exec '{sys.executable}' -c '{claim}' \"$2\"")
    code, messages = checkout.set_up("dlx", PYTHON=old)
    assert code == 1
    assert (
        messages
        == f"dlx needs Python 3.11 or newer, and none of these is: {old} (PYTHON=/path/to/python names another)\n"
    )


def test_python_without_venv_is_refused_in_words(checkout: Checkout) -> None:
    bare = checkout.program("bare", "case $2 in *ensurepip*) exit 1 ;; esac")
    code, messages = checkout.set_up("dlx", PYTHON=bare, UV="")
    assert code == 1
    assert "apt-get install python3-venv" in messages


def test_newer_python_further_down_the_list_is_found(checkout: Checkout) -> None:
    checkout.program("python3", "exit 1")
    checkout.program("python3.12", f"exec '{sys.executable}' \"$@\"")
    code, _ = checkout.set_up("dlx", PYTHON="", PATH=f"{checkout.programs}:/usr/bin:/bin")
    assert code == 0


def test_the_hooks_of_a_commit_are_what_make_test_runs() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"][0]["hooks"]
    lines = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\ntest:")[2].partition("\n\n")[0].splitlines()
    commands = [line.strip() for line in lines if line.startswith("\t.venv/bin/")]
    entries = [hook["entry"] for hook in hooks]
    assert entries[:-1] == commands[:-1]
    assert (entries[-1].split()[0], commands[-1].split()[0]) == (".venv/bin/pytest", ".venv/bin/pytest")
