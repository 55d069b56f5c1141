"""The list of runs: past and running trainings of any process, read from their files, and what some have alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from pathlib import Path
from threading import Lock
from typing import Any

from dlx.errors import DlxError
from dlx.files import identity
from dlx.runs.compare.run import ComparedRun, differing
from dlx.runs.file_names import FACTS, METRICS
from dlx.runs.listing import PastRun
from dlx.runs.result import Result
from dlx.spec.yaml_text.writing import dump_scalar

MOST_COMPARED = 12  # runs at once
MOST_POINTS = 600  # of a curve that is sent
CURVES = ("train_cost", "dev_cost", "train_error", "dev_error")
COLUMNS = ("name", "id", "status", "started", "seed", "parameters", "epoch", "train_error", "dev_error", "test_error")


class RunList:
    """The runs below a folder; of those whose files have not changed since they were read last, nothing is read."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._lock = Lock()
        self._rows: dict[Path, tuple[object, dict[str, Any]]] = {}  # by directory, with the identity of its run.json

    def document(self) -> dict[str, Any]:
        """A row for each run, the newest first; a run in training has the last row of its metrics.csv."""
        with self._lock:
            paths = [path.parent for path in self.root.glob(f"*/*/{FACTS}") if not path.parent.parent.is_symlink()]
            self._rows = {path: self._row(path) for path in paths}
            rows = [row for _, row in self._rows.values()]
        rows.sort(key=lambda row: (str(row["started"]), row["id"]), reverse=True)
        return {"columns": COLUMNS, "runs": rows}

    def _row(self, path: Path) -> tuple[object, dict[str, Any]]:
        sign = identity(path / FACTS), identity(path / METRICS)
        before = self._rows.get(path)
        if before is not None and before[0] == sign and None not in sign:
            return before
        run = PastRun.listed(path)
        row: dict[str, Any] = {name: run[name] for name in COLUMNS}
        row |= {
            "key": f"{path.parent.name}/{path.name}",
            "tags": run.tags,
            "fault": run.fault,
            "task": str(run.data.get("task") or ""),
        }
        if row["status"] == "running" and not run.fault:
            row |= _latest(run)
        return sign, row

    def compared(self, keys: Sequence[str]) -> dict[str, Any]:
        """The curves of these runs, and the keys in which their specs differ, with what each has there."""
        paths = {row["key"]: path for path, (_, row) in self._rows.items()}
        chosen = [paths[key] for key in keys[:MOST_COMPARED] if key in paths]
        curves = [{"key": f"{path.parent.name}/{path.name}", **_curves(path)} for path in chosen]
        return {"runs": curves, "differences": _differences(chosen)}


def _latest(run: Result) -> Mapping[str, Any]:
    """How far a run in training has come."""
    try:
        metrics = run.metrics
    except DlxError as error:
        return {"fault": str(error)}
    if not metrics.get("epoch"):
        return {}
    last = {name: metrics[name][-1] for name in ("epoch", "train_error", "dev_error")}
    return {name: value if isfinite(value) else None for name, value in last.items()}


def _curves(path: Path) -> dict[str, Any]:
    """The columns of its table, thinned; a fault in their place where it cannot be read."""
    try:
        result = Result.read(path)
        metrics = result.metrics
    except DlxError as error:
        return {"fault": str(error), "status": "", "columns": {}}
    every = -(-len(metrics["epoch"]) // MOST_POINTS) or 1
    rows = sorted({*range(0, len(metrics["epoch"]), every), *range(len(metrics["epoch"]))[-1:]})
    columns = {name: [metrics[name][row] for row in rows] for name in ("epoch", *CURVES)}
    return {"fault": "", "status": str(result.status), "columns": columns}


def _differences(paths: Sequence[Path]) -> list[dict[str, Any]]:
    """The keys that not all have alike; none where a spec cannot be read."""
    try:
        runs = [ComparedRun.read(path) for path in paths]
    except DlxError:
        return []
    absent = "–"
    return [
        {"key": key, "values": [dump_scalar(run.settings[key]) if key in run.settings else absent for run in runs]}
        for key in (differing(runs) if len(runs) > 1 else ())
    ]
