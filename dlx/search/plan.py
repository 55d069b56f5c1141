"""A plan: a file that describes many experiments, by the spec they start from and by what is done to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from dlx.calls import instruction
from dlx.component import Options
from dlx.errors import Problem, SpecError
from dlx.spec.inheritance import PLANS, extended, spec_tree
from dlx.spec.loader import Resolved, resolve
from dlx.spec.messages import problems_of
from dlx.spec.moved import with_moved_files
from dlx.spec.overrides import overrides_tree
from dlx.spec.paths import readable_file
from dlx.spec.sections import Spec, plain
from dlx.spec.shapes import SPEC, Shape, write_out
from dlx.spec.tree import Node, excerpt, merge
from dlx.spec.trust import NamedBy, namer
from dlx.spec.yaml_text.reading import load
from dlx.spec.yaml_text.writing import dump

Section = TypeVar("Section", bound=Options)
BASE, NAME = "base", "name"
DEPTH = len(("search", "space", "optimizer.learning_rate"))  # keys that lead to what stands alone


@dataclass(frozen=True)
class Plan(Generic[Section]):
    """A plan as it was read.

    Args:
        name: the folder of its results under runs/.
        base: the spec that all experiments start from.
        tree: that spec as it was given, on which a tree of changes can be put (`resolved`).
        options: the rest of the file, validated.
        places: the rest of the file as a tree, in which every key and value knows its place.
        named_by: who names the plugins of the file and of its base.
        doubtful: sections of the spec that are at fault, in place of which the plan has defaults, so that what does
            not depend on them can be looked at too.
    """

    name: str
    base: Resolved
    tree: Node
    options: Section
    places: Node
    named_by: NamedBy
    doubtful: frozenset[str] = frozenset()

    def text(self) -> str:
        """The complete plan as YAML: `read_plan` of it gives the same."""
        return dump({NAME: self.name, BASE: self.base.spec.dump(), **plain(self.options)})

    def resolved(self, changes: Node) -> Resolved:
        """The complete spec with a tree of changes on top of the base, and the places of its values.

        Raises:
            SpecError: with every problem, each at its place.
        """
        return resolve(merge(self.tree, write_out(changes)), named_by=self.named_by)

    def undoubted(self, problems: Sequence[Problem]) -> list[Problem]:
        """Those of a derived spec that are not of sections which are at fault anyway, or follow from their absence."""
        if not self.doubtful:
            return list(problems)
        stated = set(self.base.spec.dump()) - self.doubtful
        return [problem for problem in problems if problem.key.split(".")[0] in stated]


def kind_of(path: Path) -> str | None:
    """The key by which a file is a plan: ``search`` or ``variants``; None where it is something else.

    Raises:
        SpecError: it cannot be read.
    """
    tree = load(path)
    keys = tree.value if isinstance(tree.value, dict) else {}
    return next((key for key in PLANS if key in keys), None) if BASE in keys else None


def read_plan(
    path: Path | Node, overrides: Sequence[str], record: type[Section], named_by: NamedBy = NamedBy.FILE
) -> tuple[Plan[Section], list[Problem]]:
    """The plan of a file, or of the tree of one, with ``key=value`` on top.

    ``base.`` in front of a key means the spec, everything else the plan. ``base`` is the path of a spec, meant from the
    plan's folder, or a spec itself. What is wrong with either comes with the plan, which then lacks what is at fault:
    who reads on finds the problems of the rest, and raises all at once.

    Args:
        path: of the file; a tree has its base in it, as its sections.
        overrides: such as ``base.training.epochs=3`` and ``seeds=5``.
        record: what the file holds besides `base` and `name`.
        named_by: who names its plugins, as for `load_spec`.

    Raises:
        SpecError: so much is wrong that there is no plan to look at, with every problem of the plan and of the spec.
    """
    tree, files = (path, []) if isinstance(path, Node) else (with_moved_files(load(path), path), [path])
    if not isinstance(tree.value, dict):
        raise SpecError([Problem(tree.place, "", f"expected the sections of a plan, got {excerpt(tree.plain())}")])
    _refuse_other(tree, record)
    for_base = [text.removeprefix(f"{BASE}.") for text in overrides if text.startswith(f"{BASE}.")]
    shape = Shape((record,))
    changes, all_problems = overrides_tree([text for text in overrides if not text.startswith(f"{BASE}.")], shape)
    tree = merge(write_out(tree, shape), changes)
    assert isinstance(tree.value, dict)
    rest = replace(tree, value={key: node for key, node in tree.value.items() if key not in (BASE, NAME)})
    options = _options(rest, record, all_problems)
    base = name = None
    try:
        base = _base(tree, for_base, namer(files, named_by), all_problems)
        name = _name(tree.child(NAME), base.resolved) if base is not None else None
    except SpecError as error:
        all_problems += error.problems
    if options is None or base is None or name is None:
        raise SpecError(sorted(all_problems, key=lambda problem: problem.place.order()))
    return Plan(name, base.resolved, base.tree, options, rest, base.named_by, base.doubtful), all_problems


def _options(tree: Node, record: type[Section], problems: list[Problem]) -> Section | None:
    """A plan without its base as its record, without the entries that are at fault; what is wrong is noted."""
    try:
        return record.model_validate(tree.plain())
    except ValidationError as error:
        problems += problems_of(error, tree, Shape((record,)))
        sound = tree.plain()
        for detail in error.errors(include_url=False):
            _remove(sound, detail["loc"])
    try:
        return record.model_validate(sound)
    except ValidationError:
        return None


def _remove(data: Any, path: Sequence[int | str]) -> None:
    """Take out the entry that a path of pydantic leads to, or the innermost that there is on the way.

    Of a range of a search, all of it: half a range would be another fault.
    """
    parents = []
    for key in path[:DEPTH]:
        if isinstance(data, dict) and key in data:
            parents.append((data, key))
            data = data[key]
    if parents:
        mapping, key = parents[-1]
        del mapping[key]


def _refuse_other(tree: Node, record: type[Options]) -> None:
    """One sentence in place of all keys, where the file is a spec or a plan for another command."""
    mine = [key for key in PLANS if key in record.model_fields]
    if any(tree.child(key) is not None for key in mine):
        return
    command = instruction(PLANS[mine[0]])
    other = next((key for key in PLANS if tree.child(key) is not None), None)
    if other is not None:
        what = f"this file is a plan for {instruction(PLANS[other])}, not for {command}"
        raise SpecError([Problem(tree.place, other, what)])
    if tree.child(BASE) is None and any(tree.child(key) is not None for key in Spec.model_fields if key != NAME):
        base = f"`base: {Path(tree.place.source).name if tree.place.line else '…'}`"
        what = f"this file is a spec; {command} takes a plan, with {base} and `{mine[0]}:`"
        raise SpecError([Problem(tree.place, "", what)])


@dataclass(frozen=True)
class _Base:
    """The spec that a plan starts from, as a tree and resolved, who names its plugins, and sections left out of it."""

    tree: Node
    resolved: Resolved
    named_by: NamedBy
    doubtful: frozenset[str] = frozenset()


def _base(tree: Node, overrides: Sequence[str], named_by: NamedBy, problems: list[Problem]) -> _Base | None:
    """The base, without the sections that are at fault, which are noted; None where nothing is left.

    Raises:
        SpecError: there is no base, or its file cannot be read.
    """
    node = tree.child(BASE)
    if node is None:
        raise SpecError([Problem(tree.place, BASE, "is missing: the path of a spec, or its sections")])
    files: list[Path] = []
    if isinstance(node.value, str) and node.value:
        file = readable_file(node, BASE)
        files, node = [file], load(file)
    elif not isinstance(node.value, dict):
        what = f"expected the path of a spec or its sections, got {excerpt(node)}"
        raise SpecError([Problem(node.place, BASE, what)])
    base = spec_tree(node, tuple(file.resolve() for file in files))
    named_by = namer([*files, *extended(node)], named_by)
    changes, override_problems = overrides_tree(overrides)
    base = merge(base, changes)
    try:
        return _Base(base, resolve(base, override_problems, named_by=named_by), named_by)
    except SpecError as error:
        problems += error.problems
        return _without(base, frozenset(problem.key.split(".")[0] for problem in error.problems), named_by)


def _without(base: Node, doubtful: frozenset[str], named_by: NamedBy) -> _Base | None:
    """The base without these sections; None where it is no spec then."""
    assert isinstance(base.value, dict)
    rest = base.holding({key: node for key, node in base.value.items() if key not in doubtful})
    try:
        return _Base(rest, resolve(rest, named_by=named_by), named_by, doubtful)
    except SpecError:
        return None


def _name(node: Node | None, base: Resolved) -> str:
    """The plan's own name, else the spec's; checked as that of a spec."""
    if node is None:
        return base.spec.name
    changes = Node({NAME: node}, node.place, node.place)
    try:
        return type(base.spec).model_validate({**base.spec.dump(), NAME: node.plain()}).name
    except ValidationError as error:
        raise SpecError(problems_of(error, changes, SPEC)) from None
