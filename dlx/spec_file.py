"""From a spec file and overrides to a complete spec that knows where each of its values comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from dlx.contradictions import contradictions
from dlx.errors import Place, Problem, SpecError, UsageError
from dlx.paths import absolute
from dlx.plugins import is_file, load_installed
from dlx.short_forms import DEFAULT, SPEC, Shape, write_out
from dlx.spec import Spec
from dlx.spec_problems import problems
from dlx.tree import KeyPath, Node, dotted, merge, shown
from dlx.trust import NamedBy, lies_in_results, present
from dlx.trust import load as load_plugin
from dlx.yaml_loader import dump, load, parse

PLANS = {"search": "dlx tune", "variants": "dlx study", "sweep": "dlx study"}


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
        named_by: who names the plugins of the file. USER, where somebody has typed it in order to run it: they run,
            unless it lies in the directory of a run. Otherwise only those run that are trusted.

    Raises:
        SpecError: with every problem, in the order of the file.
        DataError: it has plugins, and what is trusted cannot be read.
    """
    changes, found = overrides_tree(overrides)
    given = load(path)
    tree = spec_tree(given, (path.resolve(),))
    if tree.child("plugins") is not None:
        named_by = namer([path, *extended(given)], named_by)
    return resolve(merge(tree, changes), found, named_by=named_by)


def namer(files: Sequence[Path], named_by: NamedBy) -> NamedBy:
    """Who names the plugins of these files, which lead to each other: nobody vouches for those of a run."""
    return NamedBy.FILE if any(map(lies_in_results, files)) else named_by


def extended(tree: Node) -> Iterator[Path]:
    """The files that a spec as it was read extends, one after the other, once `spec_tree` has seen that there is an
    end."""
    while (extends := tree.child("extends")) is not None:
        path = Path(str(absolute(extends.value)))
        yield path
        tree = load(path)


def resolve(tree: Node, found: Sequence[Problem] = (), *, named_by: NamedBy = NamedBy.FILE) -> Resolved:
    """The spec that a tree of sections is; raises as `load_spec`, with what was found before too."""
    tree = write_out(_with_plugins(tree, named_by), named=True)
    spec = _validated(tree, list(found)).complete()
    return Resolved(spec, {key: _origin(key, tree) for key, _ in leaves(spec.dump())})


def derive(spec: Spec, overrides: Mapping[str, Any]) -> Spec:
    """Another complete spec: plain values under dotted keys on top of this one, as if given on the command line.

    Raises:
        SpecError: they do not fit, with every problem.
    """
    place = Place("derived")
    changes = Node({}, place, place)
    for key, value in overrides.items():
        changes = combine(changes, write_out(nested(key.split("."), tree_of(value, place), place)))
    return _validated(write_out(merge(tree_of(spec.dump(), place), changes), named=True), []).complete()


def tree_of(data: Any, place: Place) -> Node:
    """Plain data as a tree in which everything has the one place."""
    if isinstance(data, dict):
        return Node({key: tree_of(value, place) for key, value in data.items()}, place, place)
    if isinstance(data, list):
        return Node([tree_of(value, place) for value in data], place, place)
    return Node(data, place, place)


def nested(keys: Sequence[str], tree: Node, place: Place) -> Node:
    """The tree under dotted keys: ``a.b`` gives {a: {b: tree}}."""
    for key in reversed(keys):
        tree = Node({key: tree}, place, place)
    return tree


def dump_yaml(spec: Spec) -> str:
    """A spec as YAML, its sections in their order; `load_spec` of it gives the identical spec."""
    return dump(spec.dump())


def leaves(data: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Any]]:
    """Every scalar of plain data with its path; an empty mapping or list counts as one."""
    below = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    if not below:
        yield path, data
    for key, value in below:
        yield from leaves(value, (*path, key))


def file_tree(path: Path, extended_by: tuple[Path, ...] = ()) -> Node:
    """The tree of a file on top of those that it extends."""
    return spec_tree(load(path), (*extended_by, path.resolve()))


def spec_tree(tree: Node, chain: tuple[Path, ...] = ()) -> Node:
    """A tree as it was read on top of those that it extends; ``chain`` are the files that led to it."""
    if not isinstance(tree.value, dict):
        raise _refusal(tree.place, "", f"expected the sections of a spec, got {shown(tree.plain())}")
    plan = next((key for key in PLANS if key in tree.value), None)
    if plan is not None and "base" in tree.value:
        raise _refusal(tree.value[plan].key, plan, f"this file is a plan for {PLANS[plan]}, not a spec")
    extends = tree.value.get("extends")
    tree = write_out(replace(tree, value={key: node for key, node in tree.value.items() if key != "extends"}))
    return tree if extends is None else merge(_base(extends, chain), tree)


