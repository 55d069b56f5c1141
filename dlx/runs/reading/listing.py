"""Past runs: those below the folder ``runs``, listed with what their ``run.json`` says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from operator import eq, ge, gt, le, lt, ne
from pathlib import Path
from typing import Any, TypeVar

from dlx.errors import DataError, UsageError, allowed
from dlx.runs.files.directory import RunDirectory
from dlx.runs.files.file_names import FACTS
from dlx.runs.files.latest import LATEST, ROOT, followed, point_to_newest
from dlx.runs.reading.result import OBJECTIVE, Result
from dlx.text import option
from dlx.training.records import COLUMNS as OF_ROWS
from dlx.words import Status

Value = str | float | int | None
Kind = TypeVar("Kind", list[Any], dict[str, Any])
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {"<=": le, ">=": ge, "!=": ne, "<": lt, ">": gt, "=": eq}
FACTS_SHOWN = ("name", "id", "status", "started", "seed", "parameters", "epoch")
COLUMNS = (*FACTS_SHOWN, *OF_ROWS[2:], "test_cost", "test_error", "tags")
TABLE = ("run", *COLUMNS)  # the columns of a run as one row, behind the path of its directory
COUNTS = ("seed", "parameters", "epoch")  # whole numbers
OF_FACTS = (
    *FACTS_SHOWN,
    "final",
    "best",
    "test",
    "kept_epoch",
)  # of the facts: those of a thousand runs take much memory
WORDS = ("name", "id", "status", "started", "tags")  # columns of text


@dataclass(frozen=True)
class PastRun(Result):
    """One run of the list, its measures those of the parameters that were kept."""

    fault: str = ""  # why its facts could not be read

    @classmethod
    def listed(cls, path: Path) -> PastRun:
        """The run in a directory, of which only that is known where its ``run.json`` is damaged."""
        run = RunDirectory(path)
        try:
            facts, was_killed = run.at_present(lambda: run.document(FACTS))
        except DataError as error:
            return cls(run, {"name": path.parent.name, "status": Status.DAMAGED}, fault=str(error))
        few = {name: facts[name] for name in (*OF_FACTS, "tags") if name in facts}
        few["data"] = {"task": _or_empty(facts.get("data"), dict).get("task")}
        few |= {OBJECTIVE: {}} if OBJECTIVE in facts else {}
        return cls(
            run, few | {name: _or_empty(facts.get(name), dict) for name in ("final", "best", "test")}, was_killed
        )

    @property
    def tags(self) -> list[str]:
        """The user's own words for it."""
        return [str(tag) for tag in _or_empty(self.facts.get("tags"), list)]

    def __getitem__(self, column: str) -> Value:
        """A column of the list; None where the run has no such value."""
        if column in ("id", "tags"):
            return self.path.name if column == "id" else ",".join(self.tags)
        if column.startswith("test_"):
            return _value(self.test.get(column.removeprefix("test_")))
        if column in ("epoch", *OF_ROWS[2:]):
            return _value(self.kept_row.get(column))
        return _value(self.facts.get(column))

    def document(self) -> dict[str, Any]:
        """The columns of the list, and the directory."""
        return {**dict(zip(TABLE, self.row(), strict=True)), "tags": self.tags}

    def row(self) -> list[Value]:
        """The same as one row, tags parted by commas; None where the run has no such value."""
        return [str(self.path), *(self[column] for column in COLUMNS)]


def _or_empty(value: Any, kind: type[Kind]) -> Kind:
    """The value if it is of this kind, else an empty one: an older dlx kept no sums that would show damage."""
    return value if isinstance(value, kind) else kind()


def _value(value: Any) -> Value:
    return value if isinstance(value, str | float | int) else None


def past_runs(root: Path = ROOT) -> list[PastRun]:
    """Every run below ``root``, the oldest first; of one whose ``run.json`` is damaged only that is known."""
    return sorted(each(root), key=lambda run: (run.path.name if run.fault else str(run["started"]), run.path.name))


def each(root: Path = ROOT) -> Iterator[PastRun]:
    """The same, read one by one, in the order of the names of their directories, which begin with the time."""
    paths = [path.parent for path in root.glob(f"*/*/{FACTS}") if not path.parent.parent.is_symlink()]
    for path in sorted(paths, key=lambda path: path.name):
        yield PastRun.listed(path)


