"""The sources of examples: toy sets, the digits that ship with dlx, and here the files of the user."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from dlx.component import FilePath, absolute
from dlx.data.examples import Column, Examples
from dlx.data.file_options import DropRows, Encoding, ImageShape, MissingMarks, Names, Quote, Ragged, Where
from dlx.data.files.opening import is_folder
from dlx.data.files.packing import ZIP
from dlx.data.formats.format import (
    SLASHES,
    description,
    file_of_labels,
    format_of,
    has_only_inputs,
    no_format,
    read_file,
)
from dlx.data.source import Source
from dlx.data.splitting.split_options import SplitTableOptions
from dlx.data.tables import TableOptions
from dlx.data.text_tables.dialect import Dialect, sniff
from dlx.data.toy_sets import Blobs, Circles, Digits, Moons, NoisyPoints, Spirals, Xor
from dlx.data.values.columns import OTHER, ColumnOptions, Impute
from dlx.data.values.columns import description as description_of_columns
from dlx.errors import DataError

__all__ = ["Blobs", "Circles", "Digits", "File", "Moons", "NoisyPoints", "Source", "Spirals", "Xor"]

# In every complete spec, none of them null: of before anything was found out about a file, and of before times were.
EARLIER_OPTIONS = frozenset(("path", "header", "categorical", "ignore"))
OPTIONS_BEFORE_TIMES = frozenset(("path", "categorical", "ignore", "plain"))


class File(Source):
    """A file, whose format follows from the end of its name; its rows are examples."""

    __doc__ = f"{__doc__}\n\n{description()}"

    name = "file"
    path: Annotated[FilePath, Field(description="from the folder of the spec, or absolute")]
    target: Annotated[
        str | int | Names | None,
        Field(description="tables: the column or columns to predict, by name or number (-1 is the last); else a path"),
    ] = None
    header: Annotated[
        bool | None,
        Field(
            description="CSV: whether the first line names the columns, else 0, 1, 2, …; null finds out: no header has "
            "numbers in just the fields in which all lines below it have them, and they are most of its fields"
        ),
    ] = None
    delimiter: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=1,
            description="CSV: such as ',', ';', a tab, '|' or a space, which may be several; null finds out",
        ),
    ] = None
    quote: Quote | None = None
    categorical: Annotated[Names, Field(description="tables: columns whose numbers are names of categories")] = ()
    ignore: Annotated[Names, Field(description="tables: columns to leave out")] = ()
    use: Annotated[Names | None, Field(description="tables: the only features, at least one; no `ignore` then")] = None
    impute: Annotated[
        Impute | None,
        Field(description="tables: train's mean … for missing numbers, its most frequent for missing categories"),
    ] = None
    missing_indicators: Annotated[
        bool | None,
        Field(
            description="tables: a further 0/1 feature `NAME is missing` for each column that lacks values in train; "
            "needs impute"
        ),
    ] = None
    rare: Annotated[
        Annotated[int, Field(ge=0, le=10**9)] | None,
        Field(
            description=f"tables: categories with fewer examples in train fall into one class `{OTHER}`, and so do "
            "those that train lacks; null: a row with a category that train lacks has no answer"
        ),
    ] = None
    columns: Annotated[
        dict[str, ColumnOptions] | None,
        Field(
            description="tables: by name or number, how single columns are meant, such as {sold: {kind: time}}, by "
            f"these keys: {description_of_columns()}"
        ),
    ] = None
    times: Annotated[
        bool | None,
        Field(
            description="tables: whether text of nothing but dates, or times of a day, is elapsed time, a number of "
            "days; else each day is a category; true when left out, false where `plain` is true"
        ),
    ] = None
    encoding: Encoding | None = None
    decimal: Annotated[
        Literal[".", ","] | None,
        Field(description="CSV: the decimal mark where 1,234 or 1.234 could be either; null finds out"),
    ] = None
    thousands: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=1,
            description="CSV: what stands between groups of three digits; null: a point or comma that is not the "
            "decimal mark, a space or an apostrophe",
        ),
    ] = None
    comment: Annotated[
        str | None,
        Field(min_length=1, description="CSV: how lines begin that are passed over; null finds out whether by '#'"),
    ] = None
    skip_lines: Annotated[
        Annotated[int, Field(ge=0, le=10**6)] | None,
        Field(description="CSV, XLSX: how many lines stand above the table, such as a title; null finds out"),
    ] = None
    drop_rows: DropRows | None = None
    ragged_rows: Ragged | None = None
    missing: MissingMarks | None = None
    missing_target: Annotated[
        Literal["refuse", "drop"] | None,
        AfterValidator(lambda stated: None if stated == "refuse" else stated),  # as all complete specs had it before
        Field(description="tables: drop leaves out the rows without a target; null: they are refused"),
    ] = None
    where: Where | None = None
    plain: Annotated[
        bool,
        Field(
            description="CSV: find out nothing, and read only as numbers what Python does: no marks, no grouped "
            "digits; yes and no are words, and 0012 is 12"
        ),
    ] = False
    sample_weight: Annotated[
        str | None,
        Field(
            description="tables, NPZ: the column, or the array (its name, to which _train … is added), that says how "
            "much each example counts in the cost; no feature, finite, 0 or more, divided by its mean"
        ),
    ] = None
    sheet: Annotated[
        str | None, Field(min_length=1, description="XLSX: the name of the sheet; null: the first with a table in it")
    ] = None
    image_shape: ImageShape | None = None

    @field_validator("path", mode="wrap")
    @classmethod
    def _keeps_the_slash(cls, path: object, absolute_path: Callable[[object], str]) -> str:
        """A folder ends in a slash, so that its format is known where it is no longer there."""
        result = absolute_path(path)
        if result.endswith(SLASHES):
            return result
        is_stated = isinstance(path, str) and path.endswith(SLASHES)
        file_format = format_of(result) if is_folder(result) else None
        return f"{result}/" if is_stated or (file_format is not None and file_format.is_folder) else result

    @model_validator(mode="before")
    @classmethod
    def _of_earlier_times(cls, options: Any) -> Any:
        """The options of a complete spec of before anything was found out about a file: its header was `true` then."""
        file_format = format_of(str(options.get("path"))) if isinstance(options, dict) else None
        if file_format is None:
            return options
        if options.keys() >= OPTIONS_BEFORE_TIMES and options.get("use") in ([], ()):
            options = options | {"use": None}  # it stood for all columns
        if "header" not in file_format.options and options.get("header") is True:
            return {name: value for name, value in options.items() if name != "header"}
        if "plain" in file_format.options and options.keys() >= EARLIER_OPTIONS and "plain" not in options:
            return {**options, "plain": True}
        if options.keys() >= OPTIONS_BEFORE_TIMES or "times" in options or "times" not in file_format.options:
            return options
        return {**options, "times": not options.get("plain")}

    @model_validator(mode="before")
    @classmethod
    def _target_as_path(cls, options: Any) -> Any:
        """The labels' file, for formats that have them in a file of their own."""
        if isinstance(options, dict) and "target" in options and has_only_inputs(str(options.get("path"))):
            return {**options, "target": absolute(options["target"])}
        return options

    @model_validator(mode="after")
    def _fits_the_format(self) -> Self:
        file_format = format_of(self.path)
        if file_format is None and self.path.lower().endswith(ZIP):
            return self  # what is in the archive tells it, or is at fault, when it is read
        if file_format is None:
            raise ValueError(no_format(Path(self.path)))
        if file_format.has_only_inputs and self.target is not None and not has_only_inputs(str(self.target)):
            raise ValueError(f"target must be the path of {file_of_labels()} with the labels, got {self.target!r}")
        if self.use == ():
            raise ValueError("use names no column, so that there would be no features: name some, or leave it out")
        if self.use is not None and self.ignore:
            raise ValueError("use and ignore exclude each other: state the features, or the other columns")
        imputes = [self.impute, *(column.impute for column in (self.columns or {}).values())]
        if self.missing_indicators and not any(imputes):
            raise ValueError("missing_indicators need `impute`: something must stand in for what is missing")
        for option in (field.name for field in fields(TableOptions)):
            stated = getattr(self, option) != type(self).model_fields[option].default
            if stated and option not in file_format.options and option != "image_shape":
                raise ValueError(f"{option} does not apply to {file_format.name} files")
        return self

    def load(self) -> dict[str, Examples]:
        return self.load_like(())

    def load_with(self, split_columns: Mapping[str, str | int], as_features: bool = False) -> dict[str, Examples]:
        if not split_columns:
            return self.load()
        options = {field.name: getattr(self.options, field.name) for field in fields(TableOptions)}
        return self._read(SplitTableOptions(**options, split_columns=split_columns, as_features=as_features), ())

    def load_like(self, columns: Sequence[Column]) -> dict[str, Examples]:
        return self._read(self.options, columns)

    def _read(self, options: TableOptions, columns: Sequence[Column]) -> dict[str, Examples]:
        parts, file_format = read_file(Path(self.path), options, columns), format_of(self.path)
        if self.sample_weight is not None and any(examples.weights is None for examples in parts.values()):
            raise DataError(f"{self.path}: sample_weight: there is no column {self.sample_weight!r}")
        if self.image_shape is None or (file_format is not None and file_format.is_folder):
            return parts
        return {part: replace(examples, image_shape=self.image_shape) for part, examples in parts.items()}

    @property
    def options(self) -> TableOptions:
        """What it takes to read another file the same way."""
        target = self.target if isinstance(self.target, tuple) else () if self.target is None else (self.target,)
        stated = {field.name: getattr(self, field.name) for field in fields(TableOptions)}
        present = {name: value for name, value in stated.items() if value is not None}
        return TableOptions(**present | {"target": target, "times": bool(self.times)})

    @property
    def is_earlier(self) -> bool:
        """Whether it is one of a complete spec of before there were times, when 0/1 features were scaled too."""
        return self.times is None

    def dialect(self) -> Dialect | None:
        """How the file is written, where its format leaves that open."""
        file_format = format_of(self.path)
        has_dialect = file_format is not None and "delimiter" in file_format.options
        return sniff(Path(self.path), self.options) if has_dialect else None
