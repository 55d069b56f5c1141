"""A Parquet file of our own: rows of texts and numbers, written with pyarrow batch by batch."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

from dlx.extras import missing_extra

BATCH = 1000  # rows
MADE_BY = {b"made by": b"dlx"}  # in the metadata
MAGIC = b"PAR1"


def of_rows(columns: Mapping[str, type], rows: Iterable[Sequence[object]]) -> bytes:
    """The file: columns of texts (``str``), whole numbers (``int``) or numbers (``float``); what is none of it is null.

    Raises:
        EnvironmentProblem: pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        raise missing_extra("pyarrow", "parquet", "writing a Parquet file") from error
    types = {str: pa.string(), int: pa.int64(), float: pa.float64()}
    schema = pa.schema([(name, types[kind]) for name, kind in columns.items()], MADE_BY)
    file, iterator = io.BytesIO(), iter(rows)
    with parquet.ParquetWriter(file, schema) as writer:
        while batch := list(islice(iterator, BATCH)):
            cells = zip(columns.values(), zip(*batch, strict=True), strict=True)
            arrays = [pa.array([_cell(kind, value) for value in column], types[kind]) for kind, column in cells]
            writer.write_batch(pa.record_batch(arrays, schema=schema))
    return file.getvalue()


def _cell(kind: type, value: object) -> object:
    is_of_kind = isinstance(value, str if kind is str else int | float)
    return kind(value) if is_of_kind else None


def is_ours(content: bytes) -> bool:
    """Whether a file is such a one."""
    return content.startswith(MAGIC) and all(word in content for pair in MADE_BY.items() for word in pair)
