"""The source of a table in a starter spec, with a comment for each thing that was decided."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import get_args

from dlx.calls import instruction
from dlx.data.profile.columns import ColumnProfile, Kind
from dlx.data.profile.outlying import outliers_in_words, outliers_of
from dlx.data.profile.table import TableProfile
from dlx.data.profile.target import candidates, task_for
from dlx.data.sources import File
from dlx.data.values.columns import Impute
from dlx.data.values.encoding import listed
from dlx.data.values.times import moment
from dlx.errors import UsageError, allowed
from dlx.spec.starter.comments import shortened
from dlx.spec.starter.decisions import Decisions, Wishes
from dlx.spec.starter.sources import block, entry, relative
from dlx.spec.yaml_text.writing import dump_scalar
from dlx.stats.skewness import grow_by_factors
from dlx.text import option
from dlx.words import Task, percent

MOST_CANDIDATES = 8
IMBALANCE = 10  # from so many examples of one class for one of another on, a comment says so
ROWS_OF_A_GROUP = 2  # on average, from where on different texts may name what several rows are of
MOST_CLASSES = 30  # different whole numbers that may also be classes, though they are taken for quantities


def check_names(profile: TableProfile, wishes: Wishes) -> None:
    """Raises `UsageError` where a wish names no column."""
    if wishes.impute is not None and wishes.impute not in get_args(Impute):
        raise UsageError(f"{option('impute', wishes.impute)}: {allowed(wishes.impute, list(get_args(Impute)))[1:-1]}")
    for flag in ("ignore", "keep", "categorical"):
        for name in getattr(wishes, flag):
            if name not in (*profile.names, *profile.unreadable):
                what = f"there is no column {name!r} {listed(name, profile.names)}"
                raise UsageError(f"{profile.origin}: {option(flag)}: {what}")


def check_target(target: Sequence[ColumnProfile], wishes: Wishes) -> None:
    """Raises `UsageError` where a target is to be both classes and numbers, or texts are to be numbers."""
    for column in target:
        if column.kind is Kind.TIME and column.name not in wishes.categorical and task_for(column) is None:
            what = f"column {column.name!r} has dates or times, and a target is a class or a number"
            raise UsageError(f"{option('target', column.name)}: {what}: write it as a number, such as days from a date")
        if wishes.task is Task.REGRESSION and not column.is_number:
            what = f"column {column.name!r} has texts such as {column.counts[0][0]!r}, which are no numbers"
            raise UsageError(f"{option('task', 'regression')}: {what}; leave out {option('task')} for classes")
        if column.name in wishes.categorical and wishes.task is not None and not wishes.task.has_one_class:
            what = f"its values are names, and {option('task', wishes.task)} takes them for something else"
            raise UsageError(f"{option('categorical', column.name)}: it is the target: {what}; leave out either")


def candidates_in_words(profile: TableProfile) -> str:
    """What may be predicted, the likeliest first, with the command that does it."""
    possible = candidates(profile)
    if not possible:
        return "No column has values that could be predicted: each is constant, or differs in every row"
    what = [f"{column.name} ({_kind(column)})" for column in possible[:MOST_CANDIDATES]]
    rest = f" and {len(possible) - MOST_CANDIDATES} more" if len(possible) > MOST_CANDIDATES else ""
    first = instruction("new", _as_typed(Path(profile.origin)), "--target", possible[0].name)
    return f"It may be {', '.join(what)}{rest}; as in: {first}"


def _kind(column: ColumnProfile) -> str:
    task = task_for(column)
    return "a number" if task is not None and task.is_regression else f"{column.distinct} classes"


def _as_typed(path: Path) -> Path:
    """The shorter way to a file from here."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def source_block(decisions: Decisions, source: File, file: Path) -> str:
    """The source, key by key, each with its reason."""
    profile = decisions.profile
    assert profile.source is not None, "it was read from a file"
    reading = profile.source.model_copy(update={"target": source.target})
    entries = {key: (value, "") for key, value in relative(reading, file.parent).items()}
    entries["target"] = (source.target, _target_reason(decisions))
    if decisions.categorical:
        reasons = [f"{name}: {reason}" for name, reason in decisions.categorical.items()]
        entries["categorical"] = (list(decisions.categorical), shortened(reasons))
    entries |= {key: (decision.value, decision.reason) for key, decision in decisions.source()}
    lines = [block(entries)]
    if decisions.ignored:
        lines += ["    ignore:", *(f"      - {entry(name, reason)}" for name, reason in decisions.ignored.items())]
    if decisions.columns:
        lines += [
            "    columns:",
            *(f"      {dump_scalar(n)}: {entry(*decision)}" for n, decision in decisions.columns.items()),
        ]
    return "\n".join(lines)


def _target_reason(decisions: Decisions) -> str:
    column, labels = decisions.target[0], decisions.labels
    if labels.task.is_regression or len(decisions.target) > 1:
        return ""
    texts = [f"{value} {count:,}" for value, count in column.frequent(10)]
    return shortened(texts) + (", …" if column.distinct > len(texts) else "")


