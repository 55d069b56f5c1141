"""The repair by the basic recipe, ``act`` of ``diagnosis.json``: races, what came of each remedy, and the errors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from dlx.documents.brief import Brief
from dlx.stats.intervals import Estimate
from dlx.words import percent


@dataclass(frozen=True)
class RemedyResult:
    """A remedy and its result.

    Args:
        name, against, overrides, why, notes: of the remedy.
        change: of the dev error: the effect over the replicates that confirm, or of the first one alone, without an
            interval; None where there is nothing to compare.
        replicates: that the change was measured in.
        seconds: that all its trials took.
        verdict: keep, harmful, no effect or unclear, by the interval of its effect; ``stopped`` where others were
            better before it had one that counts; ``not tried`` where there was no time, or no need after one that
            is good enough; ``failed`` where it cannot be trained.
        message: what went wrong, or why it was not tried.
        clipped: where a regression is counted as always answering the mean, since it is worse: ``before`` (the spec as
            it is) or ``after`` the remedy; its change is at least so large.
    """

    name: str
    against: str
    overrides: dict[str, Any]
    why: str
    notes: str
    change: Estimate | None
    replicates: int
    seconds: float
    verdict: str
    message: str
    clipped: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class RaceResult:
    """A race: the key of the spec that it began with, what it was against, the remedy that is kept, and all of them.

    trainings: how many it took.
    """

    baseline: str
    against: str
    kept: str | None
    remedies: list[RemedyResult]
    trainings: int = 0

    @property
    def winner(self) -> RemedyResult | None:
        """What came of the remedy that is kept."""
        return next((remedy for remedy in self.remedies if remedy.name == self.kept), None)


@dataclass(frozen=True)
class ErrorChange:
    """The mean errors of each part, of the run's own spec and of the one that the recipe has come to.

    replicates_before, replicates_after: how many these are means over; None in the files of an older dlx.
    """

    before: dict[str, Estimate]
    after: dict[str, Estimate]
    replicates_before: int | None = None
    replicates_after: int | None = None

    @property
    def means(self) -> str:
        """What they are means over, in words; empty where that is not known."""
        before, after = self.replicates_before, self.replicates_after
        if before is None or after is None:
            return ""
        if before == after:
            return f"means over {after} replicates" if after > 1 else "of one replicate"
        return f"means over {before} replicates before and {after} now"


@dataclass(frozen=True)
class BestBet:
    """The remedy that most probably helps where nothing more surely does.

    Args:
        name, against, overrides, why, notes: of the remedy.
        change, replicates: of the dev error, and that it was measured in.
        probability: that it helps.
        seeds: in how many replicates it would be certain if mean and spread stay as they are; None where its dev
            examples are too few.
        trainings, seconds: that these would take.
        examples: of dev, that would do, where no number of trainings does.
        spec: the file of the spec with it.
    """

    name: str
    against: str
    overrides: dict[str, Any]
    why: str
    notes: str
    change: Estimate | None
    replicates: int
    probability: float
    seeds: int | None
    trainings: int
    seconds: float
    examples: int | None
    spec: str | None


@dataclass(frozen=True, repr=False)
class RepairDocument(Brief):
    """What the recipe has come to; ``spec`` is the file of a better spec, ``test`` its error there, measured once.

    folds: of train and dev together, each of which was dev once in a replicate; 1 where dev was as it is.
    bet: the best of what is not certain; None where it came to a good end.
    measure: what specs were compared by in place of the error, if anything; ``errors`` are of it then.
    """

    status: str
    replicates: int
    budget: float
    seconds: float
    rounds: list[RaceResult]
    errors: ErrorChange
    verdict: str
    spec: str | None
    test: Estimate | None
    folds: int = 1
    bet: BestBet | None = None
    measure: str | None = None

    def details(self) -> Iterator[tuple[str, str]]:
        """The errors before and after, and the remedies that are kept, or the one that most probably helps."""
        for part, before in self.errors.before.items():
            after = self.errors.after.get(part, before)
            yield f"{part} error", f"{before.value:.4g} before, {after.value:.4g} now"
        winners = [race.winner for race in self.rounds if race.winner is not None]
        yield from (("kept", _typed(winner.overrides)) for winner in winners)
        if self.bet is not None:
            certainty = f"a probability of {percent(self.bet.probability)}"
            yield "best bet", f"{_typed(self.bet.overrides)} helps with {certainty}"


def _typed(overrides: dict[str, Any]) -> str:
    return ", ".join(f"{key}={value}" for key, value in overrides.items())
