"""The decimal mark of a text table, by its first records."""

from __future__ import annotations

from dlx.data.tables import TableOptions
from dlx.data.text_tables.header import Fields
from dlx.data.values.numbers import MISSING, NumberStyle


def decimal_mark(records: Fields, delimiter: str, options: TableOptions) -> str:
    """A comma where columns are numbers only so; where 1,234 could be either, the delimiter ; speaks for it too."""
    if options.thousands in (".", ","):
        return "," if options.thousands == "." else "."
    point, comma = NumberStyle(".", options.thousands), NumberStyle(",", options.thousands)
    marks = set[str]()  # ? for columns that could be either
    for column in zip(*(record for record in records if len(record) == len(records[0])), strict=True):
        present = [field for field in column if field.strip() not in MISSING]
        by_point = [point.number(field) is not None for field in present]
        by_comma = [comma.number(field) is not None for field in present]
        if all(by_comma) and not all(by_point):
            marks.add(",")
        elif all(by_point) and not all(by_comma):
            marks.add(".")
        elif all(by_point) and delimiter == ";" and any("," in field for field in present):
            marks.add("?")
    return "," if marks and "." not in marks else "."
