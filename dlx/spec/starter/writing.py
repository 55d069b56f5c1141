"""A starter spec as text: YAML with a comment for each thing that was decided."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from dlx.data.examples import tidy
from dlx.data.formats.format import TableFormat, format_of
from dlx.data.labels import Labels, infer_labels
from dlx.data.profile.columns import ColumnProfile
from dlx.data.profile.table import TableProfile, profile_file
from dlx.data.profile.target import candidates, task_for
from dlx.data.sources import File
from dlx.data.tables import listed
from dlx.errors import DataError, Place, UsageError
from dlx.spec.starter.decisions import Decisions, Wishes, shortened
from dlx.spec.starter.network import StarterTraining
from dlx.spec.yaml_text.reading import parse
from dlx.spec.yaml_text.writing import dump_scalar
from dlx.text import command

TEMPLATE = """\
# {title}
#
# Train it:                       {train}
# Change a key for one run:       {train} optimizer.learning_rate=0.01
# See every key with its default: {show}
# See what can stand where:       dlx list, dlx list optimizer, dlx list optimizer adam

name: {name}
seed: 1  # every random stream derives from it
{task}
data:
{source}
{split}  normalize: standard  # fitted on train, applied to every part
{targets}
architecture:
  hidden: [64, 32]  # units of each hidden layer; input and output follow from the data
  activation: relu
  batch_norm: false