@dataclass(frozen=True)
class Condition:
    """``column < value`` and the like, as a filter of runs."""

    column: str
    compare: Callable[[Any, Any], bool]
    value: Value

    @classmethod
    def parse(cls, condition: str) -> Condition:
        """From a text such as ``dev_error<0.05``.

        Raises:
            UsageError: it is none.
        """
        match = re.fullmatch(r"\s*(\w+)\s*(<=|>=|!=|<|>|=)\s*(.*?)\s*", condition)
        if match is None:
            what = "expected a condition such as dev_error<0.05 or status=completed"
            raise UsageError(f"{option('where')}: {what}, got {condition!r}")
        column, sign, text = match.groups()
        if column not in COLUMNS:
            raise UsageError(f"{condition!r}: there is no column {column!r} {allowed(column, COLUMNS)}")
        value = _number(text)
        if isinstance(value, str) and column not in WORDS:
            raise UsageError(f"{condition!r}: {column} is compared with a number, got {text!r}")
        return cls(column, COMPARISONS[sign], value)

    def holds(self, run: PastRun) -> bool:
        """Whether the run fulfils it; one without the value does not."""
        value = run.tags if self.column == "tags" else run[self.column]
        if isinstance(value, list):
            return (all if self.compare is ne else any)(self.compare(tag, str(self.value)) for tag in value)
        if isinstance(value, str) or isinstance(self.value, str):
            return value is not None and self.compare(str(value), str(self.value))
        return value is not None and self.compare(value, self.value)


def _number(text: str) -> Value:
    try:
        return float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        return text


def table(conditions: list[Condition], sort: str | None, most: int | None, root: Path = ROOT) -> Iterable[PastRun]:
    """Those that `selected` takes of all runs; where their order does not matter to it, one by one as they are read."""
    if sort is not None or most is not None:
        return selected(past_runs(root), conditions, sort, most)
    return (run for run in each(root) if all(condition.holds(run) for condition in conditions))


def selected(runs: list[PastRun], conditions: list[Condition], sort: str | None, most: int | None) -> list[PastRun]:
    """Those that fulfil all conditions, in the order of a column (a minus in front turns it round), the first few.

    Runs without a value in that column come last.
    """
    matches = [run for run in runs if all(condition.holds(run) for condition in conditions)]
    if sort is not None:
        matches = list(_sorted(matches, sort.removeprefix("-"), sort.startswith("-")))
        return matches[:most] if most is not None else matches
    return matches[-most:] if most else matches if most is None else []


def _sorted(runs: list[PastRun], column: str, down: bool) -> Iterator[PastRun]:
    if column not in COLUMNS:
        raise UsageError(f"{option('sort', column)}: there is no such column {allowed(column, COLUMNS)}")
    having = [run for run in runs if run[column] is not None]
    yield from sorted(having, key=lambda run: run[column] or 0, reverse=down)  # 0 only for the type: None is left out
    yield from (run for run in runs if run[column] is None)


def tag(path: Path, tags: list[str], remove: bool = False) -> list[str]:
    """Add tags to a run, or take them away; returns those that it has then.

    Raises:
        UsageError: a tag is empty, or is no single word that could name the run.
    """
    for word in tags:
        if not word.isprintable() or not word or any(letter in " ,/~:" for letter in word) or word == "latest":
            raise UsageError(f"{word!r}: a tag is one word without , / ~ and :, and not latest")
    with RunDirectory.open(path, writing=True) as run:
        others = [other for other in PastRun(run, run.document(FACTS)).tags if other not in tags]
        result = others if remove else [*others, *tags]
        run.write_facts(tags=result)
    return result


def remove(paths: Sequence[Path]) -> list[Path]:
    """Delete runs; ``latest``, where it led to one, then points to the newest that is left.

    Returns the files that stay, because dlx did not write them, or they are no longer as it did.
    """
    foreign: list[Path] = []
    for path in paths:
        with RunDirectory(path) as run:
            run.acquire()  # not while a training is running there
            foreign += run.foreign()
            run.remove_own()
        _forget(path)
    return foreign


def abandon(run: RunDirectory) -> None:
    """Remove a run that has just been begun, and in which nothing was trained; it must be locked."""
    run.remove_own()
    run.close()
    _forget(run.path)


@contextmanager
def abandoned_on_error(run: RunDirectory) -> Iterator[None]:
    """Whatever goes wrong inside, also a signal to end, the run is abandoned."""
    try:
        yield
    except BaseException:
        abandon(run)
        raise


def _forget(path: Path) -> None:
    """Remove the directory of a run, unless something stays in it; ``latest`` then leads to another one."""
    with suppress(OSError):
        path.rmdir()
        if path.parent.parent == ROOT:
            path.parent.rmdir()
    if not followed(ROOT / LATEST).is_dir():
        point_to_newest([run.path for run in past_runs()])
