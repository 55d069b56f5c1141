"""What simple models reach beside a network, as diagnosis.json and folds.json have it, with what is not measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from dlx.documents.reading import of_hint
from dlx.stats.intervals import Estimate
from dlx.training.stored import Shape, shape_of

BETTER, WORSE, OPEN = "better", "worse", "not established"  # whether a network surely is, beside something else
HALF = 0.5  # of the examples, above which the network comes nearer by more than chance


@dataclass(frozen=True)
class NetworkDifference(Estimate):
    """The error of the network minus that of a model, below 0 where the network is better, and whether it surely is."""

    verdict: str = OPEN


@dataclass(frozen=True)
class TargetBaseline:
    """The same of one of several targets, in its own unit."""

    label: Any
    error: Estimate
    difference: NetworkDifference


@dataclass(frozen=True)
class PartBaseline:
    """The error of a model on a part, and the network beside it on the same examples.

    targets: each of several targets by itself; None of one.
    nearer: of a regression, the share of the examples to whose targets the network comes nearer, which no few large
        residuals decide; nearer than the median of train's where the model always answers the mean; None elsewhere.
    """

    error: Estimate
    difference: NetworkDifference
    targets: list[TargetBaseline] | None = None
    nearer: Estimate | None = None

    @property
    def is_surely_beaten(self) -> bool:
        """Whether the network is better by its error, or surely comes nearer to most targets."""
        return self.difference.verdict == BETTER or (self.nearer is not None and self.nearer.low > HALF)

    def to_document(self) -> dict[str, Any]:
        """As JSON has it; what there is of regressions only is there for them alone."""
        others = {"targets": self.targets, "nearer": self.nearer}
        present = {key: value for key, value in others.items() if value is not None}
        return {"error": self.error, "difference": self.difference, **present}


@dataclass(frozen=True)
class BaselineRecord:
    """A simple model: in words, how many examples of train it was fitted on, and what it reaches on each part."""

    title: str
    fitted_on: int
    parts: dict[str, PartBaseline]

    @property
    def first(self) -> PartBaseline:
        """On the part that counts."""
        return next(iter(self.parts.values()))


@dataclass(frozen=True)
class Baselines:
    """The simple models by name; or why none was looked at. Both are empty in documents of an older dlx."""

    models: dict[str, BaselineRecord] = field(default_factory=dict)
    skipped: str = ""

    shape: ClassVar[Shape] = ({"skipped?": None, "*": shape_of(BaselineRecord)}, {"skipped": str})

    def to_document(self) -> Mapping[str, Any]:
        """As JSON has it: the models under their names, or the reason alone."""
        return {"skipped": self.skipped} if self.skipped else self.models

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Baselines:
        """What ``to_document`` gave, read from a file."""
        if "skipped" in document:
            return cls(skipped=document["skipped"])
        return cls({name: of_hint(BaselineRecord, model) for name, model in document.items()})
