"""The run that another one is made from, where its own spec is trained with overrides."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dlx.documents.earlier_run import EarlierRun
from dlx.documents.reading import read_record
from dlx.files import unless_damaged
from dlx.runs.directory import RunDirectory
from dlx.runs.repeat import original_of
from dlx.runs.result import Result

EARLIER = "earlier"  # the key of run.json


def run_before(spec: Path, overrides: Sequence[str]) -> EarlierRun | None:
    """What a run whose spec this file is had reached; None where it is of no run, or nothing is stated anew."""
    original = original_of(spec)
    if original is None or not overrides:
        return None
    errors = unless_damaged(lambda: Result.read(original).diagnosis.judged_errors, {})
    keys = dict.fromkeys(override.partition("=")[0] for override in overrides)
    return EarlierRun(str(original), tuple(keys), errors) if errors else None


def earlier_of(run: RunDirectory) -> EarlierRun | None:
    """What is kept of that in ``run.json``; raises `DataError` where it is damaged."""
    facts = run.facts()
    return read_record(EarlierRun, facts, run.path, EARLIER) if facts.get(EARLIER) else None
