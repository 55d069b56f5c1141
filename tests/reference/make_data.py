"""Makes the digits that ship with dlx, and what the tests of its data compare with, by scikit-learn and SciPy.

Run with scikit-learn 1.9 installed: python tests/reference/make_data.py

data.npz holds ``<case>/X`` and ``<case>/y`` of the toy sets, for each case its dlx source in JSON (``sources``), images
turned by SciPy, and a matrix with its StandardScaler, MinMaxScaler and RobustScaler figures.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from scipy import ndimage
from sklearn.datasets import load_digits, make_blobs, make_circles, make_moons
from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler

HERE = Path(__file__).parent

CENTERS = [[0.0, 1.0, 2.0], [-3.0, 0.5, 1.0]]
CASES: dict[str, tuple[dict[str, Any], Any]] = {
    "circles": ({"name": "circles"}, lambda: make_circles(random_state=0)),
    "circles_noise": (
        {"name": "circles", "m": 301, "noise": 0.05, "seed": 1, "factor": 0.5},
        lambda: make_circles(301, noise=0.05, random_state=1, factor=0.5),
    ),
    "moons": ({"name": "moons"}, lambda: make_moons(random_state=0)),
    "moons_noise": (
        {"name": "moons", "m": 301, "noise": 0.2, "seed": 3},
        lambda: make_moons(301, noise=0.2, random_state=3),
    ),
    "blobs": ({"name": "blobs"}, lambda: make_blobs(random_state=0)),
    "blobs_noise": (
        {"name": "blobs", "m": 50, "noise": 0.3, "seed": 7, "centers": 4},
        lambda: make_blobs(50, centers=4, cluster_std=0.3, random_state=7),
    ),
    "blobs_centers": (
        {"name": "blobs", "m": 51, "noise": [0.5, 2.0], "seed": 8, "centers": CENTERS},
        lambda: make_blobs(51, centers=CENTERS, cluster_std=[0.5, 2.0], random_state=8),
    ),
}


def toys() -> dict[str, np.ndarray]:
    arrays = {}
    for case, (_, make) in CASES.items():
        arrays[f"{case}/X"], y = make()
        arrays[f"{case}/y"] = y.astype(np.uint8)
    return arrays


def turned() -> dict[str, np.ndarray]:
    """Images (9×8) turned by angles drawn as dlx draws them: evenly from −30° … 30°."""
    images = np.random.RandomState(5).rand(4, 9, 8)
    angles = 30 * (2 * np.random.RandomState(6).rand(4) - 1)
    after = [
        ndimage.rotate(image, angle, reshape=False, order=1, mode="grid-constant")
        for image, angle in zip(images, angles, strict=True)
    ]
    return {"turned/before": images, "turned/after": np.array(after)}


def scaled() -> dict[str, np.ndarray]:
    X = np.random.RandomState(2).normal(100, [1, 20, 0.001, 5], (500, 4))
    X[:, 3] = 0.1  # constant
    standard, minmax, robust = StandardScaler().fit(X), MinMaxScaler().fit(X), RobustScaler().fit(X)
    return {
        "scaled/X": X,
        "scaled/standard": np.array([standard.mean_, 1 / standard.scale_]),
        "scaled/minmax": np.array([minmax.data_min_, minmax.scale_]),
        "scaled/robust": np.array([robust.center_, 1 / robust.scale_]),
    }


if __name__ == "__main__":
    members: dict[str, Any] = toys() | turned() | scaled()
    sources = json.dumps({case: source for case, (source, _) in CASES.items()})
    np.savez_compressed(HERE / "data.npz", sources=np.array(sources), **members)
    X, y = load_digits(return_X_y=True)
    digits = HERE.parents[1] / "dlx" / "data" / "digits.npz"
    np.savez_compressed(digits, X=X.astype(np.uint8), y=y.astype(np.uint8))
