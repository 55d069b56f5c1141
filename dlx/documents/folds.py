"""The document of a training in folds: what came of each, and of all examples out of their fold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from dlx.documents.baselines import Baselines
from dlx.documents.brief import Brief, judged
from dlx.documents.classes import check_labels
from dlx.documents.diagnosis import DiagnosisDocument
from dlx.documents.earlier_run import EarlierRun
from dlx.documents.reading import NO_KEY, record_of
from dlx.stats.intervals import Estimate
from dlx.stats.measured import MeasuredMetric
from dlx.words import Status


@dataclass(frozen=True)
class FoldRecord:
    """What came of the training for which a fold was test.

    Args:
        fold: its number, from 1.
        trial: the key of the training, which names its run directory.
        status, message: how it ended, and why where it went wrong.
        errors: of the kept network, by part; ``test`` is the fold.
        metrics: of the fold, by name.
        kept_epoch, seconds: of the training.
    """

    fold: int
    trial: str
    status: Status
    message: str
    errors: dict[str, Estimate]
    kept_epoch: int | None
    seconds: float
    metrics: dict[str, MeasuredMetric] = field(default_factory=dict)


@dataclass(frozen=True)
class Spread:
    """How much the test errors of the folds differ: their mean, standard deviation, least and largest."""

    mean: float
    deviation: float
    least: float
    largest: float


@dataclass(frozen=True, repr=False)
class FoldsDocument(Brief):
    """What a training in folds has come to; before all are trained it has no folds.

    Args:
        errors: over all examples: ``out_of_fold`` of the networks that were not given them, ``train`` of those that
            were trained on them, ``dev`` of those that were stopped by them.
        diagnosis: what `diagnose` makes of train and out_of_fold; None where a fold went wrong.
        metrics: over all examples out of their fold, as ``diagnosis.json`` has them of a part.
        earlier: the training in folds whose plan this is trained from with other values, where there is one.
        baselines: what simple models that were fitted in each fold reach on the same examples, as there.
    """

    name: str
    status: Status
    task: str
    folds: int
    seconds: float
    errors: dict[str, Estimate] = field(default_factory=dict)
    spread: Spread | None = None
    trainings: list[FoldRecord] = field(default_factory=list)
    metrics: dict[str, dict[str, MeasuredMetric]] = field(default_factory=dict)
    baselines: Baselines = field(default_factory=Baselines)
    diagnosis: DiagnosisDocument | None = field(default=None, metadata=NO_KEY)
    earlier: EarlierRun | None = None

    @property
    def messages(self) -> list[str]:
        """Why folds went wrong, each reason once."""
        return list(dict.fromkeys(record.message for record in self.trainings if record.message))

    @property
    def target_errors(self) -> str | None:
        """How errors of several targets are counted, as a diagnosis has it."""
        return self.diagnosis.target_errors if self.diagnosis else None

    def details(self) -> Iterator[tuple[str, str]]:
        """The errors over all examples, and the verdict."""
        for name, error in self.errors.items():
            yield name.replace("_", " "), judged(error, self.task)
        if self.diagnosis:
            yield "verdict", self.diagnosis.verdict

    def to_document(self) -> dict[str, Any]:
        """As ``folds.json`` has it: the keys of the diagnosis stand beside the others, which have more errors."""
        document = {key: value for key, value in vars(self).items() if key not in ("diagnosis", "earlier")}
        document |= {"earlier": self.earlier} if self.earlier else {}
        diagnosis = self.diagnosis.to_document() if self.diagnosis else {}
        return document | {key: value for key, value in diagnosis.items() if key not in ("errors", "task", "findings")}

    @classmethod
    def from_file(cls, path: Path, document: Mapping[str, Any]) -> FoldsDocument:
        """That of the file at ``path``, which holds this; raises `DataError` where it is damaged."""
        folds = record_of(cls, document, path)
        check_labels(path, folds.metrics)
        if "verdict" not in document:
            return folds
        return replace(folds, diagnosis=record_of(DiagnosisDocument, {**document, "findings": []}, path))
