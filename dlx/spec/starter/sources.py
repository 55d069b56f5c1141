"""The source of a starter spec: from the command line, and as the spec gives it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from dlx.data.profile.columns import ColumnProfile
from dlx.data.profile.table import TableProfile
from dlx.data.source import Source
from dlx.data.sources import File
from dlx.data.values.encoding import listed
from dlx.errors import DataError, Place, UsageError, hint
from dlx.spec.yaml_text.reading import parse
from dlx.spec.yaml_text.writing import dump_scalar
from dlx.synonyms import as_spelt
from dlx.text import option

# Options that are written with their reason, or follow.
DECIDED = ("name", "missing", "categorical", "ignore", "times", "columns")


def source_of(data: Path, target: list[str], **options: Any) -> File:
    """The source ``file`` with its target: names or numbers of columns, or another file; as text from a command line.

    Raises:
        UsageError: an option does not fit the file's format.
    """
    if not data.exists() and not data.suffix:
        raise UsageError(f"{data}: there is no such file or folder{_that_comes_with_dlx(data.name)}")
    columns = tuple(parse(text, Place(option("target"))).plain() for text in target)
    chosen: dict[str, Any] = {"target": columns[0] if len(columns) == 1 else columns} if columns else {}
    stated = {key: value for key, value in options.items() if value not in (None, (), [])}
    try:
        return File.model_validate({"path": str(data)} | chosen | stated)
    except ValidationError as error:
        raise UsageError(error.errors()[0]["msg"].removeprefix("Value error, ")) from None


def _that_comes_with_dlx(name: str) -> str:
    """What is to be said of a name that is no file's: the source that dlx has of it, or that it has none."""
    source = as_spelt(name, Source.members())
    if source not in Source.members():
        return hint(name, None)
    return f"; {source} comes with dlx, as data: {{source: {source}}} in a spec (dlx new --out spec.yaml writes one)"


def target_columns(profile: TableProfile, source: File) -> tuple[ColumnProfile, ...]:
    """The columns that a source is to predict; raises `DataError` where one is not there."""
    stated = source.target if isinstance(source.target, tuple) else (source.target,)
    columns = []
    for name in stated:
        if isinstance(name, int):
            columns.append(_by_number(profile, name))
        elif alike := [other for other in profile.names if other == str(name) or other.strip() == str(name).strip()]:
            columns.append(profile.column(str(name) if str(name) in alike else alike[0]))
        else:
            raise DataError(f"{profile.origin}: there is no column {name!r} {listed(str(name), profile.names)}")
    return tuple(columns)


def _by_number(profile: TableProfile, number: int) -> ColumnProfile:
    """The column of this number, from 0 or, from the end, from -1, as the file counts them."""
    width = max(profile.width, len(profile.columns))
    if not -width <= number < width and str(number) in profile.names:
        return profile.column(str(number))
    if not -width <= number < width:
        what = f"there is no column {number}, the table has {width} (counted from 0)"
        raise DataError(f"{profile.origin}: {what} {listed(str(number), profile.names)}")
    place = number % width
    for column in profile.columns:
        if column.place == place:
            return column
    reason = profile.unreadable.get(place, "it cannot be read")
    raise DataError(f"{profile.origin}: column {number} (counted from 0) is left out: {reason}")


def relative(source: File, folder: Path) -> dict[str, Any]:
    """The source as the spec gives it, its files named from the spec's folder, with what it had to find out."""
    stated = source.model_dump(mode="json", exclude_defaults=True)
    plain = {key: value for key, value in stated.items() if key not in DECIDED}
    files = {key: _relative_path(value, folder) for key, value in plain.items() if Path(str(value)).is_absolute()}
    dialect = source.dialect()
    return {"name": source.name} | plain | files | (dialect.differences(Path(source.path)) if dialect else {})


def _relative_path(path: str, folder: Path) -> str:
    """The path from the folder; that of another folder keeps its slash."""
    return os.path.relpath(path, folder) + "/" * path.endswith("/")


def block(entries: dict[str, tuple[Any, str]]) -> str:
    """The source as lines of the spec: each key with its value, and the reason behind it as a comment."""
    return "\n".join(["  source:", *(f"    {key}: {entry(value, why)}" for key, (value, why) in entries.items())])


def entry(value: Any, reason: str) -> str:
    """A value with its reason behind it as a comment."""
    text = _flow(value)
    reason = "".join(sign if sign.isprintable() else " " for sign in reason)
    return f"{text}  # {reason}" if reason else text


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(f'{dump_scalar(key)}: {_flow(inner)}' for key, inner in value.items())}}}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_flow, value))}]"
    return dump_scalar(value)
