"""A study: named variants of a spec, trained with several seeds each, their differences and the claims about them."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from itertools import starmap
from typing import Any

import numpy as np

from dlx.data.examples import chunks
from dlx.documents.study import ClaimRecord, StudyDocument, VariantRecord
from dlx.events import Count
from dlx.runs.files.collection import StudyDirectory
from dlx.search.dev_set import HeldOut
from dlx.search.going_on import saving_what_is_reached
from dlx.search.study.claim_outcomes import ClaimAnswers, checked, variants_of
from dlx.search.study.file import Expected, Study, Variant
from dlx.search.study.measures import Measures, failed
from dlx.search.trials.outcome import Outcome
from dlx.search.trials.pool import run_trials
from dlx.search.trials.shared_data import data_of, task_of
from dlx.search.trials.trial import Trial
from dlx.spec.tree import dotted
from dlx.stats.effects import clipped, effect, pooled
from dlx.stats.group_difference import paired_by_seed
from dlx.stats.intervals import Estimate
from dlx.words import PARTS, Status


@dataclass
class StudyRun:
    """One call: trains what is missing, and returns the document.

    The trainings are run directories named by their spec, so that nothing is trained twice, whoever asks for it.

    Args:
        study: what to train.
        directory: of the study, locked.
        executor: trains.
    """

    study: Study
    directory: StudyDirectory
    executor: Executor
    outcomes: dict[str, Outcome] = field(default_factory=dict)

    def __post_init__(self) -> None:
        seeds = self.study.seeds
        self.trials = {
            variant.name: [Trial.of(spec) for spec in variant.trained(seeds)] for variant in self.study.variants
        }
        self.started, self.before = time.time(), self.directory.seconds_so_far()

    def run(self) -> Generator[Count, None, StudyDocument]:
        """Train, compare and check, counting the trainings; returns the document that ``study.json`` holds.

        A training that diverged or failed is reported as such, and the others go on.

        Raises:
            Interrupted: a signal asked to stop; everything is saved.
            EnvironmentProblem: trainings were lost with their workers, or cannot be written.
        """
        self._save_head(Status.RUNNING)
        with saving_what_is_reached(self.directory.again, self._save_head):
            yield from self._train()
        failed = any(outcome.status is Status.FAILED for outcome in self.outcomes.values())
        document = replace(
            self._head(Status.FAILED if failed else Status.COMPLETED),
            variants=[self._variant(variant) for variant in self.study.variants],
            claims=[self._claim(expected) for expected in self.study.claims],
        )
        self.directory.write_results(document.to_document())
        return document

    def _train(self) -> Iterator[Count]:
        """Seed by seed, so that after an interruption there is something of every variant."""
        by_seed = [trial for trials in zip(*self.trials.values(), strict=True) for trial in trials]
        for outcome in run_trials(by_seed, self.directory.trials, self.executor):
            self.outcomes[outcome.key] = outcome
            yield Count(len(self.outcomes), len(by_seed))

    def of(self, name: str) -> list[Outcome]:
        """What came of a variant, seed by seed."""
        return [self.outcomes[trial.key] for trial in self.trials[name]]

    def _save_head(self, status: Status) -> None:
        """Write what there is to tell before all are trained."""
        self.directory.write_results(self._head(status).to_document())

    def _head(self, status: Status) -> StudyDocument:
        seeds = self.study.seeds
        return StudyDocument(
            name=self.study.plan.name,
            status=status,
            task=task_of(self.study.variants[0].spec),
            seeds=seeds if isinstance(seeds, int) else list(seeds),
            seconds=self.before + time.time() - self.started,
            variants=[],
            claims=[],
        )

    def _variant(self, variant: Variant) -> VariantRecord:
        mine = self.of(variant.name)
        base = self.study.plan.base.spec.dump()
        usable = [outcome for outcome in mine if outcome.usable]
        parts = [part for part in PARTS if usable and part in usable[0].errors]
        largest = task_of(variant.spec).largest_error
        return VariantRecord(
            name=variant.name,
            changes=_changes(base, variant.spec.dump()),
            trials=[outcome.key for outcome in mine],
            status=[outcome.status for outcome in mine],
            messages=list(dict.fromkeys(outcome.message for outcome in mine if outcome.message)),
            errors={part: pooled([outcome.errors[part] for outcome in usable], largest) for part in parts},
            difference=self._difference(variant),
            train_cost=_mean([outcome.final.train_cost for outcome in usable if outcome.final]),
            epochs=_mean([outcome.final.epoch for outcome in mine if outcome.final]),
            seconds=_mean([outcome.seconds for outcome in mine]),
        )

    def _difference(self, variant: Variant) -> Estimate | None:
        """Of the dev error from the first variant, paired by seed and dev example (see `effect`), all intervals
        together at 95 %; by seed alone where each seed has dev examples of its own, then each interval at 95 %.

        None for the first itself, where a training has no usable end, and where the dev examples are not the same.
        """
        first = self.study.variants[0]
        both = self.of(first.name), self.of(variant.name)
        if variant is first or not all(outcome.usable and "dev" in outcome.errors for mine in both for outcome in mine):
            return None
        dataset, other = data_of(first.spec), data_of(variant.spec)
        if dataset.task != other.task or not _same_examples(dataset.parts["dev"], other.parts["dev"]):
            return None
        largest = dataset.task.largest_error
        if not self._dev_is_shared(first):
            against, of = (np.array([outcome.errors["dev"].value for outcome in mine]) for mine in both)
            return clipped(paired_by_seed(of, against, finest=1 / dataset.parts["dev"].m)[0], largest)
        held_out, others = HeldOut(dataset), len(self.study.variants) - 1
        before, after = (np.stack([held_out.added(outcome) for outcome in mine]) for mine in both)
        return clipped(effect(before, after, tried=others, confirmed=others), largest)

    def _dev_is_shared(self, variant: Variant) -> bool:
        """Whether all seeds have the same dev examples; those that are given one by one may split anew."""
        first, *rest = (data_of(spec).parts["dev"] for spec in variant.trained(self.study.seeds))
        return all(_same_examples(first, other) for other in rest)

    def _claim(self, expected: Expected) -> ClaimRecord:
        measures = {name: [_measures(outcome) for outcome in self.of(name)] for name in variants_of(expected.claim)}
        return checked(expected, measures)


def _measures(outcome: Outcome) -> ClaimAnswers:
    return failed if outcome.status is Status.FAILED else Measures(outcome.run).value


def _changes(base: Any, other: Any, path: tuple[str, ...] = ()) -> dict[str, Any]:
    """The dotted keys in which a dumped spec differs from the base; null where it has no such value any more."""
    if isinstance(base, dict) and isinstance(other, dict):
        keys = [*base, *(key for key in other if key not in base)]
        sections = [
            _changes(base.get(key), other.get(key), (*path, key)) for key in keys if base.get(key) != other.get(key)
        ]
        return {key: value for changes in sections for key, value in changes.items()}
    return {dotted(path): other}


def _same_examples(first: Any, second: Any) -> bool:
    return first.X.shape == second.X.shape and bool(
        np.array_equal(np.asarray(first.y), np.asarray(second.y))
        and all(starmap(np.array_equal, zip(chunks(first.X), chunks(second.X), strict=True)))
    )


def _mean(values: Sequence[float]) -> float | None:
    return float(np.mean(values)) if values else None
