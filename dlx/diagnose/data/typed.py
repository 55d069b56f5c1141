"""Overrides that mend the data of a spec, as they are typed: another mark of missing values, a column left out."""

from __future__ import annotations

from collections.abc import Sequence

from dlx.data.formats.format import TableFormat, format_of
from dlx.data.section import SOURCES, Data
from dlx.data.sources import File
from dlx.data.values.numbers import MISSING
from dlx.diagnose.supply import words_of


def as_missing(data: Data | None, marks: Sequence[float]) -> tuple[str, ...]:
    """What makes marks of missing values of these numbers in every table of the spec; nothing where that cannot be."""
    tables = _tables(data)
    if any("missing" not in _options(table) for table in tables.values()):
        return ()
    overrides: dict[str, object] = {}
    for key, table in tables.items():
        usual = sorted(MISSING - {""}) if table.missing is None else table.missing
        numbers = [int(mark) if mark.is_integer() else mark for mark in marks]
        overrides[f"data.{key}.missing"] = [*usual, *numbers]
        if table.impute is None:
            overrides[f"data.{key}.impute"] = "median"
        if not table.missing_indicators:
            overrides[f"data.{key}.missing_indicators"] = True
    return tuple(words_of(overrides))


def left_out(data: Data | None, columns: Sequence[str]) -> tuple[str, ...]:
    """What leaves these columns out of every table of the spec; nothing where that cannot be."""
    tables = _tables(data)
    if any(table.use is not None or "ignore" not in _options(table) for table in tables.values()):
        return ()
    return tuple(words_of({f"data.{key}.ignore": [*table.ignore, *columns] for key, table in tables.items()}))


def copies_together(data: Data | None) -> tuple[str, ...]:
    """What keeps copies in one part of the split of one source; nothing where something else decides of the parts."""
    split = None if data is None else data.split
    if data is None or split is None or data.source is None or split.group or split.time or data.folds:
        return ()
    return () if split.duplicates == "together" else ("data.split.duplicates=together",)


def _tables(data: Data | None) -> dict[str, File]:
    """The sources by their keys, where all are tables; else nothing."""
    sources = {} if data is None else {key: getattr(data, key) for key in SOURCES if getattr(data, key) is not None}
    are_tables = all(
        isinstance(source, File) and isinstance(format_of(source.path), TableFormat) for source in sources.values()
    )
    return sources if are_tables else {}


def _options(table: File) -> frozenset[str]:
    file_format = format_of(table.path)
    return frozenset() if file_format is None else file_format.options
