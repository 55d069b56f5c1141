"""What is stated of a source, step by step, so that its table can be read, and is read as it seems to be meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from dlx.data.formats.format import TableFormat
from dlx.data.profile.columns import ColumnProfile
from dlx.data.profile.long_numbers import are_names, merged
from dlx.data.profile.marks import SAYS_MISSING, USUAL, are_marks, marks_in
from dlx.data.profile.table import TableProfile
from dlx.data.profile.text_forms import (
    FEWEST_LIMITS,
    NumberForm,
    are_codes_of_places,
    are_quantities,
    number_form,
    time_form,
)
from dlx.data.sources import File
from dlx.data.table import Table
from dlx.data.text_tables.dropped_rows import KINDS, TOTAL
from dlx.data.text_tables.ragged_rows import RaggedRowsError
from dlx.data.text_tables.regular_records import LARGE
from dlx.data.values.columns import ColumnError, ColumnOptions, Doubles
from dlx.data.values.numbers import NumberStyle
from dlx.data.values.packed_numbers import PackedNumbers
from dlx.data.values.texts import Texts, Values


class Changes:
    """What is stated of a source until nothing more is to be; target: the columns that are not to be left out."""

    def __init__(
        self, source: File, file_format: TableFormat, target: str | int | tuple[str | int, ...] | None = None
    ) -> None:
        self.source, self.file_format = source, file_format
        self.target = target if isinstance(target, tuple) else () if target is None else (target,)
        self.dropped: Mapping[str, list[int]] | None = None  # where that has been looked at
        self.marks: dict[str, str] = {}
        self.words: dict[str, tuple[str, ...]] = {}  # marks in columns of text, with these
        self.settings: dict[str, str] = {}
        self.invalid: dict[str, tuple[str, ...]] = {}
        self.units: dict[str, Mapping[str, int]] = {}
        self.doubled: dict[str, tuple[int, ...]] = {}
        self.mixed: list[str] = []
        self.long_names: dict[str, str] = {}  # of whole numbers that float64 rounds, with what it does to them
        self.unreadable: dict[str | int, str] = {}
        self.ragged: Mapping[str, Sequence[int]] = {}
        path = Path(source.path)
        if path.is_file() and path.stat().st_size < LARGE:
            self._drop_rows()

    def profile(self, columns: Iterable[ColumnProfile], table: Table) -> TableProfile:
        """The profile of a table of these columns."""
        return TableProfile(
            self.source.path,
            tuple(columns),
            table.m,
            self.source,
            self.marks,
            tuple(self.mixed),
            self.unreadable,
            dropped=self.dropped or {},
            ragged=self.ragged,
            words=self.words,
            settings=self.settings,
            units=self.units,
            width=len(table.names),
            doubled=self.doubled,
            rounded={name: rounded.in_words(table.m) for name, rounded in table.rounded.items()},
            long_names=tuple(self.long_names),
        )

    def valid(self, name: str, values: Values | PackedNumbers) -> Values | PackedNumbers:
        """The values of a column, without those that are no times in a column of times."""
        return values.without(self.invalid[name]) if name in self.invalid and isinstance(values, Texts) else values

    @cached_property
    def _style(self) -> NumberStyle:
        dialect = self.source.dialect()
        return NumberStyle(self.source.decimal or (dialect.decimal if dialect else "."), self.source.thousands)

    def improve(self, table: Table) -> bool:
        """State what a table that could be read suggests; whether that is anything, so that it must be read again."""
        texts = {name: column for name, column in table.values.items() if isinstance(column, Texts)}
        odd = any(
            name in column.different or any(map(TOTAL.fullmatch, column.different)) for name, column in texts.items()
        )
        if odd and self._drop_rows():
            return True
        if self.source.plain:
            return False
        before = self.source
        self._heed_rounded(table, texts)
        if "missing" in self.file_format.options:
            self._heed_words(texts)
        for name, column in texts.items():
            if name not in self.settings and not self._is_stated(name):
                self._heed_form(name, column)
        return self.source != before

    def _heed_rounded(self, table: Table, texts: Mapping[str, Texts]) -> None:
        """Read whole numbers that float64 rounds as text, and for numbers after all where they are no names."""
        for name in list(self.long_names):
            if name in texts and not are_names(name, texts[name]):
                reason = f"{self.long_names.pop(name)}{merged(texts[name])}"
                self._state(categorical=tuple(other for other in self.source.categorical if other != name))
                self._set(name, ColumnOptions(kind="number"), reason)
        for name, rounded in table.rounded.items():
            place = table.names.index(name)
            if not self._is_stated(name) and not {name, place, place - len(table.names)} & {*self.target}:
                self.long_names[name] = rounded.in_words(table.m)
                self._state(categorical=(*self.source.categorical, name))

    def _is_stated(self, name: str) -> bool:
        return name in (self.source.columns or {}) or name in self.source.categorical

    def _heed_words(self, texts: Mapping[str, Texts]) -> None:
        """Take words that say so for missing values, unless they are values of their column."""
        if self.source.missing is not None and not self.marks:
            return  # as the user has them
        for name, column in texts.items():
            if name in self.settings or self._is_stated(name):
                continue
            if column.is_missing.any() and "NA" in self._usual and are_codes_of_places(column.present):
                marks = tuple(mark for mark in self._usual if mark != "NA")
                self._set(name, ColumnOptions(missing=marks), "NA is a value here, as the other codes are")
                continue
            for mark in marks_in(column.present):
                self.words[mark] = (*self.words.get(mark, ()), name)
                self._mark(mark, name)

    @property
    def _usual(self) -> tuple[str | int | float, ...]:
        return USUAL if self.source.missing is None else self.source.missing

    def _heed_form(self, name: str, column: Texts) -> None:
        """Take numbers with units, censored ones and times for such, though some of the texts are none."""
        counts = dict(zip(column.different, column.counts.tolist(), strict=True))
        form = number_form({text: counts[text] for text in column.present}, self._style, SAYS_MISSING)
        if form is not None:
            self._set_form(name, form)
            return
        if are_quantities(column.present, self._style):  # of a format that tells texts from numbers
            self._set(name, ColumnOptions(kind="number"), "numbers that the file has as texts")
            return
        times = time_form(column) if self.source.times is not False else None
        if times is not None:
            self.invalid[name] = tuple(times.odd)
            self._set(name, ColumnOptions(kind="time", invalid="missing"), _those(times.odd))

    def _set_form(self, name: str, form: NumberForm) -> None:
        if form.units:
            self.units[name] = form.units
            return
        limits = f"{_listed(form.limits)} taken at that limit" if form.limits else ""
        odd = _those(form.odd) if form.odd else ""
        reasons = [f"numbers in {form.unit}" if form.unit else "", limits, odd]
        self._set(name, form.setting, "; ".join(filter(None, reasons)))

    def _set(self, name: str, setting: ColumnOptions, reason: str) -> None:
        self.settings[name] = reason
        self._state(columns={**(self.source.columns or {}), name: setting})

    def _drop_rows(self) -> bool:
        """Leave out the rows that are no examples; false where there are none, or that is done or decided already."""
        if self.dropped is not None or self.source.drop_rows is not None or self.source.plain:
            return False
        suspected = replace(self.source.options, drop_rows=KINDS)
        self.dropped = self.file_format.undue_rows(Path(self.source.path), suspected)
        if self.dropped:
            self._state(drop_rows=tuple(self.dropped))
        return bool(self.dropped)

    def heed(self, error: ColumnError) -> None:
        """State what the error asks for; raises it where that has not helped."""
        name, reason = error.column, error.reason
        if error.doubles is not None:
            name, reason = self._left_out_of(error.doubles)
        if name in self.mixed or name in self.unreadable or name in self.source.ignore:
            raise error
        if error.odd and self._drop_rows():
            return
        if error.remedy == "ignore":
            self.unreadable[name] = reason
            self._state(ignore=(*self.source.ignore, name))
            return
        name = str(name)
        form = None
        if error.odd and not self._is_stated(name) and not self.source.plain:
            form = number_form(dict.fromkeys(error.odd, 1), self._style, SAYS_MISSING, exact=FEWEST_LIMITS)
        if form is not None and not form.units:
            self._set_form(name, form)
        elif are_marks(error.odd, error.share) and not set(error.odd) & set(self.marks):
            for mark in error.odd:
                self._mark(mark, name)
        else:
            self.mixed.append(name)
            if form is not None:
                self.units[name] = form.units
            self._state(categorical=(*self.source.categorical, name))

    def heed_ragged(self, error: RaggedRowsError) -> None:
        """State what becomes of rows of another length; raises the error where that is stated, or nothing is likely."""
        if self.source.ragged_rows is not None or self.source.plain or error.likely is None:
            raise error
        self.ragged = {error.likely: error.lines}
        self._state(ragged_rows=error.likely)

    def _left_out_of(self, doubles: Doubles) -> tuple[int, str]:
        """Which of the columns of one name is left out, and why: the second, unless that is to be predicted."""
        name, (first, second, *_), width = doubles
        if {second, second - width} & {*self.target}:
            first, second = second, first
        if name in self.target:
            self.doubled[name] = (*self.doubled.get(name, (first,)), second)
        return second, f"column {first} is named {name}, too: rename one of them in the file to learn from both"

    def _mark(self, mark: str, name: str) -> None:
        """Take a text for a missing value."""
        if mark not in self.marks:
            self.marks[mark] = name
            self._state(missing=(*self._usual, mark))

    def _state(self, **options: object) -> None:
        self.source = self.source.model_copy(update=options)


def _those(texts: Sequence[str]) -> str:
    return f"{_listed(texts)} {'counts' if len(texts) == 1 else 'count'} as missing"


def _listed(texts: Sequence[str]) -> str:
    more = f" and {len(texts) - 2} more" if len(texts) > 2 else ""
    return f"{', '.join(map(repr, texts[:2]))}{more}"
