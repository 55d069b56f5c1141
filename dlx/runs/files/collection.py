"""The directory of a search or a study: its plan, a run directory for each training, and their results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Self

from dlx.calls import instruction
from dlx.documents import tuning
from dlx.documents.folds import FoldsDocument
from dlx.documents.reading import of_hint
from dlx.documents.study import StudyDocument
from dlx.errors import DataError, DlxError, ReadFailure, UsageError, remark
from dlx.files import to_document, unless_damaged
from dlx.runs.files.directory import RunDirectory
from dlx.runs.files.file_names import FACTS, FOLDS, TRIALS
from dlx.runs.files.file_names import PLAN as PLAN
from dlx.runs.files.latest import LATEST, ROOT
from dlx.runs.files.locked_directory import LockedDirectory
from dlx.runs.files.manifest import MANIFEST
from dlx.text import without_advice
from dlx.training import stored
from dlx.words import Status

BEST = "best.yaml"


class RunCollection(LockedDirectory):
    """A directory below ``runs`` that holds many trainings; who writes to it holds its lock.

    The trainings are the truth: whatever else stands in it can be made of them again.
    """

    command: ClassVar[str]  # that makes such a directory
    function: ClassVar[str]  # of Python, likewise
    shape: ClassVar[stored.Shape]  # of its document

    @classmethod
    def open(cls, reference: str, root: Path = ROOT, *, writing: bool = False) -> Self:
        """One that exists: its directory, or ``latest`` for the newest below ``root``; locked when ``writing``.

        Raises:
            UsageError: there is none, or there are links in it.
            DataError: its plan or its manifest is damaged, or was edited.
            EnvironmentProblem: another process writes there.
        """
        path = Path(reference)
        if reference == LATEST and not path.exists():
            documents = sorted(root.glob(f"*/*/{cls.document_name}"), key=lambda file: file.parent.name)
            path = documents[-1].parent if documents else root / LATEST
        many = cls(path)
        if not path.is_dir() or not many.holds(cls.document_name):
            what = f"holds no {cls.document_name}" if path.exists() else "does not exist"
            raise UsageError(f"{reference}: {what} (allowed: a directory that this command made, {LATEST})")
        return many._opened(PLAN, writing)

    @property
    def again(self) -> str:
        """What is typed to go on with it."""
        return instruction(self.command, "--resume", self.path, verb=self.function)

    def way_on(self) -> str:
        """The command that goes on with one that is not complete."""
        with suppress(DlxError, KeyError):
            if self.results()["status"] != Status.COMPLETED:
                return self.again
        return ""

    @property
    def plan(self) -> Path:
        """The file with the complete plan."""
        return self.path / PLAN

    @property
    def trials(self) -> Path:
        """The folder of the run directories, each named by the key of its trial."""
        return self.path / TRIALS

    @property
    def best(self) -> Path:
        """The file with the spec that is best."""
        return self.path / BEST

    def plan_text(self) -> str:
        """What that file holds; empty where it is gone."""
        return self.read(PLAN).decode(errors="replace") if self.plan.exists() else ""

    def write_plan(self, text: str) -> None:
        """Keeps the complete plan."""
        self.write(PLAN, text.encode())

    def write_best(self, text: str) -> None:
        """Keeps the spec that is best."""
        self.write(BEST, text.encode())

    def write_results(self, document: Mapping[str, Any]) -> None:
        """Write the results so far."""
        self.write(self.document_name, to_document({**document, "manifest": MANIFEST}))

    def write_picture(self, name: str, png: bytes) -> Path:
        """Keeps a picture; returns where."""
        return self.write(f"{name}.png", png)

    def trainings(self) -> dict[str, str]:
        """The keys of the trainings whose run directories are there, each with when it began; empty if unknown."""
        directories = sorted(path for path in self.trials.glob("*") if (path / FACTS).is_file())
        return {path.name: unless_damaged(partial(_started, path), "") for path in directories}

    def metrics(self, keys: Sequence[str]) -> dict[str, Mapping[str, list[float]]]:
        """The columns of ``metrics.csv`` of those of some trainings that are there and whole; a remark names others."""
        tables = {key: self._metrics(key) for key in keys if (self.trials / key / FACTS).is_file()}
        return {key: table for key, table in tables.items() if table}

    def _metrics(self, key: str) -> Mapping[str, list[float]]:
        try:
            return RunDirectory(self.trials / key).metrics()
        except ReadFailure:
            raise
        except DataError as error:
            remark(f"{without_advice(error)}; its curves are left out")
            return {}

    def results(self) -> dict[str, Any]:
        """What ``write_results`` was given; raises `DataError` with the key where it is damaged."""
        document = self.document(self.document_name)
        stored.check(self.path / self.document_name, document, self.shape)
        return {key: value for key, value in document.items() if key != "manifest"}

    def results_now(self) -> dict[str, Any]:
        """The same with the status that it has now, also where its process was killed."""
        return self.at_present(self.results)[0]

    def seconds_so_far(self) -> float:
        """How long the calls before this one took; 0 where there was none, or nothing is known of it any more."""
        return unless_damaged(lambda: float(self.results()["seconds"]), 0.0)


def _started(run: Path) -> str:
    started = RunDirectory(run).facts().get("started")
    return started if isinstance(started, str) else ""


class TuneDirectory(RunCollection):
    """The directory of a search for hyperparameters."""

    command = function = "tune"
    marker = document_name = "tune.json"  # without it a start died before anything was trained
    shape = tuning.shape_of_file()
    ledger = "trials.csv"
    files = frozenset((PLAN, BEST, document_name, ledger))

    def write_ledger(self, content: bytes) -> None:
        """Write the table of the settings and their results."""
        self.write(self.ledger, content)


class StudyDirectory(RunCollection):
    """The directory of a study."""

    command = function = "study"
    marker = document_name = "study.json"
    shape = stored.shape_of(StudyDocument)
    files = frozenset((PLAN, document_name))

    def outcome(self) -> StudyDocument:
        """What it has come to so far."""
        document: StudyDocument = of_hint(StudyDocument, self.results_now())
        return document


class FoldsDirectory(RunCollection):
    """The directory of a training in folds."""

    command, function = "train", "folds"
    marker = document_name = FOLDS
    shape = stored.shape_of(FoldsDocument)
    predictions = "predictions.csv"
    files = frozenset((PLAN, document_name, predictions))

    def outcome(self) -> FoldsDocument:
        """What it has come to so far."""
        return FoldsDocument.from_file(self.path / self.document_name, self.results_now())

    def verify(self) -> None:
        """Raise DataError where what it has come to is not as it was written."""
        for name in (self.document_name, self.predictions):
            if self.holds(name):
                self.read(name)

    def write_predictions(self, content: bytes) -> None:
        """Write the table of what the networks say of the examples that they were not given."""
        self.write(self.predictions, content)


COLLECTIONS: tuple[type[RunCollection], ...] = (TuneDirectory, StudyDirectory, FoldsDirectory)


def collection_at(path: Path) -> RunCollection | None:
    """The search, the study or the training in folds whose document is in a directory."""
    return next((kind(path) for kind in COLLECTIONS if (path / kind.document_name).is_file()), None)
