"""Lists of numbers in a spec: given there, or in a CSV file of one row."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator

from dlx.paths import absolute, unreadable

MOST_BYTES = 2**24  # of a file: a list this long is no option any more
MOST_NUMBERS = 10_000  # as many as a spec may hold in one list, because the resolved spec holds them


def read_numbers(given: object) -> object:
    """A list as a tuple, a path as the numbers of that file; anything else is left to the field's own type.

    The file is read once, when the spec is: the resolved spec holds the numbers, and no longer needs the file.
    """
    if isinstance(given, list):
        return tuple(given)
    return numbers_of(Path(str(absolute(given)))) if isinstance(given, str) else given


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


Numbers = Annotated[tuple[float, ...], BeforeValidator(read_numbers, json_schema_input_type=tuple[float, ...] | str)]
