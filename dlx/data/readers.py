"""Readers: a file's name tells its format, the format its reader."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dlx.data.arrays import read_npz, read_pair
from dlx.data.csv_file import read_csv
from dlx.data.examples import Column, Examples
from dlx.data.formats import PAIRS, SUFFIXES, format_of
from dlx.data.parquet_file import read_parquet
from dlx.data.tables import TableOptions, to_examples
from dlx.errors import DataError, allowed


def read_file(path: Path, options: TableOptions, like: Sequence[Column] = ()) -> dict[str, Examples]:
    """The examples in a file under ``all``, or its parts; a table with ``like`` in exactly those columns.

    options.target names columns of a table, or the one file with the labels where the format keeps them apart.
    """
    kind = format_of(path.name)
    if kind is None:
        raise DataError(f"{path}: the name tells no format {allowed(path.suffix, SUFFIXES)}")
    if kind == "npz":
        return read_npz(path)
    if kind in PAIRS:
        return read_pair(path, Path(str(options.target[0])) if options.target else None)
    table, roles = (read_csv if kind == "csv" else read_parquet)(path, options, like)
    return {"all": to_examples(table, roles, options, like)}
