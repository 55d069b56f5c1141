"""Gaps: the differences of errors that a verdict is made of, judged high, low or unsettled, all of them at once."""

from __future__ import annotations

from collections.abc import Mapping

from dlx.documents.diagnosis import Gap, Level
from dlx.stats.enough_examples import Question, enough_to_settle
from dlx.stats.intervals import CONFIDENCE, Estimate
from dlx.stats.proportions import RISK

OUT_OF_FOLD = "out_of_fold"  # each example, by a network that was not given it
HELD_OUT = ("train_dev", OUT_OF_FOLD, "dev", "test")


def questions(
    errors: Mapping[str, Estimate], pairs: Mapping[str, tuple[str, str]], tolerance: float, is_rate: bool
) -> dict[str, Question]:
    """Each gap by its name, with the risk at which no more than 5 of 100 diagnoses say anything wrong of any gap.

    A gap is either above the tolerance or not, so that only one of high and low is wrong of it: the 2.5 % by which each
    end of a 95 % interval may be too near do for two gaps, and k of them have 5 %/k each (C. Bonferroni 1936).

    Args:
        errors: by part, ``optimal`` among them.
        pairs: the parts of each gap, the upper and the lower one.
        tolerance: above which a gap is high.
        is_rate: whether errors are rates of wrong answers; other intervals narrow by 1/√m.
    """
    uncertain = [pair for pair in pairs.values() if _can_be_wrong(errors, pair)]
    risk = min(RISK, (1 - CONFIDENCE) / max(len(uncertain), 1))
    return {name: Question(errors, *pair, tolerance, not is_rate, risk) for name, pair in pairs.items()}


def _can_be_wrong(errors: Mapping[str, Estimate], pair: tuple[str, str]) -> bool:
    """Whether the gap is there, and one of its errors is not taken at its word."""
    if not errors.keys() >= set(pair):
        return False
    return any(errors[part].low < errors[part].high for part in pair)


def judged_gap(question: Question) -> Gap | None:
    """The difference with its interval, its level, and what would settle it; None where an error is missing."""
    if not {question.upper, question.lower} <= question.errors.keys():
        return None
    gap = question.gap({})
    level = _level(gap, question.tolerance)
    settled_by = enough_to_settle(question, _growing(question)) if level == "unsettled" else None
    return Gap(gap.value, gap.low, gap.high, level=level, settled_by=settled_by)


def _growing(question: Question) -> tuple[str, ...]:
    """The parts whose size can be chosen without training anew; for the bias, which has none, train."""
    return tuple(part for part in HELD_OUT if part in (question.upper, question.lower)) or ("train",)


def _level(gap: Estimate, tolerance: float) -> Level:
    """High or low only where the whole interval is."""
    if gap.low > tolerance:
        return "high"
    return "low" if gap.high <= tolerance else "unsettled"
