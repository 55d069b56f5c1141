"""The plugins that a run, a search or a spec names, read from its files without running any."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dlx.component import absolute
from dlx.errors import DataError
from dlx.runs.files.collection import PLAN
from dlx.runs.files.directory import RunDirectory
from dlx.runs.files.file_names import MODEL, SPECS
from dlx.runs.reading.references import open_run
from dlx.spec.plugin_sources import PluginSource, is_file, sources
from dlx.spec.plugins import is_installed
from dlx.spec.tree import Node
from dlx.spec.yaml_text.reading import load


def sources_of(reference: str) -> list[PluginSource]:
    """The plugin that is a file, or all that a spec or a directory names, each content once.

    Args:
        reference: a Python file, a spec or plan, the directory of a search or study, or what `RunDirectory.open` takes.

    Raises:
        UsageError: there is nothing of that name, or a plugin that is named is not there.
        DataError: a file of the run is damaged.
    """
    by_digest = {
        source.sha256: source for plugin in plugins_of(reference) for source in sources(plugin) if source.has_code
    }
    return list(by_digest.values())


def plugins_of(reference: str) -> list[str]:
    """The same by their names; what comes with an installed package is left out."""
    path = Path(reference)
    if path.suffix not in SPECS and (path.suffix == ".py" or path.is_file()):
        return [str(path.absolute())]
    names = _named_by(path, reference)
    return [name for name in dict.fromkeys(names) if not is_installed(name)]


def _named_by(path: Path, reference: str) -> list[str]:
    if path.suffix in SPECS and path.is_file():
        return list(_listed(load(path)))
    if (path / PLAN).is_file():
        return list(_listed(load(path / PLAN)))
    run = open_run(reference)
    return [*_listed(load(run.config)), *(_of_model(run) if (run.path / MODEL).exists() else ())]


def _listed(tree: Node) -> Iterator[str]:
    """What stands under any ``plugins``: that of a spec, of the base of a plan, of a variant."""
    if isinstance(tree.value, dict):
        for key, node in tree.value.items():
            yield from _names(node) if key == "plugins" else _listed(node)


def _names(node: Node) -> Iterator[str]:
    for plugin in node.value if isinstance(node.value, list) else ():
        if isinstance(plugin.value, str):
            yield str(absolute(plugin.value)) if is_file(plugin.value) else plugin.value


def _of_model(run: RunDirectory) -> list[str]:
    names = run.model()[1].get("plugins", [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise DataError(f"{run.path / MODEL}: is damaged: its plugins are no names")
    return [str(Path(name).absolute()) if is_file(name) else name for name in names]
