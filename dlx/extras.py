"""Extras: the packages that dlx can do without, and the command that installs one where dlx runs."""

from __future__ import annotations

import re
import shlex
import sys
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

from dlx.errors import EnvironmentProblem

DISTRIBUTION = "dlx-lab"  # the name to install; on package indexes `dlx` is another project


def requirements() -> list[str]:
    """What the installation's metadata say that dlx requires or can use, such as ``h5py>=3.12; extra == 'hdf5'``.

    Empty where dlx is not installed, but run from its sources.
    """
    try:
        return requires(DISTRIBUTION) or []
    except PackageNotFoundError:
        return []


def missing_extra(package: str, extra: str, purpose: str) -> EnvironmentProblem:
    """The one line for an optional package that is not installed, with the command that installs it."""
    command = shlex.join([*installer(Path(sys.prefix)), *_requirements(package, extra)])
    return EnvironmentProblem(f"{purpose} needs {package}, which is not installed: {command}")


def _requirements(package: str, extra: str) -> list[str]:
    """The packages of the extra with their bounds, this one among them; it alone where the extra does not name it."""
    of_extra = re.compile(rf"extra == ['\"]{re.escape(extra)}['\"]")
    named = [requirement.partition(";")[0].strip() for requirement in filter(of_extra.search, requirements())]
    return named if package.lower() in (name_of(requirement).lower() for requirement in named) else [package]


def name_of(requirement: str) -> str:
    """The package that a requirement is about, without bounds."""
    return re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]


def installer(prefix: Path) -> list[str]:
    """What installs a package into the environment at this place, also where pipx or uv has made it for dlx alone."""
    if prefix.parent.name == "venvs" and "pipx" in prefix.parts:
        return ["pipx", "runpip", prefix.name, "install"]
    if prefix.parent.name == "tools" and "uv" in prefix.parts:
        return ["uv", "pip", "install", "--python", str(prefix)]
    return ["pip", "install"]
