"""A study: named variants of a spec, trained with several seeds each, their differences and the claims about them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from math import inf, isfinite
from typing import TYPE_CHECKING, Any

import numpy as np

from dlx.diagnose.effects import clipped, effect, pooled
from dlx.errors import DataError, Interrupted
from dlx.experiment import dataset_of
from dlx.locked_directory import SCHEMA_VERSION
from dlx.search.claims import Claim, Reaching, Term, Value
from dlx.search.held_out import HeldOut
from dlx.search.measures import Measures
from dlx.search.running import run_trials
from dlx.search.story import plain
from dlx.search.trials import Outcome, Trial
from dlx.tree import dotted

if TYPE_CHECKING:
    from dlx.diagnose.intervals import Estimate
    from dlx.search.claims import Outcome as Compared
    from dlx.search.directory import StudyDirectory
    from dlx.search.study_file import Expected, Study, Variant

Document = dict[str, Any]
COMPLETED, INTERRUPTED, RUNNING = "completed", "interrupted", "running"
PARTS = ("train", "train_dev", "dev", "test")


def nobody(done: int, total: int) -> None:
    """A watcher that tells nobody."""


@dataclass
class StudyRun:
    """One call: trains what is missing, and tells what came of it.

    The trainings are run directories named by their spec, so that nothing is trained twice, whoever asks for it.

    Args:
        study: what to train.
        directory: of the study, locked.
        executor: trains.
        watcher: is told how many trainings of all have ended.
    """

    study: Study
    directory: StudyDirectory
    executor: Executor
    watcher: Callable[[int, int], None] = nobody
    outcomes: dict[str, Outcome] = field(default_factory=dict)

    def __post_init__(self) -> None:
        seeds = self.study.seeds
        self.trials = {one.name: [Trial.of(spec) for spec in one.trained(seeds)] for one in self.study.variants}
        self.started = time.time()

    def run(self) -> Document:
        """Train, compare and check; returns the document that ``study.json`` holds.

        Raises:
            Interrupted: a signal asked to stop; everything is saved.
            DataError: a variant cannot be trained.
        """
        named = {trial.key: name for name, trials in self.trials.items() for trial in trials}
        by_seed = [trial for trials in zip(*self.trials.values(), strict=True) for trial in trials]
        self.directory.write_told(self._head(RUNNING))
        try:
            for outcome in run_trials(by_seed, self.directory.trials, self.executor):
                if outcome.status == "failed":
                    raise DataError(f"{named[outcome.key]}: cannot be trained: {outcome.message}")
                self.outcomes[outcome.key] = outcome
                self.watcher(len(self.outcomes), len(named))
        except Interrupted as stop:
            self.directory.write_told(self._head(INTERRUPTED))
            message = f"interrupted: dlx study --resume {self.directory.path} goes on from here"
            raise Interrupted(stop.exit_code - 128, message) from None
        document = self._head(COMPLETED) | {
            "variants": [self._variant(one) for one in self.study.variants],
            "claims": [self._claim(one) for one in self.study.claims],
        }
        self.directory.write_told(document)
        return document

    def of(self, name: str) -> list[Outcome]:
        """What came of a variant, seed by seed."""
        return [self.outcomes[trial.key] for trial in self.trials[name]]

    def _head(self, status: str) -> Document:
        seeds = self.study.seeds
        first = self.study.variants[0].spec
        return {
            "schema_version": SCHEMA_VERSION,
            "name": self.study.plan.name,
            "status": status,
            "task": dataset_of(first).task,
            "seeds": seeds if isinstance(seeds, int) else list(seeds),
            "seconds": time.time() - self.started,
            "variants": [],
            "claims": [],
        }

    def _variant(self, one: Variant) -> Document:
        mine = self.of(one.name)
        base = self.study.plan.base.spec.dump()
        usable = [outcome for outcome in mine if outcome.usable]
        parts = [part for part in PARTS if usable and part in usable[0].errors]
        largest = inf if dataset_of(one.spec).task == "regression" else 1.0
        return {
            "name": one.name,
            "changes": _changes(base, one.spec.dump()),
            "trials": [outcome.key for outcome in mine],
            "status": [outcome.status for outcome in mine],
            "errors": {part: plain(pooled([outcome.errors[part] for outcome in usable], largest)) for part in parts},
            "difference": _plainly(self._difference(one)),
            "epochs": _mean([outcome.final.epoch for outcome in mine if outcome.final]),
            "seconds": _mean([outcome.seconds for outcome in mine]),
        }

    def _difference(self, one: Variant) -> Estimate | None:
        """Of the dev error from the first variant, paired by seed and dev example (see `effect`).

        None for the first itself, where a training has no usable end, and where the dev examples are not the same.
        """
        first = self.study.variants[0]
        both = self.of(first.name), self.of(one.name)
        if one is first or not all(outcome.usable and "dev" in outcome.errors for mine in both for outcome in mine):
            return None
        dataset, other = dataset_of(first.spec), dataset_of(one.spec)
        if dataset.task != other.task or not _same_examples(dataset.parts["dev"], other.parts["dev"]):
            return None
        held_out = HeldOut(dataset)
        before, after = (np.stack([held_out.added(outcome) for outcome in mine]) for mine in both)
        found = effect(before, after, tried=len(self.study.variants) - 1, confirmed=len(self.study.variants) - 1)
        return clipped(found, inf if dataset.task == "regression" else 1.0)

    def _claim(self, expected: Expected) -> Document:
        """The claim with its sides over the means of all seeds, and in how many seeds it holds alone."""
        claim = expected.claim
        measures = {name: [Measures(outcome.run) for outcome in self.of(name)] for name in self._named(claim)}
        count = len(next(iter(measures.values()))) if measures else 0
        compared = claim.check(_means(measures))
        alone = [claim.check(_means({name: [some[k]] for name, some in measures.items()})) for k in range(count)]
        return {
            "claim": claim.text,
            "why": expected.why,
            "holds": all(one.holds for one in compared),
            "comparisons": [_compared(one) for one in compared],
            "seeds": count,
            "seeds_holding": sum(all(one.holds for one in found) for found in alone),
        }

    @staticmethod
    def _named(claim: Claim) -> list[str]:
        terms = [asked if isinstance(asked, Term) else asked.term for asked in claim.asked]
        return list(dict.fromkeys(term.variant for term in terms))


def _means(measures: Mapping[str, Sequence[Measures]]) -> Callable[[Term | Reaching], Value]:
    """A number is the mean over the runs, a text is what all of them say, findings are those that all have."""

    def value(asked: Term | Reaching) -> Value:
        term = asked if isinstance(asked, Term) else asked.term
        found = [one.value(asked) for one in measures[term.variant]]
        if isinstance(found[0], frozenset):
            return frozenset.intersection(*(one for one in found if isinstance(one, frozenset)))
        if isinstance(found[0], str):
            return " / ".join(dict.fromkeys(str(one) for one in found))
        return float(np.mean([float(one) for one in found if isinstance(one, float | int)]))

    return value


def _compared(one: Compared) -> Document:
    return {
        "left": _side(one.left),
        "sign": one.sign,
        "right": _side(one.right),
        "holds": one.holds,
        "by": _side(one.by),
    }


def _side(value: Value | None) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    return value if not isinstance(value, float) or isfinite(value) else None


def _changes(base: Any, other: Any, path: tuple[str, ...] = ()) -> Document:
    """The dotted keys in which a dumped spec differs from the base; null where it has no such value any more."""
    if isinstance(base, dict) and isinstance(other, dict):
        keys = [*base, *(key for key in other if key not in base)]
        found = [
            _changes(base.get(key), other.get(key), (*path, key)) for key in keys if base.get(key) != other.get(key)
        ]
        return {key: value for one in found for key, value in one.items()}
    return {dotted(path): other}


def _same_examples(first: Any, second: Any) -> bool:
    return first.X.shape == second.X.shape and bool(
        np.array_equal(np.asarray(first.y), np.asarray(second.y)) and np.array_equal(first.X[:], second.X[:])
    )


def _mean(values: Sequence[float]) -> float | None:
    return float(np.mean(values)) if values else None


def _plainly(found: Estimate | None) -> Document | None:
    return None if found is None else plain(found)