initializer: he
regularization: {{l2: 0.0, keep_prob: 1.0}}  # against high variance: l2 above 0, keep_prob below 1
optimizer: {{name: adam, learning_rate: 0.001}}
schedule: constant  # of the learning rate
training: {{epochs: {epochs}, batch_size: {batch_size}{stopping}}}
diagnosis: {{optimal_error: 0.0}}  # human-level or Bayes error
"""
TARGETS = "  normalize_targets: standard  # errors and predictions stay in the unit of the targets\n"
MOST_CANDIDATES = 8
MOST_CLASSES = 30  # different whole numbers that may also be classes, though they are taken for quantities
IMBALANCE = 10  # from so many examples of one class for one of another on, a comment says so


def starter(file: Path) -> str:
    """A spec for the toy set moons, to be kept under the name ``file``."""
    return TEMPLATE.format(
        title="A first experiment: tell two half circles apart.",
        **_commands(file),
        name="moons",
        task="",
        source="  source: {name: moons, m: 1000, noise: 0.2}",
        split=_split(1000),
        targets="",
        **_training(600, has_dev=True),
    )


def starter_for(source: File, wishes: Wishes, file: Path) -> str:
    """A spec for a data file, which is read for it; the path in it is relative to the folder of ``file``.

    Raises:
        DataError: the file cannot be read, or its labels do not fit the task.
        UsageError: it is not said, or does not follow, what is to be predicted.
    """
    if isinstance(format_of(source.path), TableFormat):
        return _of_table(source, wishes, file)
    return _of_arrays(source, wishes, file)


def _of_table(source: File, wishes: Wishes, file: Path) -> str:
    profile = profile_file(source.model_copy(update={"target": None}))
    _check_names(profile, wishes)
    if source.target is None:
        raise UsageError(f"{profile.origin}: which column is to be predicted? {_candidates(profile)}")
    target = target_columns(profile, source)
    decisions = Decisions(profile, target, wishes)
    labels, n = decisions.labels, len(decisions.features)
    if n == 0:
        what = "; ".join(f"{name}: {reason}" for name, reason in decisions.ignored.items())
        raise UsageError(f"{source.path}: nothing is left to learn from ({what}); name columns with --keep")
    title = f"{decisions.m:,} examples, {n} column{'s' * (n > 1)} to learn from, {_outputs(labels)}."
    return _text(
        source, title, _source_block(decisions, source, file), labels, decisions.m, True, file, _notes(decisions)
    )


def _of_arrays(source: File, wishes: Wishes, file: Path) -> str:
    parts = {part: tidy(examples) for part, examples in source.load().items()}
    train = parts.get("all") or parts["train"]
    if train.y is None:
        raise UsageError(f"{source.path}: say with --target what is to be predicted")
    labels = infer_labels(train.y, wishes.task, train.origin)
    m, n_x = train.X.shape
    options = {key: (value, "") for key, value in _relative(source, file.parent).items()}
    title = f"{m:,} examples, {n_x} features, {_outputs(labels)}."
    has_dev = "all" in parts or "dev" in parts
    return _text(source, title, _block(options), labels, m, "all" in parts, file, has_dev=has_dev)


def _text(
    source: File,
    title: str,
    block: str,
    labels: Labels,
    m: int,
    is_whole: bool,
    file: Path,
    notes: str = "",
    has_dev: bool = True,
) -> str:
    data = Path(source.path)
    name = "".join(sign if sign.isprintable() else " " for sign in f"{data.name}: {title}")
    return TEMPLATE.format(
        title=name,
        **_commands(file),
        name=re.sub(r"[^A-Za-z0-9._-]+", "-", data.stem).lstrip(".-_")[:100] or "experiment",
        task=f"task: {labels.task}\n",
        source=f"{notes}{block}",
        split=_split(m) if is_whole else "",
        targets=TARGETS if labels.task.is_regression else "",
        **_training(int(m * _shares(m)[0]) if is_whole else m, has_dev),
    )


def _commands(file: Path) -> dict[str, str]:
    return {"train": command("train", file), "show": command("config", "show", file)}


def _training(m: int, has_dev: bool) -> dict[str, Any]:
    training = StarterTraining.of(m)
    stopping = f", early_stopping: {{patience: {training.patience}}}" if has_dev else ""
    return {"epochs": training.epochs, "batch_size": training.batch_size, "stopping": stopping}


def source_of(data: Path, target: list[str], **options: Any) -> File:
    """The source ``file`` with its target: names or numbers of columns, or another file; as text from a command line.

    Raises:
        UsageError: an option does not fit the file's format.
    """
    columns = tuple(parse(text, Place("--target")).plain() for text in target)
    chosen: dict[str, Any] = {"target": columns[0] if len(columns) == 1 else columns} if columns else {}
    stated = {key: value for key, value in options.items() if value not in (None, (), [])}
    try:
        return File.model_validate({"path": str(data)} | chosen | stated)
    except ValidationError as error:
        raise UsageError(error.errors()[0]["msg"].removeprefix("Value error, ")) from None


def _check_names(profile: TableProfile, wishes: Wishes) -> None:
    """Raises `UsageError` where a wish names no column."""
    for flag in ("ignore", "keep", "categorical"):
        for name in getattr(wishes, flag):
            if name not in (*profile.names, *profile.unreadable):
                what = f"there is no column {name!r} {listed(name, profile.names)}"
                raise UsageError(f"{profile.origin}: --{flag}: {what}")


def target_columns(profile: TableProfile, source: File) -> tuple[ColumnProfile, ...]:
    """The columns that a source is to predict; raises `DataError` where one is not there."""
    stated = source.target if isinstance(source.target, tuple) else (source.target,)
    columns = []
    for name in stated:
        if isinstance(name, int) and -len(profile.columns) <= name < len(profile.columns):
            columns.append(profile.columns[name])
        elif str(name) in profile.names:
            columns.append(profile.column(str(name)))
        else:
            raise DataError(f"{profile.origin}: there is no column {name!r} {listed(str(name), profile.names)}")
    return tuple(columns)


def _candidates(profile: TableProfile) -> str:
    possible = candidates(profile)
    if not possible:
        return "No column has values that could be predicted: each is constant, or differs in every row"
    what = [f"{column.name} ({_kind(column)})" for column in possible[:MOST_CANDIDATES]]
    rest = f" and {len(possible) - MOST_CANDIDATES} more" if len(possible) > MOST_CANDIDATES else ""
    first = command("new", Path(profile.origin), "--target", possible[0].name)
    return f"It may be {', '.join(what)}{rest}; as in: {first}"


def _kind(column: ColumnProfile) -> str:
    task = task_for(column)
    return "a number" if task is not None and task.is_regression else f"{column.distinct} classes"


def _source_block(decisions: Decisions, source: File, file: Path) -> str:
    """The source, key by key, each with its reason."""
    profile = decisions.profile
    assert profile.source is not None, "it was read from a file"
    reading = profile.source.model_copy(update={"target": source.target})
    entries = {key: (value, "") for key, value in _relative(reading, file.parent).items()}
    entries["target"] = (source.target, _target_reason(decisions))
    if decisions.categorical:
        reasons = [f"{name}: {reason}" for name, reason in decisions.categorical.items()]
        entries["categorical"] = (list(decisions.categorical), shortened(reasons))
    entries |= {key: (decision.value, decision.reason) for key, decision in decisions.source()}
    block = _block(entries)
    if decisions.ignored:
        lines = [f"      - {_entry(name, reason, 8)}" for name, reason in decisions.ignored.items()]
        block = "\n".join([block, "    ignore:", *lines])
    if decisions.columns:
        settings = {dump_scalar(name): decision for name, decision in decisions.columns.items()}
        lines = [f"      {key}: {_entry(value, why, 8)}" for key, (value, why) in settings.items()]
        block = "\n".join([block, "    columns:", *lines])
    return block


def _block(entries: dict[str, tuple[Any, str]]) -> str:
    return "\n".join(["  source:", *(f"    {key}: {_entry(value, why, 6)}" for key, (value, why) in entries.items())])


def _entry(value: Any, reason: str, margin: int) -> str:
    """A value with its reason behind it as a comment."""
    text = _flow(value)
    reason = "".join(sign if sign.isprintable() else " " for sign in reason)
    return f"{text}  # {reason}" if reason else text


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(f'{dump_scalar(key)}: {_flow(inner)}' for key, inner in value.items())}}}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_flow, value))}]"
    return dump_scalar(value)


def _target_reason(decisions: Decisions) -> str:
    column, labels = decisions.target[0], decisions.labels
    if labels.task.is_regression:
        return ""
    texts = [f"{value} {count:,}" for value, count in column.frequent(10)]
    return shortened(texts) + (", …" if column.distinct > len(texts) else "")


def _notes(decisions: Decisions) -> str:
    """What else is worth knowing, as comments above the source."""
    return "".join(f"  # {note}\n" for note in _remarks(decisions))


def _remarks(decisions: Decisions) -> Iterator[str]:
    profile = decisions.profile
    if profile.repeated_rows:
        rows = f"{profile.repeated_rows:,} of {profile.m:,} rows"
        yield f"{rows} repeat one before them, so that another part may hold a copy"
    column, labels = decisions.target[0], decisions.labels
    if not labels.task.is_regression:
        _, counts = column.counts
        if counts.max() > IMBALANCE * counts.min():
            share, label = counts.max() / counts.sum(), column.frequent(1)[0][0]
            yield f"always saying {label} errs in {1 - share:.2%} of the rows: less than that is the aim"
    elif column.is_whole and column.distinct <= MOST_CLASSES:
        yield f"{column.name} has {column.distinct} different whole numbers: --task multiclass if they are classes"
    groups = [column.name for column in decisions.features if column.is_named_like_identifier]
    if groups:
        names = shortened(groups)
        yield f"rows of the same {names} stand in several parts; a new {names} may be answered worse than dev says"


def _relative(source: File, folder: Path) -> dict[str, Any]:
    """The source as the spec gives it, its files named from the spec's folder, with what it had to find out."""
    plain: dict[str, Any] = source.model_dump(
        mode="json", exclude_defaults=True, exclude={"missing", "categorical", "ignore"}
    )
    plain = {key: value for key, value in plain.items() if key != "name"}
    files = {key: os.path.relpath(value, folder) for key, value in plain.items() if Path(str(value)).is_absolute()}
    dialect = source.dialect()
    return {"name": source.name} | plain | files | (dialect.differences(Path(source.path)) if dialect else {})


def _shares(m: int) -> tuple[float, float]:
    """The notes' proportions for m examples: of train, and of dev and test each."""
    return (0.6, 0.2) if m <= 10_000 else (0.8, 0.1) if m <= 100_000 else (0.98, 0.01)


def _split(m: int) -> str:
    """These proportions as a line of the spec."""
    train, rest = _shares(m)
    return f"  split: {{train: {train}, dev: {rest}, test: {rest}}}  # fractions, or counts as 800\n"


def _outputs(labels: Labels) -> str:
    if labels.task.is_regression:
        return f"{labels.targets} real number{'s' * (labels.targets > 1)} to predict"
    names = ", ".join(map(str, labels.classes[:10])) + ", …" * (len(labels.classes) > 10)
    return f"{len(labels.classes)} classes ({names})"
