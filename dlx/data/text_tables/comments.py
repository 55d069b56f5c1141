"""Comments of a text table, and the header where it is one of them."""

from __future__ import annotations

from collections.abc import Sequence

from dlx.data.tables import TableOptions
from dlx.data.text_tables.delimiter import records_in
from dlx.data.text_tables.header import has_header, usual_width
from dlx.data.values.numbers import NumberStyle


def has_comments(lines: Sequence[str], plain: Sequence[str], delimiter: str) -> bool:
    """Whether lines begin with # and none of them could be a record."""
    width = len(next(iter(records_in(plain, delimiter)), ()))
    commented = records_in([line for line in lines if line.startswith("#")], delimiter)
    return len(commented) > 0 and plain != lines and all(len(record) != width for record in commented)


def without_comments(lines: Sequence[str], comment: str | None, names: int) -> list[str]:
    """The lines with nothing in place of comments; names: the line, from 1, of the one that is the header."""
    if comment is None:
        return list(lines)
    table = [line.lstrip(comment) if number == names else line for number, line in enumerate(lines, 1)]
    return ["\n" if line.startswith(comment) else line for line in table]


def line_of_names(lines: Sequence[str], comment: str | None, delimiter: str) -> int:
    """The line, from 1, of the comment that names the columns, as NumPy writes it above a table; 0 for none."""
    if comment is None:
        return 0
    table = [line for line in lines if not line.startswith(comment)]
    first = next((place for place, line in enumerate(lines) if line.strip() and not line.startswith(comment)), 0)
    above = next((place for place in reversed(range(first)) if lines[place].startswith(comment)), None)
    if above is None:
        return 0
    records = records_in(table, delimiter)
    names = next(iter(records_in([lines[above].lstrip(comment)], delimiter)), [])
    style = NumberStyle()
    if len(names) != usual_width(records) or len(names) < 2 or any(style.number(name) for name in names):
        return 0
    return 0 if has_header(records, style, TableOptions(), ()) else above + 1
