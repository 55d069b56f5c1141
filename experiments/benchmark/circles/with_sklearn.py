"""The circles in scikit-learn: EXAMPLES; an epoch is a call of partial_fit on the whole set."""

from __future__ import annotations

import numpy as np
from sklearn.neural_network import MLPClassifier

from .problem import EPOCHS, LEARNING_RATE, UNITS, Row, first_weights, print_rows, read_arguments


def main() -> None:
    X, y, X_test, y_test = read_arguments()
    classifier = MLPClassifier(
        UNITS[1:-1],
        solver="sgd",
        momentum=0.0,
        alpha=0.0,
        batch_size=len(X),
        learning_rate_init=LEARNING_RATE,
        shuffle=False,
    )
    classifier.partial_fit(X, y, classes=[0, 1])  # makes the arrays, which then hold the weights to start from
    for coefficients, intercepts, W in zip(classifier.coefs_, classifier.intercepts_, first_weights(), strict=True):
        coefficients[...] = W.T
        intercepts[...] = 0
    rows: list[Row] = []
    for _ in range(EPOCHS):
        classifier.partial_fit(X, y)
        p = classifier.predict_proba(X)[:, 1]
        cost = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))  # a tenth of the time that log_loss takes
        rows.append((classifier.loss_, float(cost), float(np.mean((p > 0.5) != y))))
    print_rows(rows, float(np.mean(classifier.predict(X_test) != y_test)))


if __name__ == "__main__":
    main()
