"""Trust: which plugins may run, namely those that the user names himself and those whose content he has allowed."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from enum import Enum
from pathlib import Path

from dlx.errors import DataError, DlxError, Place, Problem, SpecError, UsageError
from dlx.language import translated
from dlx.spec import plugins
from dlx.spec.plugin_sources import PluginSource, is_file, sources
from dlx.spec.trust_store import entries, remember
from dlx.text import quoted

# By any of these a folder is that of a run, a search or a study, whose files the user need not have written himself.
RESULTS = ("run.json", "metrics.csv", "model.npz", "checkpoint", "tune.json", "study.json", "folds.json")

_replacements: dict[str, Path] = {}  # files that the user has named, by their names, for runs that name lost ones


class NamedBy(Enum):
    """Who names the plugins of a spec: the user, who has typed its file in order to run it, or only a file."""

    USER = "user"
    FILE = "file"


def namer(files: Sequence[Path], named_by: NamedBy) -> NamedBy:
    """Who names the plugins of these files, which lead to each other: nobody has allowed those of a run."""
    return NamedBy.FILE if any(map(_lies_in_results, files)) else named_by


def _lies_in_results(path: Path) -> bool:
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
    files = sources(plugin)
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
        files = sources(name)
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


def _remember(files: Sequence[PluginSource]) -> None:
    """Remember what the user has run, and say so once; that it cannot be remembered is no failure of what he does."""
    try:
        for entry in remember(files):
            what = f"trusted from now on, because you ran it: {quoted(entry.path)} (SHA-256 {entry.sha256})"
            _say(translated(what))
    except DlxError as error:
        names = ", ".join(quoted(str(file.path)) for file in files)
        _say(f"{names}: ran, but cannot be remembered as trusted: {error}")


def _say(line: str) -> None:
    with suppress(OSError):  # nothing can be said where stderr is full
        print(line, file=sys.stderr)
