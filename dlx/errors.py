"""The one family of exceptions that dlx raises on purpose, each with the exit code that the command line gives it."""

from __future__ import annotations

import contextlib
import os
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice

from dlx.synonyms import NOTES, SYNONYMS, plainly
from dlx.text import shorten, visible_line

# A message is read by people: so many problems of a file are shown, and so many characters of a key and of a sentence.
MOST_SHOWN = 50
LONGEST_KEY, LONGEST_MESSAGE = 300, 3000
# What is compared to find the nearest name: the time grows with the number of names and the square of their length.
LONGEST_NAME, MOST_COMPARED = 100, 5000
PACKAGE = os.path.dirname(os.path.abspath(__file__)) + os.sep  # noqa: PTH100, PTH120 - a prefix of file names
INSIDE = (PACKAGE, contextlib.__file__)  # code of dlx, and what it enters by ``with``


_NAMES: ContextVar[Mapping[str, str]] = ContextVar("names of files", default={})  # noqa: B039  never written to


@contextmanager
def naming(files: Mapping[str, str]) -> Iterator[None]:
    """Within it messages call these files, by path, what they were written from, such as `the DataFrame`."""
    token = _NAMES.set(files)
    try:
        yield
    finally:
        _NAMES.reset(token)


def _with_names(message: str) -> str:
    for path, name in _NAMES.get().items():
        message = message.replace(path, name)
    return message


class DlxError(Exception):
    """Something that the user can correct; ``exit_code`` is what the command returns for it."""

    exit_code = 1

    def __init__(self, *message: str) -> None:
        super().__init__(*map(_with_names, message))


class UsageError(DlxError):
    """A command was called in a way it does not understand."""

    exit_code = 2


class CheckFailed(DlxError):
    """A check that the user asked for came out negative."""

    exit_code = 3


class Diverged(DlxError):
    """A cost, gradient or parameter stopped being finite."""

    exit_code = 4


class DataError(DlxError):
    """Data that cannot be read, or that does not fit what is asked of it."""

    exit_code = 5


class EnvironmentProblem(DlxError):
    """The machine refuses: disk full, directory locked or read-only, an extra that is not installed."""

    exit_code = 6


class ReadFailure(EnvironmentProblem, DataError):
    """The machine fails to read a file that is there: nothing is known of what it holds, so nothing follows from it."""


class Interrupted(DlxError):
    """A signal asked to stop; what had been reached is saved."""

    def __init__(self, signal_number: int, message: str) -> None:
        self.exit_code = 128 + signal_number
        super().__init__(message)

    def __reduce__(self) -> tuple[type[Interrupted], tuple[int, str]]:
        """How it is pickled on the way from a worker process."""
        return type(self), (self.exit_code - 128, str(self))


class Remark(UserWarning):
    """Something the user should know about a result that is right all the same."""

    def __init__(self, message: str) -> None:
        super().__init__(_with_names(message))


def remark(text: str) -> None:
    """Warn with a `Remark`, as if at the line outside of dlx that has called it: that is one its reader can change."""
    level, frame = 1, sys._getframe(0)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(INSIDE):
        level, frame = level + 1, frame.f_back
    warnings.warn(Remark(text), stacklevel=level)


@dataclass(frozen=True)
class Place:
    """Where a value stands: a file with line and column (from 1), or another origin such as the command line."""

    source: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.source, self.line, self.column) if part is not None)

    @classmethod
    def of_index(cls, source: str, text: str, index: int) -> Place:
        """The place of an index into the text of a source.

        >>> str(Place.of_index("spec.yaml", "seed: 1\\ntask: unknown", index=14))
        'spec.yaml:2:7'
        """
        return cls(source, text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index))

    def order(self) -> tuple[bool, str, int, int]:
        """What places are sorted by: files before the command line, and each from its top."""
        return self.line is None, self.source, self.line or 0, self.column or 0


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a spec: ``place: key: what``."""

    place: Place
    key: str
    what: str

    def __str__(self) -> str:
        parts = (str(self.place), shorten(self.key, LONGEST_KEY), shorten(self.what, LONGEST_MESSAGE))
        return visible_line(": ".join(part for part in parts if part))


class SpecError(UsageError):
    """A spec that cannot be used; carries every problem, in the order of the file, and shows the first of many."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        lines = [str(problem) for problem in self.problems[:MOST_SHOWN]]
        rest = self.problems[MOST_SHOWN:]
        if rest:
            lines.append(f"{rest[0].place}: {len(rest):,} more problem{'s' * (len(rest) > 1)}, from here on")
        super().__init__("\n".join(lines))

    @classmethod
    def of(cls, place: Place, key: str, what: str) -> SpecError:
        """The error of a spec with one problem."""
        return cls([Problem(place, key, what)])


def nearest(value: object, names: Iterable[str]) -> str | None:
    """The name that was probably meant; None where none is like it. No name is like a long text.

    Capitals and what joins words make no difference, and a word of another tool leads to the one that means the same.
    """
    text, compared = str(value), list(islice(names, MOST_COMPARED))
    if len(text) > LONGEST_NAME:
        return None
    plain = plainly(text)
    by_plain = {plainly(name): name for name in reversed(compared)}
    meant = [by_plain[word] for word in (plain, *map(plainly, SYNONYMS.get(plain, ()))) if word in by_plain]
    if not meant and plain in NOTES:  # it is spelt right, and means nothing that is allowed here
        return None
    return next(iter(meant or get_close_matches(text, compared, n=1)), None)


def allowed(value: object, names: Sequence[str]) -> str:
    """What could stand there instead, the way every message lists it.

    >>> allowed("rleu", ["relu", "tanh"]), allowed(3, ["relu", "tanh"])
    ('(allowed relu, tanh; did you mean relu?)', '(allowed relu, tanh)')
    """
    return listing(names, hint(value, nearest(value, names)))


def listing(names: Sequence[str], further: str = "") -> str:
    """All that could stand there, with what else is to be said of it."""
    return f"(allowed {', '.join(names)}{further})" if names else f"(nothing is allowed here{further})"


def hint(value: object, near: str | None) -> str:
    """The end of what `allowed` says: the name that was probably meant, and what has to be known of the word.

    >>> hint("dropout", "keep_prob"), hint("rleu", None)
    ('; did you mean keep_prob? it is the share that stays: 1 − dropout', '')
    """
    question = f"did you mean {near}?" if near is not None else ""
    note = NOTES.get(plainly(str(value)), "") if near is None or plainly(near) != plainly(str(value)) else ""
    return f"; {' '.join(filter(None, (question, note)))}" if question or note else ""
