"""Examples that a network has seen: those of a file that stand among the ones it was trained on."""

from __future__ import annotations

import warnings

import numpy as np

from dlx.data.dataset import Part
from dlx.data.examples import Examples, chunks
from dlx.data.row_hashes import hashes
from dlx.errors import DlxError, Remark
from dlx.runs.files.directory import RunDirectory
from dlx.runs.files.file_names import REFIT
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
    train = train_of(run)
    return None if train is None else int(np.isin(_prints(Part(examples.X, examples.y)), _prints(train)).sum())


def train_of(run: RunDirectory) -> Part | None:
    """The examples that the predicting network was trained on, as it was given them; None where they are too many."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Remark)  # which training has said
        try:
            spec = load_spec(run.config).spec
            dataset = dataset_of(spec)
            train = dataset.parts["train"]
            # the size comes first: of a large table the fingerprint takes longer than all else
            if _is_too_large(train) or dataset.fingerprint != run.facts()["data"]["fingerprint"]:
                return None
            if run.predicting_model == REFIT:
                train = dataset_of(spec, together=True).parts["train"]
            return None if _is_too_large(train) else train
        except DlxError:
            return None


def _is_too_large(part: Part) -> bool:
    return part.m * part.X.shape[1] * part.X.dtype.itemsize > MOST_BYTES


def _prints(part: Part) -> Array:
    """A number for each example, equal for those that are equal."""
    of_labels = hashes(part.y.reshape(part.m, -1).astype(np.float64))
    of_features = np.concatenate([hashes(np.asarray(chunk, np.float64)) for chunk in chunks(part.X)])
    with np.errstate(over="ignore"):
        return np.asarray(of_features * SPREADING + of_labels)
