"""Columns: what each column of a table is taken for, and which features it becomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import Field, model_validator

from dlx.component import Options
from dlx.errors import DataError

Impute = Literal["mean", "median", "most_frequent"]
Kind = Literal["number", "category", "time", "hashed"]
Transform = Literal["none", "log", "signed_log", "quantile"]
CyclicPart = Literal["minute", "hour", "weekday", "day", "month", "yearday"]
Order = Literal["dmy", "mdy"]

OTHER = "other"  # the class of rare categories, and of those that train lacks
# The options that only some kinds have.
OF_KINDS: Mapping[str, tuple[str, ...]] = {
    "parts": ("time",),
    "order": ("time",),
    "features": ("hashed",),
    "unit": ("number",),
    "censored": ("number",),
    "invalid": ("number", "time"),
}


class ColumnOptions(Options):
    """How one column is meant, where that is not found out."""

    kind: Kind | None = Field(
        None,
        description="number; category: 0/1 features, one for each; time: dates or times, as days since 1970-01-01 or "
        "since midnight; hashed: a fixed number of 0/1 features for any texts; found out when left out",
    )
    transform: Transform | None = Field(
        None,
        description="of numbers: none; log, of values above 0; signed_log, sign(x)·ln(1 + |x|); quantile, the share of "
        "train's values below",
    )
    impute: Impute | None = Field(None, description="what stands in for missing values, in place of the source's")
    parts: Annotated[tuple[CyclicPart, ...], Field(strict=False)] | None = Field(
        None,
        description="of times: also sine and cosine of the minute, hour, weekday, day of the month, month or day of "
        "the year, so that its end lies beside its beginning; of times with a zone, those of UTC",
    )
    order: Order | None = Field(
        None, description="of times such as 01/02/2020: dmy or mdy; found out where a number above 12 tells"
    )
    features: Annotated[int, Field(ge=2, le=4096)] | None = Field(
        None, description="of hashed texts: how many features (32 when left out), of which each text sets up to 4 to 1"
    )
    unit: Annotated[str, Field(min_length=1, max_length=20)] | None = Field(
        None, description="of numbers: what stands behind them, such as kg; one without it is taken to be in it"
    )
    censored: bool | None = Field(
        None, description="of numbers: whether <0.5, ≥ 3 and 10+ are numbers, too: these limits; else they are none"
    )
    missing: Annotated[tuple[str | int | float, ...], Field(strict=False)] | None = Field(
        None, description="the marks of missing values in this column, beside empty fields, in place of the source's"
    )
    invalid: Literal["missing"] | None = Field(
        None, description="of numbers and times: missing takes what is none of them for a missing value; null: refused"
    )

    @property
    def is_about_reading(self) -> bool:
        """Whether it says no more than how the texts of a file are read, as it may of a target, too."""
        stated = {name for name in type(self).model_fields if getattr(self, name) is not None}
        return self.kind in (None, "number") and stated <= {"kind", "unit", "censored", "missing"}

    @model_validator(mode="after")
    def _options_of_the_kind(self) -> Self:
        for option, kinds in OF_KINDS.items():
            if getattr(self, option) is not None and self.kind not in kinds:
                raise ValueError(f"{option} is for columns of `kind: {'` or `kind: '.join(kinds)}`")
        if self.transform not in (None, "none") and self.kind not in (None, "number"):
            raise ValueError(f"transform is for numbers, not for columns of `kind: {self.kind}`")
        return self


@dataclass(frozen=True)
class ColumnDetails:
    """What a column has beyond its categories.

    kind: time or hashed, else None.
    impute: what stands in for missing values, where the column has a say of its own.
    is_clock: whether times are those of a day.
    rare: categories with fewer examples in train are `other`, and so are new ones; 0 where there is no such class.
    merged: train's categories that are `other` for that reason.
    indicator: whether there is a further feature, 1 where the value is missing.
    quantiles, shares: between which `transform: quantile` is linear.
    unit, censored, missing, invalid: as stated of the column.
    is_open: whether train has yet to decide on ``rare``, ``indicator`` and ``quantiles``: until then a category is its
        place among all, and a number is as it was.
    """

    kind: Literal["time", "hashed"] | None = None
    transform: Transform = "none"
    impute: Impute | None = None
    parts: tuple[CyclicPart, ...] = ()
    order: Order | None = None
    is_clock: bool = False
    features: int = 0
    rare: int = 0
    merged: tuple[str, ...] = ()
    indicator: bool = False
    quantiles: tuple[float, ...] = ()
    shares: tuple[float, ...] = ()
    unit: str | None = None
    censored: bool = False
    missing: tuple[str | int | float, ...] | None = None
    invalid: Literal["missing"] | None = None
    is_open: bool = False

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> ColumnDetails:
        """What ``to_data`` was made of."""
        options: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in data.items()
        }
        return cls(**options)

    def to_data(self) -> dict[str, Any]:
        """What differs from a plain column, as plain data."""
        return {key: value for key, value in asdict(self).items() if value != getattr(PLAIN, key)}


def description() -> str:
    """What can be stated of a column, in one line."""
    return "; ".join(f"{name}: {field.description}" for name, field in ColumnOptions.model_fields.items())


def as_key(name: str) -> str:
    """The name of a column as a key of YAML."""
    return name if name.isidentifier() else f'"{name}"'


PLAIN = ColumnDetails()
FUNCTIONS = {"none": "{}", "log": "ln({})", "signed_log": "signed_ln({})", "quantile": "quantile({})"}


class Column(NamedTuple):
    """A column as the user knows it: a number, or one of `categories`, which become a 0/1 feature each.

    Its features are those of its values, then the indicator.
    """

    name: str
    categories: tuple[str, ...] | None = None
    details: ColumnDetails = PLAIN

    @classmethod
    def from_data(cls, data: Sequence[Any]) -> Column:
        """What ``to_data`` was made of; the models of earlier runs have two entries."""
        name, categories, *details = data
        return cls(
            name,
            None if categories is None else tuple(categories),
            ColumnDetails.from_data(details[0]) if details else PLAIN,
        )

    def to_data(self) -> list[Any]:
        """The column as plain data."""
        details = self.details.to_data()
        return [self.name, self.categories, *([details] if details else [])]

    @property
    def is_coded(self) -> bool:
        """Whether its categories are numbers yet, since train has to decide which of them are rare."""
        return self.details.is_open and self.details.rare > 0 and self.categories is not None

    @property
    def has_indicator(self) -> bool:
        """Whether its last feature says that the value is missing."""
        return self.details.indicator and not self.details.is_open

    @property
    def zero_or_one(self) -> list[bool]:
        """Which of its features are 0 or 1 by their making."""
        is_zero_or_one = self.categories is not None or self.details.kind == "hashed"
        return [is_zero_or_one] * len(self.values()) + [True] * self.has_indicator

    def untransformed(self) -> Column:
        """The same column, its numbers as the data have them."""
        return self._replace(details=replace(self.details, transform="none"))

    def features(self) -> list[str]:
        """The names of the features that this column becomes."""
        return [*self.values(), *([f"{self.name} is missing"] if self.has_indicator else [])]

    def values(self) -> list[str]:
        """The names of the features of its values."""
        if self.details.kind == "hashed":
            return [f"{self.name}#{place}" for place in range(self.details.features)]
        if self.details.kind == "time":
            cyclic = [f"{self.name} {part} {wave}" for part in self.details.parts for wave in ("sin", "cos")]
            return [self.name, *cyclic]
        if self.categories is None or self.is_coded:
            return [FUNCTIONS[self.details.transform].format(self.name)]
        return [f"{self.name}={value}" for value in self.categories]


class Doubles(NamedTuple):
    """Columns of one name, by their numbers, in a table of so many columns."""

    name: str
    places: Sequence[int]
    width: int


class ColumnError(DataError):
    """A column that can be read once the spec says how it is meant.

    Args:
        column: its name, or its number where another one has its name.
        reason: what is the matter.
        remedy: the option of the source `file` that must name it.
        doubles: the columns of one name, of which all but one must be left out.
        odd: texts that do not fit the others, where it holds numbers and words.
        share: of the rows that have such a text.
    """

    def __init__(
        self,
        message: str,
        column: str | int,
        reason: str,
        remedy: str,
        odd: Sequence[str] = (),
        share: float = 1.0,
        doubles: Doubles | None = None,
    ) -> None:
        self.doubles = doubles
        self.column, self.reason, self.remedy, self.odd, self.share = column, reason, remedy, tuple(odd), share
        super().__init__(message)
