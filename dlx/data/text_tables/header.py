"""The top of a table: lines above it, such as a title, and whether its first record names the columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from itertools import pairwise

from dlx.data.tables import TableOptions
from dlx.data.values.numbers import MISSING, NumberStyle

MOST_TITLES = 20  # records above a table
Fields = Sequence[Sequence[str]]


def usual_width(records: Fields) -> int:
    """The number of fields that the first record has, or most of those that have any where others differ from it."""
    widths = Counter(len(record) for record in records if record)
    if not widths:
        return 0
    first = next(len(record) for record in records if record)
    width, count = widths.most_common(1)[0]
    return width if count > widths[first] and 2 * count > widths.total() else first


def without_titles(records: Fields) -> int:
    """The number of records above a table: those that have one field filled, or fewer than the others by two.

    One name too few is a header yet: R gives none to the names of rows (`has_row_names`).
    """
    width = usual_width(records)
    if width < 2:
        return 0
    for place, record in enumerate(records[: MOST_TITLES + 1]):
        filled = sum(bool(field.strip()) for field in record)
        if filled > 1 and (len(record) >= width or _names_all_but_rows(records[place:], width)):
            return place if any(records[:place]) else 0
    return 0


def _names_all_but_rows(records: Fields, width: int) -> bool:
    """Whether the first record names the columns of the next ones, but for the first of them."""
    rest = [record[1:] for record in records[1:] if record]
    return len(records[0]) == width - 1 and not has_header(rest, NumberStyle(), TableOptions(), ())


def has_row_names(records: Fields) -> bool:
    """Whether the first record has one field less than all others, which is the column of R's names of rows."""
    return _lacks_a_name(records) and not has_open_ends(records)


def has_open_ends(records: Fields) -> bool:
    """Whether all records but the first end in a delimiter, behind which nothing stands."""
    return _lacks_a_name(records) and not any(record[-1].strip() for record in records[1:])


def _lacks_a_name(records: Fields) -> bool:
    widths = {len(record) for record in records[1:]}
    return bool(records) and len(widths) == 1 and 1 < len(records[0]) == widths.pop() - 1


def numeric_names(columns: Collection[str | int], width: int) -> set[str]:
    """The numbers that are names, such as 2021, since there are not so many columns."""
    return {str(column) for column in columns if isinstance(column, int) and not -width <= column < width}


def has_header(records: Fields, style: NumberStyle, options: TableOptions, like: Collection[str]) -> bool:
    """Whether the first record names the columns: it has few numbers, or they stand where others have none.

    Whole numbers that ascend by one, or beside texts by any step, are names: years. Where train had none, one number is
    enough for none.
    A first record is one of the others where most of its texts come again in their columns, and it has numbers besides,
    or all of them do.
    """
    if not records:
        return True
    first, *others = records
    if "headers" in options.drop_rows:  # or names that come again would be taken for values
        others = [record for record in others if record != first]
    named = (*options.target, *options.ignore, *options.use, *options.categorical, *options.columns)
    places = set(map(str, range(len(first))))  # as the columns of a table without names are called
    stated = {name for name in named if isinstance(name, str)} - places | numeric_names(options.target, len(first))
    counted = bool(like) and all(name.isdigit() for name in like)
    if stated.intersection(map(str.strip, first)) or (like and not counted):
        return True
    numbers = [_number(field, style) for field in first]
    present = [number for field, number in zip(first, numbers, strict=True) if field.strip() not in MISSING]
    values = [number for number in numbers if number is not None]
    if _is_like_the_others(first, others, style):
        return False
    if not values or (2 * len(values) <= len(present) and not counted):
        return True
    steps = {after - before for before, after in pairwise(values)}
    are_even = len(values) > 2 and len(steps) == 1 and all(map(float.is_integer, values))
    if are_even and (steps == {1} or (max(steps) > 0 and len(values) < len(present))):
        return True
    if counted:
        return False  # a text among numbers may be a value that does not fit
    return any(
        (_number(field, style) is None) != (number is None)
        for record in others
        if len(record) == len(first)
        for field, at_top, number in zip(record, first, numbers, strict=True)
        if field.strip() not in MISSING and at_top.strip() not in MISSING
    )


def _is_like_the_others(first: Sequence[str], others: Fields, style: NumberStyle) -> bool:
    """Whether the texts of the first record come again below it in columns of texts, which names do not."""
    columns = list(zip(*(record for record in others if len(record) == len(first)), strict=True))
    texts = [
        place for place, field in enumerate(first) if field.strip() not in MISSING and _number(field, style) is None
    ]
    if not columns or len(first) < 2 or not texts:
        return False
    if any(2 * sum(_number(field, style) is not None for field in columns[place]) > len(columns[0]) for place in texts):
        return False
    again = sum(first[place] in columns[place] for place in texts)
    return again == len(texts) or (2 * again > len(texts) and len(texts) < len(first))


def _number(text: str, style: NumberStyle) -> float | None:
    """The number that a text holds in either style, where it is not missing."""
    read = None if text.strip() in MISSING else style.number(text) or style.other.number(text)
    return None if read is None else read[0]
