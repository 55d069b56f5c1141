"""From a spec file and overrides to a complete spec that knows where each of its values comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from dlx.errors import Place, Problem, SpecError, UsageError
from dlx.spec.contradictions import contradictions
from dlx.spec.inheritance import extended, spec_tree
from dlx.spec.messages import problems_of
from dlx.spec.moved import with_moved_files
from dlx.spec.number_files import read_number_files
from dlx.spec.overrides import combine, nested, overrides_tree
from dlx.spec.paths import absolute_path
from dlx.spec.plugin_sources import is_file
from dlx.spec.plugins import load_installed
from dlx.spec.sections import Spec
from dlx.spec.shapes import DEFAULT, write_out
from dlx.spec.tree import KeyPath, Node, dotted, excerpt, leaves, merge, tree_of
from dlx.spec.trust import NamedBy, namer, present
from dlx.spec.trust import load as load_plugin
from dlx.spec.yaml_text.reading import load
from dlx.spec.yaml_text.writing import dump


@dataclass(frozen=True)
class Resolved:
    """A complete spec, and for each leaf of its dump the place that decided it."""

    spec: Spec
    origins: dict[KeyPath, Place]


def load_spec(path: Path, overrides: Sequence[str] = (), *, named_by: NamedBy = NamedBy.FILE) -> Resolved:
    """The spec of a file with the overrides on top.

    Args:
        path: of the file.
        overrides: ``key=value``; the plugins that they name are named by the user.
        named_by: who names the plugins of the file. USER, where the user typed the file in order to run it: they run,
            unless it lies in the directory of a run. Otherwise only those run that are trusted.

    Raises:
        SpecError: with every problem, in the order of the file.
        DataError: it has plugins, and what is trusted cannot be read.
    """
    changes, problems = overrides_tree(overrides)
    tree, named_by = tree_of_file(path, named_by)
    return resolve(merge(tree, changes), problems, named_by=named_by)


def tree_of_file(path: Path, named_by: NamedBy) -> tuple[Node, NamedBy]:
    """The tree of sections that a file and those that it extends are, and who names its plugins."""
    root = with_moved_files(load(path), path)
    tree = spec_tree(root, (path.resolve(),))
    if tree.child("plugins") is not None:
        named_by = namer([path, *extended(root)], named_by)
    return tree, named_by


def resolve(tree: Node, problems: Sequence[Problem] = (), *, named_by: NamedBy = NamedBy.FILE) -> Resolved:
    """The spec that a tree of sections is; raises as `load_spec`, with what was found before too."""
    tree = write_out(_with_plugins(tree, named_by), named=True)
    spec = _validated(tree, list(problems)).complete()
    return Resolved(spec, {key: _origin(key, tree) for key, _ in leaves(spec.dump())})


def derive(spec: Spec, overrides: Mapping[str, Any]) -> Spec:
    """Another complete spec: plain values under dotted keys on top of this one, as if given on the command line.

    Raises:
        SpecError: they do not fit, with every problem.
    """
    place = Place("derived")
    problems: list[Problem] = []
    trees = [write_out(nested(key, tree_of(value, place), place)) for key, value in overrides.items()]
    changes = combine([Node({}, place, place), *trees], problems)
    if problems:
        raise SpecError(problems)
    return _validated(write_out(merge(tree_of(spec.dump(), place), changes), named=True), []).complete()


def dump_yaml(spec: Spec) -> str:
    """A spec as YAML, its sections in their order; `load_spec` of it gives the identical spec."""
    return dump(spec.dump())


def _with_plugins(tree: Node, named_by: NamedBy) -> Node:
    """The tree with the files of its plugins named in full, after importing them; those of the command line are the
    user's own."""
    _load_installed_once()
    node = tree.child("plugins")
    if node is None or not isinstance(node.value, list):
        return tree
    located, problems = [_located(plugin) for plugin in node.value], []
    for plugin in located:
        try:
            load_plugin(str(plugin.value), named_by if plugin.place.line else NamedBy.USER)
        except UsageError as error:
            problems.append(Problem(plugin.place, "plugins", str(error)))
    if problems:
        raise SpecError(problems)
    return merge(tree, Node({"plugins": replace(node, value=located)}, tree.place, tree.key))


@cache
def _load_installed_once() -> None:
    """A plan resolves hundreds of specs, and looking through all installed packages takes longer than a spec."""
    load_installed()


def _located(plugin: Node) -> Node:
    """A plugin's file by its absolute path, a module by its name."""
    name = plugin.value
    if not isinstance(name, str):
        raise SpecError.of(plugin.place, "plugins", f"expected a file or a module, got {excerpt(plugin)}")
    if is_file(name):
        return replace(plugin, value=present(absolute_path(plugin, "plugins")))
    if not all(part.isidentifier() for part in name.split(".")):
        what = f"expected a file (layers.py, lib/layers.py) or a module (lab.layers), got {excerpt(plugin)}"
        raise SpecError.of(plugin.place, "plugins", what)
    return plugin


def _validated(tree: Node, problems: list[Problem]) -> Spec:
    """The tree as a spec; raises `SpecError` with what was found before and what is found here."""
    tree, unread = read_number_files(tree)
    data: dict[str, Any] = tree.plain()
    failed: set[int | str] = {problem.key.split(".")[0] for problem in unread}
    problems = [*problems, *unread]
    try:
        spec = Spec.model_validate(data)
    except ValidationError as error:
        problems = problems + problems_of(error, tree)
        details = error.errors(include_url=False, include_context=False, include_input=False)
        failed |= {detail["loc"][0] for detail in details}
        spec = Spec.model_validate({key: value for key, value in data.items() if key not in failed})
    for clash in contradictions(spec):
        if not failed & {clash.key[0], clash.other[0]}:
            node, _ = tree.nearest(clash.key)
            problems.append(Problem(node.key, dotted(clash.key), clash.what))
    if problems:
        raise SpecError(sorted(problems, key=lambda problem: problem.place.order()))
    return spec


def _origin(key: KeyPath, tree: Node) -> Place:
    """The place of the value that decided this leaf."""
    node, depth = tree.nearest(key)
    return node.place if depth == len(key) else DEFAULT
