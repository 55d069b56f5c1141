"""The store of trust: a file of the user's own with the contents of plugins that may run."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from dlx import locks
from dlx.errors import DataError, EnvironmentProblem
from dlx.files import SCHEMA_VERSION, parse_json, read, to_document, writing
from dlx.spec.plugin_sources import PluginSource

STORE = "DLX_TRUST_FILE"  # the environment variable that names the file in place of the user's own
SHORTEST_HASH = 8  # digits by which a hash may be named


@dataclass(frozen=True)
class Entry:
    """A content that may run, and the file that it was in when it was allowed."""

    sha256: str
    path: str
    since: str


def store() -> Path:
    """The file with what the user trusts; raises `EnvironmentProblem` where there is no place for it."""
    if path := os.environ.get(STORE):
        return Path(path).absolute()
    try:
        return _folder(Path.home()) / "dlx" / "trusted.json"
    except RuntimeError as error:
        raise EnvironmentProblem(f"there is no home directory to keep trust in: {STORE} may name a file") from error


def _folder(home: Path) -> Path:
    """Where programs keep their state."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    if sys.platform == "darwin":
        return home / "Library" / "Application Support"
    state_home = Path(os.environ.get("XDG_STATE_HOME", ""))
    return state_home if state_home.is_absolute() else home / ".local" / "state"


def entries() -> list[Entry]:
    """What is trusted, the oldest first; nothing where there is no such file.

    Raises:
        DataError: it is damaged, or cannot be read.
    """
    path = store()
    if not os.path.exists(path):  # noqa: PTH110 - pathlib's raises where a folder may not be looked into
        return []
    document = parse_json(read(path), path)
    try:
        version, trusted = document["schema_version"], [Entry(**entry) for entry in document["trusted"]]
    except (KeyError, TypeError) as error:
        raise DataError(f"{path}: is damaged: {error} (without this file nothing is trusted yet)") from error
    if version != SCHEMA_VERSION:
        raise DataError(f"{path}: has schema_version {version}, this dlx reads {SCHEMA_VERSION}")
    if not all(isinstance(value, str) for entry in trusted for value in asdict(entry).values()):
        raise DataError(
            f"{path}: is damaged: an entry holds what is no text (without this file nothing is trusted yet)"
        )
    return trusted


def remember(files: Iterable[PluginSource]) -> list[Entry]:
    """Trust these contents from now on; returns those that were not trusted before.

    Raises:
        DataError: what is trusted cannot be read.
        EnvironmentProblem: it cannot be written.
    """
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    new = {file.sha256: Entry(file.sha256, str(file.path), now) for file in files if file.has_code}

    def with_new(trusted: list[Entry]) -> list[Entry]:
        hashes = {entry.sha256 for entry in trusted}
        return [*trusted, *(entry for entry in new.values() if entry.sha256 not in hashes)]

    before, after = _change(with_new)
    return [entry for entry in after if entry not in before]


def matching(reference: str) -> list[Entry]:
    """What a hash, or the beginning of one, or the path of a file stands for, also where the file is gone."""
    is_hash = re.fullmatch(f"[0-9a-f]{{{SHORTEST_HASH},64}}", reference) is not None
    path = os.path.realpath(reference) if "\0" not in reference else ""
    return [entry for entry in entries() if entry.path == path or (is_hash and entry.sha256.startswith(reference))]


def forget(chosen: Collection[Entry]) -> list[Entry]:
    """Trust these no longer; returns those that were trusted.

    Raises:
        DataError, EnvironmentProblem: as `remember`.
    """
    before, after = _change(lambda trusted: [entry for entry in trusted if entry not in chosen])
    return [entry for entry in before if entry not in after]


def _change(change: Callable[[list[Entry]], list[Entry]]) -> tuple[list[Entry], list[Entry]]:
    """The entries before and after a change; it is written, if it is one, while no other process writes."""
    path, before = store(), entries()
    if (after := change(before)) == before:
        return before, after
    with writing(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _locked(path.with_name(f"{path.name}.lock")):
            before = entries()
            after = change(before)
            document = {"trusted": [asdict(entry) for entry in after]}
            _write_privately(path, to_document(document))
    return before, after


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        locks.wait_for(descriptor)
        yield
    finally:
        os.close(descriptor)


def _write_privately(path: Path, content: bytes) -> None:
    """Replace the file by one that only its owner may read and write."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    temporary.unlink(missing_ok=True)
    try:
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:  # noqa: PTH123
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
