"""What a change of a spec did to the error, paired by example: a training beside the one that it was made from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from dlx.documents.earlier_run import EarlierRun
from dlx.errors import DlxError
from dlx.runs.compare.difference import Difference, difference, out_of_fold_difference
from dlx.runs.compare.groups import RunGroup
from dlx.runs.compare.run import ComparedRun
from dlx.runs.reading.references import find_all
from dlx.stats.intervals import Estimate

MOST_PAIRED = 100_000  # dev examples: with more, both intervals are narrow as they are


def paired_change(run: Path, earlier: EarlierRun) -> Estimate | None:
    """The dev error of a run minus that of an earlier one; None where they are not of the same examples, or where a
    metric is judged in its place.
    """
    before = earlier.errors.get("dev")
    if before is None or (before.m or 0) > MOST_PAIRED:
        return None
    return _unless_gone(run, Path(earlier.run), _of_dev)


def paired_change_of_folds(directory: Path, earlier: EarlierRun) -> Estimate | None:
    """The same of the errors of all examples out of their folds, in a training in folds and an earlier one."""
    return _unless_gone(directory, Path(earlier.run), out_of_fold_difference)


def _unless_gone(
    now: Path, before: Path, compared: Callable[[RunGroup, RunGroup], Difference | None]
) -> Estimate | None:
    """The change; None where the earlier training, or the data, are gone or have changed."""
    try:
        groups = [RunGroup("", tuple(map(ComparedRun.read, find_all(str(path))))) for path in (now, before)]
        runs = [run for group in groups for run in group.runs]
        if len({run.error_unit for run in runs}) > 1 or any(run.diagnosis.measure for run in runs):
            return None
        change = compared(*groups)
    except DlxError:
        return None
    return change.estimate if change is not None and "example" in change.paired else None


def _of_dev(now: RunGroup, before: RunGroup) -> Difference | None:
    """That of two runs which have as many dev examples."""
    errors = [run.errors.get("dev") for group in (now, before) for run in group.runs if run.dev_error is not None]
    sizes = {error.m for error in errors if error is not None}
    return difference(now, before) if len(errors) == 2 and len(sizes) == 1 else None
