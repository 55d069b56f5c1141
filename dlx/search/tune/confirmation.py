"""Confirmation: the best settings of a search and its base, trained again in replicates that chose none of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf, sqrt

import numpy as np

from dlx.data.dataset import Dataset
from dlx.documents.tuning import ConfirmationResult, FinalistRecord, TuningDocument
from dlx.runs.files.collection import TuneDirectory
from dlx.search.best_spec import COMMAND, as_comment, estimate_text
from dlx.search.dev_set import HeldOut
from dlx.search.trials.outcome import Outcome
from dlx.search.trials.replicates import replicate
from dlx.search.trials.trial import Trial
from dlx.search.tune.candidate import Candidate, measured
from dlx.search.tune.section import Search
from dlx.show.words import minimized
from dlx.spec.loader import dump_yaml
from dlx.spec.sections import Spec
from dlx.spec.yaml_text.writing import dump_scalar
from dlx.stats.effects import clipped, effect, pooled
from dlx.stats.intervals import CONFIDENCE, Estimate
from dlx.stats.student import two_sided
from dlx.text import command
from dlx.training.build import dataset_of


@dataclass(frozen=True)
class Confirmation:
    """The finalists of a search.

    Who is best of many trials was also lucky: what it came to there is too low. In fresh replicates, which no choice
    was made by, it is what it is. The base spec is trained in them too: whether the search was worth it is a paired
    difference (see `effect`; the dev examples chose among all settings, so their chance counts as often).

    Args:
        base: the spec that the search began with.
        search: its options.
        finalists: the best settings, the best first.
        tried: settings in all.
    """

    base: Spec
    search: Search
    finalists: Sequence[Candidate]
    tried: int

    @property
    def _numbers(self) -> range:
        """Of the replicates: those after the ones that the search has used."""
        return range(self.search.seeds, self.search.seeds + self.search.fresh_seeds)

    def _trials_of(self, spec: Spec) -> list[Trial]:
        return [Trial.of(replicate(spec, number)) for number in self._numbers]

    @property
    def trials(self) -> list[Trial]:
        """What has to be trained."""
        specs = [self.base, *(finalist.spec for finalist in self.finalists if finalist.spec is not None)]
        return [trial for spec in specs for trial in self._trials_of(spec)] if self.finalists else []

    def result(self, outcomes: Mapping[str, Outcome]) -> ConfirmationResult:
        """What came of them."""
        if not self.finalists:
            return ConfirmationResult([], None, None, None, None)
        records = [self._record(finalist, outcomes) for finalist in self.finalists]
        values = [inf if record.fresh is None else record.fresh.value for record in records]
        winner = self.finalists[values.index(min(values))]
        assert winner.spec is not None
        return ConfirmationResult(
            finalists=records,
            winner=winner.index,
            base=self._fresh(self.base, outcomes),
            gain=self._gain(winner.spec, outcomes),
            test=self._pooled(winner.spec, outcomes, "test"),
        )

    def _record(self, finalist: Candidate, outcomes: Mapping[str, Outcome]) -> FinalistRecord:
        assert finalist.spec is not None
        return FinalistRecord(
            index=finalist.index,
            settings=dict(finalist.values),
            search=finalist.measured.value,
            fresh=self._fresh(finalist.spec, outcomes),
            seeds=self.search.fresh_seeds,
        )

    @cached_property
    def _dataset(self) -> Dataset:
        return dataset_of(self.base)

    @property
    def _largest(self) -> float:
        """The largest error that there can be."""
        return self._dataset.task.largest_error

    def _mine(self, spec: Spec, outcomes: Mapping[str, Outcome]) -> list[Outcome]:
        return [outcomes[trial.key] for trial in self._trials_of(spec)]

    def _fresh(self, spec: Spec, outcomes: Mapping[str, Outcome]) -> Estimate | None:
        """The objective in the fresh replicates; None where one of them diverged."""
        part, _, what = self.search.objective.partition("_")
        if what == "error":
            return self._pooled(spec, outcomes, part)
        mine = self._mine(spec, outcomes)
        if not all(outcome.usable for outcome in mine):
            return None
        values = np.array([measured(spec, self.search.objective, [outcome], None).value for outcome in mine])
        half = two_sided(CONFIDENCE, len(values) - 1) * float(values.std(ddof=1)) / sqrt(len(values))
        mean = float(values.mean())
        m = mine[0].errors[part].m if part in mine[0].errors else 1  # an objective is of no examples
        return Estimate(mean, mean - half, mean + half, m)

    def _pooled(self, spec: Spec, outcomes: Mapping[str, Outcome], part: str) -> Estimate | None:
        mine = self._mine(spec, outcomes)
        there = all(outcome.usable and part in outcome.errors for outcome in mine)
        return pooled([outcome.errors[part] for outcome in mine], self._largest) if there else None

    def _gain(self, spec: Spec, outcomes: Mapping[str, Outcome]) -> Estimate | None:
        """The change of the dev error from the base to the winner."""
        both = [self._mine(self.base, outcomes), self._mine(spec, outcomes)]
        if not all(outcome.usable and "dev" in outcome.errors for mine in both for outcome in mine):
            return None
        held_out = HeldOut(self._dataset)
        before, after = (np.stack([held_out.added(outcome) for outcome in mine]) for mine in both)
        return clipped(effect(before, after, self.tried, len(self.finalists)), self._largest)


def described_winner(
    spec: Spec, best: FinalistRecord, base: Estimate | None, document: TuningDocument, directory: TuneDirectory
) -> str:
    """The best spec as a file that opens with where it came from."""
    values = ", ".join(f"{key}={dump_scalar(value)}" for key, value in best.settings.items())
    objective = minimized(document.objective)
    lines = [
        f"Found by {document.method} in {len(document.trials)} trials ({directory.path}): {values}",
        "",
        f"{objective[0].upper()}{objective[1:]}: {best.search:.4g} in the search, where it was chosen; "
        f"{estimate_text(best.fresh)} in {best.seeds} fresh trainings; {estimate_text(base)} of the spec before.",
        f"{COMMAND}{command('train', directory.best)}",
    ]
    return f"{as_comment(lines)}\n\n{dump_yaml(spec)}"
