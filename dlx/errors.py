"""The one family of exceptions that dlx raises on purpose, each with the exit code that the command line gives it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches


class DlxError(Exception):
    """Something the user can mend; ``exit_code`` is what the command returns for it."""

    exit_code = 1


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


@dataclass(frozen=True)
class Place:
    """Where a value stands: a file with line and column (from 1), or another origin such as the command line."""

    source: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.source, self.line, self.column) if part is not None)


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a spec: ``place: key: what``."""

    place: Place
    key: str
    what: str

    def __str__(self) -> str:
        return ": ".join(part for part in (str(self.place), self.key, self.what) if part)


class SpecError(UsageError):
    """A spec that cannot be used; carries every problem found, in the order of the file."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def allowed(given: object, names: Sequence[str]) -> str:
    """``(allowed a, b, c; did you mean b?)``, the way every message lists what could stand there instead."""
    near = get_close_matches(str(given), names, n=1, cutoff=0.6)
    hint = f"; did you mean {near[0]}?" if near else ""
    return f"(allowed {', '.join(names)}{hint})" if names else "(nothing is allowed here)"


def missing_extra(package: str, extra: str, purpose: str) -> EnvironmentProblem:
    """The one line for an optional package that is not installed."""
    return EnvironmentProblem(f"{purpose} needs {package}, which is not installed: pip install 'dlx[{extra}]'")
