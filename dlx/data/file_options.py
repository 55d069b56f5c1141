"""The types of those options of a file that are more than a word or a number."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from dlx.data.conditions import Stated, checked_conditions
from dlx.data.text_tables.dropped_rows import RowKind
from dlx.data.text_tables.ragged_rows import RaggedRows
from dlx.data.text_tables.text_encoding import known_encoding
from dlx.data.values.numbers import MISSING

Names = Annotated[tuple[str | int, ...], Field(strict=False)]
MissingMarks = Annotated[
    Annotated[tuple[str | int | float, ...], Field(strict=False)],
    Field(
        description="CSV: the marks of missing values, beside empty fields; null: "
        f"{', '.join(sorted(MISSING)[1:])}, but none in the columns of `categorical`"
    ),
]
Where = Annotated[
    dict[str, Stated | Annotated[tuple[Stated, ...], Field(strict=False)]],
    AfterValidator(checked_conditions),
    Field(
        description="tables: which rows are examples, such as {age: '>= 18', country: [DE, FR], status: '!= closed'}, "
        "or of a range {age: ['>= 18', '< 65']}: "
        "all conditions must hold; null is a missing value, which fulfils no other; other files are taken whole"
    ),
]
DropRows = Annotated[
    Annotated[tuple[RowKind, ...], Field(strict=False)],
    Field(
        description="CSV, XLSX: rows that are no examples: headers repeat the names of the columns, or stand directly "
        "below them and have words, such as units, over columns of numbers; totals begin with a word such as Total or "
        "Mean; null: none"
    ),
]
Ragged = Annotated[
    RaggedRows,
    Field(
        description="CSV: rows with another number of fields than the table has columns: fill takes what shorter ones "
        "lack for missing, drop leaves shorter and longer ones out; null: they are refused"
    ),
]
Encoding = Annotated[
    str,
    AfterValidator(known_encoding),
    Field(description="CSV: such as utf-8, utf-16, latin-1 or cp1252; null finds out, by the file's first bytes"),
]
Quote = Annotated[
    str,
    Field(
        max_length=1,
        description="CSV: what encloses fields that hold delimiters, a single or a double quote; '' where fields have "
        "none; null finds out",
    ),
]
ImageShape = Annotated[
    Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(strict=False, min_length=2, max_length=3)],
    Field(description="[h, w] or [h, w, c] where a row is an image; what images of a folder are resized to"),
]