def notes(decisions: Decisions) -> str:
    """What else is worth knowing, as comments above the source."""
    return "".join(f"  # {note}\n" for note in _remarks(decisions))


def _remarks(decisions: Decisions) -> Iterator[str]:
    profile = decisions.profile
    if profile.repeated_rows:
        rows = f"{profile.repeated_rows:,} of {profile.m:,} rows"
        yield f"{rows} repeat one before them, so that another part may hold a copy"
        yield "unless split has `duplicates: together`"
    for other in (*decisions.features, *decisions.target):
        if units := profile.units_of(other.name):
            yield f"{other.name}: {units}"
    for name, (first, *others) in profile.doubled.items():
        ways = ", ".join(option("target", place) for place in others)
        yield f"several columns are named {name}: column {first} (from 0) is meant, {ways} takes another"
    if decisions.linear is not None and len(decisions.linear.terms) < len(decisions.features):
        predicted, term = decisions.target[0].name, decisions.linear.terms[0].name
        yield f"{predicted} is {decisions.linear.in_words()} in every row: are these known before the answer is?"
        again = instruction("new", _as_typed(Path(profile.origin)), "--target", predicted, "--ignore", term)
        yield f"else leave one of them out: {again}"
    column, labels = decisions.target[0], decisions.labels
    if labels.task.has_one_class and len(decisions.target) == 1:
        if column.is_number and column.distinct > 2:
            wish = option("task", "regression")
            yield f"the numbers of {column.name} are taken for classes: {wish} if they are quantities"
        values, counts = column.counts
        if alike := _differ_by_case(values.tolist()):
            yield f"{alike} differ by case or spaces alone, and are classes of their own as the file stands"
        if counts.max() > IMBALANCE * counts.min():
            share, label = counts.max() / counts.sum(), column.frequent(1)[0][0]
            yield f"always saying {label} errs in {percent(1 - share, 2)} of the rows: less than that is the aim"
    elif labels.task.is_regression:
        yield from _on_quantities(decisions)
    yield from _on_the_split(decisions)


def _on_quantities(decisions: Decisions) -> Iterator[str]:
    """What is odd about targets that are taken for quantities."""
    for target in decisions.target:
        if (apart := outliers_of(target)) is not None:
            yield f"{target.name}: {outliers_in_words(target)}"
            deviation = float(target.numbers[decisions.labelled].std())
            loss = f"loss: {{name: huber, delta: {apart.spread / deviation:.2g}}}"
            yield f"if so, `{loss}` beside `data` lets them count less, so that the other rows are learned"
        elif grow_by_factors(target.numbers[decisions.labelled]):
            yield f"{target.name} seems to grow by factors: `normalize_targets: log` may err less on most rows"
    column = decisions.target[0]
    if column.is_whole and column.distinct <= MOST_CLASSES:
        what = f"{column.name} has {column.distinct} different whole numbers"
        yield f"{what}: {option('task', 'multiclass')} if they are classes"
        if column.present.min() in (0, 1):
            yield "if it counts something: `loss: poisson` beside `data`, and `normalize_targets: none` in it"


def _differ_by_case(labels: list[object]) -> str:
    """The first labels of which one reads as another one does."""
    alike: dict[str, list[str]] = {}
    for label in labels:
        alike.setdefault(" ".join(str(label).casefold().split()), []).append(repr(label))
    return next((" and ".join(texts) for texts in alike.values() if len(texts) > 1), "")


def _on_the_split(decisions: Decisions) -> Iterator[str]:
    """What would belong together, or comes later, in a random split, and the key that heeds it."""
    groups = [column.name for column in decisions.features if _is_group(column, decisions)]
    if groups:
        names = shortened(groups)
        yield f"rows of the same {names} stand in several parts; a new {names} may be answered worse than dev says"
        yield f"unless split has `group: {dump_scalar(groups[0])}`, which keeps them in one part"
    times = [column.name for column in decisions.features if _is_time(column, decisions)]
    if times:
        yield f"to answer for later rows: split with `time: {dump_scalar(times[0])}`, so that train is the earliest"


def _is_time(column: ColumnProfile, decisions: Decisions) -> bool:
    """Whether a column of times tells which of them was first, which those of a day do not."""
    if column.kind is not Kind.TIME or column.name not in decisions.columns:
        return False
    [(time, _)] = column.frequent(1)
    first = moment(str(time))
    return first is None or not first.is_clock


def _is_group(column: ColumnProfile, decisions: Decisions) -> bool:
    """Whether several rows seem to be of one thing, such as a patient, that the column names."""
    is_hashed = column.name in decisions.columns and decisions.columns[column.name].value.get("kind") == "hashed"
    return column.is_named_like_identifier or (is_hashed and ROWS_OF_A_GROUP * column.distinct <= column.m)
