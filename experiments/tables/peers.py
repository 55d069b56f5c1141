"""scikit-learn's models, each with the pipeline that a user would put in front of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor, make_column_selector
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

# Trains on features and targets, predicts from other features; the last argument is the seed.
Peer = Callable[[Any, Any, Any, int], Any]
NUMBERS, TEXTS = ["number", "bool"], ["object", "string", "category"]
RARE = 10  # a category with fewer rows has no column of its own


def features(is_scaled: bool) -> ColumnTransformer:
    """Missing numbers become the median, with an indicator; texts are one-hot, the rare and the new ones together."""
    numbers = [SimpleImputer(strategy="median", add_indicator=True), *[StandardScaler()] * is_scaled]
    one_hot = OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=RARE, sparse_output=False)
    texts = [SimpleImputer(strategy="most_frequent"), one_hot]
    return ColumnTransformer(
        [
            ("numbers", make_pipeline(*numbers), make_column_selector(dtype_include=NUMBERS)),
            ("texts", make_pipeline(*texts), make_column_selector(dtype_include=TEXTS)),
        ]
    )


def plain(classifier: Callable[..., Any], regressor: Callable[..., Any]) -> Peer:
    """A model with its defaults on features that are not scaled."""

    def fit_and_predict(X: Any, y: Any, X_test: Any, seed: int) -> Any:
        model = regressor if y.dtype == float else classifier
        return make_pipeline(features(False), model(random_state=seed)).fit(X, y).predict(X_test)

    return fit_and_predict


def scaled(classifier: Callable[[int], Any], regressor: Callable[[int], Any]) -> Peer:
    """A model on scaled features, and on scaled targets of a regression."""

    def fit_and_predict(X: Any, y: Any, X_test: Any, seed: int) -> Any:
        if y.dtype == float:
            model = TransformedTargetRegressor(regressor(seed), transformer=StandardScaler())
        else:
            model = classifier(seed)
        return make_pipeline(features(True), model).fit(X, y).predict(X_test)

    return fit_and_predict


def constant(X: Any, y: Any, X_test: Any, seed: int) -> Any:
    """The most frequent class, or the mean."""
    if y.dtype == float:
        return np.full(len(X_test), y.mean())
    classes, counts = np.unique(y, return_counts=True)
    return np.full(len(X_test), classes[counts.argmax()])


SKLEARN: dict[str, Peer] = {
    "constant": constant,
    "linear": scaled(lambda seed: LogisticRegression(max_iter=1000), lambda seed: LinearRegression()),
    "boosting": plain(HistGradientBoostingClassifier, HistGradientBoostingRegressor),
    "sklearn": plain(MLPClassifier, MLPRegressor),
    "sklearn scaled": scaled(
        lambda seed: MLPClassifier(random_state=seed), lambda seed: MLPRegressor(random_state=seed)
    ),
}
