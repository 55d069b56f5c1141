"""The section ``data`` of a spec: sources, how they are cut, and what happens to their examples."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from dlx.component import Options
from dlx.data.augmentation import Augmentation
from dlx.data.normalization import Normalization, Standard
from dlx.data.sources import Source
from dlx.data.splits import Split
from dlx.data.target_scaling import TargetNormalization


class Data(Options):
    """Where the examples come from and what happens to them before the network sees them."""

    source: Source | None = Field(None, description="one source that `split` cuts into train, dev and test")
    split: Split | None = Field(None, description="how `source` is cut; without it all of it is train")
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
    augment: Annotated[tuple[Augmentation, ...], Field(strict=False)] = Field(
        (), description="changes of the images of train, drawn anew for every batch"
    )
