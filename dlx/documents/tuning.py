"""The document of a search, ``tune.json``: what was searched, each setting, and what the best came to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, cast

from dlx.documents.brief import Brief
from dlx.documents.reading import of_hint
from dlx.stats.intervals import Estimate
from dlx.training.stored import Shape, shape_of
from dlx.words import Status


@dataclass(frozen=True, kw_only=True)
class SearchedDimension:
    """A hyperparameter and its scale; a choice has no ends."""

    key: str
    scale: str
    low: float | None = None
    high: float | None = None
    integer: bool | None = None
    choices: list[Any]

    def to_document(self) -> dict[str, Any]:
        """As ``tune.json`` has it; of a choice the ends are not there."""
        return {key: value for key, value in asdict(self).items() if value is not None}


@dataclass(frozen=True)
class RoundRegion:
    """Where a round has searched, in values: the two ends of a number, the options of a choice."""

    round: int
    region: dict[str, list[Any]]


@dataclass(frozen=True)
class TrialRecord:
    """A setting and what it came to; ``at`` is its place on the scales, ``trials`` are the keys of its trainings."""

    index: int
    round: int
    settings: dict[str, Any]
    at: dict[str, float]
    value: float | None
    status: Status
    epoch: int
    seconds: float
    message: str
    trials: list[str]


@dataclass(frozen=True)
class FinalistRecord:
    """One of the best settings: its value in the search, and in so many fresh trainings; None where one diverged."""

    index: int
    settings: dict[str, Any]
    search: float
    fresh: Estimate | None
    seeds: int


@dataclass(frozen=True)
class ConfirmationResult:
    """What came of training the best settings and the base again.

    ``winner`` is the index of the best one, ``base`` and ``test`` are estimates of the objective of the base and of the
    winner's error on test, ``gain`` is the change of the dev error from the base to the winner.
    """

    finalists: list[FinalistRecord]
    winner: int | None
    base: Estimate | None
    gain: Estimate | None
    test: Estimate | None

    @property
    def best(self) -> FinalistRecord | None:
        """The winner among the finalists."""
        return next((finalist for finalist in self.finalists if finalist.index == self.winner), None)


@dataclass(frozen=True)
class Importance:
    """The share of the explained variance that a hyperparameter explains alone, 0 to 1, with its 95 % interval."""

    key: str
    value: float
    low: float
    high: float


@dataclass(frozen=True, repr=False)
class TuningDocument(Brief):
    """What a search has come to so far."""

    name: str
    task: str | None
    status: Status
    method: str
    objective: str
    seeds: int
    space: list[SearchedDimension]
    rounds: list[RoundRegion]
    messages: list[str]
    counts: dict[str, int]
    confirmation: ConfirmationResult | None
    importance: list[Importance]
    best_spec: str | None
    seconds: float
    trials: list[TrialRecord]

    def details(self) -> Iterator[tuple[str, str]]:
        """What the best setting and the base came to when they were trained again."""
        if self.confirmation is None or self.best is None:
            return
        settings = ", ".join(f"{key}={value}" for key, value in self.best.settings.items())
        for name, estimate in (("best", self.best.fresh), ("base", self.confirmation.base)):
            if estimate is not None:
                what = f", {settings}" if name == "best" else ""
                yield name, f"{self.objective} {estimate.value:.4g} ({estimate.low:.4g} to {estimate.high:.4g}){what}"

    @property
    def best(self) -> FinalistRecord | None:
        """The setting that was best when confirmed."""
        return None if self.confirmation is None else self.confirmation.best

    def to_document(self) -> dict[str, Any]:
        """As ``tune.json`` has it; the keys of the confirmation stand among the others, and not before there is one."""
        document: dict[str, Any] = {}
        for key, value in asdict(self).items():
            document |= (value or {}) if key == "confirmation" else {key: value}
        return document | {"space": [dimension.to_document() for dimension in self.space]}


def shape_of_file() -> Shape:
    """What stands in ``tune.json``: the keys of the confirmation are among the others, or are not there yet."""
    own = cast(Mapping[str, Shape], shape_of(TuningDocument))
    confirmation = cast(Mapping[str, Shape], shape_of(ConfirmationResult))
    optional = {f"{key}?": shape for key, shape in confirmation.items()}
    return {key: shape for key, shape in own.items() if key != "confirmation"} | optional


def tuning_of(document: Mapping[str, Any]) -> TuningDocument:
    """What ``tune.json`` holds, which has been checked against `shape_of_file`."""
    keys = [field.name for field in fields(ConfirmationResult)]
    confirmation = {key: document.get(key) for key in keys} if "finalists" in document else None
    tuning: TuningDocument = of_hint(TuningDocument, {**document, "confirmation": confirmation})
    return tuning
