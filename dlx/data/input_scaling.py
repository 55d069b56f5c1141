"""The scaling of the inputs: what the normalization of a spec comes to on train, feature by feature."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dlx.data.examples import Examples
from dlx.data.normalization import Scaled
from dlx.data.rows.stored_rows import StoredRows
from dlx.data.sources import File
from dlx.errors import DataError
from dlx.types import Array

if TYPE_CHECKING:
    from dlx.data.section import Data


def input_scaling(data: Data, train: Examples, X: Array | StoredRows) -> tuple[Array, Array]:
    """shift and scale of each feature; features that are 0 or 1 by their making stay so, unless that is stated."""
    normalization = data.normalize
    with np.errstate(over="ignore", invalid="ignore"):
        shift, scale = normalization.fit(X)
        unfit = ~np.isfinite(shift * scale) | (scale == 0)
    if unfit.any():
        feature = train.features[int(unfit.argmax())]
        what = f"the values of {feature} are too far apart for `normalize: {normalization.name}`"
        raise DataError(f"{train.origin}: {what}")
    if not _scales_one_hot(data):
        stay = np.array([is_binary for column in train.columns for is_binary in column.zero_or_one])
        shift[stay], scale[stay] = 0, 1
    return shift, scale


def _scales_one_hot(data: Data) -> bool:
    """As stated; else as in complete specs of before there was a choice, and as for sources that are no files."""
    if isinstance(data.normalize, Scaled) and data.normalize.one_hot is not None:
        return data.normalize.one_hot
    source = data.source or data.train
    return not isinstance(source, File) or source.is_earlier
