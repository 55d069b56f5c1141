"""Makes metrics.json: metrics of drawn answers from scikit-learn 1.9, and intervals of quantiles from SciPy."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats
from sklearn import metrics as of

CLASSES = ((2, 40, 0.5, False), (2, 300, 0.05, False), (2, 60, 0.3, True), (4, 200, 0.25, False), (5, 30, 0.1, False))
LABELS = ((60, 3, 0.1, False), (200, 4, 0.03, True), (50, 2, 0.4, False))
REGRESSIONS = ((40, 1), (300, 1), (100, 3))
QUANTILES = ((10, 0.5), (40, 0.5), (40, 0.9), (300, 0.9), (30, 0.9))


def classes(count: int, m: int, rarest: float, rounded: bool) -> tuple[np.ndarray, np.ndarray]:
    """Codes and logits; the logits are rounded so that there are ties."""
    rng = np.random.RandomState(m)
    shares = np.full(count, (1 - rarest) / (count - 1))
    shares[-1] = rarest
    y = rng.choice(count, size=m, p=shares)
    y[:count] = np.arange(count)
    logits = rng.normal(size=(m, count)) + 1.5 * np.eye(count)[y]
    if count == 2:
        logits[:, 0] = 0
    return y, np.round(logits) if rounded else logits


def regression(m: int, k: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.RandomState(m)
    y = rng.normal(size=(m, k)) * 10 + 3
    return y, y + rng.standard_t(4, size=(m, k))


def of_classes(*given: Any) -> dict[str, object]:
    y, Z = classes(*given)
    P = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
    predicted, binary = Z.argmax(axis=1), Z.shape[1] == 2
    averaged = {"average": "macro", "zero_division": 0}
    each = {"average": None, "zero_division": 0, "labels": list(range(Z.shape[1]))}
    auc = of.roc_auc_score(y, P[:, 1]) if binary else of.roc_auc_score(y, P, multi_class="ovr", average="macro")
    one_hot = np.eye(Z.shape[1])[y]
    area = of.average_precision_score(y, P[:, 1]) if binary else of.average_precision_score(one_hot, P)
    return {
        "given": given,
        "metrics": {
            "balanced_error": 1 - of.balanced_accuracy_score(y, predicted),
            "precision": of.precision_score(y, predicted, **averaged),
            "recall": of.recall_score(y, predicted, **averaged),
            "f1": of.f1_score(y, predicted, **averaged),
            "roc_auc": auc,
            "average_precision": area,
            "log_loss": of.log_loss(y, P),
            "brier": of.brier_score_loss(y, P[:, 1] if binary else P),
        },
        "classes": {
            "precision": of.precision_score(y, predicted, **each).tolist(),
            "recall": of.recall_score(y, predicted, **each).tolist(),
            "f1": of.f1_score(y, predicted, **each).tolist(),
        },
    }


def labels(m: int, k: int, rarest: float, rounded: bool) -> tuple[np.ndarray, np.ndarray]:
    """0 or 1 and a logit for each of k labels, the last of which few examples have."""
    rng = np.random.RandomState(m + k)
    shares = np.linspace(0.6, rarest, k)
    y = (rng.random_sample((m, k)) < shares).astype(int)
    y[0], y[1] = 1, 0
    logits = rng.normal(size=(m, k)) + 2.0 * y - 1
    return y, np.round(logits) if rounded else logits


def of_labels(*given: Any) -> dict[str, object]:
    Y, Z = labels(*given)
    P = 1 / (1 + np.exp(-Z))
    predicted, columns = (Z > 0).astype(int), range(Y.shape[1])
    macro, each = {"average": "macro", "zero_division": 0}, {"average": None, "zero_division": 0}
    by_label = {
        "balanced_error": [1 - of.balanced_accuracy_score(Y[:, j], predicted[:, j]) for j in columns],
        "precision": of.precision_score(Y, predicted, **each).tolist(),
        "recall": of.recall_score(Y, predicted, **each).tolist(),
        "f1": of.f1_score(Y, predicted, **each).tolist(),
        "roc_auc": of.roc_auc_score(Y, P, average=None).tolist(),
        "average_precision": of.average_precision_score(Y, P, average=None).tolist(),
        "log_loss": [of.log_loss(Y[:, j], P[:, j]) for j in columns],
        "brier": [of.brier_score_loss(Y[:, j], P[:, j]) for j in columns],
    }
    together = {
        "precision": of.precision_score(Y, predicted, **macro),
        "recall": of.recall_score(Y, predicted, **macro),
        "f1": of.f1_score(Y, predicted, **macro),
        "roc_auc": of.roc_auc_score(Y, P, average="macro"),
        "average_precision": of.average_precision_score(Y, P, average="macro"),
        "subset_error": 1 - of.accuracy_score(Y, predicted),
    }
    means = {name: float(np.mean(by_label[name])) for name in ("balanced_error", "log_loss", "brier")}
    return {"given": given, "metrics": together | means, "labels": by_label}


def of_regression(m: int, k: int) -> dict[str, object]:
    y, answers = regression(m, k)
    residuals = np.abs(answers - y)
    return {
        "given": [m, k],
        "metrics": {
            "r2": of.r2_score(y, answers),
            "rmse": np.sqrt(of.mean_squared_error(y, answers)),
            "mae": of.mean_absolute_error(y, answers),
            "median_absolute_error": of.median_absolute_error(y, answers),
            "absolute_error_90": np.percentile(residuals, 90, axis=0).mean(),
        },
        "targets": {
            "r2": of.r2_score(y, answers, multioutput="raw_values").tolist(),
            "rmse": np.sqrt(of.mean_squared_error(y, answers, multioutput="raw_values")).tolist(),
            "mae": of.mean_absolute_error(y, answers, multioutput="raw_values").tolist(),
        },
    }


def of_quantile(m: int, share: float) -> dict[str, object]:
    values = np.random.RandomState(m).exponential(size=m)
    interval = stats.quantile_test(values, p=share).confidence_interval(0.95)
    ends = [None if np.isnan(end) else float(end) for end in interval]
    return {"m": m, "share": share, "low": ends[0], "high": ends[1]}


document = {
    "classes": [of_classes(*given) for given in CLASSES],
    "labels": [of_labels(*given) for given in LABELS],
    "regressions": [of_regression(*given) for given in REGRESSIONS],
    "quantiles": [of_quantile(*given) for given in QUANTILES],
}
if __name__ == "__main__":
    Path(__file__).with_name("metrics.json").write_text(json.dumps(document, indent=1) + "\n")
