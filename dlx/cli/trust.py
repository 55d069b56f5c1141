"""``dlx trust``: the plugins that may run although only a file names them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from dlx.cli.options import Json
from dlx.errors import UsageError
from dlx.runs.reading import plugins
from dlx.show import terminal
from dlx.spec import trust_store
from dlx.text import quoted

if TYPE_CHECKING:
    from dlx.spec.plugin_sources import PluginSource
    from dlx.spec.trust_store import Entry

References = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="FILE|RUN…",
        help="Plugins (*.py), or runs, searches and specs, which stand for all plugins that they name; with --remove "
        "also hashes, or their first digits.",
        show_default=False,
    ),
]
List = Annotated[bool, typer.Option("--list", help="Show all that is trusted.")]
Remove = Annotated[bool, typer.Option("--remove", help="Trust these no longer.")]


def trust(references: References = None, listing: List = False, remove: Remove = False, json: Json = False) -> None:
    """Allow the plugins that a run names: each is trusted until its content changes.

    What you train or check with plugins of your own is trusted already. Nothing is run here: look at the file first.
    """
    if listing == bool(references) or (listing and remove):
        raise UsageError("dlx trust takes plugins or runs, or --list alone; --remove takes plugins, runs or hashes")
    if listing:
        _list(json)
    elif remove:
        _print("removed", _forgotten(references or []), json)
    else:
        _print("trusted", _trusted(references or []), json)


def _list(json: bool) -> None:
    trusted = trust_store.entries()
    if not trusted:
        terminal.say(("nothing is trusted", "dim"), stream=sys.stderr)
    _print("trusted", trusted, json)


def _trusted(references: Sequence[str]) -> list[Entry]:
    """All that these stand for is trusted, or nothing where one of them is not there."""
    files: dict[str, PluginSource] = {}
    for reference in references:
        sources = plugins.sources_of(reference)
        if not sources:
            terminal.say((f"{reference}: names no plugin that would have to be trusted", ""), stream=sys.stderr)
        files |= {source.sha256: source for source in sources}
    trust_store.remember(files.values())
    entries_by_hash = {entry.sha256: entry for entry in trust_store.entries()}
    return [replace(entries_by_hash[sha256], path=str(source.path)) for sha256, source in files.items()]


def _forgotten(references: Sequence[str]) -> list[Entry]:
    """What is removed: all that these stand for, or nothing where one of them is not trusted."""
    chosen = []
    for reference in references:
        matches = _matches(reference)
        if not matches:
            raise UsageError(f"{reference}: is not trusted (dlx trust --list shows what is)")
        chosen += matches
    return trust_store.forget(chosen)


def _matches(reference: str) -> list[Entry]:
    """What is trusted by this hash, as this file, or else with the content that a file or run has now."""
    if entries_of_name := trust_store.matching(reference):
        return entries_of_name
    try:
        hashes = {source.sha256 for source in plugins.sources_of(reference)}
    except UsageError:  # neither a file nor a run
        return []
    return [entry for entry in trust_store.entries() if entry.sha256 in hashes]


def _print(what: str, entries: Sequence[Entry], json: bool) -> None:
    if json:
        terminal.document({what: entries})
        return
    for entry in entries:
        typer.echo(f"{what}  {entry.sha256}  {entry.since}  {quoted(entry.path)}")
