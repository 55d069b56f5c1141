"""A starter spec as text: YAML with a comment for each thing that was decided."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dlx.data.examples import tidy
from dlx.data.formats.format import TableFormat, format_of
from dlx.data.formats.image_files import ImageSizesError
from dlx.data.profile.reading import profile_file, with_labels
from dlx.data.sources import File
from dlx.data.targets.labels import Labels, infer_labels
from dlx.errors import DataError, UsageError
from dlx.spec.experiment_names import nearest_name
from dlx.spec.starter.decisions import Decisions, Wishes
from dlx.spec.starter.network import TOY, StarterTraining
from dlx.spec.starter.sources import block, relative, target_columns
from dlx.spec.starter.table import candidates_in_words, check_names, check_target, notes, source_block
from dlx.spec.yaml_text.writing import dump_scalar
from dlx.text import command, option
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
{source}
{split}  normalize: standard  # fitted on train, applied to every part
{targets}
architecture:
  hidden: [64, 32]  # units of each hidden layer; input and output follow from the data
  activation: relu
  batch_norm: false

initializer: he
regularization: {{l2: {l2}, keep_prob: {keep_prob}}}  # against high variance: {remedies}
{rate}schedule: constant  # of the learning rate
{reason}training: {{{training}}}
diagnosis: {{optimal_error: 0.0}}  # human-level or Bayes error
"""
RATE = "optimizer: {{name: adam, learning_rate: {rate}}}\n"  # the rule's is `USUAL_RATE`
USUAL_RATE = 0.001
TARGETS = "  normalize_targets: standard  # errors and predictions stay in the unit of the targets\n"
FEWEST = 4  # examples, of which train has two and the others one each
LEAST = 3  # of which two are trained on, and one is judged by
REFIT = "# refit: once an epoch is kept, the network that predicts is trained for as long on all examples\n"


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
        **_training(TOY, has_dev=True),
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
    profile = profile_file(source)
    check_names(profile, wishes)
    if source.target is None:
        raise UsageError(f"{profile.origin}: which column is to be predicted? {candidates_in_words(profile)}")
    names = [column.name for column in target_columns(profile, source)]
    profile = with_labels(profile, names, are_quantities=wishes.task is Task.REGRESSION)
    target = target_columns(profile, source)
    check_target(target, wishes)
    decisions = Decisions(profile, target, wishes)
    if decisions.m:  # else the labels tell why there is no example
        _refuse_too_few(source, decisions.m)
    labels, n = decisions.labels, len(decisions.features)
    if n == 0:
        what = "; ".join(f"{name}: {reason}" for name, reason in decisions.ignored.items())
        why = f" ({what})" if what else ": the target is the only column"
        raise UsageError(f"{source.path}: nothing is left to learn from{why}")
    title = f"{decisions.m:,} examples, {n} column{'s' * (n > 1)} to learn from, {_outputs(labels)}."
    text, parts = source_block(decisions, source, file), wishes.parts
    has_dev = not parts or "dev" in parts
    return _text(source, title, text, labels, decisions.m, not parts, file, notes(decisions), has_dev)


def _of_arrays(source: File, wishes: Wishes, file: Path) -> str:
    reason = ""
    try:
        loaded = source.load()
    except ImageSizesError as error:
        source, reason = source.model_copy(update={"image_shape": error.usual}), error.reason
        loaded = source.load()
    parts = {part: tidy(examples) for part, examples in loaded.items()}
    train = parts.get("all") or parts["train"]
    if train.y is None:
        raise UsageError(f"{source.path}: say with {option('target', ...)} what is to be predicted")
    labels = infer_labels(train.y, wishes.task, train.origin, train.target)
    if labels.task.is_regression:
        labels.encode(train.y, train.origin)  # which refuses texts
    _refuse_too_few(source, len(train.y) if "all" in parts else LEAST)
    m, n_x = train.X.shape
    options = {key: (value, "") for key, value in relative(source, file.parent).items()}
    if reason:
        options["image_shape"] = options["image_shape"][0], reason
    title = f"{m:,} examples, {n_x} features, {_outputs(labels)}."
    has_dev = "all" in parts or "dev" in parts
    return _text(source, title, block(options), labels, m, "all" in parts, file, has_dev=has_dev)


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
        name=dump_scalar(nearest_name(data.stem)),
        task=f"task: {labels.task}\n",
        source=f"{notes}{block}",
        split=_split(m) if is_whole else "",
        targets=TARGETS if labels.task.is_regression else "",
        **_training(_rule(m, is_whole), has_dev),
    )


def _refuse_too_few(source: File, m: int) -> None:
    if m < LEAST:
        has = "one example" if m == 1 else f"{m} examples"
        raise DataError(f"{source.path}: has {has}; a spec needs {LEAST}, two to train on and one to judge by")


def _commands(file: Path) -> dict[str, str]:
    return {"train": command("train", file), "show": command("config", "show", file)}


def _rule(m: int, is_whole: bool) -> StarterTraining:
    share = _shares(m)[0] if is_whole else 1.0
    return StarterTraining.of(int(m * share), share)


def _training(training: StarterTraining, has_dev: bool) -> dict[str, Any]:
    keys = [f"epochs: {training.epochs}", f"batch_size: {training.batch_size}"]
    if has_dev:
        monitor = f", monitor: {training.monitor}" if training.monitor else ""
        keys.append(f"early_stopping: {{patience: {training.patience}{monitor}}}")
    if training.refit:
        keys.append("refit: true")
    remedies = "l2 above 0, keep_prob below 1" if training.l2 == 0 else "a larger l2, a smaller keep_prob"
    reason = REFIT if training.refit else ""
    strengths = {"l2": training.l2, "keep_prob": training.keep_prob, "remedies": remedies}
    rate = RATE.format(rate=USUAL_RATE)
    return {**strengths, "rate": rate, "training": ", ".join(keys), "reason": reason}


def _shares(m: int) -> tuple[float, float]:
    """The notes' proportions for m examples: of train, and of dev and test each."""
    return (0.6, 0.2) if m <= 10_000 else (0.8, 0.1) if m <= 100_000 else (0.98, 0.01)


def _split(m: int) -> str:
    """These proportions as a line of the spec; with too few examples for them train has all but one."""
    train, dev = _shares(m)
    shares = f"train: {train}, dev: {dev}, test: {dev}" if m >= FEWEST else f"train: {m - 1}, dev: 1, test: 0"
    return f"  split: {{{shares}}}  # fractions, or counts as 800\n"


def _outputs(labels: Labels) -> str:
    if labels.task.is_regression:
        return f"{labels.targets} real number{'s' * (labels.targets > 1)} to predict"
    names = ", ".join(map(str, labels.classes[:10])) + ", …" * (len(labels.classes) > 10)
    kind = "labels, any number of which an example may have" if labels.task is Task.MULTILABEL else "classes"
    return f"{len(labels.classes)} {kind} ({names})"
