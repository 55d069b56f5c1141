"""The section ``data`` of a spec: sources, how they are cut, and what happens to their examples."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator

from dlx.component import Options
from dlx.data.augmentation import Augmentation
from dlx.data.formats.format import format_of
from dlx.data.normalization import Normalization, Standard
from dlx.data.sources import Blobs, Circles, Digits, File, Moons, Source, Spirals, Xor
from dlx.data.splitting.splits import Split
from dlx.data.targets.target_scaling import TargetNormalization
from dlx.data.targets.weights import ClassWeight

TOY_SETS = (Blobs, Circles, Digits, Moons, Spirals, Xor)  # which read no file of the user
COMPLETE_SPLIT = frozenset(("train", "dev", "test", "train_dev"))  # what every complete spec says of a split


class Data(Options):
    """Where the examples come from and what happens to them before the network sees them."""

    source: Source | None = Field(None, description="one source that `split` cuts into train, dev and test")
    split: Split | None = Field(None, description="how `source` is cut; without it all of it is train")
    folds: Annotated[int, Field(ge=2, le=50)] | None = Field(
        None,
        description="dlx train trains so many times: each of as many equal parts of `source`, stratified or by group, "
        "is test once, and the others are train and dev in the proportion that `split` states",
    )
    fold: Annotated[int, Field(ge=1, le=50)] | None = Field(
        None, description="which of the folds is test, from 1, in a training of its own; null: each in turn"
    )
    train: Source | None = Field(None, description="a source of its own for train, in place of `source`")
    more: Source | None = Field(None, description="further examples, added to train; dev and test stay as they are")
    train_dev: Source | None = Field(None, description="of the same distribution as train, not trained on")
    dev: Source | None = Field(None, description="what early stopping and choices are made by")
    test: Source | None = Field(None, description="measured once, at the end")
    train_examples: Annotated[int, Field(ge=2, le=10**12)] | None = Field(
        None,
        description="train on so many of train's examples only, stratified; more of them include the fewer, and the "
        "other parts stay as they are",
    )
    normalize: Normalization = Field(Standard(), description="of the inputs: fitted on train, applied to all parts")
    normalize_targets: TargetNormalization | None = Field(
        None,
        description="of the targets of a regression (none when left out): fitted on train; costs are then of scaled "
        "targets, errors and predictions stay in the unit of the targets; log is standard of their logarithms",
    )
    class_weight: ClassWeight | None = Field(
        None,
        description="how much the examples of each class count in the cost: balanced (m/(C·count) of train, so that "
        "all classes count alike) or a weight for each label (1 where none is stated); only their ratios matter, as "
        "the weights of each part are divided by their mean; errors and batch norm stay unweighted",
    )
    sample_weight: str | None = Field(
        None, description="short for `sample_weight` in each source: the column that says how much an example counts"
    )
    augment: Annotated[tuple[Augmentation, ...], Field(strict=False)] = Field(
        (), description="changes of the images of train, drawn anew for every batch"
    )

    def files(self) -> tuple[str, ...] | None:
        """The paths of all files that the examples follow from; None where nobody knows which these are."""
        sources = [source for key in SOURCES if (source := getattr(self, key)) is not None]
        paths = list[str]()
        for source in sources:
            if type(source) in TOY_SETS:
                continue
            file_format = format_of(source.path) if type(source) is File else None
            if file_format is None or file_format.is_folder:
                return None
            paths += [source.path, *([str(source.target)] if file_format.has_only_inputs else [])]
        return tuple(paths)

    @model_validator(mode="before")
    @classmethod
    def _with_rare_classes_in_train(cls, options: Any) -> Any:
        """Of a file, unless the split says otherwise, or is the complete one of before there was `rare`.

        The other sources have no rare classes.
        """
        if not isinstance(options, dict):
            return options
        source, split = options.get("source"), options.get("split")
        is_file = isinstance(source, dict) and source.get("name") == File.name
        if not is_file or not isinstance(split, dict) or "rare" in split or split.keys() >= COMPLETE_SPLIT:
            return options
        return {**options, "split": {**split, "rare": "train"}}

    @model_validator(mode="before")
    @classmethod
    def _with_weights_in_each_source(cls, data: Any) -> Any:
        """The section with `sample_weight` where it is short for: in each source."""
        if not isinstance(data, dict) or not isinstance(data.get("sample_weight"), str):
            return data
        column = data["sample_weight"]
        changed = {key: _weighted(data[key], column) for key in SOURCES if data.get(key) is not None}
        return {key: value for key, value in data.items() if key != "sample_weight"} | changed


SOURCES = ("source", "train", "more", "train_dev", "dev", "test")


def _weighted(source: Any, column: Any) -> Any:
    """The options of a source, that column of it being the weights."""
    options = source.model_dump() if isinstance(source, Source) else source
    name = options.get("name") if isinstance(options, dict) else options
    if name != "file":
        raise ValueError(f"sample_weight names a column of a file, and the source {name} is none: leave it out")
    stated = options.get("sample_weight")
    if stated not in (None, column):
        raise ValueError(f"sample_weight is {column!r} here, and {stated!r} in a source: leave one of them out")
    return {**options, "sample_weight": column}
