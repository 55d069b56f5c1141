"""From a spec file and overrides to a complete spec that knows where each of its values comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from dlx.component import absolute
from dlx.errors import LONGEST_KEY, Place, Problem, SpecError, UsageError, shortened
from dlx.spec.contradictions import contradictions
from dlx.spec.messages import problems_of
from dlx.spec.number_files import read_number_files
from dlx.spec.paths import unreadable
from dlx.spec.plugin_sources import is_file
from dlx.spec.plugins import load_installed
from dlx.spec.sections import Spec
from dlx.spec.short_forms import DEFAULT, SPEC, Shape, write_out
from dlx.spec.tree import KeyPath, Node, dotted, excerpt, merge
from dlx.spec.trust import NamedBy, lies_in_results, present
from dlx.spec.trust import load as load_plugin
from dlx.spec.yaml_text.limits import MAX_DEPTH
from dlx.spec.yaml_text.reading import load, parse
from dlx.spec.yaml_text.writing import dump

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
    changes, problems = overrides_tree(overrides)
    root = load(path)
    tree = spec_tree(root, (path.resolve(),))
    if tree.child("plugins") is not None:
        named_by = namer([path, *extended(root)], named_by)
    return resolve(merge(tree, changes), problems, named_by=named_by)


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


def tree_of(data: Any, place: Place) -> Node:
    """Plain data as a tree in which everything has the one place."""
    if isinstance(data, dict):
        return Node({key: tree_of(value, place) for key, value in data.items()}, place, place)
    if isinstance(data, list):
        return Node([tree_of(value, place) for value in data], place, place)
    return Node(data, place, place)


def nested(key: str, tree: Node, place: Place) -> Node:
    """The tree under a dotted key: ``a.b`` gives {a: {b: tree}}; raises `SpecError` where it is too deep for a spec."""
    keys = key.split(".")
    if len(keys) > MAX_DEPTH:
        raise _refusal(place, key, f"nested deeper than {MAX_DEPTH} levels")
    for part in reversed(keys):
        tree = Node({part: tree}, place, place)
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
        raise _refusal(tree.place, "", f"expected the sections of a spec, got {excerpt(tree.plain())}")
    plan = next((key for key in PLANS if key in tree.value), None)
    if plan is not None and "base" in tree.value:
        raise _refusal(tree.value[plan].key, plan, f"this file is a plan for {PLANS[plan]}, not a spec")
    extends = tree.value.get("extends")
    tree = write_out(replace(tree, value={key: node for key, node in tree.value.items() if key != "extends"}))
    return tree if extends is None else merge(_base(extends, chain), tree)


def _base(extends: Node, chain: tuple[Path, ...]) -> Node:
    if not isinstance(extends.value, str) or not extends.value:
        raise _refusal(extends.place, "extends", f"expected the path of another spec, got {excerpt(extends.plain())}")
    path = Path(absolute_path(extends, "extends"))
    if why := unreadable(path):
        raise _refusal(extends.place, "extends", f"{why}: {path}")
    if path.resolve() in chain:
        circle = " → ".join(file.name for file in (*chain[chain.index(path.resolve()) :], path))
        raise _refusal(extends.place, "extends", f"goes in a circle: {circle}")
    return file_tree(path, chain)


def overrides_tree(overrides: Sequence[str], shape: Shape = SPEC) -> tuple[Node, list[Problem]]:
    """All overrides as one tree, so that their order does not matter, and what is wrong with the others."""
    nowhere = Place("command line")
    trees: list[Node] = [Node({}, nowhere, nowhere)]
    problems: list[Problem] = []
    for override in overrides:
        try:
            trees.append(write_out(_override_tree(override), shape))
        except SpecError as error:
            problems += error.problems
    return combine(trees, problems), problems


def _override_tree(override: str) -> Node:
    """``a.b=value`` as the tree {a: {b: value}}."""
    place = Place(f"command line: {shortened(override, LONGEST_KEY)}")
    key, equals, value = override.partition("=")
    if not equals or not all(key.split(".")):
        raise _refusal(place, "", "expected key=value, as in optimizer.learning_rate=0.01")
    if key == "extends":
        raise _refusal(place, key, "stands in a spec file, not on the command line")
    return nested(key, parse(value, place), place)


def combine(trees: Sequence[Node], problems: list[Problem], path: KeyPath = ()) -> Node:
    """Trees of changes as one; they may not give the same key: what gives it again is left out, and noted."""
    first, *others = trees
    groups: dict[str, list[Node]] = {}
    for tree in trees:
        if isinstance(first.value, dict) and isinstance(tree.value, dict):
            for key, node in tree.value.items():
                groups.setdefault(key, []).append(node)
        elif tree is not first:
            problems.append(Problem(tree.place, dotted(path), f"given twice, first on the {first.place}"))
    if not others or not isinstance(first.value, dict):
        return first
    return replace(first, value={key: combine(nodes, problems, (*path, key)) for key, nodes in groups.items()})


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
        raise _refusal(plugin.place, "plugins", f"expected a file or a module, got {excerpt(plugin)}")
    if is_file(name):
        return replace(plugin, value=present(absolute_path(plugin, "plugins")))
    if not all(part.isidentifier() for part in name.split(".")):
        what = f"expected a file (layers.py, lib/layers.py) or a module (lab.layers), got {excerpt(plugin)}"
        raise _refusal(plugin.place, "plugins", what)
    return plugin


def absolute_path(node: Node, key: str) -> str:
    """The path that a node of text stands for; raises `SpecError` with its place where no file can have it."""
    try:
        return str(absolute(node.value))
    except ValueError as error:
        raise _refusal(node.place, key, str(error)) from None


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


def _refusal(place: Place, key: str, what: str) -> SpecError:
    return SpecError([Problem(place, key, what)])
