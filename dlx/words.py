"""The words that mean the same in every room: the parts of the data, the tasks, and how a training ended."""

from __future__ import annotations

from enum import StrEnum
from math import inf, isfinite, isnan

PARTS = ("train", "train_dev", "dev", "test")  # of a data set, in the order in which all speak of them
RELATIVE = "relative"  # errors of several targets whose residuals are divided by the spread of their target


class Task(StrEnum):
    """What there is to learn from the labels. Specs, documents and files hold its text."""

    BINARY = "binary"  # which of two classes an example has
    MULTICLASS = "multiclass"  # which of three or more
    MULTILABEL = "multilabel"  # which of several labels, any number of them
    REGRESSION = "regression"  # real numbers: errors are in their unit, where the other tasks have shares

    @property
    def is_regression(self) -> bool:
        """Whether the targets are real numbers."""
        return self is Task.REGRESSION

    @property
    def has_one_class(self) -> bool:
        """Whether each example is of just one class, so that an answer is either right or wrong."""
        return self in (Task.BINARY, Task.MULTICLASS)

    @property
    def largest_error(self) -> float:
        """The largest error that there can be."""
        return inf if self.is_regression else 1.0


class Status(StrEnum):
    """How far a run, a trial, a search or a study has come, or how it ended. Documents hold its text."""

    RUNNING = "running"  # it is being trained, or whoever trained it was killed
    COMPLETED = "completed"  # all that was asked for has been done
    EARLY_STOPPED = "early_stopped"  # nothing had become better for as long as the spec allows
    DIVERGED = "diverged"  # a cost was no longer finite
    FAILED = "failed"  # an error ended it
    INTERRUPTED = "interrupted"  # a signal, or the end of the time, ended it; it goes on from there
    STOPPED = "stopped"  # of a trial: at the epoch up to which it was to be trained, or because others were better
    UNFINISHED = "unfinished"  # of a setting: the search ended before it was trained as far as it was to be
    BUDGET_SPENT = "budget_spent"  # of a search: the time was up
    INCOMPLETE = "incomplete"  # of a search or a study: workers died, or the machine refused
    DAMAGED = "damaged"  # of a run in a list: its facts cannot be read

    @property
    def in_words(self) -> str:
        """As people read it.

        >>> Status.EARLY_STOPPED.in_words
        'early stopped'
        """
        return self.replace("_", " ")

    @property
    def is_good(self) -> bool:
        """Whether training went as it was asked to, so that its errors can be compared with others."""
        return self in (Status.COMPLETED, Status.EARLY_STOPPED, Status.STOPPED)

    @property
    def is_bad(self) -> bool:
        """Whether training broke off, so that there is nothing to compare."""
        return self in (Status.DIVERGED, Status.FAILED)

    @property
    def may_resume(self) -> bool:
        """Whether a run can be gone on with; every other one has ended."""
        return self in (Status.RUNNING, Status.INTERRUPTED, Status.FAILED)

    @property
    def has_result(self) -> bool:
        """Whether a run has written what it came to. One without it begins anew where it has no checkpoint."""
        return self not in (Status.RUNNING, Status.FAILED, Status.DAMAGED)


def error_text(value: float, task: str | None) -> str:
    """An error, a gap or a tolerance as people read it: a rate in percent, of a regression the number itself.

    >>> error_text(0.2333, "binary"), error_text(0.2333, "regression")
    ('23.33 %', '0.2333')
    """
    return f"{value:.4g}" if task == Task.REGRESSION else percent(value, 2)


def interval_text(low: float, high: float, task: str | None) -> str:
    """The two ends of an interval of errors.

    >>> interval_text(0.0087, 0.0557, "binary"), interval_text(0.25, 1.5, "regression")
    ('0.87 to 5.57 %', '0.25 to 1.5')
    """
    return f"{error_text(low, task).removesuffix(' %')} to {error_text(high, task)}"


def percent(share: float, digits: int = 0) -> str:
    """A share in percent; one that is beyond all numbers in words.

    >>> percent(0.233), percent(0.0087, 2), percent(inf)
    ('23 %', '0.87 %', 'over 10,000 %')
    """
    if not isfinite(share):
        return "an unknown share" if isnan(share) else "over 10,000 %"
    return f"{100 * share:.{digits}f} %"


def figure(value: float, digits: int = 3) -> str:
    """A number of a sentence to so many digits; one that is beyond all numbers, or none, in words.

    >>> figure(0.12345), figure(2e-7, 1), figure(-inf), figure(inf - inf)
    ('0.123', '2e-07', 'minus infinity', 'no number')
    """
    if isnan(value):
        return "no number"
    if isfinite(value):
        return f"{value:.{digits}g}"
    return "infinity" if value > 0 else "minus infinity"
