"""Plans in Python: a file or a mapping that describes many trainings, with data in memory for the spec in it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dlx.api.memory import FilesOfData
from dlx.api.signatures import Data, SpecLike, Target
from dlx.api.specs import DATA, overrides_of, plain, with_data
from dlx.errors import Place, SpecError, UsageError, naming
from dlx.runs.files.latest import ROOT
from dlx.search.plan import BASE
from dlx.spec.inheritance import spec_tree
from dlx.spec.loader import tree_of_file
from dlx.spec.paths import readable_file
from dlx.spec.tree import Node, tree_of
from dlx.spec.trust import NamedBy
from dlx.spec.yaml_text.reading import load


@contextmanager
def plan_tree(
    plan: SpecLike | None, data: Data, target: Target, settings: Mapping[str, Any]
) -> Iterator[tuple[Node | Path, list[str]]]:
    """A plan, its base learning from the data, and the settings as overrides; messages name data as what they are."""
    overrides = overrides_of(settings)
    if isinstance(plan, Mapping):
        tree = tree_of(plain(plan), Place("plan"))
    elif isinstance(plan, str | os.PathLike):
        if data is None:
            yield Path(plan), overrides
            return
        tree = load(Path(plan))
    else:
        raise UsageError(f"the plan must be a path or a mapping, not {type(plan).__name__}")
    if data is None:
        yield tree, overrides
        return
    files = FilesOfData(ROOT / DATA)
    base, _ = with_data(_base(tree), files, data, target)
    assert isinstance(tree.value, dict)
    with naming(files.names):
        yield tree.holding({**tree.value, BASE: base}), overrides


def _base(tree: Node) -> Node:
    """The spec that a plan starts from."""
    node = tree.child(BASE)
    if node is None:
        raise SpecError.of(tree.place, BASE, "is missing: the path of a spec, or its sections")
    if isinstance(node.value, str):
        return tree_of_file(readable_file(node, BASE), NamedBy.USER)[0]
    return spec_tree(node)
