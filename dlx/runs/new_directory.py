"""The place of a new directory: below the folder of all runs, named by the time, or where the user chose."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from pathlib import Path

from dlx.errors import UsageError
from dlx.files import writing
from dlx.runs.latest import LATEST


def new_directory(root: Path, name: str) -> Path:
    """One that was not there before: ``root/name/<UTC time>-<short id>``.

    Raises:
        UsageError: ``name`` is `latest`.
    """
    if name == LATEST:
        raise UsageError(f"name: {LATEST} is taken: {root / LATEST} points to the newest run")
    with writing(root / name):
        (root / name).mkdir(parents=True, exist_ok=True)
        while True:
            path = root / name / f"{_now()}-{secrets.token_hex(3)}"
            try:
                path.mkdir()
            except FileExistsError:
                continue
            return path


def _now() -> str:
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"


def chosen_directory(path: Path) -> Path:
    """The directory of the user's choice, made where there is none; raises UsageError where it is a file."""
    if path.exists() and not path.is_dir():
        raise UsageError(f"{path}: is a file: a new or an empty directory is needed")
    with writing(path):
        path.mkdir(parents=True, exist_ok=True)
    return path
