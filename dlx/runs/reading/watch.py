"""Watching: how far a training, a search or a study of another process has come, by its files, again and again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from time import monotonic
from typing import Any

from dlx.errors import DataError, DlxError, UsageError
from dlx.events import WatchedWork
from dlx.files import identity
from dlx.runs.files.collection import COLLECTIONS, RunCollection, collection_at
from dlx.runs.files.directory import RunDirectory
from dlx.runs.files.file_names import CONFIG, FACTS, METRICS, PLAN
from dlx.runs.files.latest import LATEST, ROOT, followed
from dlx.runs.reading.listing import PastRun
from dlx.runs.reading.references import locate
from dlx.show.short_names import short_names, short_value
from dlx.spec.yaml_text.reading import load
from dlx.words import Status, Task

MOST_BEST = 5
PATIENCE = 10.0  # seconds in which a directory that is locked, or empty, becomes that of a run


def find_work(reference: str | None, root: Path = ROOT) -> Path:
    """The directory that is meant: of a run, a search or a study; without a reference the one begun last.

    Raises:
        UsageError: none is meant, or several are.
        DataError: a run has lost its spec.
    """
    if reference is None or reference == LATEST:
        paths = [file.parent for name in (FACTS, *_documents()) for file in root.glob(f"*/*/{name}")]
        paths = [path for path in paths if not path.parent.is_symlink()]
        if (latest := followed(root / LATEST)).is_dir():  # wherever --out has put it
            paths.append(latest)
        return max(paths, key=_begun) if paths else locate(LATEST, root)
    path = followed(Path(reference))
    if collection_at(path) is not None or _is_starting(path):
        return path
    meant = [file.parent for name in _documents() for file in root.glob(f"*/{Path(reference).name}*/{name}")]
    if len(meant) > 1:
        raise UsageError(f"{reference}: {len(meant)} directories are meant by that ({', '.join(map(str, meant))})")
    return meant[0] if meant and not path.exists() else locate(reference, root)


def _begun(path: Path) -> float:
    """When a directory was begun: its spec or plan is written first."""
    times = [file.stat().st_mtime for name in (CONFIG, PLAN) if (file := path / name).is_file()]
    return min(times, default=0.0)


def _is_starting(path: Path) -> bool:
    """Whether a directory may be about to become that of a run, a search or a study: it is locked, or still empty."""
    if not path.is_dir() or (path / CONFIG).is_file() or collection_at(path) is not None:
        return False
    return bool(RunDirectory(path).is_locked()) or not any(path.iterdir())


def watch(path: Path, rest: Callable[[], object]) -> Iterator[WatchedWork]:
    """How far it has come, as often as that has changed, until it has ended; ``rest`` waits between two looks.

    A directory in which something is only just being started is waited for. Of a process that is gone and has not said
    how it ended the status is interrupted.

    Raises:
        DataError: its files are damaged.
        UsageError: it has been removed meanwhile, or nothing was started in it.
    """
    before, end = None, monotonic() + PATIENCE
    while _is_starting(path) and monotonic() < end:
        if before is None:
            yield (before := WatchedWork(path, path.name, Status.RUNNING, None, is_starting=True))
        rest()
    path = path if collection_at(path) is not None or not path.exists() else locate(path)
    reader = TrialsReader(path) if collection_at(path) is not None else RunReader(path)
    while True:
        now = reader.read()
        if now != before:
            yield now
        if now.status is not Status.RUNNING:
            return
        before = now
        rest()


def way_on(path: Path) -> str:
    """The command that goes on with what has been watched, where it has not come to its end; else nothing."""
    return (collection_at(path) or RunDirectory(path)).way_on()


class RunReader:
    """Reads a run; nothing of what has not changed since."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._sign: tuple[tuple[int, ...] | None, ...] | None = None
        self._run: WatchedWork | None = None

    def read(self) -> WatchedWork:
        """The run now."""
        if not self.path.is_dir():
            raise UsageError(f"{self.path}: has been removed")
        sign = identity(self.path / FACTS), identity(self.path / METRICS)
        if self._run is None or sign != self._sign or None in sign or RunDirectory(self.path).is_locked() is False:
            self._sign, self._run = sign, self._read()
        return self._run

    def _read(self) -> WatchedWork:
        run = PastRun.listed(self.path)
        if run.fault:
            raise DataError(run.fault)
        metrics = run.metrics if (self.path / METRICS).is_file() else {}  # after the status: an end has its last row
        task = "objective" if run.is_of_objective else run.task
        return WatchedWork(self.path, run.name, run.status, task, self._epochs(), metrics)

    def _epochs(self) -> int | None:
        if self._run is not None:
            return self._run.epochs
        try:
            training = load(self.path / CONFIG).plain().get("training")
        except DlxError:
            return None
        epochs = training.get("epochs") if isinstance(training, dict) else None
        return epochs if isinstance(epochs, int) else None


class TrialsReader:
    """Reads a search, a study or folds: its document, and of each of its trainings how far that is."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._statuses: dict[Path, tuple[tuple[int, ...] | None, Status]] = {}

    def read(self) -> WatchedWork:
        """It now."""
        collection = collection_at(self.path)
        if collection is None:
            raise UsageError(f"{self.path}: has been removed")
        document = collection.results_now()
        is_error = str(document.get("objective", "dev_error")).endswith("error")
        task = document.get("task") if is_error else Task.REGRESSION  # whose errors are plain numbers, as costs are
        return WatchedWork(
            self.path,
            str(document.get("name", self.path.parent.name)),
            Status(document["status"]),
            None if task is None else str(task),
            counts=self._counts(collection, document),
            best=best_of(document),
        )

    def _counts(self, collection: RunCollection, document: Mapping[str, Any]) -> dict[Status, int]:
        """How many trainings have which status; those that the search has left because others were better, stopped."""
        records = [trial for trial in document.get("trials", ()) if trial["status"] == Status.STOPPED]
        stopped = {key for record in records for key in record["trials"]}
        counts: Counter[Status] = Counter()
        for path in collection.trials.glob(f"*/{FACTS}"):
            status = self._status(path.parent)
            is_left = status is Status.INTERRUPTED and path.parent.name in stopped
            counts[Status.STOPPED if is_left else status] += 1
        return dict(sorted(counts.items()))

    def _status(self, path: Path) -> Status:
        sign, before = identity(path / FACTS), self._statuses.get(path)
        if before is None or sign is None or before[0] != sign or before[1] is Status.RUNNING:
            before = self._statuses[path] = sign, PastRun.listed(path).status
        return before[1]


def best_of(document: Mapping[str, Any]) -> list[tuple[str, float]]:
    """The best settings of a search, or the variants of a study, each with its value, the lowest first."""
    if "trials" in document:
        rows = [(trial["settings"], trial["value"]) for trial in document["trials"]]
        settings = [(_setting_text(setting), value) for setting, value in rows]
    else:
        variants = document.get("variants", ())
        settings = [(each["name"], (each["errors"].get("dev") or {}).get("value")) for each in variants]
    measured = [(text, float(value)) for text, value in settings if value is not None]
    return sorted(measured, key=lambda pair: pair[1])[:MOST_BEST]


def _setting_text(setting: Mapping[str, Any]) -> str:
    names = short_names(list(setting))
    return ", ".join(f"{name} {short_value(value)}" for name, value in zip(names, setting.values(), strict=True))


def _documents() -> list[str]:
    return [kind.document_name for kind in COLLECTIONS]
