"""Bias and variance of a run, judged from its errors with their uncertainty, and what the notes' recipe does next."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from dlx.diagnose.findings import Finding, by_severity
from dlx.diagnose.judged_metric import JudgedMetric
from dlx.stats.enough_examples import Question, Sizes, enough_to_settle
from dlx.stats.intervals import Estimate, exact
from dlx.words import Task

if TYPE_CHECKING:
    import numpy as np

Level = Literal["high", "low", "unsettled"]
Gap = dict[str, Any]

TOLERANCE, RELATIVE_TOLERANCE = 0.02, 0.1
OUT_OF_FOLD = "out_of_fold"  # each example, by a network that was not given it
HELD_OUT = ("train_dev", OUT_OF_FOLD, "dev", "test")
GAPS = ("bias", "variance", "mismatch", "overfitting_to_dev")
RECIPE = {
    "bias": (
        "a bigger network (architecture.hidden)",
        "longer training (training.epochs), or another optimizer or learning rate",
        "another architecture",
    ),
    "variance": (
        "more training examples, or augmentation (data.augment)",
        "regularization (regularization.l2, regularization.keep_prob) or early stopping",
        "another architecture",
    ),
    "mismatch": ("training examples that are more like those of dev",),
    "overfitting_to_dev": ("a larger dev set (data.split.dev), or fewer choices by the one there is",),
}
BETTER, WORSE, OPEN = "better", "worse", "not established"  # whether a network surely is, beside something else
DONE = "bias and variance are low: done"
STATE = "state diagnosis.optimal_error if people, or the best possible, do worse"
ABSENT = {"bias": "measure the error on train", "variance": "hold out a dev set (data.split.dev)"}


def diagnose(
    errors: Mapping[str, Estimate],
    optimal_error: float,
    tolerance: float,
    task: Task | None = None,
    findings: Iterable[Finding] = (),
    unproven: str | None = None,
    measure: JudgedMetric | None = None,
) -> dict[str, Any]:
    """The document ``diagnosis.json``.

    bias = train − optimal, variance = train_dev − train (dev − train where there is no train_dev),
    mismatch = dev − train_dev, overfitting_to_dev = test − dev; each null where an error that it needs is missing.

    A gap is high where its whole 95 % interval lies above the tolerance, low where no part of it does, else unsettled;
    ``settled_by`` then says how many examples would settle it at the same errors, ``{"dev": 412}``, or null for none.

    Args:
        errors: of the frozen network, by part: train, train_dev, dev, test; those that are there.
        optimal_error: what could be reached at best: human-level or Bayes error.
        tolerance: the gap above which bias, variance, mismatch or overfitting is high; see `default_tolerance`.
        task: binary, multiclass, multilabel or regression; None where only the numbers are known.
        findings: what else was found out, in any order.
        unproven: what is not established of a network whose bias and variance are low, so that it is not done.
        measure: what is judged in place of the errors, where the spec names such a metric.
    """
    estimates = {**(measure.errors if measure else errors), "optimal": exact(optimal_error)}
    gaps = _gaps(estimates, tolerance, is_rate=(task is None or task.has_one_class) and measure is None)
    ranked = by_severity(findings)
    return {
        "task": task,
        "optimal_error": optimal_error,
        "tolerance": tolerance,
        "errors": {part: error.document() for part, error in errors.items()},
        **({"measure": measure.document()} if measure else {}),
        **gaps,
        "verdict": _verdict(gaps),
        "findings": [finding.document() for finding in ranked],
        "next": [*mending(ranked), *_next(gaps, between(errors), tolerance, optimal_error)] or [unproven or DONE],
    }


def mending(findings: Iterable[Finding]) -> list[str]:
    """What is to be done about the findings; notes ask for nothing."""
    return [f"{finding.name}: {finding.remedy}" for finding in findings if finding.severity != "note"]


def default_tolerance(task: Task, train_targets: np.ndarray) -> float:
    """What counts as high where nothing is stated.

    The default of ``diagnosis.tolerance`` is 0.02. In the notes' four columns gaps of up to 1 % are let pass and those
    from 10 % on called high, which leaves the choice open from 1 to 10 %. 2 % lies near the strict end: a gap counts
    from twice the largest that the notes let pass. A stricter one would seldom be decided, because the examples that
    tell a gap from a tolerance grow with 1/(difference)²: train and dev errors of 1 and 1.5 % take 500 dev examples to
    be called low at 2 %, and 3,000 at 1 %. Where nearly all examples have the same class, or the same labels, it is
    half the error of always answering that: else who has learned nothing errs little. A regression has a tenth of the
    standard deviation of train's targets: a tenth of the error of always answering their mean.

    Args:
        task: binary, multiclass, multilabel or regression.
        train_targets: y of train, (m,) or (m, k).
    """
    import numpy as np

    if task is Task.MULTILABEL:
        shares = train_targets.mean(axis=0)
        return min(TOLERANCE, float(np.minimum(shares, 1 - shares).mean()) / 2) or TOLERANCE
    if not task.is_regression:
        rest = len(train_targets) - int(np.bincount(train_targets).max())
        return min(TOLERANCE, rest / len(train_targets) / 2) or TOLERANCE
    return RELATIVE_TOLERANCE * float(train_targets.std(axis=0).mean()) or TOLERANCE


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


def _gaps(estimates: Mapping[str, Estimate], tolerance: float, is_rate: bool) -> dict[str, Gap | None]:
    """Each gap by its name; what is no rate of wrong answers has an interval that narrows by 1/√m."""
    pairs = between(estimates)
    return {name: _gap(Question(estimates, *pairs[name], tolerance, not is_rate)) for name in GAPS}


def _gap(question: Question) -> Gap | None:
    if not {question.upper, question.lower} <= question.errors.keys():
        return None
    gap = question.gap({})
    level = _level(gap, question.tolerance)
    settled_by = enough_to_settle(question, _growing(question)) if level == "unsettled" else None
    return {**gap.interval(), "level": level, "settled_by": settled_by}


def _growing(question: Question) -> tuple[str, ...]:
    """The parts whose size can be chosen without training anew; for the bias, which has none, train."""
    return tuple(part for part in HELD_OUT if part in (question.upper, question.lower)) or ("train",)


def _level(gap: Estimate, tolerance: float) -> Level:
    """High or low only where the whole interval is."""
    if gap.low > tolerance:
        return "high"
    return "low" if gap.high <= tolerance else "unsettled"


def _verdict(gaps: Mapping[str, Gap | None]) -> str:
    """Names what is certainly high; what is low must be certain too before both are called low."""
    levels = {name: gap["level"] if (gap := gaps[name]) else "unsettled" for name in ("bias", "variance")}
    high = [f"high {name}" for name, level in levels.items() if level == "high"]
    if high:
        return " and ".join(high)
    return "unsettled" if "unsettled" in levels.values() else "low bias and low variance"


def _next(
    gaps: Mapping[str, Gap | None], pairs: Mapping[str, tuple[str, str]], tolerance: float, optimal_error: float
) -> list[str]:
    """The notes' basic recipe: bias first, then variance, then the others; what is certainly high before the rest."""
    steps = {name: _steps(name, gap, *pairs[name], tolerance) for name, gap in gaps.items()}
    high = [name for name, gap in gaps.items() if gap and gap["level"] == "high"]
    if "bias" in high and optimal_error == 0:  # which may be so only because nothing was stated
        steps["bias"].append(f"bias is judged against an optimal error of 0: {STATE}")
    in_order = [*high, *(name for name in gaps if name not in high)]
    return [step for name in in_order for step in steps[name]]


def _steps(name: str, gap: Gap | None, upper: str, lower: str, tolerance: float) -> list[str]:
    if gap is None:
        return [f"{name} is unknown: {ABSENT[name]}"] if name in ABSENT else []
    gap_name = in_words(name)
    if gap["level"] == "unsettled" and gap["settled_by"]:
        return [f"{gap_name} is unsettled: {_settling(gap['settled_by'])}"]
    if gap["level"] == "unsettled":
        why = "it is the tolerance" if gap["value"] == tolerance else f"that of {in_words(lower)} is too uncertain"
        return [f"{gap_name} is unsettled: no number of {in_words(upper)} examples settles it at these errors: {why}"]
    return [f"{gap_name} is high: try {remedy}" for remedy in RECIPE[name]] if gap["level"] == "high" else []


def _settling(settled_by: Sizes) -> str:
    """Such as `412 dev examples would settle it (data.split.dev)`."""
    sizes = " and ".join(f"{size:,} {in_words(part)}" for part, size in settled_by.items())
    keys = ", ".join(f"data.split.{part}" for part in settled_by if part != OUT_OF_FOLD)
    return f"{sizes} examples would settle it ({keys or 'a larger file'})"
