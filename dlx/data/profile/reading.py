"""How a table is read of which nothing is stated, also where a training would refuse it; what it takes is kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np

from dlx.data.conditions import fulfilling
from dlx.data.formats.format import TableFormat, format_of
from dlx.data.profile.changes import Changes
from dlx.data.profile.columns import ColumnProfile
from dlx.data.profile.label_words import unmarked, without_words
from dlx.data.profile.table import TableProfile
from dlx.data.sources import File
from dlx.data.table import Table
from dlx.data.text_tables.ragged_rows import RaggedRowsError
from dlx.data.values.column_store import ColumnStore
from dlx.data.values.columns import ColumnError
from dlx.data.values.packed_numbers import PackedNumbers
from dlx.data.values.rounded import EXACT
from dlx.data.values.texts import Texts, Values, as_texts
from dlx.errors import DataError


def profile_file(source: File) -> TableProfile:
    """The profile of a file, in which its target is a column like the others.

    Raises:
        DataError: it cannot be read, or holds no rows.
    """
    path = Path(source.path)
    file_format = format_of(source.path)
    assert isinstance(file_format, TableFormat), "only tables have columns"
    changes = Changes(source.model_copy(update={"target": None} | _header(source)), file_format, source.target)
    while True:
        reading = changes.source
        try:
            table, roles = file_format.columns(path, reading.options, ())
        except ColumnError as error:
            changes.heed(error)
            continue
        except RaggedRowsError as error:
            changes.heed_ragged(error)
            continue
        if table.m == 0:
            raise DataError(f"{path}: there are no examples")
        if changes.improve(table):
            continue
        table = fulfilling(table, roles.conditions, roles.options)
        places = {name: place for place, name in enumerate(table.names)}
        columns = [
            ColumnProfile(name, places[name], changes.valid(name, _content(table, name))) for name in roles.features
        ]
        return changes.profile(columns, table)


def _header(source: File) -> dict[str, bool]:
    """That the first line names the columns, where it does so since the target, such as 2021, is among them."""
    targets = source.target if isinstance(source.target, tuple) else (source.target,)
    dialect = source.dialect() if source.header is None and any(map(str.isdecimal, map(str, targets))) else None
    return {"header": True} if dialect and dialect.header else {}


def _content(table: Table, name: str) -> Values | PackedNumbers:
    """A column as the table holds it, so that what is packed stays so."""
    return table.values.stored(name) if isinstance(table.values, ColumnStore) else table.values[name]


def with_labels(profile: TableProfile, names: Iterable[str], are_quantities: bool = False) -> TableProfile:
    """The profile with these columns as labels: yes and no are words then, and long whole numbers stay exact.

    A word such as None is a label there, though it may say in other columns that nothing is there.

    are_quantities: whether numbers are none that are only told apart, so that long ones may be rounded.
    """
    columns = {column.name: column for column in profile.columns}
    for name in names:
        if profile.source is None:
            continue
        if _are_truth_values(columns[name]) or (not are_quantities and _may_be_rounded(columns[name])):
            columns[name] = _labels(profile.source, columns[name], profile.names)
        elif isinstance(columns[name].content, Texts) and profile.words:
            labels = _labels(unmarked(profile.source, name, profile.words), columns[name], profile.names)
            if labels.missing < columns[name].missing:
                present = profile.words.keys() & set(labels.counts[0].tolist())
                columns[name], profile = labels, without_words(profile, name, present)
    return replace(profile, columns=tuple(columns.values()))


def _are_truth_values(column: ColumnProfile) -> bool:
    """Whether the numbers of a column may be those that stand for yes and no."""
    return column.is_whole and column.distinct > 0 and set(column.counts[0].tolist()) <= {0.0, 1.0}


def _may_be_rounded(column: ColumnProfile) -> bool:
    finite = column.counts[0][np.isfinite(column.counts[0])] if column.is_whole else np.empty(0)
    return len(finite) > 0 and bool(np.abs(finite).max() >= EXACT)


def _labels(source: File, column: ColumnProfile, names: Collection[str]) -> ColumnProfile:
    """The column, read from the file alone and verbatim."""
    file_format = format_of(source.path)
    assert isinstance(file_format, TableFormat), "only tables have columns"
    others = tuple(dict.fromkeys((*source.ignore, *(name for name in names if name != column.name))))
    stated = {name: setting for name, setting in (source.columns or {}).items() if name == column.name}
    changes = {"target": column.name, "ignore": others, "categorical": (), "columns": stated or None}
    target = source.model_copy(update=changes)
    table, roles = file_format.columns(Path(source.path), target.options, ())
    values = fulfilling(table, roles.conditions, roles.options).values[column.name]
    if not isinstance(values, Texts) and values.dtype.kind in "if" and np.abs(values).max() < EXACT:
        return column
    return replace(column, content=as_texts(values))
