"""Files that moved with their project: found again beside the run whose spec names where they were."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from dlx.errors import remark
from dlx.spec.tree import Node

WRITTEN = ("config.yaml", "plan.yaml")  # specs that dlx wrote, with absolute paths, if beside them there is …
MANIFEST = "manifest.json"


def with_moved_files(tree: Node, file: Path) -> Node:
    """The tree of a file that dlx wrote into a directory of its own, files that are gone taken from where they are now.

    A path ``/old/project/data/a.csv`` is looked for as ``project/data/a.csv``, ``data/a.csv`` and ``a.csv`` below each
    folder around that directory, the nearest first: a project that was moved or copied still has its files in the same
    places. A remark says what was taken; that the examples are the same is seen by their fingerprint, where a run is
    gone on with or judged. Every other file is left as it is.
    """
    folder = Path(os.path.abspath(file)).parent  # noqa: PTH100 - a link to a project is a place of it
    if file.name not in WRITTEN or not (folder / MANIFEST).is_file():
        return tree
    return _moved(tree, folder)


def _moved(node: Node, folder: Path) -> Node:
    if isinstance(node.value, dict):
        return node.holding({key: _moved(child, folder) for key, child in node.value.items()})
    if isinstance(node.value, list):
        return node.holding([_moved(child, folder) for child in node.value])
    text = node.value
    if not isinstance(text, str) or not os.path.isabs(text) or _is_there(text):  # noqa: PTH117
        return node
    place = next((place for place in _candidates(Path(text), folder) if _is_there(place)), None)
    if place is None:
        return node
    remark(f"{text} is not there any more: {place} stands in for it")
    return node.holding(str(place))


def _candidates(path: Path, folder: Path) -> Iterator[Path]:
    """Where it may be now; the longest end of its path first."""
    for start in range(1, len(path.parts)):
        for around in folder.parents:
            yield around.joinpath(*path.parts[start:])


def _is_there(path: str | Path) -> bool:
    try:
        return os.path.exists(path)  # noqa: PTH110 - pathlib raises where a name cannot be
    except ValueError:
        return False
