"""Past runs: those below the folder ``runs``, listed with what their ``run.json`` says, and found by short names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from operator import eq, ge, gt, le, lt, ne
from pathlib import Path
from typing import Any, TypeVar

from dlx.errors import DataError, UsageError, allowed
from dlx.locked_directory import LATEST, ROOT
from dlx.metrics import MEASURES
from dlx.runs import FACTS, RunDirectory

Value = str | float | int | None
Kind = TypeVar("Kind", list[Any], dict[str, Any])
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {"<=": le, ">=": ge, "!=": ne, "<": lt, ">": gt, "=": eq}
FACTS_SHOWN = ("name", "id", "status", "started", "seed", "parameters", "epoch")
COLUMNS = (*FACTS_SHOWN, *MEASURES, "test_cost", "test_error", "tags")
WORDS = ("name", "id", "status", "started", "tags")  # columns of text
DAMAGED = "damaged"  # the status of a run whose facts cannot be read
MOST_NAMED = 5  # of the runs that a short name could mean


@dataclass(frozen=True)
class PastRun:
    """One run: its directory, its facts, and of its measures those of the parameters that were kept."""

    path: Path
    facts: dict[str, Any]
    fault: str = ""  # why its facts could not be read

    @property
    def tags(self) -> list[str]:
        """The user's own words for it."""
        return [str(tag) for tag in _or_empty(self.facts.get("tags"), list)]

    def __getitem__(self, column: str) -> Value:
        """A column of the list; None where the run has no such value."""
        if column in ("id", "tags"):
            return self.path.name if column == "id" else ",".join(self.tags)
        if column.startswith("test_"):
            return _value(_or_empty(self.facts.get("test"), dict).get(column.removeprefix("test_")))
        if column in ("epoch", *MEASURES):
            return _value(self._kept().get(column))
        return _value(self.facts.get(column))

    def _kept(self) -> dict[str, Any]:
        final, best = (_or_empty(self.facts.get(name), dict) for name in ("final", "best"))
        return best if best.get("epoch") == self.facts.get("kept_epoch") else final

    def document(self) -> dict[str, Any]:
        """The columns of the list, and the directory."""
        return {"run": str(self.path), **{column: self[column] for column in COLUMNS}, "tags": self.tags}


def _or_empty(value: Any, kind: type[Kind]) -> Kind:
    """The value if it is of this kind, else an empty one: an older dlx kept no sums that would show damage."""
    return value if isinstance(value, kind) else kind()


def _value(value: Any) -> Value:
    return value if isinstance(value, str | float | int) else None


def past_runs(root: Path = ROOT) -> list[PastRun]:
    """Every run below ``root``, the oldest first; of one whose ``run.json`` is damaged only that is known."""
    paths = [path.parent for path in root.glob(f"*/*/{FACTS}") if not path.parent.parent.is_symlink()]
    runs = [_past_run(path) for path in paths]
    return sorted(runs, key=lambda run: (run.path.name if run.fault else str(run["started"]), run.path.name))


def _past_run(path: Path) -> PastRun:
    try:
        return PastRun(path, RunDirectory(path).document(FACTS))
    except DataError as error:
        return PastRun(path, {"name": path.parent.name, "status": DAMAGED}, str(error))


def find(reference: str, root: Path = ROOT) -> Path:
    """The directory of the run that a reference means.

    ``latest`` is the newest, ``~1`` the one before it, ``~2`` … (``latest~1`` in a shell that has a meaning of its own
    for ``~1``); ``best:COLUMN`` has the lowest value there, such as
    ``best:dev_error``; anything else is the beginning of one run's directory name or of the short id at its end.
    ``NAME/`` in front looks among the runs of that name only.

    Raises:
        UsageError: no run is meant, or several are.
    """
    name, slash, rest = reference.rpartition("/")
    runs = [run for run in past_runs(root) if not slash or run["name"] == name]
    if not runs:
        raise UsageError(f"{reference}: is no run directory, and there are no runs {_where(name, root)}")
    if newest := re.fullmatch(rf"(?:{LATEST}|(?:{LATEST})?~(\d+))", rest):
        return _before_the_newest(reference, int(newest[1] or 0), runs)
    if rest.startswith("best:"):
        return _best(reference, rest.removeprefix("best:"), runs)
    return _beginning_with(reference, rest, runs)


def find_all(reference: str, root: Path = ROOT) -> list[Path]:
    """The directories of all runs that a reference means, the oldest first.

    A folder that is no run means those in it or in its ``trials``, ``NAME/`` or the mere name all runs of that name, a
    tag all that have it; everything else is the one run that `find` gives.

    Raises:
        UsageError: there is none, or the beginning of an id is that of several.
    """
    if Path(reference).exists():
        return _inside(Path(reference))
    runs = past_runs(root)
    if not any(run.path.name.startswith(reference) for run in runs):
        named = [run.path for run in runs if run["name"] == reference.removesuffix("/")]
        if found := [run.path for run in runs if reference in run.tags] or named:
            return found
    return [RunDirectory.open(reference, root).path]


def _inside(path: Path) -> list[Path]:
    """The run itself, or the runs in a folder."""
    if not path.is_dir() or RunDirectory(path).config.is_file():
        return [RunDirectory.open(path).path]
    children = [child for folder in (path, RunDirectory(path).trials) if folder.is_dir() for child in folder.iterdir()]
    found = [child for child in children if not child.is_symlink() and RunDirectory(child).config.is_file()]
    if not found:
        raise UsageError(f"{path}: is no run directory, and there are none in it")
    return sorted(found)


