"""The parts before training: whether dev and test come from the distribution that train comes from."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dlx.data.dataset import Dataset, Part
from dlx.data.splitting.splits import Split
from dlx.diagnose.data.label_noise import label_noise_findings
from dlx.diagnose.data.label_rules import rule_findings
from dlx.diagnose.data.samples import sample, sampled_part
from dlx.diagnose.findings import Cause, End, Finding
from dlx.stats.two_samples import (
    SampleDifference,
    differences,
    independent,
    kolmogorov_smirnov,
    shares_differ,
    significant,
)
from dlx.types import Array
from dlx.words import Task

ROWS = 2048  # of each part: enough to see a shift of 0.2 standard deviations
FEATURES = 256  # tested of more, drawn by chance
PROJECTIONS = 32

# Two samples of one distribution differ so much once in ten thousand data sets, whatever the number of features.
LEVEL = 1e-4
# A smaller distance (of at most 1) is real in very large sets, but moves few examples.
LEAST_DISTANCE, LEAST_SHARE = 0.1, 0.05


PARTS_DIFFER = Cause(
    "parts_differ",
    "take dev and test from the distribution that matters, both from the same",
    "Mismatched distributions",
    explains_training=False,
    shows_in_rows=True,
    refuted_if=End.NEAR_THE_BEST,
)


def part_findings(dataset: Dataset, split: Split | None = None) -> Iterator[Finding]:
    """A finding for each part that differs from train, or for test if it differs from dev alone.

    Where inputs come from the same distribution and the labels' shares differ, their noise or another rule explains
    that, if there is such. A split by time, or by group, is meant to have parts that differ: that is noted only.
    """
    parts = dataset.parts
    pairs = [("train", name) for name in parts if name != "train"]
    if {"dev", "test"} <= parts.keys():
        pairs.append(("dev", "test"))
    reported: set[str] = set()
    of_inputs, of_labels = list[Finding](), list[Finding]()
    for reference, other in pairs:
        for look, findings in ((_inputs_differ, of_inputs), (_labels_differ, of_labels)):
            difference = look(dataset, parts[reference], parts[other], LEVEL / len(pairs) / 2)
            if difference is not None and not reported & {reference, other}:
                reported.add(other)
                findings.append(_finding(reference, other, difference, split))
    explanations = [*rule_findings(dataset)] if not of_inputs else []
    if of_labels and not explanations:
        explanations += label_noise_findings(dataset)
    yield from [*of_inputs, *explanations] if explanations else [*of_inputs, *of_labels]


def _finding(reference: str, other: str, difference: SampleDifference, split: Split | None) -> Finding:
    apart = f"{difference.what} is {difference.size:.2g} of 1 apart (by chance {difference.probability:.0e})"
    evidence = f"{other} does not come from the distribution of {reference}: {apart}"
    if split is None or not (split.time or split.group):
        return PARTS_DIFFER.finding(evidence, difference.size, LEAST_DISTANCE)
    by = "time" if split.time else "group"
    evidence = f"{evidence}, as parts that are cut by {by} may"
    return PARTS_DIFFER.finding(evidence, difference.size, LEAST_DISTANCE, severity="note")


def _inputs_differ(dataset: Dataset, reference: Part, other: Part, level: float) -> SampleDifference | None:
    (X, _), (X_other, _) = sampled_part(reference, ROWS, seed=1), sampled_part(other, ROWS, seed=2)
    rng = np.random.default_rng(0)
    n_x = dataset.n_x
    chosen = np.arange(n_x) if n_x <= FEATURES else np.sort(rng.choice(n_x, FEATURES, replace=False))
    A, B = (part_rows[:, chosen].astype(np.float64) for part_rows in (X, X_other))
    names = tuple(dataset.features[j] for j in chosen)
    return significant(differences(A, B, names, rng, PROJECTIONS), level, LEAST_DISTANCE)


def _labels_differ(dataset: Dataset, reference: Part, other: Part, level: float) -> SampleDifference | None:
    y, y_other = (part.y[sample(part.m, ROWS, seed)] for part, seed in ((reference, 1), (other, 2)))
    if dataset.task.is_regression:
        tests = [
            SampleDifference("the target", *kolmogorov_smirnov(*pair)) for pair in zip(y.T, y_other.T, strict=True)
        ]
        return significant(tests, level, LEAST_DISTANCE)
    if dataset.task is Task.MULTILABEL:
        pairs = zip(_with_and_without(y), _with_and_without(y_other), strict=True)
        tests = [SampleDifference("the share of a label", *shares_differ(*pair)) for pair in pairs]
        return significant(tests, level, LEAST_SHARE)
    counts = [
        np.bincount(labels, minlength=len(dataset.classes)) * (independent(labels) / len(labels))
        for labels in (y, y_other)
    ]
    return significant([SampleDifference("the share of a class", *shares_differ(*counts))], level, LEAST_SHARE)


def _with_and_without(y: Array) -> Array:
    """How many examples have each label, and how many do not, (k, 2)."""
    counts = y.sum(axis=0, dtype=np.int64)
    return np.stack([counts, len(y) - counts], axis=1)
