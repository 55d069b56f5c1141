"""The inputs as the network sees them, before training: their size, their offset, and the spread of their scales."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from dlx.data.dataset import Dataset
from dlx.diagnose.data.samples import sampled_part
from dlx.diagnose.findings import Cause, End, Finding
from dlx.diagnose.remedies.against_bias import normalize_inputs
from dlx.types import Array

ROWS = 4096  # examples that the statistics are taken of

# Initializers keep the variance of Z on the assumption that inputs have variance 1 (Glorot & Bengio 2010, §4.2.1;
# LeCun et al. 1998, §4.3). Pixels in 0 … 1 and the toy sets lie below 1; a root mean square beyond these is another
# unit: pixels in 0 … 16 or 0 … 255, grams, years.
LARGE, SMALL = 3.0, 0.02
# A mean so many standard deviations away leaves a cost whose curvatures differ by its square (LeCun et al. 1998, §4.3).
OFFSET = 10.0
# Standard deviations this far apart leave the smaller feature without influence, by the same argument.
SPREAD = 100.0


INPUTS_NOT_NORMALIZED = Cause(
    "inputs_not_normalized",
    "data.normalize: standard",
    "Normalizing inputs",
    (normalize_inputs,),
    refuted_if=End.DEV_FITS,
)


@dataclass(frozen=True)
class Scales:
    """Mean and standard deviation of each feature (n,), over examples, of the features that vary.

    names: of those features. two_valued: which of them have two values only, such as one-hot columns: how far those are
    spread and off tells how rare a category is, not in which unit it was measured.
    """

    mean: Array
    deviation: Array
    names: tuple[str, ...]
    two_valued: Array

    @property
    def size(self) -> float:
        """The root mean square over all."""
        return float(np.sqrt((self.mean**2 + self.deviation**2).mean()))


def input_findings(dataset: Dataset) -> Iterator[Finding]:
    """One finding where inputs are not normalized, by the most telling of the three numbers."""
    scales = scales_of(dataset)
    if len(scales.mean) == 0:
        return
    anomaly = _size(scales) or (_images(scales) if dataset.image_shape else _features(scales))
    if anomaly is not None:
        yield INPUTS_NOT_NORMALIZED.finding(*anomaly)


def scales_of(dataset: Dataset) -> Scales:
    """The statistics over a sample of train, after the normalization of the spec; constant features are left out."""
    raw, _ = sampled_part(dataset.parts["train"], ROWS, seed=0)
    X = (raw.astype(np.float64) - dataset.shift) * dataset.scale
    low, high = X.min(axis=0), X.max(axis=0)
    varies = np.flatnonzero(high > low)
    columns = X[:, varies]
    two_valued = ((columns == low[varies]) | (columns == high[varies])).all(axis=0)
    names = tuple(dataset.features[j] for j in varies)
    return Scales(columns.mean(axis=0), columns.std(axis=0), names, two_valued)


def _size(scales: Scales) -> tuple[str, float, float] | None:
    size = scales.size
    if size > LARGE or size < SMALL:
        limit = LARGE if size > LARGE else SMALL
        largest = int(np.hypot(scales.mean, scales.deviation).argmax())
        return f"the inputs' root mean square is {size:.3g}; {_feature(scales, largest)}", size, limit
    return None


def _images(scales: Scales) -> tuple[str, float, float] | None:
    """Pixels share a unit; only an offset of most of them counts."""
    offset = float(np.median(np.abs(scales.mean) / scales.deviation))
    if offset > OFFSET:
        return f"half of the pixels have a mean of {offset:.3g} standard deviations or more", offset, OFFSET
    return None


def _features(scales: Scales) -> tuple[str, float, float] | None:
    numbers = np.flatnonzero(~scales.two_valued)
    if len(numbers) == 0:
        return None
    deviation = scales.deviation[numbers]
    offsets = np.abs(scales.mean[numbers]) / deviation
    spread = float(deviation.max() / deviation.min())
    if spread > SPREAD:
        pair = " but ".join(_feature(scales, numbers[i]) for i in (deviation.argmax(), deviation.argmin()))
        return pair, spread, SPREAD
    if offsets.max() > OFFSET:
        return _feature(scales, numbers[offsets.argmax()]), float(offsets.max()), OFFSET
    return None


def _feature(scales: Scales, j: int) -> str:
    return f"{scales.names[j]} has mean {scales.mean[j]:.3g} and standard deviation {scales.deviation[j]:.3g}"
