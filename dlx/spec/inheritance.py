"""Inheritance: the tree of a spec on top of those of the files that it extends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from dlx.calls import instruction
from dlx.component import absolute
from dlx.errors import SpecError
from dlx.spec.paths import readable_file
from dlx.spec.shapes import write_out
from dlx.spec.tree import Node, excerpt, merge
from dlx.spec.yaml_text.reading import load

PLANS = {"search": "tune", "variants": "study", "sweep": "study"}


def spec_tree(tree: Node, chain: tuple[Path, ...] = ()) -> Node:
    """A tree as it was read on top of those that it extends; ``chain`` are the files that led to it."""
    if not isinstance(tree.value, dict):
        raise SpecError.of(tree.place, "", f"expected the sections of a spec, got {excerpt(tree.plain())}")
    plan = next((key for key in PLANS if key in tree.value), None)
    if plan is not None and "base" in tree.value:
        raise SpecError.of(tree.value[plan].key, plan, f"this is a plan for {instruction(PLANS[plan])}, not a spec")
    extends = tree.value.get("extends")
    tree = write_out(replace(tree, value={key: node for key, node in tree.value.items() if key != "extends"}))
    return tree if extends is None else merge(_base(extends, chain), tree)


def _base(extends: Node, chain: tuple[Path, ...]) -> Node:
    if not isinstance(extends.value, str) or not extends.value:
        raise SpecError.of(
            extends.place, "extends", f"expected the path of another spec, got {excerpt(extends.plain())}"
        )
    path = readable_file(extends, "extends")
    if path.resolve() in chain:
        circle = " → ".join(file.name for file in (*chain[chain.index(path.resolve()) :], path))
        raise SpecError.of(extends.place, "extends", f"goes in a circle: {circle}")
    return spec_tree(load(path), (*chain, path.resolve()))


def extended(tree: Node) -> Iterator[Path]:
    """The files that a spec as it was read extends, one after the other, once `spec_tree` has seen that there is an
    end."""
    while (extends := tree.child("extends")) is not None:
        path = Path(str(absolute(extends.value)))
        yield path
        tree = load(path)
