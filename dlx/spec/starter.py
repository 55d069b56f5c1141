"""Starter specs: commented YAML for a first experiment, also for a data file of the user."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from dlx.data.examples import tidy
from dlx.data.labels import Labels, infer_labels
from dlx.data.sources import File
from dlx.errors import Place, UsageError
from dlx.spec.yaml_text.reading import parse
from dlx.spec.yaml_text.writing import dump_scalar
from dlx.text import command
from dlx.words import Task

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
  source: {source}
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
training: {{epochs: 50, batch_size: 64{stopping}}}
diagnosis: {{optimal_error: 0.0}}  # human-level or Bayes error
"""
TARGETS = "  normalize_targets: standard  # errors and predictions stay in the unit of the targets\n"
STOPPING = ", early_stopping: {patience: 10}"


def starter(file: Path) -> str:
    """A spec for the toy set moons, to be kept under the name ``file``."""
    source = "{name: moons, m: 1000, noise: 0.2}"
    return TEMPLATE.format(
        title="A first experiment: tell two half circles apart.",
        **_commands(file),
        name="moons",
        task="",
        source=source,
        split=_split(1000),
        targets="",
        stopping=STOPPING,
    )


def starter_for(data: Path, target: list[str], task: Task | None, file: Path) -> str:
    """A spec for a data file, which is read for it; the path in it is relative to the folder of ``file``.

    Raises:
        DataError: the file cannot be read, or does not tell what is to be predicted.
    """
    source = _source(data, target)
    parts = {part: tidy(examples) for part, examples in source.load().items()}
    train = parts.get("all") or parts["train"]
    if train.y is None:
        raise UsageError(f"{data}: say with --target what is to be predicted")
    labels = infer_labels(train.y, task, train.origin, train.target)
    m, n_x = train.X.shape
    options = _relative(source, file.parent)
    title = f"{data.name}: {m:,} examples, {n_x} features, {_outputs(labels)}."
    return TEMPLATE.format(
        title="".join(sign if sign.isprintable() else " " for sign in title),
        **_commands(file),
        name=re.sub(r"[^A-Za-z0-9._-]+", "-", data.stem).lstrip(".-_")[:100] or "experiment",
        task=f"task: {labels.task}\n",
        source=f"{{{', '.join(f'{key}: {dump_scalar(value)}' for key, value in options.items())}}}",
        split=_split(m) if "all" in parts else "",
        targets=TARGETS if labels.task.is_regression else "",
        stopping=STOPPING if "all" in parts or "dev" in parts else "",
    )


def _commands(file: Path) -> dict[str, str]:
    return {"train": command("train", file), "show": command("config", "show", file)}


def _source(data: Path, target: list[str]) -> File:
    """The source ``file`` with its target: names or numbers of columns, or another file."""
    columns = tuple(parse(text, Place("--target")).plain() for text in target)
    chosen: dict[str, Any] = {"target": columns[0] if len(columns) == 1 else columns} if columns else {}
    try:
        return File.model_validate({"path": str(data)} | chosen)
    except ValidationError as error:
        raise UsageError(error.errors()[0]["msg"].removeprefix("Value error, ")) from None


def _relative(source: File, folder: Path) -> dict[str, Any]:
    """The source as the spec gives it, its files named from the spec's folder, with what it had to find out."""
    plain: dict[str, Any] = source.model_dump(mode="json", include={"path", "target"}, exclude_none=True)
    files = {key: os.path.relpath(value, folder) for key, value in plain.items() if Path(str(value)).is_absolute()}
    dialect = source.dialect()
    return {"name": source.name} | plain | files | (dialect.differences(Path(source.path)) if dialect else {})


def _split(m: int) -> str:
    """The notes' proportions for m examples, as a line of the spec."""
    train, rest = (0.6, 0.2) if m <= 10_000 else (0.8, 0.1) if m <= 100_000 else (0.98, 0.01)
    return f"  split: {{train: {train}, dev: {rest}, test: {rest}}}  # fractions, or counts as 800\n"


def _outputs(labels: Labels) -> str:
    if labels.task.is_regression:
        return f"{labels.targets} real number{'s' * (labels.targets > 1)} to predict"
    kind = "labels, any number of which an example may have" if labels.task is Task.MULTILABEL else "classes"
    names = ", ".join(map(str, labels.classes[:10])) + ", …" * (len(labels.classes) > 10)
    return f"{len(labels.classes)} {kind} ({names})"
