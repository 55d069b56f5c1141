"""The sources: arrays of scikit-learn bit for bit, and the properties of those that it has not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from dlx.data.sources import Source

REFERENCE = np.load(Path(__file__).parents[1] / "reference" / "data.npz")
CASES: dict[str, dict[str, Any]] = json.loads(str(REFERENCE["sources"]))


def load(source: object) -> tuple[np.ndarray, np.ndarray]:
    examples = Source.parse(source).load()["all"]
    assert isinstance(examples.X, np.ndarray)
    assert examples.y is not None
    return examples.X, examples.y


@pytest.mark.parametrize("case", CASES)
def test_toy_sets_are_scikit_learns_bit_for_bit(case: str) -> None:
    X, y = load(CASES[case])
    assert np.array_equal(X, REFERENCE[f"{case}/X"])
    assert np.array_equal(y, REFERENCE[f"{case}/y"])


def test_circles_of_the_course() -> None:
    X, y = load({"name": "circles", "m": 300, "noise": 0.05, "seed": 1})
    assert X[:3].tolist() == [
        [-0.07741354010048114, 0.8526022642742742],
        [0.43186959584803564, -0.8721450395952108],
        [0.07916502322979652, 0.8406610985900007],
    ]
    assert y[:10].tolist() == [1, 0, 1, 1, 0, 0, 1, 0, 1, 1]


def test_arms_of_spirals_are_turned_copies_of_each_other() -> None:
    X, y = load({"name": "spirals", "m": 300, "classes": 3, "turns": 1.5})
    radius, angle = np.hypot(*X.T), np.arctan2(X[:, 1], X[:, 0])
    for c in range(3):
        of_class = np.argsort(radius[y == c])
        assert np.allclose(np.sort(radius[y == c]), np.arange(1, 101) / 100)
        turned = (angle[y == c][of_class] - 2 * np.pi * c / 3 - 2 * np.pi * 1.5 * np.arange(1, 101) / 100) / (2 * np.pi)
        assert np.allclose(turned, np.round(turned))


def test_spirals_noise_has_its_standard_deviation() -> None:
    quiet, noisy = (load({"name": "spirals", "m": 4000, "noise": noise, "seed": 5})[0] for noise in (0.0, 0.1))
    assert (noisy - quiet).std() == pytest.approx(0.1, rel=0.03)


def test_xor_fills_the_square_and_labels_by_quadrant() -> None:
    X, y = load({"name": "xor", "m": 1000})
    assert np.array_equal(y == 1, np.sign(X[:, 0]) != np.sign(X[:, 1]))
    assert np.abs(X).max() <= 1
    assert abs(y.mean() - 0.5) < 0.05


@pytest.mark.parametrize("name", ["circles", "moons", "blobs", "spirals", "xor"])
def test_a_seed_decides_a_toy_set(name: str) -> None:
    (first, _), (again, _), (other, _) = (load({"name": name, "noise": 0.1, "seed": seed}) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_digits_are_small_images_of_all_ten_classes() -> None:
    examples = Source.parse("digits").load()["all"]
    assert isinstance(examples.X, np.ndarray)
    assert examples.y is not None
    assert (examples.X.shape, examples.image_shape) == ((1797, 64), (8, 8))
    assert examples.X.dtype == np.uint8
    assert (examples.X.min(), examples.X.max()) == (0, 16)
    assert np.bincount(examples.y).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert examples.X[0, :8].tolist() == [0, 0, 5, 13, 9, 1, 0, 0]  # the first row of UCI's optdigits.tes


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ({"name": "circles", "m": 1}, "greater than or equal to 2"),
        ({"name": "circles", "factor": 1.0}, "less than 1"),
        ({"name": "moons", "noise": -0.1}, "greater than or equal to 0"),
        ({"name": "moons", "seed": -1}, "greater than or equal to 0"),
        ({"name": "blobs", "centers": 3, "noise": [1.0, 2.0]}, "noise has 2 numbers for 3 centers"),
        ({"name": "blobs", "centers": [[1.0, 2.0], [3.0]]}, "every center needs the same number of coordinates"),
        ({"name": "blobs", "centers": 5, "m": 4}, "m = 4 is too few for 5 centers"),
        ({"name": "spirals", "classes": 5, "m": 4}, "m = 4 is too few for 5 classes"),
        ({"name": "file", "path": "x.doc"}, "tells no format"),
        ({"name": "file", "path": "x.npy.gz"}, "tells no format"),
        ({"name": "file", "path": "x" * 5000}, "[Ff]ile ?name too long"),
        ({"name": "file", "path": "x " * 300 + ".csv"}, "[Ff]ile ?name too long"),
        ({"name": "file", "path": "x.npz", "header": False}, "header does not apply to npz files"),
        ({"name": "file", "path": "x.npz", "target": "y"}, "target does not apply to npz files"),
        ({"name": "file", "path": "x.parquet", "target": "y", "delimiter": ";"}, "delimiter does not apply to parquet"),
        ({"name": "file", "path": "x.npy", "impute": "mean"}, "impute does not apply to npy files"),
        ({"name": "file", "path": "x.npy", "target": 3}, "target must be the path"),
        ({"name": "file", "path": "x.npy", "target": "y.csv"}, "target must be the path"),
        ({"name": "file", "path": ""}, "a path cannot be empty"),
        ({"name": "file", "path": "x.csv", "impute": "zero"}, "'mean', 'median' or 'most_frequent'"),
    ],
)
def test_options_that_do_not_fit_are_refused(source: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Source.parse(source)


def test_no_feature_at_all_is_refused_but_stood_for_all_of_them_in_complete_specs() -> None:
    stated = {"name": "file", "path": "/t.csv", "target": "y", "use": []}
    with pytest.raises(ValueError, match="use names no column, so that there would be no features"):
        Source.parse(stated)
    older = {**stated, "categorical": [], "ignore": [], "plain": False, "times": True}
    assert Source.parse(older) == Source.parse({key: value for key, value in older.items() if key != "use"})


def test_a_source_parses_to_itself_again() -> None:
    for given in (
        {"name": "blobs", "centers": [[0.0, 1.0], [2.0, 3.0]], "noise": [1.0, 2.0], "m": 20},
        {"name": "file", "path": "x.csv", "target": ["a", 3], "ignore": ["id"], "impute": "mean"},
        {"name": "file", "path": "X.npy", "target": "y.npy", "image_shape": [8, 8]},
    ):
        source = Source.parse(given)
        assert Source.parse(source.model_dump(mode="json")) == source
