"""Loading: from a spec's section ``data`` to a data set, and from what a model keeps of it to further examples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dlx.component import as_tuple
from dlx.data.dataset import Dataset, Part
from dlx.data.examples import Column, Examples, joined, tidy
from dlx.data.files.memory import check_room, give_back
from dlx.data.formats.format import has_only_inputs, read_file
from dlx.data.imputation import fill_missing, fit_imputation, plain_row
from dlx.data.input_scaling import input_scaling
from dlx.data.open_columns import decided, with_columns
from dlx.data.row_faults import fitting
from dlx.data.rows.compact_rows import CompactRows
from dlx.data.sources import File, Source
from dlx.data.splitting.division import divided, strata_of
from dlx.data.splitting.splits import stratified_order
from dlx.data.tables import TableOptions
from dlx.data.targets.labels import Labels, infer_labels
from dlx.data.targets.target_scaling import fit_targets
from dlx.data.targets.target_settings import settings_of_targets, target_settings
from dlx.data.targets.weights import class_weights, combined
from dlx.data.text_tables.ragged_rows import FILL_OR_MARK, MARK
from dlx.errors import DataError
from dlx.types import Array, Rng
from dlx.words import PARTS, Task

if TYPE_CHECKING:
    from dlx.data.section import Data

MORE = "more"  # the key of a source that is added to train
BYTES_DRAWN = 64  # for each example of a toy set, of which some arrays are there at a time


def load_dataset(
    data: Data, task: Task | None, rng: Rng, subset_rng: Rng | None = None, together: bool = False
) -> Dataset:
    """Load, label, split (by draws from rng) and check what ``data`` says, and fit on train what is to be fitted.

    Where train is cut down to some of its examples, subset_rng draws which; without it, rng does. Where all shall be
    together, nothing is split, and the examples of all parts are in train.

    Raises:
        DataError: something cannot be read, or does not fit the task, the split or the other parts.
    """
    source = data.source or data.train
    if source is None:
        raise DataError("data: there are no examples; state source, or train")
    return dataset_of(_loaded(data, source), data, task, rng, subset_rng, together=together, options=_options(source))


def dataset_of(
    parts: dict[str, Examples],
    data: Data,
    task: Task | None,
    rng: Rng,
    subset_rng: Rng | None = None,
    *,
    together: bool = False,
    options: TableOptions | None = None,
) -> Dataset:
    """The same of examples that are there, under ``all`` or in their parts; options are those of their table."""
    first = parts.get("all") or parts["train"]
    labels = infer_labels(_y(first), task, first.origin, first.target)
    del first  # so that its rows are gone once they are divided
    parts = {
        part: replace(examples, y=labels.encode(_y(examples), examples.origin, examples.target))
        for part, examples in parts.items()
    }
    if together:
        parts = {"train": joined([parts[part] for part in ("all", *PARTS, MORE) if part in parts])}
    else:
        parts = _with_more(divided(parts, data, labels, rng))
    if data.train_examples is not None:
        parts["train"] = _subset(parts["train"], data.train_examples, labels, subset_rng or rng)
    _check(data, parts)
    columns = decided(parts["train"])
    parts = {part: with_columns(examples, columns) for part, examples in parts.items()}
    dataset = _fitted(data, parts, labels, options or TableOptions())
    if any(isinstance(part.X, CompactRows) for part in dataset.parts.values()):
        give_back()
    return dataset


def read_like(
    preprocessing: Mapping[str, Any],
    path: Path,
    target: str | int | None = None,
    labelled: bool = True,
    strict: bool = True,
    may_be_none: bool = False,
) -> Examples:
    """Examples of another file, read as train was and before normalization; y holds codes, or None without labels.

    A table must have train's columns, in any order, and may have others; the same holds for its categories, but none
    may be new. target: where the labels are (a column, or a file), if not where train has them. labelled: false leaves
    them unread, so that they may be absent, blank or new. strict: false leaves rows out that do not fit, or whose label
    is missing or new, unless none does; ``faults`` then says which. may_be_none: also where none does, so that there
    are no rows.
    """
    options: dict[str, Any] = {name: as_tuple(value) for name, value in preprocessing["options"].items()}
    options.setdefault("plain", True)  # a model of before anything was found out about a file
    if not labelled:
        options["sample_weight"] = None
    if target is not None or not labelled or has_only_inputs(str(path)):  # train's file of labels has none for this
        options["target"] = () if target is None else (target,)
    options["ragged_rows"] = FILL_OR_MARK if options.get("ragged_rows") == "fill" else MARK
    options["columns"] = settings_of_targets(preprocessing["options"], target)
    columns = [Column.from_data(column) for column in preprocessing["columns"]]
    loaded = read_file(path, TableOptions(**options), columns)
    labels = Labels(Task(preprocessing["task"]), tuple(preprocessing["classes"]), preprocessing["targets"])
    faults = tuple(fault for examples in loaded.values() for fault in examples.faults)
    if not strict:
        loaded, faults = fitting(loaded, labels if labelled else None, may_be_none)
    if may_be_none and faults and (empty := next((each for each in loaded.values() if not len(each.X)), None)):
        return replace(empty, y=None, faults=faults)
    examples = _whole(str(path), loaded)
    n_x = sum(len(column.features()) for column in columns)
    _check_features(examples, n_x)
    row = None if preprocessing["imputation"] is None else np.array(preprocessing["imputation"], np.float64)
    raw = examples.y if labelled else None
    y = None if raw is None else labels.encode(raw, examples.origin, examples.target)
    return replace(examples, X=fill_missing(examples.X, row), y=y, faults=faults)


def _loaded(data: Data, source: Source) -> dict[str, Examples]:
    """The examples of the one source, under ``all`` or in its parts, and of the parts that have their own."""
    _check_count("data.source" if data.train is None else "data.train", source)
    split = data.split
    loaded = source.load_with(split.columns, bool(split.as_features)) if split is not None else source.load()
    if data.train is not None:
        parts = {"all": _whole("data.train", loaded)}
    else:
        parts = {part: tidy(examples, f"data.source: {part}") for part, examples in loaded.items()}
    if not parts.keys() & {"all", "train"}:
        raise DataError(f"data.source: there is nothing to train on, only {', '.join(parts) or 'nothing'}")
    first = parts.get("all") or parts["train"]
    for part in (*PARTS[1:], MORE):
        other: Source | None = getattr(data, part)
        if other is not None and part in parts:
            raise DataError(f"data.{part}: data.source has a part {part} already")
        if other is not None:
            _check_count(f"data.{part}", other)
            parts[part] = _whole(f"data.{part}", other.load_like(first.columns))
    for examples in parts.values():
        _check_features(examples, first.X.shape[1])
    return parts


def _options(source: Source) -> TableOptions:
    """What it takes to read other files as train was: also which decimal mark it had, since few rows may not tell."""
    if not isinstance(source, File):
        return TableOptions()
    dialect = source.dialect()
    decimal = "," if dialect is not None and dialect.decimal == "," else source.options.decimal
    return replace(source.options, decimal=decimal)


def _check_count(key: str, source: Source) -> None:
    """Raises `DataError` where a toy set of so many examples does not fit; a file is looked at while it is read."""
    m = getattr(source, "m", 0)
    check_room(f"{key}: {source.name} with m = {m:,}", BYTES_DRAWN * m, "take fewer")


def _whole(key: str, loaded: Mapping[str, Examples]) -> Examples:
    if set(loaded) != {"all"}:
        raise DataError(f"{key}: one set of examples is needed here, this has the parts {', '.join(loaded)}")
    return tidy(loaded["all"], key)


def _y(examples: Examples) -> Array:
    """The labels, where there must be some."""
    if examples.y is None:
        raise DataError(f"{examples.origin}: there are no labels; state `target`, or put y into the file")
    return examples.y


def _with_more(parts: dict[str, Examples]) -> dict[str, Examples]:
    """The parts, with the further examples at the end of train."""
    more = parts.pop(MORE, None)
    return parts if more is None else parts | {"train": joined([parts["train"], more])}


def _subset(train: Examples, count: int, labels: Labels, rng: Rng) -> Examples:
    """The first examples of train's stratified order, as they stand in it."""
    y = _y(train)
    if count > len(y):
        raise DataError(f"data.train_examples: {count} of train's {len(y)} examples")
    rows = np.sort(stratified_order(strata_of(y, labels), rng)[:count])
    return train.take(rows)


