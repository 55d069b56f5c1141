"""Bias and variance of a run, judged from its errors with their uncertainty, and what the notes' recipe does next."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dlx.diagnose.data.constant_labels import CONSTANT_LABELS
from dlx.diagnose.findings import Finding, by_severity
from dlx.diagnose.gaps import OUT_OF_FOLD as OUT_OF_FOLD
from dlx.diagnose.gaps import judged_gap, questions
from dlx.documents.diagnosis import GAPS, DiagnosisDocument, Gap, JudgedMetric, UnbeatenModel
from dlx.stats.enough_examples import Question
from dlx.stats.intervals import Estimate, exact
from dlx.words import Task, error_text, interval_text

if TYPE_CHECKING:
    from dlx.diagnose.evidence import Evidence
    from dlx.diagnose.supply import Supply

AUGMENTED = "more training examples, or augmentation (data.augment)"  # of images
RECIPE = {
    "bias": (
        "a bigger network (architecture.hidden)",
        "longer training (training.epochs), or another optimizer or learning rate",
        "another architecture",
    ),
    "variance": (
        AUGMENTED,
        "regularization (regularization.l2, regularization.keep_prob) or early stopping",
        "another architecture",
    ),
    "mismatch": ("training examples that are more like those of dev",),
    "overfitting_to_dev": ("a larger dev set, or fewer choices by the one there is",),
}
LOW, UNSETTLED = "low bias and low variance", "unsettled"
NOTHING = "nothing to learn: the labels do not vary"
DONE = "bias and variance are low: done"
STATE = "state diagnosis.optimal_error if people, or the best possible, do worse"
NO_BETTER = "no model tried surely does better"
FALLING = "bias is high and the train cost still fell at the end: train longer (training.epochs)"
STOPPED = (
    "bias is high, and early stopping ended the training while its cost still fell: let it go on "
    "(training.early_stopping.patience, min_delta: 0)"
)
RISING = "variance is high and the dev cost rose: stop earlier (training.early_stopping), or regularize"
ABSENT = {"bias": "measure the error on train", "variance": "hold out a dev set"}


def diagnose(
    errors: Mapping[str, Estimate],
    optimal_error: float,
    tolerance: float,
    task: Task | None = None,
    findings: Iterable[Finding] = (),
    unproven: str | None = None,
    measure: JudgedMetric | None = None,
    evidence: Evidence | None = None,
) -> DiagnosisDocument:
    """The diagnosis that these errors tell.

    bias = train − optimal, variance = train_dev − train (dev − train where there is no train_dev), mismatch = dev −
    train_dev, overfitting_to_dev = test − dev; each None where an error that it needs is missing. A gap is high where
    its whole interval lies above the tolerance, low where no part of it does, else unsettled; ``settled_by`` then says
    what settles it in 4 of 5 cases, as ``{"dev": 410}``, or None. At most 5 of 100 diagnoses are wrong of any gap.

    Args:
        errors: of the frozen network, by part; those that are there.
        optimal_error, tolerance: what could be reached at best, and the gap above which one is high.
        task, findings: what there is to learn, where that is known, and what else was found out.
        unproven: what is not established of a network whose bias and variance are low, so that it is not done.
        measure, evidence: what is judged in place of the errors, and what the advice must agree with, if anything.
    """
    gap_questions = _questions(measure.errors if measure else errors, optimal_error, tolerance, task, measure)
    gaps: dict[str, Any] = {name: judged_gap(gap_questions[name]) for name in GAPS}
    ranked = by_severity(findings)
    return DiagnosisDocument(
        task=task,
        optimal_error=optimal_error,
        tolerance=tolerance,
        errors=dict(errors),
        measure=measure,
        **gaps,
        verdict=_verdict(gaps, ranked),
        ending=evidence.ending if evidence else None,
        unbeaten=evidence.unbeaten if evidence else None,
        findings=ranked,
        next=[*mending(ranked), *_next(gaps, gap_questions, evidence, ranked, unproven or DONE, task)],
    )


def mending(findings: Iterable[Finding]) -> list[str]:
    """What is to be done about the findings; notes ask for nothing."""
    serious = (finding for finding in findings if finding.is_serious)
    return list(dict.fromkeys(f"{finding.name}: {finding.remedy}" for finding in serious))


def between(errors: Collection[str]) -> dict[str, tuple[str, str]]:
    """The two errors that each gap is the difference of, by the parts that there are: the upper, then the lower one."""
    held_out = next((part for part in ("train_dev", OUT_OF_FOLD) if part in errors), "dev")
    return {
        "bias": ("train", "optimal"),
        "variance": (held_out, "train"),
        "mismatch": ("dev", "train_dev"),
        "overfitting_to_dev": ("test", "dev"),
    }


def in_words(name: str) -> str:
    """The name of a gap, or of a part, as sentences have it."""
    return name.replace("_", "-" if name in ("train_dev", OUT_OF_FOLD) else " ")


def _questions(
    errors: Mapping[str, Estimate],
    optimal_error: float,
    tolerance: float,
    task: Task | None,
    measure: JudgedMetric | None,
) -> dict[str, Question]:
    estimates = {**errors, "optimal": exact(optimal_error)}
    is_rate = measure is None and (task is None or task.has_one_class)
    return questions(estimates, between(errors), tolerance, is_rate)


def _verdict(gaps: Mapping[str, Gap | None], findings: Iterable[Finding]) -> str:
    """Names what is certainly high; what is low must be certain too before both are called low."""
    if CONSTANT_LABELS.is_among(findings):
        return NOTHING
    levels = {name: gap.level if (gap := gaps[name]) else "unsettled" for name in ("bias", "variance")}
    high = [f"high {name}" for name, level in levels.items() if level == "high"]
    if high:
        return " and ".join(high)
    return UNSETTLED if UNSETTLED in levels.values() else LOW


def _next(
    gaps: Mapping[str, Gap | None],
    questions: Mapping[str, Question],
    evidence: Evidence | None,
    findings: Sequence[Finding],
    done: str,
    task: Task | None = None,
) -> list[str]:
    """The notes' basic recipe: bias first, then variance, then the others; what is certainly high before the rest.

    Where bias and variance are low and nothing is high, that comes first, and what is open after it.
    """
    if CONSTANT_LABELS.is_among(findings):
        return []
    supply = evidence.supply if evidence else None
    steps = {name: _steps(name, gap, questions[name], supply) for name, gap in gaps.items()}
    high = [name for name, gap in gaps.items() if gap and gap.level == "high"]
    is_explained = any(finding.is_serious for finding in findings)
    if "bias" in high and questions["bias"].errors["optimal"].value == 0:  # perhaps because nothing was stated
        steps["bias"].append(f"bias is judged against an optimal error of 0: {STATE}")
    if evidence and "bias" in high and not is_explained:
        is_idle = evidence.unbeaten is not None and not evidence.ending.falling
        recipe = [] if is_idle else steps["bias"][1 if evidence.unbeaten else 0 :]
        steps["bias"] = [*_of_evidence(evidence, task), *recipe]
    if evidence and "variance" in high and evidence.ending.dev_rising:
        steps["variance"].insert(0, RISING)
    in_order = sorted(
        gaps, key=lambda name: 0 if name in high else 1 + (not _can_be_had(gaps[name], questions[name], supply))
    )
    is_done = not high and not is_explained and all((gap := gaps[name]) and gap.level == "low" for name in ABSENT)
    rest = [step for name in in_order for step in steps[name]]
    return [done, *rest] if is_done else rest


def _can_be_had(gap: Gap | None, question: Question, supply: Supply | None) -> bool:
    """Whether the data at hand can settle a gap that is open."""
    if supply is None or gap is None or gap.level != "unsettled" or gap.value == question.tolerance:
        return False
    return bool(supply.settling(question, gap.settled_by).overrides)


def _of_evidence(evidence: Evidence, task: Task | None) -> Iterator[str]:
    """What how the training ended, and what simple models reach, say about a high bias."""
    if evidence.ending.falling:
        yield STOPPED if evidence.ending.stopped else FALLING
    if evidence.unbeaten:
        yield unbeaten_in_words(evidence.unbeaten, task)


def unbeaten_in_words(model: UnbeatenModel, task: str | None) -> str:
    """What the best simple model says of a high bias, and what to do then."""
    rest = "look for inputs that say more, or state that as what is reachable (diagnosis.optimal_error)"
    return f"{no_better_in_words(model, task)}; {rest}"


def no_better_in_words(model: UnbeatenModel, task: str | None) -> str:
    """What the best simple model says of a high bias."""
    low, high = model.low, model.high
    ends = f" (95 %: {interval_text(low, high, task)})" if low is not None and high is not None else ""
    error = f"{error_text(model.error, task)}{ends}"
    return f"bias is high, and {NO_BETTER}: the best, {model.title}, errs {error}"


def _steps(name: str, gap: Gap | None, question: Question, supply: Supply | None) -> list[str]:
    if gap is None:
        return [f"{name} is unknown: {_missing(name, question, supply)}"] if name in ABSENT else []
    if gap.level == "unsettled":
        return [f"{in_words(name)} is unsettled: {_settling(gap, question, supply)}"]
    if gap.level != "high":
        return []
    remedies = [remedy for remedy in RECIPE[name] if remedy != AUGMENTED or supply is None or supply.facts.images]
    if name == "variance" and AUGMENTED not in remedies:
        remedies = ["more training examples", *remedies]
    return [f"{in_words(name)} is high: try {remedy}" for remedy in remedies]


def _missing(name: str, question: Question, supply: Supply | None) -> str:
    """What is to be done where an error is missing."""
    if question.upper in question.errors and question.lower == "train":
        return ABSENT["bias"]
    overrides = supply.first_dev() if supply and name == "variance" else {}
    return f"{ABSENT[name]}: {supply.typed(overrides)}" if supply and overrides else ABSENT[name]


def _settling(gap: Gap, question: Question, supply: Supply | None) -> str:
    """Such as `410 dev examples would settle it in 4 of 5 cases`, or why none would."""
    if not gap.settled_by and gap.value == question.tolerance:
        return f"no number of {in_words(question.upper)} examples settles it at these errors: it is the tolerance"
    if supply is not None:
        return str(supply.settling(question, gap.settled_by).sentence())
    if not gap.settled_by:
        too_uncertain = f"that of {in_words(question.lower)} is too uncertain"
        return f"no number of {in_words(question.upper)} examples settles it at these errors: {too_uncertain}"
    sizes = " and ".join(f"{size:,} {in_words(part)}" for part, size in gap.settled_by.items())
    return f"{sizes} examples would settle it in 4 of 5 cases"
