"""A spec in Python: a file or a mapping, with other values of keys on top, and the data that were given beside it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dlx.api.memory import FilesOfData, is_of_arrays
from dlx.api.mistaken_data import refuse_no_spec
from dlx.api.signatures import Data, PathLike, SpecLike, Target
from dlx.component import Component
from dlx.data.formats.csv_file import Csv
from dlx.data.formats.format import TableFormat
from dlx.data.formats.named_arrays import NamedArrays
from dlx.data.section import SOURCES
from dlx.errors import Place, SpecError, UsageError, naming
from dlx.runs.files.latest import ROOT
from dlx.runs.reading.mistaken import refuse_as_spec
from dlx.spec.inheritance import spec_tree
from dlx.spec.loader import Resolved, resolve, tree_of_file
from dlx.spec.overrides import overrides_tree
from dlx.spec.tree import Node, merge, tree_of
from dlx.spec.trust import NamedBy
from dlx.spec.yaml_text.writing import dump_scalar

DATA = "data"  # the folder below that of the runs which holds what was in memory
OF_TEXTS = ("missing", "drop_rows", "ragged_rows")  # what a file of texts may hold, and a table in memory should not


@dataclass(frozen=True)
class SpecInPython:
    """A resolved spec; its changes as the command takes them; and the folder that it lies in."""

    resolved: Resolved
    overrides: list[str]
    folder: Path


@contextmanager
def resolved_spec(spec: SpecLike, data: Data, target: Target, settings: Mapping[str, Any]) -> Iterator[SpecInPython]:
    """The spec, for a ``with`` block in which messages name data in memory as what they are; raises as `dlx.train`."""
    place = Place("spec")
    if not isinstance(spec, str | os.PathLike | Mapping):
        refuse_no_spec(spec)
    overrides = overrides_of(settings)
    changes, problems = overrides_tree(overrides)
    named_by, folder = NamedBy.USER, Path.cwd()
    if not isinstance(spec, Mapping):
        folder = Path(spec).parent
        refuse_as_spec(Path(spec), "train")
        tree, named_by = tree_of_file(Path(spec), named_by)
    elif "extends" in spec:
        raise SpecError.of(place, "extends", "stands in a spec file, not in a mapping")
    else:
        tree = spec_tree(tree_of(plain(spec), place))
    tree, files = merge(tree, changes), FilesOfData(ROOT / DATA)
    if data is not None:
        tree, changed = with_data(tree, files, data, target)
        overrides += changed
    with naming(files.names):
        yield SpecInPython(resolve(tree, problems, named_by=named_by), overrides, folder)


def with_data(tree: Node, files: FilesOfData, data: Data, target: Target) -> tuple[Node, list[str]]:
    """The tree of a spec that learns from data in memory, which are written to files, and what of it changes."""
    sources = files.sources(data, _stated_target(tree) if target is None else target)
    changes = [f"data.{part}={dump_scalar(source)}" for part, source in sources.items()]
    return _with_sources(tree, sources, is_of_arrays(data)), changes


def as_path(out: PathLike | None) -> Path | None:
    """Where something is to be written."""
    return None if out is None else Path(out)


def overrides_of(settings: Mapping[str, Any]) -> list[str]:
    """Settings as the command line has them, such as ``optimizer.learning_rate=0.01``."""
    return [f"{key}={dump_scalar(plain(value))}" for key, value in settings.items()]


def _stated_target(tree: Node) -> Target:
    """What a spec says is to be predicted; None where it does not."""
    for key in ("source", "train"):
        node, depth = tree.nearest(("data", key, "target"))
        if depth == 3 and node.value is not None:
            target: Target = node.plain()
            return target
    return None


def _with_sources(tree: Node, sources: Mapping[str, Any], are_arrays: bool) -> Node:
    """The spec with these in place of the source that it names, whose options on columns they take over.

    Raises:
        SpecError: it names examples that those given do not take the place of, or has options that do not apply.
    """
    section = tree.child("data")
    below = dict(section.value) if section is not None and isinstance(section.value, dict) else {}
    stated = next((below[key] for key in ("source", "train") if key in below), None)
    others = [key for key in SOURCES[1:] if key in below and key not in sources and below[key].value is not None]
    if others and others != ["train"]:
        what = "names examples of its own beside those that are given: leave it out, or give the parts as a mapping"
        raise SpecError.of(below[others[-1]].key, f"data.{others[-1]}", f"{what}: data={{'train': …, 'dev': …}}")
    options = _options(stated, are_arrays)
    place = Place("data")
    for key in ("source", "train"):
        below.pop(key, None)
    for part, source in sources.items():
        node = tree_of(dict(source), place)
        assert isinstance(node.value, dict)
        below[part] = node.holding({**options, **node.value})
    section = Node(below, place, place) if section is None else section.holding(below)
    assert isinstance(tree.value, dict)
    return tree.holding({**tree.value, "data": section})


def _options(source: Node | None, are_arrays: bool) -> dict[str, Node]:
    """What a source says of its columns; how its file is written does not matter any more."""
    if source is None or not isinstance(source.value, dict):
        return {}
    name = source.value.get("name")
    if name is not None and name.value != "file":
        return {}  # a toy set, in whose place the data stand
    remaining = NamedArrays.options if are_arrays else TableFormat.options
    for key, node in source.value.items():
        is_stated = node.value not in (None, [], {}, False)
        if are_arrays and is_stated and key in TableFormat.options - remaining - {"target"}:
            what = "is for tables: give one, such as pandas.DataFrame(X), whose columns have the names 0, 1, 2, …"
            raise SpecError.of(node.key, f"data.source.{key}", what)
        if not are_arrays and is_stated and key in OF_TEXTS:
            what = "is for files of texts: leave such rows out of the table, and set what is missing in it to None"
            raise SpecError.of(node.key, f"data.source.{key}", what)
    written = {"name", "path", "target", "sheet", *Csv.options} - remaining
    return {key: node for key, node in source.value.items() if key not in written}


def plain(value: Any) -> Any:
    """The same in what YAML can hold; raises `UsageError` for any other object."""
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    if isinstance(value, (np.generic, np.ndarray)):
        return value.tolist()
    if isinstance(value, Component):  # such as dlx.nn.optimizers.Adam()
        return plain(value.model_dump(mode="json"))
    if isinstance(value, type) and issubclass(value, Component) and value.name:
        return {"name": value.name}
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, type):
        base = "dlx.nn.optimizers.Optimizer or dlx.nn.activations.Activation"
        raise UsageError(f"{value.__name__}: a class in a spec is a subclass of one of dlx, such as {base}")
    raise UsageError(f"a spec holds mappings, lists, texts and numbers, not {type(value).__name__} ({value!r:.60})")
