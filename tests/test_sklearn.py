"""The estimators for scikit-learn: its own checks, and what pipelines, searches and pickles make of them."""

from __future__ import annotations

import pickle
import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("sklearn")

from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import make_column_transformer
from sklearn.datasets import make_blobs
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from dlx.errors import Diverged
from dlx.sklearn import DlxClassifier, DlxRegressor


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, blank_pictures: None) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def blobs() -> tuple[np.ndarray, np.ndarray]:
    X, y = make_blobs(120, random_state=0)
    return X, np.array(["a", "b", "c"])[y]


CHECKS = parametrize_with_checks([DlxClassifier(epochs=40), DlxRegressor()])


@pytest.mark.parametrize(CHECKS.args[0], list(CHECKS.args[1]), **CHECKS.kwargs)  # a list, as pytest asks for
def test_scikit_learns_own_checks(estimator: Any, check: Any) -> None:
    check(estimator)


def test_pipelines_searches_and_calibration(blobs: tuple[Any, Any]) -> None:
    pipeline = make_pipeline(StandardScaler(), DlxClassifier((8,), epochs=20, learning_rate=0.03, random_state=0))
    assert cross_val_score(pipeline, *blobs, cv=3).min() > 0.6
    search = GridSearchCV(pipeline, {"dlxclassifier__hidden": [(4,), (8, 4)]}, cv=2, error_score="raise").fit(*blobs)
    assert set(search.predict(blobs[0])) == {"a", "b", "c"}
    calibrated = CalibratedClassifierCV(DlxClassifier((8,), epochs=10, random_state=0), cv=2).fit(*blobs)
    np.testing.assert_allclose(calibrated.predict_proba(blobs[0]).sum(axis=1), 1)
    assert not Path("runs").exists()


def test_a_run_is_kept_where_it_is_asked_for(blobs: tuple[Any, Any]) -> None:
    weights = np.linspace(1, 2, len(blobs[0]))
    in_memory = DlxClassifier((4,), epochs=3, random_state=1).fit(*blobs)
    on_disk = clone(in_memory).set_params(run_directory="kept").fit(*blobs)
    np.testing.assert_array_equal(in_memory.predict_proba(blobs[0]), on_disk.predict_proba(blobs[0]))
    assert (in_memory.n_iter_, on_disk.n_iter_) == (3, 3)
    assert on_disk.run_.status == "completed"
    assert on_disk.run_.facts["data"]["examples"]["train"] == len(blobs[0])
    clone(in_memory).set_params(run_directory="weighted").fit(*blobs, weights)
    with pytest.raises(AttributeError, match="run_directory="):
        _ = in_memory.run_


def test_what_those_of_scikit_learn_take_and_answer(blobs: tuple[Any, Any]) -> None:
    """As MLPClassifier does, on the same calls."""
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(blobs[0], columns=["u", "v"]).assign(city=["a", "b"] * 60)
    columns = make_column_transformer((OneHotEncoder(sparse_output=False), ["city"]), remainder="passthrough")
    columns.set_output(transform="pandas")
    for network in (
        DlxClassifier(np.int64(4), epochs=3, random_state=0),
        MLPClassifier((4,), max_iter=3, random_state=0),
    ):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            fitted = make_pipeline(columns, network).fit(frame, blobs[1])[-1]
        row = columns.transform(frame[:1])
        assert (fitted.n_iter_, fitted.n_features_in_) == (3, 4)
        assert list(fitted.feature_names_in_) == list(row.columns)
        assert list(fitted.classes_) == ["a", "b", "c"]
        assert fitted.predict_proba(row).shape == (1, 3)
        np.testing.assert_allclose(np.exp(fitted.predict_log_proba(row)).sum(), 1)
        with pytest.raises(ValueError, match="feature names should match"):
            fitted.predict(row[row.columns[::-1]])


def test_what_early_stopping_holds_out_is_chosen_by(blobs: tuple[Any, Any]) -> None:
    estimator = DlxClassifier((8,), epochs=200, patience=3, dev_share=0.25, random_state=0).fit(*blobs)
    assert 1 <= estimator.n_iter_ < 200


def test_pickles_answer_as_before(blobs: tuple[Any, Any]) -> None:
    X, y = blobs[0], np.stack([blobs[0][:, 0], blobs[0].sum(axis=1)], axis=1)
    estimator = DlxRegressor((6,), epochs=5, random_state=0).fit(X, y)
    again = pickle.loads(pickle.dumps(estimator))
    np.testing.assert_array_equal(estimator.predict(X), again.predict(X))
    assert estimator.predict(X).shape == y.shape
    with pytest.raises(NotFittedError):
        clone(estimator).predict(X)


@pytest.mark.parametrize("normalize", ["standard", "minmax", "none"])
def test_a_weight_is_as_good_as_the_example_so_often(normalize: str) -> None:
    rng = np.random.default_rng(0)
    X, y, counts = rng.normal(size=(30, 3)), rng.normal(size=30), rng.integers(0, 3, 30)
    how: dict[str, Any] = {"epochs": 20, "batch_size": 100, "normalize": normalize, "random_state": 0}
    weighted = DlxRegressor((5,), **how).fit(X, y, counts)
    repeated = DlxRegressor((5,), **how).fit(X.repeat(counts, axis=0), y.repeat(counts))
    np.testing.assert_allclose(weighted.predict(X), repeated.predict(X), rtol=1e-7)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"activation": "rleu"}, "did you mean relu?"),
        ({"hidden": [0]}, "architecture.hidden.0"),
        ({"settings": {"optimizer.beta": 0.5}}, "optimizer.beta"),
        ({"keep_prob": 2.0}, "keep_prob"),
    ],
)
def test_parameters_that_no_spec_has_are_refused(
    parameters: dict[str, Any], message: str, blobs: tuple[Any, Any]
) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        DlxClassifier(**parameters).fit(*blobs)


def test_what_diverges_says_so(blobs: tuple[Any, Any]) -> None:
    with pytest.raises(Diverged):
        DlxClassifier(optimizer="gradient_descent", learning_rate=1e300, random_state=0).fit(*blobs)
