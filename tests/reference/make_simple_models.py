"""Makes simple_models.json: what linear models and nearest neighbours of scikit-learn 1.9 say of drawn examples."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.ensemble import GradientBoostingClassifier, GradientBoostingRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.multiclass import OneVsRestClassifier
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

CASES = ((0, 60, 3), (0, 20, 40), (2, 80, 4), (4, 120, 3))  # classes (0: a regression), examples, features

LABELS = ((70, 3, 2), (120, 4, 3))  # examples, features, labels


def drawn(classes: int, m: int, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.RandomState(m)
    X, Q = rng.normal(size=(m, n)), rng.normal(size=(30, n))
    slope = rng.normal(size=(n, max(classes, 2)))
    if not classes:
        return X, X @ slope + rng.normal(size=(m, 2)), Q
    return X, (X @ slope[:, :classes] + rng.normal(size=(m, classes))).argmax(axis=1), Q


def answers(classes: int, m: int, n: int) -> dict[str, Any]:
    X, y, Q = drawn(classes, m, n)
    if classes:
        of_two = LogisticRegression(C=1, tol=1e-12, max_iter=10_000)
        linear, neighbours = of_two if classes == 2 else OneVsRestClassifier(of_two), KNeighborsClassifier(5)
    else:
        linear, neighbours = Ridge(alpha=1), KNeighborsRegressor(5)
    given = {"given": [classes, m, n]}
    outputs = linear.fit(X, y)
    values = outputs.decision_function(Q) if classes else outputs.predict(Q)
    return given | {"linear": values.tolist(), "neighbours": neighbours.fit(X, y).predict(Q).tolist()}


def labels(m: int, n: int, k: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Examples of which each has any number of k labels."""
    rng = np.random.RandomState(m)
    X, Q = rng.normal(size=(m, n)), rng.normal(size=(30, n))
    return X, (X @ rng.normal(size=(n, k)) + rng.normal(size=(m, k)) > 0.7).astype(int), Q


def answers_of_labels(m: int, n: int, k: int) -> dict[str, Any]:
    X, Y, Q = labels(m, n, k)
    one_each = OneVsRestClassifier(LogisticRegression(C=1, tol=1e-12, max_iter=10_000)).fit(X, Y)
    neighbours = KNeighborsClassifier(5).fit(X, Y).predict(Q)
    return {"given": [m, n, k], "linear": one_each.decision_function(Q).tolist(), "neighbours": neighbours.tolist()}


def boosted(classes: int) -> list[float]:
    """Values, or logits of the second of two classes, of features that are whole numbers from 0 to 11."""
    rng = np.random.RandomState(classes)
    X = rng.randint(0, 12, (400, 4)).astype(float)
    y = np.sin(X[:, 0]) * 3 + X[:, 1] * (X[:, 2] > 5) + rng.normal(size=400)
    options = {"n_estimators": 20, "learning_rate": 0.15, "min_samples_leaf": 5}
    if classes:
        fitted = GradientBoostingClassifier(**options).fit(X[:300], y[:300] > y.mean())
        return list(fitted.decision_function(X[300:]))
    return list(GradientBoostingRegressor(**options).fit(X[:300], y[:300]).predict(X[300:]))


if __name__ == "__main__":
    document = {"classes": [answers(*case) for case in CASES], "labels": [answers_of_labels(*case) for case in LABELS]}
    Path(__file__).with_name("boosted_trees.json").write_text(json.dumps([boosted(0), boosted(2)]) + "\n")
    Path(__file__).with_name("simple_models.json").write_text(json.dumps(document) + "\n")
