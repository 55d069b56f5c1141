"""The run that another one is made from, where its own spec is trained with overrides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypedDict

from dlx.diagnose.evidence import unbeaten
from dlx.documents.attempts import Attempt, Attempts
from dlx.documents.baselines import Baselines
from dlx.documents.diagnosis import JudgedMetric, UnbeatenModel
from dlx.documents.earlier_run import OF_CHANCE, OF_DEV, OF_ERRORS, EarlierRun, is_within
from dlx.documents.folds import FoldsDocument
from dlx.documents.reading import read_record
from dlx.errors import DlxError
from dlx.files import parse_json, read, unless_damaged
from dlx.runs.compare.paired_change import paired_change
from dlx.runs.files.collection import FoldsDirectory
from dlx.runs.files.directory import RunDirectory
from dlx.runs.files.file_names import PLAN
from dlx.runs.files.fold_directories import is_of_folds
from dlx.runs.reading.result import Result
from dlx.runs.training.repeat import original_of
from dlx.spec.yaml_text.reading import load
from dlx.stats.intervals import Estimate

MOST_STEPS, MOST_BESIDE = 20, 100  # back on the way to a run, and runs in its folder
EARLIER, JUDGED_IN = "earlier", "judged_in"  # keys of run.json
ONE_NETWORK = {"data.folds", "training.refit"}  # keys that make one network of a spec in folds, and change nothing else


def run_before(spec: Path, overrides: Sequence[str]) -> EarlierRun | None:
    """What a run whose spec this file is had reached; None where it is of no run, or nothing is stated anew."""
    original = original_of(spec)
    if original is None or not overrides:
        return None
    keys = tuple(dict.fromkeys(override.partition("=")[0] for override in overrides))
    result = unless_damaged(lambda: Result.read(original), None)
    errors = unless_damaged(lambda: result.diagnosis.judged_errors, {}) if result else {}
    if result is None or not errors:
        return None
    return EarlierRun(str(original), keys, errors, train_cost_of(result), _values(spec, keys))


def folds_before(plan: Path, overrides: Sequence[str]) -> EarlierRun | None:
    """The same of a training in folds whose plan this file is."""
    if plan.name != PLAN or not overrides or not is_of_folds(plan.parent):
        return None
    document = unless_damaged(lambda: FoldsDirectory.open(str(plan.parent)).outcome(), None)
    if document is None or document.diagnosis is None:
        return None
    keys = tuple(dict.fromkeys(override.partition("=")[0] for override in overrides))
    return EarlierRun(str(plan.parent), keys, document.diagnosis.judged_errors, None, _values(plan, keys))


def judged_in(spec: Path, overrides: Sequence[str]) -> str | None:
    """The directory of the training in folds that has judged the spec of which one network is trained now, if any."""
    keys = {override.partition("=")[0] for override in overrides}
    if spec.name != PLAN or "data.folds" not in keys or not keys <= ONE_NETWORK or not is_of_folds(spec.parent):
        return None
    return str(spec.parent)


def _folds_of(result: Result) -> FoldsDocument | None:
    """What those folds came to; None where that is gone, or was never complete."""
    directory = result.facts.get(JUDGED_IN)
    if not isinstance(directory, str):
        return None
    try:
        folds = FoldsDirectory.open(directory).outcome()
    except DlxError:
        return None
    return folds if folds.diagnosis is not None else None


def _judged_by(result: Result) -> Path | None:
    """The last complete training in folds in the same folder that is of the very spec of a run, if there is any."""
    plans = sorted(result.path.parent.glob(f"*/{PLAN}"), reverse=True)[:MOST_BESIDE]
    directories = [plan.parent for plan in plans if is_of_folds(plan.parent)]
    spec = _without_folds(result.run.config) if directories else {}
    return next((path for path in directories if _has_judged(path, spec)), None)


def _has_judged(directory: Path, spec: Mapping[str, Any]) -> bool:
    """Whether a training in folds is complete and of this spec."""
    if not spec or _without_folds(directory / PLAN) != spec:
        return False
    folds = unless_damaged(lambda: FoldsDirectory.open(str(directory)).outcome(), None)
    return folds is not None and folds.diagnosis is not None


def _without_folds(spec: Path) -> dict[str, Any]:
    """A complete spec but for what makes folds of it; empty where it cannot be read, which is no matter of this run."""
    try:
        document = load(spec).plain()
    except DlxError:
        return {}
    if not isinstance(document, dict):
        return {}
    for key in ONE_NETWORK:
        section, _, name = key.partition(".")
        if isinstance(document.get(section), dict):
            document[section].pop(name, None)
    return document


def train_cost_of(result: Result) -> float | None:
    """Of the network that was kept; None where none is known."""
    cost = result.kept_row.get("train_cost")
    return float(cost) if cost is not None else None


def _values(spec: Path, keys: Sequence[str]) -> dict[str, Any]:
    """Those that keys have in a complete spec; none where any is not a path through its sections."""
    document = unless_damaged(lambda: load(spec).plain(), None)
    values: dict[str, Any] = {}
    for key in keys:
        *sections, last = key.split(".")
        value = document
        for section in sections:
            value = value.get(section) if isinstance(value, dict) else None
        if not isinstance(value, dict):
            return {}
        values[key] = value.get(last)
    return values


def earlier_of(run: RunDirectory) -> EarlierRun | None:
    """What is kept of that in ``run.json``; raises `DataError` where it is damaged."""
    facts = run.facts()
    return read_record(EarlierRun, facts, run.path, EARLIER) if facts.get(EARLIER) else None


def attempts_of(result: Result) -> Attempts:
    """What was changed on the way to a run, and in runs beside it that were made from it, as far as they are there."""
    return Attempts(tuple(_way_to(result)), tuple(_from(result)))


def _way_to(result: Result) -> Iterator[Attempt]:
    for _ in range(MOST_STEPS):
        attempt = _attempt(result)
        if attempt is None:
            return
        yield attempt
        before = _unless_gone(Path(attempt.run))
        if before is None:
            return
        result = before


def _from(result: Result) -> Iterator[Attempt]:
    """Those of the last runs in the same folder that were made from this one."""
    beside = sorted((path for path in result.path.parent.glob("*/run.json")), reverse=True)
    for path in beside[:MOST_BESIDE]:
        other = _unless_gone(path.parent) if _names(path, result.path) else None
        attempt = _attempt(other) if other is not None else None
        if attempt is not None:
            yield attempt


def _names(facts: Path, run: Path) -> bool:
    """Whether a ``run.json`` is of a run that was made from this one."""
    document = unless_damaged(lambda: parse_json(read(facts), facts), None)
    earlier = document.get(EARLIER) if isinstance(document, dict) else None
    named = earlier.get("run") if isinstance(earlier, dict) else None
    return isinstance(named, str) and Path(named).absolute() == run.absolute()


def _unless_gone(path: Path) -> Result | None:
    try:
        return Result.read(path)
    except DlxError:  # it was deleted, is damaged, or is named from another folder
        return None


def _attempt(result: Result) -> Attempt | None:
    """What a run changed, where that and the errors of both are known, on as many examples."""
    earlier = unless_damaged(lambda: earlier_of(result.run), None)
    errors = unless_damaged(lambda: result.diagnosis.judged_errors, {})
    if earlier is None or not earlier.values or any(_is_among(key, (*OF_ERRORS, *OF_DEV)) for key in earlier.keys):
        return None
    if all(_is_among(key, OF_CHANCE) for key in earlier.keys):
        return None
    before, now = earlier.errors.get("dev"), errors.get("dev")
    values = _values(result.run.config, earlier.keys)
    if before is None or now is None or before.m != now.m or not values:
        return None
    return Attempt(earlier.run, earlier.values, values, before.value, now.value)


def _is_among(key: str, sections: Iterable[str]) -> bool:
    return any(is_within(key, section) for section in sections)


def unbeaten_since(
    run: RunDirectory, errors: Mapping[str, Estimate], baselines: Baselines, measure: JudgedMetric | None
) -> UnbeatenModel | None:
    """The simple model that `unbeaten` finds; none where the run that this one was made from surely errs less."""
    earlier = unless_damaged(lambda: earlier_of(run), None)
    if earlier is not None and earlier.is_surely_larger(errors):
        return None
    return unbeaten(baselines, measure)


class Past(TypedDict):
    """What advice on a run must know of what was done before, as `AdviceContext` calls it."""

    earlier: EarlierRun | None
    train_cost: float | None
    was_in_folds: bool
    folds: FoldsDocument | None
    judged_by: Path | None
    attempts: Attempts


def past_of(result: Result) -> Past:
    """What was done before a run."""
    earlier = earlier_of(result.run)
    return Past(
        earlier=earlier and replace(earlier, change=paired_change(result.path, earlier)),
        train_cost=train_cost_of(result),
        was_in_folds=result.was_in_folds,
        folds=_folds_of(result),
        judged_by=None if result.was_in_folds else _judged_by(result),
        attempts=attempts_of(result),
    )
