"""The document of a diagnosis, ``diagnosis.json``: errors, gaps, verdict, findings, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from html import escape
from pathlib import Path
from typing import Any, Literal

from dlx.calls import spoken
from dlx.documents.baselines import Baselines
from dlx.documents.brief import Brief
from dlx.documents.classes import ClassesDocument, check_labels
from dlx.documents.findings import Finding
from dlx.documents.range_test import TestedRates
from dlx.documents.reading import NO_KEY, record_of
from dlx.documents.repair import RepairDocument
from dlx.stats.intervals import Estimate
from dlx.stats.measured import Carriers, MeasuredMetric
from dlx.words import Task, error_text, interval_text

Level = Literal["high", "low", "unsettled"]
GAPS = ("bias", "variance", "mismatch", "overfitting_to_dev")


@dataclass(frozen=True, repr=False)
class Gap(Estimate):
    """The difference of two errors, whether it is high, and how many examples of which parts would settle that."""

    level: Level = "unsettled"
    settled_by: dict[str, int] | None = None

    def __repr__(self) -> str:
        return f"{super().__repr__()[:-1]}, {self.level})"

    def to_document(self) -> dict[str, Any]:
        """As JSON has it: a difference is of no number of examples."""
        return {**self.interval(), "level": self.level, "settled_by": self.settled_by}


@dataclass(frozen=True)
class JudgedMetric:
    """A metric that bias and variance speak of in place of the error: its name, and its estimates by part."""

    name: str
    errors: dict[str, Estimate]


@dataclass(frozen=True)
class Ending:
    """How a training ended: whether its cost still fell, and whether the dev cost had been lower long before.

    stopped: whether early stopping has ended it long before its last epoch.
    """

    falling: bool = False
    dev_rising: bool = False
    stopped: bool = False


@dataclass(frozen=True)
class UnbeatenModel:
    """The simple model that does as well as the network where none does better: its error, and the interval of that."""

    title: str
    error: float
    low: float | None  # in files null where it is infinite
    high: float | None


class AnyDiagnosis:
    """What the diagnoses of a run and of a spec have alike: findings, and gaps, of which a spec has none yet."""

    findings: list[Finding]

    @property
    def serious(self) -> list[Finding]:
        """The findings that are no notes."""
        return [finding for finding in self.findings if finding.is_serious]

    @property
    def notes(self) -> list[Finding]:
        """The findings that ask for nothing."""
        return [finding for finding in self.findings if not finding.is_serious]

    @property
    def gaps(self) -> dict[str, Gap | None]:
        """By their names; None where an error that one needs is missing."""
        return {name: getattr(self, name, None) for name in GAPS}

    def is_high(self, name: str) -> bool:
        """Whether that gap surely is."""
        gap = self.gaps[name]
        return gap is not None and gap.level == "high"


@dataclass(frozen=True, kw_only=True)
class SpecDiagnosis(AnyDiagnosis):
    """What is known of a spec before training, as ``dlx diagnose --json`` prints it: findings, and what to do next."""

    findings: list[Finding]
    next: list[str]
    learning_rate: TestedRates | None = None

    def to_document(self) -> dict[str, Any]:
        """As JSON has it; of rates only where they were tested."""
        tested = {"learning_rate": self.learning_rate} if self.learning_rate else {}
        return {"findings": self.findings, "next": self.next, **tested}


@dataclass(frozen=True, kw_only=True, repr=False)
class DiagnosisDocument(Brief, AnyDiagnosis):
    """What the errors of a network tell; the keys that default to None are there only where there is something to tell.

    Args:
        task: what there is to learn, where that is known.
        optimal_error, tolerance: what could be reached at best, and the gap above which one is high.
        errors: by part.
        measure: what is judged in place of the errors.
        bias, variance, mismatch, overfitting_to_dev: the gaps; None where an error that one needs is missing.
        verdict: on bias and variance, in words.
        ending, unbeaten: what the advice agrees with besides: how the training ended, and what simple models reach.
        findings, next: what was found, the worst first, and what to do, the likeliest to help first.
        learning_rate: the rates that were tested.
        target_errors: ``relative`` where residuals are divided by the spread of their target.
        classes: what is taken for what.
        metrics, baselines: what is measured beside the error, by part, and what simple models reach.
        tails: of a regression, the parts whose error so few residuals carry that its interval cannot be trusted.
        act: the repair by the basic recipe.
        earlier: the keys of the file in whose place it stands: it keeps their order, and what only others can read.
        is_anew: whether it was made of a run that had ended, where classes are always looked for.
    """

    task: Task | None = None
    optimal_error: float
    tolerance: float
    errors: dict[str, Estimate]
    measure: JudgedMetric | None = None
    bias: Gap | None
    variance: Gap | None
    mismatch: Gap | None
    overfitting_to_dev: Gap | None = None
    verdict: str
    ending: Ending | None = None
    unbeaten: UnbeatenModel | None = None
    findings: list[Finding]
    next: list[str]
    learning_rate: TestedRates | None = None
    target_errors: str | None = None
    classes: ClassesDocument | None = None
    metrics: dict[str, dict[str, MeasuredMetric]] | None = None
    baselines: Baselines | None = None
    tails: dict[str, Carriers] | None = None
    act: RepairDocument | None = None
    earlier: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False, metadata=NO_KEY)
    is_anew: bool = field(default=False, repr=False, compare=False, metadata=NO_KEY)

    def to_document(self) -> dict[str, Any]:
        """As JSON has it."""
        always = (*ALWAYS, "classes") if self.is_anew else ALWAYS
        order = sorted(KEYS, key=lambda name: name == "learning_rate") if self.is_anew else KEYS
        values = {name: getattr(self, name) for name in order}
        own = {name: value for name, value in values.items() if value is not None or name in always}
        return {**self.earlier, **own}

    def __str__(self) -> str:
        """In a few lines, as for a notebook: the verdict, the errors with their intervals, causes, and what to do."""
        lines = [self.verdict, ""]
        for part, error in self.errors.items():
            ends = f"  {interval_text(error.low, error.high, self.task)}" if error.has_interval else ""
            examples = "" if error.m is None else f"  m = {error.m:,}"
            lines.append(f"{part:9}  {error_text(error.value, self.task):>9}{ends}{examples}")
        for finding in (finding for finding in self.findings if finding.is_serious):
            lines += ["", f"{finding.severity}  {finding.name}: {spoken(finding.evidence)}"]
        return "\n".join([*lines, "", *(f"- {spoken(step)}" for step in self.next)])

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"

    @property
    def judged_errors(self) -> dict[str, Estimate]:
        """What the gaps are differences of, by part."""
        return self.measure.errors if self.measure else self.errors

    @property
    def is_above_tolerance(self) -> bool:
        """Whether bias or variance is, surely or not."""
        return any(gap is not None and gap.value > self.tolerance for gap in (self.bias, self.variance))

    @property
    def bias_is_unbeaten(self) -> bool:
        """Whether the best model tried errs as much, and neither finding nor falling cost explains a high bias."""
        still_falls = self.ending is not None and self.ending.falling
        return self.is_high("bias") and self.unbeaten is not None and not self.serious and not still_falls

    def in_place_of(self, earlier: DiagnosisDocument | None) -> DiagnosisDocument:
        """The same, made anew where there was another one: keys that are not looked for anew stay."""
        if earlier is None:
            return replace(self, is_anew=True)
        remaining = {key: value for key, value in earlier.earlier.items() if key not in FOUND_ANEW}
        return replace(self, act=earlier.act, earlier=remaining, is_anew=True)

    @classmethod
    def from_file(cls, path: Path, document: Mapping[str, Any]) -> DiagnosisDocument:
        """That of the file at ``path``, which holds this; raises `DataError` where it is damaged."""
        diagnosis = record_of(cls, document, path)
        check_labels(path, diagnosis.metrics)
        return replace(diagnosis, earlier=document)


KEYS = tuple(item.name for item in fields(DiagnosisDocument) if item.metadata != NO_KEY)
FOUND_ANEW = ("measure", "unbeaten", "learning_rate", "tails")  # where there is something to find
ALWAYS = ("task", *GAPS)  # which are null where there is nothing to tell
