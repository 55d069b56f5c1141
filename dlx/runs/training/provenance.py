"""Where a result comes from: the command, the versions, the linear algebra and the git commit behind it."""

from __future__ import annotations

import os
import platform
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dlx

GIT_SECONDS = 1.0
STATUS = (
    "status",
    "--porcelain=v2",
    "--branch",
    "--untracked-files=no",
    "--ignore-submodules=all",
    "--no-ahead-behind",
)
QUIET = {  # what git would otherwise run at the word of the repository
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "status.submoduleSummary": "false",
}
NOTHING_FETCHED = {
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
}


def utc_now() -> str:
    """The time now as ISO 8601 in UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def provenance(argv: Sequence[str], directory: Path) -> dict[str, Any]:
    """The facts of ``run.json`` that belong to the process: ``command``, ``versions``, ``blas`` and ``git``.

    Args:
        argv: the command line as ``sys.argv`` has it.
        directory: whose git commit counts; the folder of the spec, say.
    """
    return {
        "command": shlex.join([Path(argv[0]).name, *argv[1:]]),
        "versions": versions(),
        "blas": blas(),
        "git": git(directory),
    }


def versions() -> dict[str, str]:
    """What ran: dlx, Python, NumPy and the platform."""
    import numpy as np

    return {
        "dlx": dlx.__version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "platform": platform.platform(),
    }


def blas() -> dict[str, Any] | None:
    """The library behind the matrix products and its number of threads now; null where none is recognized."""
    from threadpoolctl import threadpool_info

    for library in threadpool_info():
        if library["user_api"] == "blas":
            return {
                "name": library["internal_api"],
                "version": library["version"],
                "architecture": library.get("architecture"),
                "threads": library["num_threads"],
            }
    return None


def git(directory: Path) -> dict[str, Any] | None:
    """The commit in ``directory`` and whether tracked files differ from it; null where git has no answer.

    Nothing that the repository names is run: its hooks, its monitor of files, its filters. So a file whose filter
    would change it counts as different where git has to look into it; submodules are not looked into.
    """
    try:
        keys = _git(directory, ("config", "--null", "--name-only", "--get-regexp", r"^filter\."), {}, may_fail=True)
        answer = _git(directory, STATUS, dict.fromkeys(filter(None, keys.split("\0")), ""))
    except (OSError, subprocess.SubprocessError):
        return None
    if not answer:  # where the system reaps children by itself, the exit code of a failure is not to be had
        return None
    head, *rest = answer.splitlines()
    commit = head.removeprefix("# branch.oid ")
    return {
        "commit": None if commit == "(initial)" else commit,
        "dirty": any(not line.startswith("#") for line in rest),
    }


def _git(directory: Path, command: Sequence[str], settings: Mapping[str, str], may_fail: bool = False) -> str:
    """What git answers with these settings above those of its files; raises as `subprocess.run`."""
    typed = {key: value for key, value in {**QUIET, **settings}.items() if "=" not in key}
    answer = subprocess.run(
        ["git", "--no-optional-locks", "--no-pager", *_options(typed), *command],
        cwd=directory,
        env=os.environ | NOTHING_FETCHED | _variables([key for key in settings if "=" in key]),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="surrogateescape",
        check=not may_fail,
        timeout=GIT_SECONDS,
    )
    return answer.stdout


def _options(settings: Mapping[str, str]) -> list[str]:
    return [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]


def _variables(keys: Sequence[str]) -> dict[str, str]:
    """Empty settings whose keys, with = in them, cannot stand on the command line; after those of the user."""
    try:
        first = int(os.environ.get("GIT_CONFIG_COUNT", "0"))
    except ValueError:
        return {}  # git will refuse to do anything
    counted = {"GIT_CONFIG_COUNT": str(first + len(keys))} if keys else {}
    for number, key in enumerate(keys, first):
        counted |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": ""}
    return counted