def _base(extends: Node, chain: tuple[Path, ...]) -> Node:
    if not isinstance(extends.value, str) or not extends.value:
        raise _refusal(extends.place, "extends", f"expected the path of another spec, got {shown(extends.plain())}")
    path = Path(str(absolute(extends.value)))
    if path.resolve() in chain:
        circle = " → ".join(file.name for file in (*chain[chain.index(path.resolve()) :], path))
        raise _refusal(extends.place, "extends", f"goes in a circle: {circle}")
    if not path.is_file():
        raise _refusal(extends.place, "extends", f"there is no such file: {path}")
    return file_tree(path, chain)


def overrides_tree(overrides: Sequence[str], shape: Shape = SPEC) -> tuple[Node, list[Problem]]:
    """All overrides as one tree, so that their order does not matter, and what is wrong with the others."""
    nowhere = Place("command line")
    tree = Node({}, nowhere, nowhere)
    found: list[Problem] = []
    for override in overrides:
        try:
            tree = combine(tree, write_out(_override_tree(override), shape))
        except SpecError as error:
            found += error.problems
    return tree, found


def _override_tree(override: str) -> Node:
    """``a.b=value`` as the tree {a: {b: value}}."""
    place = Place(f"command line: {override}")
    key, equals, value = override.partition("=")
    keys = key.split(".")
    if not equals or not all(keys):
        raise _refusal(place, "", "expected key=value, as in optimizer.learning_rate=0.01")
    if key == "extends":
        raise _refusal(place, key, "stands in a spec file, not on the command line")
    return nested(keys, parse(value, place), place)


def combine(first: Node, second: Node, path: KeyPath = ()) -> Node:
    """Two trees of changes as one; they may not give the same key."""
    if not isinstance(first.value, dict) or not isinstance(second.value, dict):
        raise _refusal(second.place, dotted(path), f"given twice, first on the {first.place}")
    both = first.value | second.value
    for key in first.value.keys() & second.value.keys():
        both[key] = combine(first.value[key], second.value[key], (*path, key))
    return replace(first, value=both)


def _with_plugins(tree: Node, named_by: NamedBy) -> Node:
    """The tree with the files of its plugins named in full, after importing them; those of the command line are the
    user's own."""
    load_installed()
    node = tree.child("plugins")
    if node is None or not isinstance(node.value, list):
        return tree
    located, found = [_located(plugin) for plugin in node.value], []
    for plugin in located:
        try:
            load_plugin(str(plugin.value), named_by if plugin.place.line else NamedBy.USER)
        except UsageError as error:
            found.append(Problem(plugin.place, "plugins", str(error)))
    if found:
        raise SpecError(found)
    return merge(tree, Node({"plugins": replace(node, value=located)}, tree.place, tree.key))


def _located(plugin: Node) -> Node:
    """A plugin's file by its absolute path, a module by its name."""
    given = plugin.value
    if not isinstance(given, str):
        raise _refusal(plugin.place, "plugins", f"expected a file or a module, got {shown(plugin.plain())}")
    return replace(plugin, value=present(str(absolute(given))) if is_file(given) else given)


def _validated(tree: Node, found: list[Problem]) -> Spec:
    """The tree as a spec; raises `SpecError` with what was found before and what is found here."""
    data, failed = tree.plain(), set()
    try:
        spec = Spec.model_validate(data)
    except ValidationError as error:
        found = found + problems(error, tree)
        failed = {detail["loc"][0] for detail in error.errors()}
        spec = Spec.model_validate({key: value for key, value in data.items() if key not in failed})
    for clash in contradictions(spec):
        if not failed & {clash.key[0], clash.other[0]}:
            node, _ = tree.nearest(clash.key)
            found.append(Problem(node.key, dotted(clash.key), clash.what))
    if found:
        raise SpecError(sorted(found, key=_order))
    return spec


def _order(problem: Problem) -> tuple[bool, str, int, int]:
    """Files before the command line, and each from its top."""
    place = problem.place
    return place.line is None, place.source, place.line or 0, place.column or 0


def _origin(key: KeyPath, tree: Node) -> Place:
    """The place of the value that decided this leaf."""
    node, depth = tree.nearest(key)
    return node.place if depth == len(key) else DEFAULT


def _refusal(place: Place, key: str, what: str) -> SpecError:
    return SpecError([Problem(place, key, what)])
