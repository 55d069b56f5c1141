"""Where a result comes from: the command, the versions, the linear algebra and the git commit behind it."""

from __future__ import annotations

import platform
import shlex
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dlx

GIT_SECONDS = 1.0


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
    """The commit in ``directory`` and whether tracked files differ from it; null where git has no answer."""
    command = ["git", "--no-optional-locks", "status", "--porcelain=v2", "--branch", "--untracked-files=no"]
    try:
        answer = subprocess.run(
            command, cwd=directory, capture_output=True, text=True, errors="replace", check=True, timeout=GIT_SECONDS
        )
    except (OSError, subprocess.SubprocessError):
        return None
    if not answer.stdout:  # where the system reaps children by itself, the exit code of a failure is not to be had
        return None
    head, *rest = answer.stdout.splitlines()
    commit = head.removeprefix("# branch.oid ")
    return {
        "commit": None if commit == "(initial)" else commit,
        "dirty": any(not line.startswith("#") for line in rest),
    }
