"""scikit-learn: the inner loop of MLPClassifier."""

from __future__ import annotations

import math
import warnings
from pathlib import Path

from sklearn.neural_network import MLPClassifier

from .stepping import Run, data_types
from .workloads import Workload, read_examples


def fit(work: Workload, folder: Path) -> dict[str, Run]:
    """Whole epochs of ``fit``, which sets up once and then loops: its own inner loop, with nothing stopping it."""
    warnings.filterwarnings("ignore")  # that it has not converged is intended
    X, y = read_examples(folder)
    data = next(iter(data_types(X).values()))
    solver = {"solver": "sgd", "momentum": 0.0} if work.optimizer == "gradient_descent" else {"solver": "adam"}
    steps_per_epoch = math.ceil(work.m / work.batch_size)

    def run(n: int) -> int:
        epochs = math.ceil(n / steps_per_epoch)
        options: dict[str, object] = {"batch_size": work.batch_size, "learning_rate_init": work.learning_rate, **solver}
        options |= {"alpha": 0.0, "tol": 0.0, "n_iter_no_change": epochs + 1, "max_iter": epochs, "random_state": 0}
        MLPClassifier(work.units[1:-1], **options).fit(data, y)
        return epochs * steps_per_epoch

    return {"fit": run}
