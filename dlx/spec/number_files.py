"""Lists of numbers that a spec gives as the path of a CSV file with one row."""

from __future__ import annotations

from pathlib import Path

from dlx.component import NumberList, absolute
from dlx.errors import Problem
from dlx.spec.paths import unreadable
from dlx.spec.shapes import SPEC, Shape
from dlx.spec.tree import KeyPath, Node, dotted

MOST_BYTES = 2**24  # of a file: a list this long is no option any more
MOST_NUMBERS = 10_000  # as many as a spec may hold in one list, because the resolved spec holds them


def read_number_files(tree: Node) -> tuple[Node, list[Problem]]:
    """A tree in which the numbers of a file stand in place of its path, and what is wrong with the files.

    Each is read once, when the spec is: the resolved spec holds the numbers, and no longer needs the file.
    """
    problems: list[Problem] = []
    return _read(tree, SPEC, (), problems), problems


def _read(node: Node, shape: Shape, path: KeyPath, problems: list[Problem]) -> Node:
    if isinstance(node.value, str) and any(isinstance(part, NumberList) for part in shape.alternatives):
        return node.holding([node.holding(number) for number in _numbers(node, path, problems)])
    if isinstance(node.value, dict):
        below = {key: _below(node, key, child, shape, path, problems) for key, child in node.value.items()}
        return node.holding(below)
    if isinstance(node.value, list):
        entries = [_below(node, number, child, shape, path, problems) for number, child in enumerate(node.value)]
        return node.holding(entries)
    return node


def _below(node: Node, key: str | int, child: Node, shape: Shape, path: KeyPath, problems: list[Problem]) -> Node:
    form = shape.child(key, node)
    return child if form is None else _read(child, form, (*path, key), problems)


def _numbers(node: Node, path: KeyPath, problems: list[Problem]) -> tuple[float, ...]:
    try:
        return numbers_of(Path(str(absolute(node.value))))
    except ValueError as error:
        problems.append(Problem(node.place, dotted(path), str(error)))
        return (0.0,)  # stands there while the rest of the spec is looked through


def numbers_of(path: Path) -> tuple[float, ...]:
    """The numbers in the one row of a CSV file, below a header if there is one; raises ValueError where it has not."""
    if why := unreadable(path):
        raise ValueError(f"{path}: {why}")
    try:
        with path.open("rb") as file:
            text = file.read(MOST_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"{path}: is no text") from None
    if text.count(",") >= MOST_NUMBERS:
        raise ValueError(f"{path}: more than {MOST_NUMBERS:,} numbers, too many for a spec")
    rows = [line.split(",") for line in text.splitlines() if line.strip()]
    row = rows[1:] if len(rows) == 2 and _has_words(rows[0]) else rows
    if len(row) != 1:
        raise ValueError(f"{path}: expected one row of numbers, found {len(row)}")
    return tuple(_number(path, cell.strip()) for cell in row[0])


def _has_words(cells: list[str]) -> bool:
    """Whether this row is a header."""
    return all(cell.strip().strip('"')[:1].isalpha() for cell in cells)


def _number(path: Path, cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        raise ValueError(f"{path}: expected a number, got {cell!r}") from None
