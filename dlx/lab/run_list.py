"""The list of runs: past and running trainings of any process, read from their files, and what some have alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from dlx.errors import DlxError
from dlx.files import identity
from dlx.lab.search_list import SearchList
from dlx.language import translated
from dlx.runs.compare import compare
from dlx.runs.compare.groups import RunGroup
from dlx.runs.compare.run import ComparedRun, differing
from dlx.runs.files.file_names import FACTS, METRICS
from dlx.runs.reading.listing import PastRun
from dlx.runs.reading.result import Result
from dlx.show.charts.groups import Group, mean_curve
from dlx.show.terminal.difference import sentences
from dlx.spec.yaml_text.writing import dump_scalar
from dlx.words import Status

MOST_COMPARED = 12  # runs at once
LEAST_COMPARED = 2  # runs that there is a verdict of
MOST_POINTS = 600  # of a curve that is sent
CURVES = ("train_cost", "dev_cost", "train_error", "dev_error")
COLUMNS = ("name", "id", "status", "started", "seed", "parameters", "epoch", "train_error", "dev_error", "test_error")


class RunList:
    """The runs below a folder; of those whose files have not changed since they were read last, nothing is read."""

    def __init__(self, root: Path) -> None:
        self.root, self.searches = root, SearchList(root)
        self._lock = Lock()
        self._rows: dict[Path, tuple[object, dict[str, Any]]] = {}  # by directory, with the identity of its run.json

    def document(self) -> dict[str, Any]:
        """A row for each run, the newest first; a run in training has the last row of its metrics.csv."""
        with self._lock:
            paths = [path.parent for path in self.root.glob(f"*/*/{FACTS}") if not path.parent.parent.is_symlink()]
            self._rows = {path: self._row(path) for path in paths}
            rows = [row for _, row in self._rows.values()]
            searches = self.searches.document()
        rows.sort(key=lambda row: (str(row["started"]), row["id"]), reverse=True)
        return {"columns": COLUMNS, "runs": rows, "searches": searches}

    def _row(self, path: Path) -> tuple[object, dict[str, Any]]:
        sign = identity(path / FACTS), identity(path / METRICS)
        before = self._rows.get(path)
        if before is not None and before[0] == sign and None not in sign and before[1]["status"] != Status.RUNNING:
            return before
        run = PastRun.listed(path)
        row: dict[str, Any] = {name: run[name] for name in COLUMNS}
        row |= {
            "key": f"{path.parent.name}/{path.name}",
            "tags": run.tags,
            "fault": run.fault,
            "task": str(run.data.get("task") or ""),
        }
        if not run.has_recorded_end and not run.fault:
            row |= _latest(run)
        return sign, row

    def compared(self, keys: Sequence[str]) -> dict[str, Any]:
        """The curves of these runs, and the keys in which their specs differ, with what each has there."""
        paths = {row["key"]: path for path, (_, row) in self._rows.items()}
        if not paths.keys() >= set(keys):
            paths |= self.searches.trainings()
        chosen = {key: paths[key] for key in keys[:MOST_COMPARED] if key in paths}
        curves = [{"key": key, **_curves(path)} for key, path in chosen.items()]
        return {"runs": curves, "differences": _differences(list(chosen.values()))}

    def verdict(self, keys: Sequence[str]) -> dict[str, Any]:
        """What `dlx compare` says of these runs: their groups with bands over seeds, and the difference of two."""
        paths = {row["key"]: path for path, (_, row) in self._rows.items()} | self.searches.trainings()
        chosen = {str(paths[key]): key for key in keys[:MOST_COMPARED] if key in paths}
        if len(chosen) < LEAST_COMPARED:
            return {"groups": [], "sentences": []}
        try:
            comparison = compare(list(chosen))
            document = comparison.document()
        except DlxError as error:
            return {"groups": [], "sentences": [["", str(error)]]}
        groups = [
            {"label": group.label, "keys": [chosen[str(run.path)] for run in group.runs], "curves": _bands(group)}
            for group in comparison.groups
        ]
        return {"groups": groups, "sentences": [[translated(label), text] for label, text in sentences(document)]}


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
        return {"fault": str(error), "task": "", "again": "", "columns": {}}
    every = -(-len(metrics["epoch"]) // MOST_POINTS) or 1
    rows = sorted({*range(0, len(metrics["epoch"]), every), *range(len(metrics["epoch"]))[-1:]})
    columns = {name: [metrics[name][row] for row in rows] for name in ("epoch", *CURVES)}
    again = "" if result.status is Status.RUNNING else result.run.way_on()
    return {"fault": "", "task": str(result.task or ""), "again": again, "columns": columns}


def _bands(group: RunGroup) -> dict[str, Any]:
    """Mean and band of each column of a group, thinned."""
    metrics = Group(group.label, [run.metrics for run in group.runs])
    curves = {name: curve for name in CURVES if (curve := mean_curve(metrics, name)) is not None}
    bands = {}
    for name, curve in curves.items():
        every = -(-len(curve.epochs) // MOST_POINTS)
        bands[name] = np.stack([curve.epochs, curve.mean, curve.low, curve.high])[:, ::every].T.tolist()
    return bands


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
