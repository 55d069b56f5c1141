"""The document of a study, ``study.json``: what came of each variant, and of each claim."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

from dlx.documents.brief import Brief, judged
from dlx.stats.intervals import Estimate
from dlx.words import Status

Side: TypeAlias = float | str | list[str] | None  # a number, a text, or names; None is a number that is none


@dataclass(frozen=True)
class ComparisonRecord:
    """One comparison of a claim; ``by`` is how far the sides lie apart, positive where it holds."""

    left: Side
    sign: str
    right: Side
    holds: bool
    by: Side


@dataclass(frozen=True)
class ClaimRecord:
    """A claim over the means of the seeds, and in how many of them it holds alone."""

    claim: str
    why: str | None
    holds: bool
    comparisons: list[ComparisonRecord]
    seeds: int
    seeds_holding: int


@dataclass(frozen=True)
class VariantRecord:
    """What came of a variant.

    Args:
        name: of the variant.
        changes: the dotted keys in which it differs from the base.
        trials, status: the keys of its trainings and how they ended, seed by seed.
        messages: why some of them diverged or failed.
        errors: of each part, pooled over the seeds.
        difference: of the dev error from the first variant.
        train_cost, epochs, seconds: means.
    """

    name: str
    changes: dict[str, Any]
    trials: list[str]
    status: list[Status]
    messages: list[str]
    errors: dict[str, Estimate]
    difference: Estimate | None
    train_cost: float | None
    epochs: float | None
    seconds: float | None


@dataclass(frozen=True, repr=False)
class StudyDocument(Brief):
    """What a study has come to; before all are trained it has neither variants nor claims."""

    name: str
    status: Status
    task: str
    seeds: int | list[int]
    seconds: float
    variants: list[VariantRecord]
    claims: list[ClaimRecord]
    pictures: list[str] | None = None  # their names; before they are drawn the key is not there

    def details(self) -> Iterator[tuple[str, str]]:
        """The dev error of each variant, its difference from the first, and whether the claims hold."""
        for variant in self.variants:
            change = f"; {judged(variant.difference, self.task)} from the first" if variant.difference else ""
            yield variant.name, f"dev error {judged(variant.errors.get('dev'), self.task)}{change}"
        yield from (("holds" if claim.holds else "does not hold", claim.claim) for claim in self.claims)

    def to_document(self) -> dict[str, Any]:
        """As ``study.json`` has it."""
        document = asdict(self)
        if self.pictures is None:
            del document["pictures"]
        return document
