"""A plan: a file that describes many experiments, by the spec they start from and by what is done to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import ValidationError

from dlx.component import Options
from dlx.errors import Problem, SpecError
from dlx.spec.inheritance import PLANS, extended, spec_tree
from dlx.spec.loader import Resolved, resolve
from dlx.spec.messages import problems_of
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
    """

    name: str
    base: Resolved
    tree: Node
    options: Section
    places: Node
    named_by: NamedBy

    def text(self) -> str:
        """The complete plan as YAML: `load_plan` of it gives the same."""
        return dump({NAME: self.name, BASE: self.base.spec.dump(), **plain(self.options)})

    def resolved(self, changes: Node) -> Resolved:
        """The complete spec with a tree of changes on top of the base, and the places of its values.

        Raises:
            SpecError: with every problem, each at its place.
        """
        return resolve(merge(self.tree, write_out(changes)), named_by=self.named_by)


def kind_of(path: Path) -> str | None:
    """The key by which a file is a plan: ``search`` or ``variants``; None where it is something else.

    Raises:
        SpecError: it cannot be read.
    """
    tree = load(path)
    keys = tree.value if isinstance(tree.value, dict) else {}
    return next((key for key in PLANS if key in keys), None) if BASE in keys else None


def load_plan(
    path: Path | Node, overrides: Sequence[str], record: type[Section], named_by: NamedBy = NamedBy.FILE
) -> Plan[Section]:
    """The plan of a file, or of the tree of one, with ``key=value`` on top.

    ``base.`` in front of a key means the spec, everything else the plan. ``base`` is the path of a spec, meant from the
    plan's folder, or a spec itself.

    Args:
        path: of the file; a tree has its base in it, as its sections.
        overrides: such as ``base.training.epochs=3`` and ``seeds=5``.
        record: what the file holds besides `base` and `name`.
        named_by: who names its plugins, as for `load_spec`.

    Raises:
        SpecError: with every problem of the plan and of the spec, each at its place.
    """
    tree, files = (path, []) if isinstance(path, Node) else (load(path), [path])
    if not isinstance(tree.value, dict):
        raise SpecError([Problem(tree.place, "", f"expected the sections of a plan, got {excerpt(tree.plain())}")])
    _refuse_other(tree, record)
    for_base = [text.removeprefix(f"{BASE}.") for text in overrides if text.startswith(f"{BASE}.")]
    shape = Shape((record,))
    changes, all_problems = overrides_tree([text for text in overrides if not text.startswith(f"{BASE}.")], shape)
    tree = merge(write_out(tree, shape), changes)
    assert isinstance(tree.value, dict)
    rest = replace(tree, value={key: node for key, node in tree.value.items() if key not in (BASE, NAME)})
    options, base_tree, base = None, None, None
    try:
        options = record.model_validate(rest.plain())
    except ValidationError as error:
        all_problems += problems_of(error, rest, shape)
    try:
        base_tree, base, named_by = _base(tree, for_base, namer(files, named_by))
        name = _name(tree.child(NAME), base)
    except SpecError as error:
        all_problems += error.problems
    if all_problems or options is None or base is None or base_tree is None:
        raise SpecError(all_problems)
    return Plan(name, base, base_tree, options, rest, named_by)


def _refuse_other(tree: Node, record: type[Options]) -> None:
    """One sentence in place of all keys, where the file is a spec or a plan for another command."""
    mine = [key for key in PLANS if key in record.model_fields]
    if any(tree.child(key) is not None for key in mine):
        return
    command = PLANS[mine[0]]
    other = next((key for key in PLANS if tree.child(key) is not None), None)
    if other is not None:
        what = f"this file is a plan for {PLANS[other]}, not for {command}"
        raise SpecError([Problem(tree.place, other, what)])
    if tree.child(BASE) is None and any(tree.child(key) is not None for key in Spec.model_fields if key != NAME):
        base = f"`base: {Path(tree.place.source).name}`"
        what = f"this file is a spec; {command} takes a plan, with {base} and `{mine[0]}:`"
        raise SpecError([Problem(tree.place, "", what)])


def _base(tree: Node, overrides: Sequence[str], named_by: NamedBy) -> tuple[Node, Resolved, NamedBy]:
    """The spec that a plan starts from, as a tree and resolved, and who names its plugins."""
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
    return base, resolve(base, override_problems, named_by=named_by), named_by


def _name(node: Node | None, base: Resolved) -> str:
    """The plan's own name, else the spec's; checked as that of a spec."""
    if node is None:
        return base.spec.name
    changes = Node({NAME: node}, node.place, node.place)
    try:
        return type(base.spec).model_validate({**base.spec.dump(), NAME: node.plain()}).name
    except ValidationError as error:
        raise SpecError(problems_of(error, changes, SPEC)) from None
