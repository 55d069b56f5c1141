"""What stands between the fields of a text table and around them, as its first lines have it."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from contextlib import suppress
from itertools import islice

from dlx.data.text_tables.header import Fields, has_open_ends, has_row_names, usual_width
from dlx.data.values.numbers import MISSING, NumberStyle

RECORDS = 300  # of the sample
DELIMITERS = ",;\t|"
RARE_DELIMITERS = "^~:\x01\x1f"  # where none of the usual ones divides a line, and one of these all alike
DOUBLE_DELIMITERS = ":|"
DOUBLE, SINGLE = '"', "'"
# A field between single quotes, in which such a one is doubled.
IN_SINGLE_QUOTES = re.compile(rf"(?:^|(?<=[{DELIMITERS}]))[ ]*'(?:[^']|'')*'[ ]*(?=[{DELIMITERS}\r\n]|$)")


def quote_of(lines: Sequence[str]) -> str:
    """The single quote where half of the lines have a field between such ones, and no field is otherwise quoted."""
    rest = [IN_SINGLE_QUOTES.sub("", line) for line in lines]
    count = sum(after != line for line, after in zip(lines, rest, strict=True))
    is_single = 2 * count >= max(len(lines), 2) and not any(sign in line for line in rest for sign in (DOUBLE, SINGLE))
    return SINGLE if is_single else DOUBLE


def with_double_quotes(lines: Sequence[str], quote: str) -> list[str]:
    """The lines as they would be if fields were enclosed by double quotes."""
    signs = str.maketrans({quote: DOUBLE, DOUBLE: quote} if quote else {DOUBLE: None})
    return [line.translate(signs) for line in lines]


def records_in(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    """The first records that are not empty."""
    records: list[list[str]] = []
    if delimiter == " ":
        lines = [spaced(line) for line in lines]
    with suppress(csv.Error):  # which the reading of the whole file places
        records.extend(islice(filter(None, csv.reader(lines, delimiter=delimiter, skipinitialspace=True)), RECORDS))
    return records


def spaced(line: str) -> str:
    """A line of a table whose fields have spaces or tabs between them, with none at its end."""
    return f"{line.rstrip()}\n".replace("\t", " ")


def delimiter_of(lines: Sequence[str], usual: str) -> str:
    """The one by which the records agree most, then by which most fields are numbers, then that gives most fields."""
    scores = {sign: _score(records_in(lines, sign)) for sign in dict.fromkeys(usual + DELIMITERS)}
    best = max(scores, key=lambda sign: scores[sign])
    if best != "\t" and scores[best] > (0, 0, 0):
        return best
    agreement, numbers, _ = _score(records_in(lines, " "))  # a tab is one of its spaces
    if agreement == 1 and numbers > scores["\t"][1]:
        return " "
    if scores[best] > (0, 0, 0):
        return best
    rare = {sign: _score(records_in(lines, sign)) for sign in RARE_DELIMITERS if agreement == 0}
    return next((sign for sign, (share, *_) in rare.items() if share == 1), usual)


def is_double(records: Fields, delimiter: str) -> bool:
    """Whether all fields have two delimiters between them, such as ::."""
    are_double = (len(record) > 2 and not any(record[1::2]) for record in records)
    return delimiter in DOUBLE_DELIMITERS and bool(records) and all(are_double)


def _score(records: Fields) -> tuple[float, float, int]:
    """The share of records as long as most are, that of numbers in the fields below the first, and that length."""
    width = usual_width(records)
    if width < 2:
        return 0, 0, 0
    styles = NumberStyle("."), NumberStyle(",")
    fields = [field for record in records[1:] or records for field in record]
    numbers = sum(field in MISSING or any(style.number(field) for style in styles) for field in fields)
    even = records[1:] if has_row_names(records) or has_open_ends(records) else records
    return sum(len(record) == width for record in even) / len(even), numbers / len(fields), width
