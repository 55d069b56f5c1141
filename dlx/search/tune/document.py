"""The document of a search, ``tune.json``: what was searched, each setting, and which hyperparameters mattered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from dlx.documents.tuning import ConfirmationResult, Importance, RoundRegion, TrialRecord, TuningDocument
from dlx.search.plan import Plan
from dlx.search.tune.candidate import Candidate
from dlx.search.tune.designs import Region
from dlx.search.tune.importance import importances
from dlx.search.tune.methods import Method
from dlx.search.tune.section import TuneFile
from dlx.search.tune.space import Space
from dlx.words import Status


def results(
    plan: Plan[TuneFile],
    space: Space,
    method: Method,
    candidates: Sequence[Candidate],
    *,
    status: Status,
    task: str | None,
    confirmation: ConfirmationResult | None,
    seconds: float,
) -> TuningDocument:
    """What a search has come to so far.

    Args:
        plan, space, method: what is searched, and how.
        candidates: all settings so far.
        status, task: of the search, and of its data.
        confirmation: what came of it; None before it.
        seconds: that the search took.
    """
    search = plan.options.search
    records = [candidate.record(space.keys) for candidate in candidates]
    return TuningDocument(
        name=plan.name,
        task=task,
        status=status,
        method=search.method,
        objective=search.objective,
        seeds=search.seeds,
        space=[dimension.described() for dimension in space.dimensions],
        rounds=[_region(space, number, region) for number, region in enumerate(method.regions, 1)],
        messages=method.messages,
        counts=_counts(records),
        confirmation=confirmation,
        importance=_importance(space, method.telling(candidates), search.seed) if status is Status.COMPLETED else [],
        best_spec=None,
        seconds=seconds,
        trials=records,
    )


def _region(space: Space, number: int, region: Region) -> RoundRegion:
    ends: dict[str, list[Any]] = {}
    for dimension, within in zip(space.dimensions, region, strict=True):
        places = within if dimension.is_choice else (within[0], within[-1])
        ends[dimension.key] = [dimension.value(place) for place in places]
    return RoundRegion(number, ends)


def _counts(records: Sequence[TrialRecord]) -> dict[str, int]:
    statuses = [record.status for record in records]
    trained = statuses.count(Status.COMPLETED) + statuses.count(Status.EARLY_STOPPED)
    others = (Status.STOPPED, Status.DIVERGED, Status.FAILED, Status.UNFINISHED)
    return {"trained": trained} | {status: statuses.count(status) for status in others}


def _importance(space: Space, candidates: Sequence[Candidate], seed: int) -> list[Importance]:
    """Of each hyperparameter, the most important one first."""
    X = np.array([candidate.point for candidate in candidates])
    y = np.array([candidate.measured.value for candidate in candidates])
    return importances(space.dimensions, X, y, seed)
