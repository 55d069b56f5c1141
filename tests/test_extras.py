"""Extras: what is missing is named by its package and bounds, and installed by what has installed dlx."""

from __future__ import annotations

import sys
import tomllib
from importlib import import_module
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from dlx import extras

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
OPTIONAL = [
    (extra, requirement)
    for extra, requirements in PROJECT["optional-dependencies"].items()
    for requirement in requirements
    if extra not in ("dev", "coverage")
]


@pytest.mark.parametrize(("extra", "requirement"), OPTIONAL)
def test_the_command_names_the_package_and_its_bounds(extra: str, requirement: str) -> None:
    """A package of dlx's own name on an index is another project: it must not be named."""
    package = extras.name_of(requirement)
    message = str(extras.missing_extra(package.capitalize(), extra, "this"))
    every = " ".join(f"'{requirement}'" for requirement in sorted(PROJECT["optional-dependencies"][extra]))
    assert message == f"this needs {package.capitalize()}, which is not installed: pip install {every}"


def test_estimators_need_scikit_learn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "dlx.sklearn", raising=False)
    for name in ("sklearn", "sklearn.base"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ImportError, match=r"^dlx\.sklearn needs scikit-learn, which is not installed: pip install "):
        import_module("dlx.sklearn")


def test_without_metadata_the_package_is_named_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(name: str) -> None:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(extras, "requires", unknown)
    assert str(extras.missing_extra("llvmlite", "fast", "this")).endswith(": pip install llvmlite")


@pytest.mark.parametrize(
    ("prefix", "command"),
    [
        ("project/.venv", "pip install"),
        ("share/pipx/venvs/dlx-lab", "pipx runpip dlx-lab install"),
        ("share/uv/tools/dlx-lab", "uv pip install --python share/uv/tools/dlx-lab"),
    ],
)
def test_the_environment_decides_what_installs(prefix: str, command: str) -> None:
    assert " ".join(extras.installer(Path(prefix))) == command


def test_the_distribution_has_the_name_that_is_installed() -> None:
    assert PROJECT["name"] == extras.DISTRIBUTION
    assert extras.requirements()
