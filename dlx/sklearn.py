"""Estimators for scikit-learn: a network of dlx in its pipelines, searches and cross-validations.

``DlxClassifier`` and ``DlxRegressor`` train in memory and leave no run behind, unless ``run_directory`` names one: a
search fits hundreds of times. Their parameters are keys of a spec under short names; ``settings`` takes all others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self, SupportsIndex

import numpy as np

from dlx.api.memory import FilesOfData
from dlx.api.network_in_memory import NetworkInMemory, trained
from dlx.api.run import Run
from dlx.api.specs import DATA, resolved_spec
from dlx.api.training import train
from dlx.errors import DataError, SpecError, UsageError
from dlx.extras import missing_extra
from dlx.runs.files.latest import ROOT
from dlx.runs.predictions.answers import places_of_classes, probabilities_of
from dlx.types import Array
from dlx.words import Task

try:
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
    from sklearn.utils import check_random_state, compute_sample_weight
    from sklearn.utils.multiclass import check_classification_targets
    from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data
except ImportError as error:
    raise ImportError(str(missing_extra("scikit-learn", "sklearn", "dlx.sklearn"))) from error

WEIGHTS = "weights"  # the array of them in a file


class DlxEstimator(BaseEstimator):  # type: ignore[misc]  # it has no types
    """What classifier and regressor share.

    Args:
        hidden: the units of each hidden layer; a number is a single one.
        activation: of the hidden layers.
        optimizer: its name; its further options are settings, such as ``{"optimizer.beta1": 0.8}``.
        learning_rate: of the optimizer.
        epochs: passes over train, at most.
        batch_size: examples in a step; of fewer examples all.
        l2: λ of the penalty λ/(2m)·‖W‖².
        keep_prob: the probability with which dropout keeps a hidden unit.
        normalize: of the inputs, by train: ``standard``, ``minmax``, ``robust`` or ``none``.
        patience: of early stopping, in epochs without a better error on dev; None trains to the end on all examples.
        dev_share: the share of the examples that early stopping holds out.
        settings: values of other keys of a spec, by dotted key.
        random_state: of split, initialization, shuffling and dropout.
        run_directory: where the run is kept, with its data in ``runs/data``; None keeps nothing but the network.
    """

    n_features_in_: int
    network_: NetworkInMemory
    n_iter_: int

    def __init__(
        self,
        hidden: SupportsIndex | Sequence[int] = (64,),
        *,
        activation: str = "relu",
        optimizer: str = "adam",
        learning_rate: float = 0.005,
        epochs: int = 100,
        batch_size: int = 64,
        l2: float = 0.0,
        keep_prob: float = 1.0,
        normalize: str = "standard",
        patience: int | None = None,
        dev_share: float = 0.1,
        settings: Mapping[str, Any] | None = None,
        random_state: Any = None,
        run_directory: str | None = None,
    ) -> None:
        self.hidden, self.activation, self.optimizer, self.learning_rate = hidden, activation, optimizer, learning_rate
        self.epochs, self.batch_size, self.l2, self.keep_prob = epochs, batch_size, l2, keep_prob
        self.normalize, self.patience, self.dev_share = normalize, patience, dev_share
        self.settings, self.random_state, self.run_directory = settings, random_state, run_directory

    def _spec(self, task: str, m: int) -> dict[str, Any]:
        """The spec of a training on m examples."""
        early = None if self.patience is None else {"patience": self.patience}
        split = {"split": {"train": 1 - self.dev_share, "dev": self.dev_share}} if early else {}
        targets = {"normalize_targets": "standard"} if task == Task.REGRESSION else {}
        return {
            "name": type(self).__name__,
            "seed": int(check_random_state(self.random_state).randint(2**31 - 1)),
            "task": task,
            "data": {"source": {"name": "file", "path": "memory.npz"}, "normalize": self.normalize, **split, **targets},
            "architecture": {
                "hidden": [*self.hidden] if isinstance(self.hidden, Iterable) else [self.hidden],
                "activation": self.activation,
            },
            "optimizer": {"name": self.optimizer, "learning_rate": self.learning_rate},
            "regularization": {"l2": self.l2, "keep_prob": self.keep_prob},
            "training": {
                "epochs": self.epochs,
                "batch_size": min(self.batch_size, m),
                "early_stopping": early,
                "evaluate_every": 1 if early or self.run_directory is not None else self.epochs,
            },
        }

    def _train(self, task: str, X: Array, y: Array, weights: Array | None) -> None:
        """Train on X (m, n_x) and codes or targets y; raises `ValueError` where spec or data do not allow it."""
        if weights is not None and not (weights > 0).all() and _holds_all(y[weights > 0], y, task):
            X, y, weights = X[weights > 0], y[weights > 0], weights[weights > 0]
        spec, settings = self._spec(task, len(X)) | {"dtype": X.dtype.name}, dict(self.settings or {})
        try:
            if self.run_directory is None:
                with resolved_spec(spec, None, None, settings) as stated:
                    self.network_, self.n_iter_ = trained(stated.resolved, X, y, weights)
                return
            arrays = {"X": X, "y": y} | ({} if weights is None else {WEIGHTS: weights})
            source = FilesOfData(ROOT / DATA).arrays(arrays) | ({} if weights is None else {"sample_weight": WEIGHTS})
            run = train({**spec, "data": {**spec["data"], "source": source}}, out=self.run_directory, **settings)
            self.network_, self.n_iter_ = NetworkInMemory.of_run(run.path), int(run.metrics["epoch"][-1:].item())
        except (DataError, SpecError, UsageError) as error:
            raise ValueError(str(error)) from error

    def _outputs(self, X: Any) -> Array:
        """A of the output layer (m, n_y)."""
        check_is_fitted(self)
        return self.network_.model.outputs(validate_data(self, X, reset=False, dtype=[np.float64, np.float32]))

    @property
    def run_(self) -> Run:
        """The run, where ``run_directory`` has kept one."""
        if self.run_directory is None:
            raise AttributeError("there is no run: fit with run_directory='…' keeps one")
        return Run(Path(self.run_directory))


def _holds_all(y: Array, of: Array, task: str) -> bool:
    """Whether there are examples enough without those that weigh nothing: of every class, and two at least."""
    return len(y) > 1 and (task == Task.REGRESSION or len(np.unique(y)) == len(np.unique(of)))


class DlxClassifier(ClassifierMixin, DlxEstimator):  # type: ignore[misc]
    """A network with a sigmoid or softmax output, which is trained on the logistic loss or the cross-entropy.

    The parameters are those of `DlxEstimator`, and:

    Args:
        class_weight: ``balanced``, or a weight for each class: how much its examples count in the cost.
    """

    classes_: Array

    def __init__(
        self,
        hidden: SupportsIndex | Sequence[int] = (64,),
        *,
        activation: str = "relu",
        optimizer: str = "adam",
        learning_rate: float = 0.005,
        epochs: int = 100,
        batch_size: int = 64,
        l2: float = 0.0,
        keep_prob: float = 1.0,
        normalize: str = "standard",
        patience: int | None = None,
        dev_share: float = 0.1,
        class_weight: str | Mapping[Any, float] | None = None,
        settings: Mapping[str, Any] | None = None,
        random_state: Any = None,
        run_directory: str | None = None,
    ) -> None:
        names = set(DlxEstimator._get_param_names())
        super().__init__(**{name: value for name, value in locals().items() if name in names})
        self.class_weight = class_weight

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train on X (m, n_x) and the classes y (m,); ``sample_weight`` (m,) is how much each example counts."""
        X, y = validate_data(self, X, y, dtype=[np.float64, np.float32], ensure_min_samples=2)
        check_classification_targets(y)
        self.classes_, codes = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(
                f"all examples are of one class, {self.classes_.tolist()[0]!r}; a classifier needs two or more"
            )
        weights = None if sample_weight is None else _check_sample_weight(sample_weight, X)
        if self.class_weight is not None:
            of_classes = compute_sample_weight(self.class_weight, y)
            weights = of_classes if weights is None else weights * of_classes
        self._train("binary" if len(self.classes_) == 2 else "multiclass", X, codes.astype(np.int64), weights)
        return self

    def predict(self, X: Any) -> Array:
        """The class of each example, (m,)."""
        A = self._outputs(X)
        return np.asarray(self.classes_[places_of_classes(self.network_.model, A)])

    def predict_proba(self, X: Any) -> Array:
        """The probability of each class, (m, classes), in the order of ``classes_``."""
        A = self._outputs(X).astype(np.float64)
        return probabilities_of(self.network_.model, A)

    def predict_log_proba(self, X: Any) -> Array:
        """The logarithms of these, −∞ where a probability is 0."""
        with np.errstate(divide="ignore"):
            logarithms: Array = np.log(self.predict_proba(X))
        return logarithms


class DlxRegressor(RegressorMixin, DlxEstimator):  # type: ignore[misc]
    """A network with a linear output, which is trained on the squared error of targets with mean 0 and deviation 1.

    The parameters are those of `DlxEstimator`; y may have several targets.
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train on X (m, n_x) and targets y (m,) or (m, k); ``sample_weight`` (m,) is how much each example counts."""
        how: dict[str, Any] = {"dtype": [np.float64, np.float32], "multi_output": True, "y_numeric": True}
        X, y = validate_data(self, X, y, ensure_min_samples=2, **how)
        weights = None if sample_weight is None else _check_sample_weight(sample_weight, X)
        self._is_column = y.ndim == 2
        self._train("regression", X, y.astype(np.float64), weights)
        return self

    def predict(self, X: Any) -> Array:
        """The value of each example, (m,), or of each target, (m, k)."""
        A = self._outputs(X).astype(np.float64)
        return A if self._is_column else A[:, 0]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
