"""Makes reference_errors.json: nearest neighbours and kernel ridge regression by scikit-learn, each example left out.

Run with scikit-learn: python tests/reference/make_reference_errors.py
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from sklearn.datasets import make_moons
from sklearn.kernel_ridge import KernelRidge
from sklearn.metrics.pairwise import euclidean_distances
from sklearn.model_selection import LeaveOneOut, cross_val_predict
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler


def main() -> None:
    X, y = make_moons(200, noise=0.3, random_state=1)
    X_dev, y_dev = make_moons(150, noise=0.3, random_state=2)
    scaler = StandardScaler().fit(X)
    X, X_dev = scaler.transform(X), scaler.transform(X_dev)
    votes = KNeighborsClassifier(5)
    gamma = 1 / np.median(euclidean_distances(X, squared=True))
    kernel = KernelRidge(alpha=0.1, kernel="rbf", gamma=gamma)
    mean = y.mean()
    left_out = cross_val_predict(kernel, X, y - mean, cv=LeaveOneOut()) + mean
    errors = {
        "neighbours": {
            "train": float((cross_val_predict(votes, X, y, cv=LeaveOneOut()) != y).mean()),
            "dev": float((votes.fit(X, y).predict(X_dev) != y_dev).mean()),
        },
        "kernel": {
            "train": float(np.sqrt(((left_out - y) ** 2).mean())),
            "dev": float(np.sqrt(((kernel.fit(X, y - mean).predict(X_dev) + mean - y_dev) ** 2).mean())),
        },
    }
    Path(__file__).with_name("reference_errors.json").write_text(json.dumps(errors, indent=1) + "\n")


if __name__ == "__main__":
    main()
