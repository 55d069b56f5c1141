"""Words that are labels of a column, though they may say in other columns that a value is missing."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from dlx.data.profile.marks import USUAL, may_be_label
from dlx.data.profile.table import TableProfile
from dlx.data.sources import File
from dlx.data.values.columns import ColumnOptions


def unmarked(source: File, name: str, words: Iterable[str]) -> File:
    """The source with a column in which those of the words are labels that may be some."""
    labels = {word for word in words if may_be_label(word)}
    missing = tuple(mark for mark in source.missing or USUAL if mark not in labels)
    return source.model_copy(update={"columns": {**(source.columns or {}), name: ColumnOptions(missing=missing)}})


def without_words(profile: TableProfile, name: str, labels: Collection[str]) -> TableProfile:
    """The profile in which these words, being labels of a column, are marks of missing values in other columns only."""
    assert profile.source is not None
    source = unmarked(profile.source, name, profile.words)
    own = {word for word, columns in profile.words.items() if set(columns) == {name} and may_be_label(word)}
    marks = {mark: column for mark, column in profile.marks.items() if mark not in own}
    missing = tuple(mark for mark in source.missing or () if mark not in own)
    if missing == USUAL:
        return replace(profile, marks=marks, source=profile.source.model_copy(update={"missing": None}))
    source = source.model_copy(update={"missing": missing})
    settings = {**profile.settings, name: f"{', '.join(sorted(labels))} is a label here"}
    return replace(profile, marks=marks, source=source, settings=settings)
