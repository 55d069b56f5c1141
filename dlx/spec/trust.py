"""Trust: which plugins may run, namely those that the user names himself and those whose content he has allowed."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path

from dlx.errors import DataError, DlxError, EnvironmentProblem, Place, Problem, SpecError, UsageError
from dlx.files import parse_json, read, to_json, writing
from dlx.spec import plugins
from dlx.spec.plugins import PluginSource, is_file
from dlx.text import quoted

SCHEMA_VERSION = 1
STORE = "DLX_TRUST_FILE"  # the environment variable that names the file in place of the user's own
# By any of these a folder is that of a run, a search or a study, whose files the user need not have written himself.
RESULTS = ("run.json", "metrics.csv", "model.npz", "checkpoint", "tune.json", "study.json")
SHORTEST_HASH = 8  # digits by which a hash may be named

_replacements: dict[str, Path] = {}  # files that the user has named, by their names, for runs that name lost ones


class NamedBy(Enum):
    """Who names the plugins of a spec: the user, who has typed its file in order to run it, or only a file."""

    USER = "user"
    FILE = "file"


@dataclass(frozen=True)
class Entry:
    """A content that may run, and the file that it was in when it was allowed."""

    sha256: str
    path: str
    since: str


# ---- what may run ----


def lies_in_results(path: Path) -> bool:
    """Whether a file lies in the directory of a run, a search or a study, also if by a link."""
    folders = {path.parent, Path(os.path.realpath(path)).parent}
    return any(os.path.lexists(folder / name) for folder in folders for name in RESULTS)


def load(plugin: str, named_by: NamedBy) -> None:
    """Run a plugin if it may: the user names it, its content is trusted, or it comes with an installed package.

    What the user names is remembered. What has run in this process does not run again.

    Raises:
        UsageError: it may not run, with the command that allows it; it is missing, or it fails.
        DataError: what is trusted cannot be read.
    """
    if plugins.has_run(plugin):
        return
    files = plugins.sources(plugin)
    if named_by is NamedBy.FILE and not plugins.is_installed(plugin):
        _require(plugin, [file for file in files if file.has_code])
    plugins.run(plugin, files)
    if named_by is NamedBy.USER:
        _remember(files)


def load_named(names: Iterable[str]) -> None:
    """Run the plugins that the user names with ``--plugin``; a run that names a lost file of such a name gets it.

    Raises:
        UsageError: one is missing, or fails.
    """
    for plugin in names:
        if is_file(plugin):
            path = Path(plugin).absolute()
            _replacements[path.name] = path
            plugin = str(path)
        load(plugin, NamedBy.USER)


def load_of(run: Path, names: Sequence[str]) -> None:
    """Run what is installed, and the plugins that a file of a run names.

    Raises:
        SpecError: with all that may not run, is missing or fails.
        DataError: they are no names, or what is trusted cannot be read.
    """
    if not all(isinstance(name, str) for name in names):
        raise DataError(f"{run}: is damaged: its plugins are no names")
    plugins.load_installed()
    problems = []
    for name in names:
        try:
            load(present(name), NamedBy.FILE)
        except UsageError as error:
            problems.append(Problem(Place(str(run)), "plugins", str(error)))
    if problems:
        raise SpecError(problems)


def load_allowed(names: Sequence[str], allowed: Collection[str]) -> None:
    """In the worker of a search: run what is installed, and plugins with a content that has run in its owner.

    Raises:
        UsageError: a plugin is missing, has another content, or fails.
    """
    plugins.load_installed()
    for name in names:
        if plugins.has_run(name):
            continue
        files = plugins.sources(name)
        if not plugins.is_installed(name):
            for file in files:
                if file.has_code and file.sha256 not in allowed:
                    raise UsageError(f"{file.path}: is not what it was when the search began, so it was not run")
        plugins.run(name, files)


def present(plugin: str) -> str:
    """The plugin, or in place of a file that is lost the one of that name that the user has named."""
    if not is_file(plugin):
        return plugin
    path = Path(plugin).absolute()
    return str(path if os.path.lexists(path) else _replacements.get(path.name, path))


def _require(plugin: str, files: Sequence[PluginSource]) -> None:
    """Refuse what is not trusted, in one line with the command that allows it."""
    trusted = entries() if files else []
    allowed = {entry.sha256 for entry in trusted} | plugins.hashes()
    refused = [file for file in files if file.sha256 not in allowed]
    if not refused:
        return
    changed = all(str(file.path) in {entry.path for entry in trusted} for file in refused)
    why = "has changed since it was trusted" if changed else "is not trusted"
    named = [quoted(plugin if is_file(plugin) else file.path) for file in refused]
    which = " and ".join(f"{name} (SHA-256 {file.sha256})" for name, file in zip(named, refused, strict=True))
    subject = which if is_file(plugin) else f"{plugin}, in {which},"
    raise UsageError(f"{subject} {why} and was not run; read it, then allow it with: dlx trust {' '.join(named)}")


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


def _remember(files: Sequence[PluginSource]) -> None:
    """Remember what the user has run, and say so once; that it cannot be remembered is no failure of what he does."""
    try:
        for entry in remember(files):
            _say(f"trusted from now on, because you ran it: {quoted(entry.path)} (SHA-256 {entry.sha256})")
    except DlxError as error:
        names = ", ".join(quoted(str(file.path)) for file in files)
        _say(f"{names}: ran, but cannot be remembered as trusted: {error}")


def _say(line: str) -> None:
    with suppress(OSError):  # nothing can be said where stderr is full
        print(line, file=sys.stderr)


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
            document = {"schema_version": SCHEMA_VERSION, "trusted": [asdict(entry) for entry in after]}
            _write_privately(path, to_json(document))
    return before, after


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(descriptor)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> None:
    """Wait for the lock, which ends with the descriptor; a file system without locks has to do without."""
    with suppress(OSError):
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX)


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