def _where(name: str, root: Path) -> str:
    return f"named {name} under {root}" if name else f"under {root}"


def _before_the_newest(reference: str, number: int, runs: list[PastRun]) -> Path:
    if number >= len(runs):
        raise UsageError(f"{reference}: there are only {len(runs)} runs (~{len(runs) - 1} is the oldest)")
    return runs[-1 - number].path


def _best(reference: str, column: str, runs: list[PastRun]) -> Path:
    known = [name for name in COLUMNS if name.endswith(("cost", "error"))]
    if column not in known:
        raise UsageError(f"{reference}: there is no such column {allowed(column, known)}")
    measured = [(value, run) for run in runs if isinstance(value := run[column], int | float)]
    if not measured:
        raise UsageError(f"{reference}: no run has a {column}")
    return min(measured, key=lambda pair: pair[0])[1].path


def _beginning_with(reference: str, beginning: str, runs: list[PastRun]) -> Path:
    ids = {run.path.name: run.path for run in runs}
    found = [name for name in ids if name.startswith(beginning) or name.rpartition("-")[2].startswith(beginning)] or [
        run.path.name for run in runs if beginning in run.tags
    ]
    if beginning and len(found) == 1:
        return ids[found[0]]
    if beginning and found:
        some = ", ".join(found[-MOST_NAMED:]) + (" …" if len(found) > MOST_NAMED else "")
        raise UsageError(f"{reference}: {len(found)} runs are meant by that ({some})")
    near = get_close_matches(beginning, ids, n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    what = "a run's directory, the beginning of its id, a tag of it, latest, ~1, best:dev_error"
    raise UsageError(f"{reference}: is no run (allowed: {what}{hint})")


@dataclass(frozen=True)
class Condition:
    """``column < value`` and the like, as a filter of runs."""

    column: str
    compare: Callable[[Any, Any], bool]
    value: Value

    @classmethod
    def parse(cls, given: str) -> Condition:
        """From a text such as ``dev_error<0.05``.

        Raises:
            UsageError: it is none.
        """
        match = re.fullmatch(r"\s*(\w+)\s*(<=|>=|!=|<|>|=)\s*(.*?)\s*", given)
        if match is None:
            raise UsageError(f"{given!r}: expected a condition such as dev_error<0.05 or status=completed")
        column, sign, text = match.groups()
        if column not in COLUMNS:
            raise UsageError(f"{given!r}: there is no column {column!r} {allowed(column, COLUMNS)}")
        value = _number(text)
        if isinstance(value, str) and column not in WORDS:
            raise UsageError(f"{given!r}: {column} is compared with a number, got {text!r}")
        return cls(column, COMPARISONS[sign], value)

    def holds(self, run: PastRun) -> bool:
        """Whether the run fulfils it; one without the value does not."""
        found = run.tags if self.column == "tags" else run[self.column]
        if isinstance(found, list):
            return (all if self.compare is ne else any)(self.compare(tag, str(self.value)) for tag in found)
        if isinstance(found, str) or isinstance(self.value, str):
            return found is not None and self.compare(str(found), str(self.value))
        return found is not None and self.compare(found, self.value)


def _number(text: str) -> Value:
    try:
        return float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        return text


def selected(runs: list[PastRun], conditions: list[Condition], sort: str | None, most: int | None) -> list[PastRun]:
    """Those that fulfil all conditions, in the order of a column (a minus in front turns it round), the first few.

    Runs without a value in that column come last.
    """
    found = [run for run in runs if all(condition.holds(run) for condition in conditions)]
    if sort is not None:
        found = list(_sorted(found, sort.removeprefix("-"), sort.startswith("-")))
        return found[:most] if most is not None else found
    return found[-most:] if most else found if most is None else []


def _sorted(runs: list[PastRun], column: str, down: bool) -> Iterator[PastRun]:
    if column not in COLUMNS:
        raise UsageError(f"--sort {column}: there is no such column {allowed(column, COLUMNS)}")
    having = [run for run in runs if run[column] is not None]
    yield from sorted(having, key=lambda run: run[column] or 0, reverse=down)  # 0 only for the type: None is left out
    yield from (run for run in runs if run[column] is None)


def tag(reference: str, tags: list[str], remove: bool = False) -> list[str]:
    """Add tags to a run, or take them away; returns those that it has then.

    Raises:
        UsageError: a tag is empty, or is no single word that could name the run.
    """
    for one in tags:
        if not one.isprintable() or not one or any(letter in " ,/~:" for letter in one) or one == "latest":
            raise UsageError(f"{one!r}: a tag is one word without , / ~ and :, and not latest")
    with RunDirectory.open(reference, writing=True) as run:
        others = [other for other in PastRun(run.path, run.document(FACTS)).tags if other not in tags]
        result = others if remove else [*others, *tags]
        run.write_facts(tags=result)
    return result


def remove(references: list[str], root: Path = ROOT) -> tuple[list[Path], list[Path]]:
    """Delete runs; ``latest`` then points to the newest that is left. None is deleted if one of them is no run.

    What dlx did not write into them, and what is no longer as it was written, stays.

    Returns:
        the directories of the runs, and the files that stay.
    """
    paths = list(dict.fromkeys(RunDirectory.find(reference, root) for reference in references))
    foreign: list[Path] = []
    for path in paths:
        with RunDirectory(path) as run:
            run.acquire()  # not while somebody trains there
            foreign += run.foreign()
            run.remove_own()
        with suppress(OSError):  # where something stays
            path.rmdir()
    RunDirectory.point_to_latest([run.path for run in past_runs(root)], root)
    return paths, foreign
