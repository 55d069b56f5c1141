"""Past runs in Python: a table of them, and some beside each other."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

from dlx.api.run import Run
from dlx.api.signatures import PathLike, public
from dlx.api.tables import table_of_rows
from dlx.documents.comparison import ComparisonDocument
from dlx.errors import UsageError
from dlx.runs import compare as comparisons
from dlx.runs.files.latest import ROOT
from dlx.runs.files.manifest import write_output
from dlx.runs.reading.listing import COLUMNS, Condition, past_runs, selected
from dlx.show import pictures

RunLike: TypeAlias = Run | str | os.PathLike[str]


@public
def runs(*where: str, sort: str | None = None, most: int | None = None, root: PathLike = ROOT) -> Any:
    """Past runs as a table, the newest last: a DataFrame of pandas or else polars, else arrays by column.

    Errors and costs are those of the parameters that were kept; ``run`` is the directory, for `dlx.Run`.

    Args:
        where: conditions such as ``"dev_error<0.05"``, ``"name=digits"`` or ``"tags=good"``, all of which hold.
        sort: a column; with a minus in front the other way round.
        most: so many: the newest, or the first by ``sort``.
        root: the folder of the runs.

    Raises:
        UsageError: a condition or a column does not exist.
    """
    if most is not None and most < 1:
        raise UsageError(f"most: at least 1, got {most}")
    for text in where:
        if not isinstance(text, str):
            raise UsageError(f"{text!r}: a condition is a text such as 'dev_error<0.05' (most=10 gives so many)")
    conditions = [Condition.parse(text) for text in where]
    chosen = selected(past_runs(Path(root)), conditions, sort, most)
    return table_of_rows([run.document() for run in chosen], ["run", *COLUMNS])


@public
def compare(
    runs: RunLike | Sequence[RunLike],
    against: RunLike | Sequence[RunLike] = (),
    *,
    metrics: Sequence[str] = (),
    out: PathLike | None = None,
) -> ComparisonDocument:
    """Runs beside each other: what differs between their specs, and whether it makes a difference.

    Runs that differ only in their seeds are a group. Of two groups, or of runs ``against`` others, ``difference`` is
    that of the mean dev errors with its 95 % interval, paired by seed, and by dev example where these are the same;
    ``difference.verdict`` says whether it is established.

    Args:
        runs, against: runs, their directories, or what names some in the commands: a tag, the name of a spec.
        metrics: compared beside the error, such as ``["f1"]``.
        out: a PNG file for the curves.

    Raises:
        UsageError: there are fewer than two runs, one stands on both sides, or the sides cannot be compared.
    """
    compared = _references(runs)
    if not compared:
        raise UsageError("there are no runs to compare")
    metrics = [metrics] if isinstance(metrics, str) else metrics
    comparison = comparisons.compare(compared, _references(against), metrics)
    if out is not None:
        write_output("out", Path(out), comparison.picture(), pictures.is_ours)
    return comparison.document(None if out is None else Path(out))


def _references(runs: RunLike | Sequence[RunLike]) -> list[str]:
    several = runs if isinstance(runs, Sequence) and not isinstance(runs, str) else [runs]
    for run in several:
        if not isinstance(run, Run | str | os.PathLike):
            raise UsageError(f"{run!r} is no run (expected a dlx.Run, a directory, a tag or the name of a spec)")
    return [str(run.path if isinstance(run, Run) else run) for run in several]