def _check(data: Data, parts: Mapping[str, Examples]) -> None:
    train = parts["train"]
    if len(train.X) < 2:
        raise DataError(f"{train.origin}: train has one example; training needs at least two")
    if data.augment and train.image_shape is None:
        raise DataError(f"data.augment: {train.origin} has no images; state `image_shape` if its rows are images")


def _check_features(examples: Examples, n_x: int) -> None:
    if examples.X.shape[1] != n_x:
        raise DataError(f"{examples.origin}: each row has {examples.X.shape[1]} features, those of train have {n_x}")


def _fitted(data: Data, parts: Mapping[str, Examples], labels: Labels, options: TableOptions) -> Dataset:
    train, of_targets = parts["train"], target_settings(options, parts["train"].target)
    if train.target:  # by name, so that its place in another file makes no difference
        options = replace(options, target=train.target)
    options = replace(options, where={}, skip_lines=None if not options.plain else options.skip_lines)  # of this file
    if train.image_shape is not None:  # so that images of another size can be read
        options = replace(options, image_shape=train.image_shape)
    rows = {how: fit_imputation(train, how) for how in {examples.impute for examples in parts.values()}}
    present = {part: parts[part] for part in PARTS if part in parts}
    per_class = class_weights(data.class_weight, labels, _y(train))
    finished = {
        part: Part(
            fill_missing(examples.X, rows[examples.impute]),
            _y(examples),
            examples.rows,
            combined(per_class, _y(examples), examples.weights, f"data: {part}"),
        )
        for part, examples in present.items()
    }
    shift, scale = input_scaling(data, train, finished["train"].X)
    targets = data.normalize_targets if labels.task.is_regression else None
    target_scaling = fit_targets(targets or "none", present)
    preprocessing: dict[str, Any] = {
        "columns": [column.to_data() for column in train.columns],
        "imputation": plain_row(rows[train.impute]),
        "options": asdict(replace(options, columns={})) | {"columns": of_targets},
        "task": labels.task,
        "classes": list(labels.classes),
        "targets": labels.targets,
    }
    if per_class is not None:
        preprocessing["class_weights"] = per_class.tolist()
    if target_scaling.name != "none":
        preprocessing["target_scaling"] = target_scaling.to_data()
    return Dataset(finished, labels, train.features, train.image_shape, shift, scale, preprocessing, target_scaling)
