"""The list of searches, studies and trainings in folds, and what each has come to so far, read from their files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dlx.errors import DlxError
from dlx.language import translated
from dlx.runs.files.collection import COLLECTIONS, TuneDirectory, collection_at
from dlx.runs.reading.watch import TrialsReader
from dlx.show.terminal.watching import counted
from dlx.words import Status

MOST_TRIALS = 2000  # that a page is given of a search, the best ones


class SearchList:
    """What is below a folder of runs and holds many trainings; of a training that has not changed nothing is read."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._readers: dict[Path, TrialsReader] = {}

    def document(self) -> list[dict[str, Any]]:
        """A row for each, the newest first."""
        names = [kind.document_name for kind in COLLECTIONS]
        files = [file for name in names for file in self.root.glob(f"*/*/{name}")]
        paths = sorted((file.parent for file in files if not file.parent.parent.is_symlink()), reverse=True)
        self._readers = {path: self._readers.get(path) or TrialsReader(path) for path in paths}
        return sorted(map(self._row, paths), key=lambda row: str(row["id"]), reverse=True)

    def _row(self, path: Path) -> dict[str, Any]:
        row: dict[str, Any] = {"key": _key(path), "name": path.parent.name, "id": path.name}
        collection = collection_at(path)
        try:
            work = self._readers[path].read()
        except DlxError as error:
            return {**row, "kind": "", "status": Status.DAMAGED, "trainings": "", "best": None, "fault": str(error)}
        best = {"setting": work.best[0][0], "value": work.best[0][1]} if work.best else None
        trainings = ", ".join(map(translated, counted(work.counts or {}, work.status)))
        about = {"kind": collection.command if collection else "", "task": work.task or "", "fault": ""}
        return {**row, **about, "status": str(work.status), "trainings": trainings, "best": best}

    def detail(self, key: str) -> dict[str, Any]:
        """The trials of one, where its axes lie, and how important each is; a fault in place of what cannot be read."""
        path = next((path for path in self._readers if _key(path) == key), None)
        collection = None if path is None else collection_at(path)
        if collection is None:
            return {"key": key, "fault": translated("it is there no longer"), "trials": [], "axes": []}
        try:
            results = collection.results_now()
        except DlxError as error:
            return {"key": key, "fault": str(error), "trials": [], "axes": []}
        again = "" if results["status"] == Status.RUNNING else collection.way_on()
        document = {"key": key, "fault": "", "task": str(results.get("task") or ""), "again": again}
        if isinstance(collection, TuneDirectory):
            return {**document, **_of_search(results)}
        return {**document, **_of_study(results)}

    def trainings(self) -> dict[str, Path]:
        """The run directories of all their trainings, by the key by which a page names them."""
        return {
            f"{_key(path)}/{file.parent.name}": file.parent
            for path in self._readers
            for file in path.glob("trials/*/run.json")
        }


def _of_search(results: Mapping[str, Any]) -> dict[str, Any]:
    trials = sorted(results["trials"], key=_rank)
    names = ("index", "round", "settings", "at", "value", "status", "epoch", "trials")
    return {
        "kind": "tune",
        "objective": results["objective"],
        "axes": [_axis(axis) for axis in results["space"]],
        "trials": [{name: trial[name] for name in names} for trial in trials[:MOST_TRIALS]],
        "importance": results["importance"],
        "messages": list(map(translated, results["messages"])),
    }


def _rank(trial: Mapping[str, Any]) -> tuple[bool, float]:
    """Its place among others: the lowest value first, those without one at the end."""
    return trial["value"] is None, trial["value"] or 0.0


def _axis(axis: Mapping[str, Any]) -> dict[str, Any]:
    """A dimension; of choices there is no lowest and no highest."""
    return {"key": axis["key"], "low": axis.get("low"), "high": axis.get("high"), "choices": axis.get("choices") or []}


def _of_study(results: Mapping[str, Any]) -> dict[str, Any]:
    """Its variants, or nothing where it is a training in folds, which has none."""
    variants = [
        {
            "index": number,
            "settings": {"variant": variant["name"]},
            "at": {},
            "value": (variant["errors"].get("dev") or {}).get("value"),
            "status": ", ".join(dict.fromkeys(variant["status"])),
            "epoch": variant["epochs"],
            "trials": variant["trials"],
        }
        for number, variant in enumerate(results.get("variants", ()))
    ]
    variants = sorted(variants, key=_rank)
    return {"kind": "study", "objective": "dev_error", "axes": [], "trials": variants, "importance": [], "messages": []}


def _key(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"
