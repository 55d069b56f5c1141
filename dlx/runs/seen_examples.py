"""Examples that a network has seen: those of a file that stand among the ones it was trained on."""

from __future__ import annotations

import warnings

import numpy as np

from dlx.data.dataset import Part
from dlx.data.examples import Examples, chunks
from dlx.data.row_hashes import hashes
from dlx.errors import DlxError, Remark
from dlx.runs.directory import RunDirectory
from dlx.runs.file_names import REFIT
from dlx.spec.loader import load_spec
from dlx.training.build import dataset_of
from dlx.types import Array

SPREADING = np.uint64(0x9E3779B97F4A7C15)  # 2⁶⁴ by the golden ratio (Knuth, The Art of Computer Programming 3, 6.4)
MOST_BYTES = 2**30  # of train's features that are read for it


def seen_in_training(run: RunDirectory, examples: Examples) -> int | None:
    """How many examples equal one that the predicting network was trained on, feature for feature and in the label.

    None where nobody can tell: the data of the run are gone or have changed, or are very many.
    """
    if examples.y is None:
        return None
    prints = _prints(Part(examples.X, examples.y))
    train = _train_of(run)
    if train is None or train.m * train.X.shape[1] * train.X.dtype.itemsize > MOST_BYTES:
        return None
    return int(np.isin(prints, _prints(train)).sum())


def _train_of(run: RunDirectory) -> Part | None:
    """The examples that the predicting network was trained on, as it was given them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Remark)  # which training has said
        try:
            spec = load_spec(run.config).spec
            dataset = dataset_of(spec)
            if dataset.fingerprint != run.facts()["data"]["fingerprint"]:
                return None
            return (dataset_of(spec, together=True) if run.predicting_model == REFIT else dataset).parts["train"]
        except DlxError:
            return None


def _prints(part: Part) -> Array:
    """A number for each example, equal for those that are equal."""
    of_labels = hashes(part.y.reshape(part.m, -1).astype(np.float64))
    of_features = np.concatenate([hashes(np.asarray(chunk, np.float64)) for chunk in chunks(part.X)])
    with np.errstate(over="ignore"):
        return np.asarray(of_features * SPREADING + of_labels)
