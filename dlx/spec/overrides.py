"""Overrides: changes of a spec under dotted keys, as one tree."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from dlx.errors import LONGEST_KEY, Place, Problem, SpecError
from dlx.spec.key_examples import example_of
from dlx.spec.keys import keys
from dlx.spec.shapes import SPEC, Shape, write_out
from dlx.spec.tree import KeyPath, Node, dotted
from dlx.spec.yaml_text.limits import MAX_DEPTH
from dlx.spec.yaml_text.reading import parse
from dlx.text import place_of_settings, plain_signs, quoted, shorten


def overrides_tree(overrides: Sequence[str], shape: Shape = SPEC) -> tuple[Node, list[Problem]]:
    """All overrides as one tree, so that their order does not matter, and what is wrong with the others.

    >>> tree, problems = overrides_tree(["optimizer=adam", "seed=2", "optimizer.beta1=0.8", "seed=3"])
    >>> tree.plain()
    {'optimizer': {'name': 'adam', 'beta1': 0.8}, 'seed': 2}
    >>> print(*problems)
    settings: seed=3: seed: given twice, first as seed=2
    """
    nowhere = Place(place_of_settings())
    trees: list[Node] = [Node({}, nowhere, nowhere)]
    problems: list[Problem] = []
    for words in in_words(overrides):
        try:
            trees.append(write_out(_override_tree(words), shape))
        except SpecError as error:
            problems += error.problems
    return combine(trees, problems), problems


def in_words(overrides: Sequence[str]) -> list[list[str]]:
    """The arguments that belong to each setting: one, unless spaces stand around ``=``, or in a list without quotes.

    >>> in_words(["seed=2", "training.epochs", "=", "10", "architecture.hidden=[64,", "32]"])
    [['seed=2'], ['training.epochs', '=', '10'], ['architecture.hidden=[64,', '32]']]
    """
    groups: list[list[str]] = []
    for word in overrides:
        before = " ".join(groups[-1]) if groups else ""
        is_open = bool(before) and (_is_open(before) or ("=" not in word and before.endswith(("=", ":"))))
        is_open |= bool(before) and "=" not in f"{before}{word}" and (before in keys() or _is_dashed(before))
        if is_open or (before and word.startswith("=") and "=" not in before):
            groups[-1].append(word)
        else:
            groups.append([word])
    return groups


def _is_open(text: str) -> bool:
    """Whether a bracket or brace waits for its end."""
    return any(text.count(left) > text.count(right) for left, right in ("[]", "{}"))


def _override_tree(words: Sequence[str]) -> Node:
    """``a.b=value`` as the tree {a: {b: value}}; raises `SpecError` where it is something else."""
    override = " ".join(words)
    place = Place(f"{place_of_settings()}: {shorten(override, LONGEST_KEY)}")
    key, equals, value = override.partition("=")
    if _is_dashed(override) and not equals:
        raise SpecError.of(place, "", f"an option begins with two hyphens: --{plain_signs(words[0]).lstrip('-')}")
    if len(words) > 1 or (equals and (key != key.strip() or key.startswith("+"))):
        what = f"a setting is one word: {quoted(_as_setting(override))}"
        raise SpecError.of(place, "", what if _as_setting(override) else what.partition(":")[0])
    if not equals or not all(key.split(".")):
        raise SpecError.of(place, "", f"expected key=value{_question(override)}")
    if key == "extends":
        raise SpecError.of(place, key, "stands in a spec file, not on the command line")
    return nested(key, parse(value, place), place)


def _question(text: str) -> str:
    """What a text without an equals sign was probably meant to be."""
    if setting := _as_setting(text):
        return f" (did you mean {quoted(setting)}?)"
    key = keys().get(text)
    return f", as in {example_of(key) if key else 'optimizer.learning_rate=0.01'}"


def _is_dashed(text: str) -> bool:
    """Whether it begins with what looks like the hyphens of an option."""
    return plain_signs(text[:1]) == "-"


def _as_setting(text: str) -> str:
    """The setting that a text was probably meant to be; empty where none can be read from it."""
    plain = plain_signs(text).strip(" \"'")
    match = re.fullmatch(r"\+*\s*([a-z_]\w*(?:\.\w+)*)\s*[=:]+\s*(\S.*)", plain)
    if match is None and (words := plain.split())[:1] and words[0] in keys():
        return f"{words[0]}={' '.join(words[1:])}" if len(words) > 1 else ""
    return f"{match[1]}={match[2]}" if match else ""


def nested(key: str, tree: Node, place: Place) -> Node:
    """The tree under a dotted key: ``a.b`` gives {a: {b: tree}}; raises `SpecError` where it is too deep for a spec."""
    keys = key.split(".")
    if len(keys) > MAX_DEPTH:
        raise SpecError.of(place, key, f"nested deeper than {MAX_DEPTH} levels")
    for part in reversed(keys):
        tree = Node({part: tree}, place, place)
    return tree


def combine(trees: Sequence[Node], problems: list[Problem], path: KeyPath = ()) -> Node:
    """Trees of changes as one; they may not give the same key: what gives it again is left out, and noted."""
    first, *others = trees
    groups: dict[str, list[Node]] = {}
    for tree in trees:
        if isinstance(first.value, dict) and isinstance(tree.value, dict):
            for key, node in tree.value.items():
                groups.setdefault(key, []).append(node)
        elif tree is not first:
            problems.append(
                Problem(tree.place, dotted(path), f"given twice, first as {str(first.place).partition(': ')[2]}")
            )
    if not others or not isinstance(first.value, dict):
        return first
    return replace(first, value={key: combine(nodes, problems, (*path, key)) for key, nodes in groups.items()})
