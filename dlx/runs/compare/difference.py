"""The difference between the dev errors of two groups of runs: paired as far as their seeds and examples allow it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import hypot, inf

import numpy as np

from dlx.documents.comparison import DEV_ERROR, ESTABLISHED, OUT_OF_FOLD_ERROR, GroupDifference
from dlx.errors import DataError, DlxError
from dlx.runs.compare.dev_mistakes import DevMistakes, Measuring
from dlx.runs.compare.groups import RunGroup
from dlx.runs.compare.out_of_fold import answers_out_of_fold, trainings_in_folds
from dlx.runs.compare.run import ComparedRun
from dlx.stats.effects import clipped
from dlx.stats.group_difference import POWER, Chance, by_example, paired_by_example, paired_by_seed, unpaired
from dlx.stats.intervals import Estimate

FEWEST = 3  # runs of a kind that tell how much seeds change; two that happen to agree look as if they changed nothing

Sides = tuple[list[ComparedRun], list[ComparedRun]]


@dataclass(frozen=True)
class Difference:
    """The dev error of one group minus that of another: below 0 the first is better.

    paired: by ``seed``, by ``example``, both or neither.
    remarks: what was left out, and why.
    measure: what is compared: the dev error, or that of all examples out of their folds.
    """

    of: str
    against: str
    estimate: Estimate
    chance: Chance
    paired: tuple[str, ...]
    counts: tuple[int, int]
    remarks: tuple[str, ...] = ()
    measure: str = DEV_ERROR

    @property
    def established(self) -> bool:
        """Whether the interval excludes 0, and that of settings moreover rests on enough runs."""
        return (self.estimate.low > 0 or self.estimate.high < 0) and not self._more_runs

    @property
    def _more_runs(self) -> int:
        """Those that each group lacks before anything can be said of other seeds."""
        return max(FEWEST - max(self.counts), 0) if self.chance.seeds else 0

    def document(self) -> GroupDifference:
        """The difference in the document of a comparison."""
        estimate = self.estimate
        return GroupDifference(
            measure=self.measure,
            of=self.of,
            against=self.against,
            value=estimate.value,
            low=estimate.low,
            high=estimate.high,
            m=estimate.m,
            runs=list(self.counts),
            paired=list(self.paired),
            about="settings" if self.chance.seeds else "networks",
            verdict=ESTABLISHED if self.established else "not established",
            better=self._better(),
            settled_by=None if self.established else self._settled_by(),
            power=POWER,
        )

    def _better(self) -> str | None:
        if self.estimate.value == 0:
            return None
        return self.of if self.estimate.value < 0 else self.against

    def _settled_by(self) -> dict[str, float | None]:
        """JSON has no infinity: null is beyond all that is reasonable."""
        advice = self.chance.advice()
        more_seeds = max(advice.more_seeds or 0, self._more_runs) or None
        needed = {"more_seeds": more_seeds, "dev_examples": advice.dev_examples}
        return {key: None if count == inf else count for key, count in needed.items() if count is not None}


def difference(of: RunGroup, against: RunGroup) -> Difference:
    """The difference of the dev errors of two groups, each with one run at least that has one.

    Runs with the same seed and the same pinned streams are a pair. Where each run of the smaller group has its partner,
    the pairs are compared, else the groups. Where moreover all runs were measured on the same dev examples, these are
    compared one by one.
    """
    pairs = _pairs(of.runs, against.runs)
    sides = pairs or (list(of.runs), list(against.runs))
    remarks = _left_out((of, against), sides)
    try:
        measured = _measured(sides)
    except DlxError as error:
        measured, remarks = None, [*remarks, f"the dev examples are not paired, because {error}"]
    estimate, chance, paired = _compared(sides, measured, pairs is not None)
    if (task := sides[0][0].task) is not None:
        estimate = clipped(estimate, task.largest_error)
    return Difference(of.label, against.label, estimate, chance, paired, _counts(sides), tuple(remarks))


def _counts(sides: Sides) -> tuple[int, int]:
    return len(sides[0]), len(sides[1])


def _pairs(of: Sequence[ComparedRun], against: Sequence[ComparedRun]) -> Sides | None:
    """The runs of both with the same random numbers, in the order of the first.

    None where some of the smaller group have no partner, and where there would be one pair among more runs: those tell
    how much seeds change. Of several runs with the same random numbers the first is the partner of the first, and so
    on.
    """
    waiting = list(against)
    pairs: list[tuple[ComparedRun, ComparedRun]] = []
    for run in of:
        partner = next((other for other in waiting if other.chance == run.chance), None)
        if partner is not None:
            waiting.remove(partner)
            pairs.append((run, partner))
    alone = len(pairs) == 1 and len(of) + len(against) > 2
    if alone or len(pairs) < min(len(of), len(against)):
        return None
    return [run for run, _ in pairs], [partner for _, partner in pairs]


def _left_out(groups: Sequence[RunGroup], sides: Sides) -> list[str]:
    """Runs without a partner."""
    remarks = []
    for group, side in zip(groups, sides, strict=True):
        left = [run.id for run in group.runs if run not in side]
        if left:
            remarks.append(f"without a partner of the same seed, so not counted: {', '.join(left)} ({group.label})")
    return remarks


def _measured(sides: Sides) -> tuple[list[DevMistakes], list[DevMistakes]]:
    """The mistakes of both sides, pairs one after the other: they are likely to have the same data."""
    k = min(map(len, sides))
    rest = [*sides[0][k:], *sides[1][k:]]
    order = [run for pair in zip(sides[0][:k], sides[1][:k], strict=True) for run in pair] + rest
    by_path = {run.run.path: mistakes for run, mistakes in zip(order, Measuring().all(order), strict=True)}
    of, against = ([by_path[run.run.path] for run in side] for side in sides)
    return of, against


def _compared(
    sides: Sides, measured: tuple[list[DevMistakes], list[DevMistakes]] | None, paired: bool
) -> tuple[Estimate, Chance, tuple[str, ...]]:
    """The difference in the way that fits, and by what it is paired."""
    seeds = ("seed",) if paired else ()
    if measured is not None and len({mistakes.examples for side in measured for mistakes in side}) == 1:
        rows, other = (np.stack([mistakes.added for mistakes in side]) for side in measured)
        alike = paired or _counts(sides) == (1, 1)
        return *(paired_by_example(rows, other) if alike else by_example(rows, other)), (*seeds, "example")
    errors, others = (np.array([run.errors["dev"].value for run in side]) for side in sides)
    examples = hypot(*(_examples(side, measured and measured[number]) for number, side in enumerate(sides)))
    finest = max(_finest(run) for side in sides for run in side)
    estimate, chance = (paired_by_seed if paired else unpaired)(errors, others, examples, finest)
    return estimate, replace(chance, m=sides[0][0].errors["dev"].m if examples else None), seeds


def _examples(side: Sequence[ComparedRun], measured: Sequence[DevMistakes] | None) -> float:
    """The half width that the dev examples add to the mean error of runs that all have the same; else their chance
    shows in the spread from seed to seed."""
    identities = [mistakes.examples for mistakes in measured] if measured else [run.fingerprint for run in side]
    errors = [run.errors["dev"] for run in side]
    halves = [(error.high - error.low) / 2 for error in errors if error.has_interval]
    return float(np.mean(halves)) if halves and len(set(identities)) == 1 else 0.0


def _finest(run: ComparedRun) -> float:
    """The least step of an error rate."""
    m = run.errors["dev"].m
    return 1 / m if m and not run.is_regression else 0.0


def out_of_fold_difference(of: RunGroup, against: RunGroup) -> Difference | None:
    """The difference of the errors of all examples out of their folds; None where either is no training in folds.

    Raises:
        DataError: their answers are gone, or the examples are not the same.
    """
    sides = [trainings_in_folds(group.runs) for group in (of, against)]
    if None in sides:
        return None
    answers = [[answers_out_of_fold(runs) for runs in side or ()] for side in sides]
    if len({each.examples for side in answers for each in side}) > 1:
        raise DataError("the examples of these trainings in folds are not the same")
    rows, others = (np.stack([each.added for each in side]) for side in answers)
    seeds = [[runs[0].settings["seed"] for runs in side or ()] for side in sides]
    is_paired = seeds[0] == seeds[1]
    compare = paired_by_example if is_paired or len(rows) == len(others) == 1 else by_example
    estimate, chance = compare(rows, others)
    if (task := of.runs[0].task) is not None:
        estimate = clipped(estimate, task.largest_error)
    paired = ("seed", "example") if is_paired else ("example",)
    counts = len(rows), len(others)
    return Difference(of.label, against.label, estimate, chance, paired, counts, measure=OUT_OF_FOLD_ERROR)
