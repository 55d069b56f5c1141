"""The network of a run in Python: what it says of further examples, and how right it is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from runpy import run_path
from tempfile import TemporaryDirectory
from typing import Any

from dlx.api.memory import FilesOfData
from dlx.api.signatures import Target, public
from dlx.data.in_memory import is_table
from dlx.errors import DataError, UsageError, naming
from dlx.extras import missing_extra
from dlx.runs.export.formats import export
from dlx.runs.predictions import predict as answering
from dlx.runs.predictions.answers import RowAnswers
from dlx.types import Array


class AnsweringNetwork(ABC):
    """What the network in a run directory answers."""

    @property
    @abstractmethod
    def path(self) -> Path:
        """The directory."""

    @public
    def predict(self, X: Any) -> Array:
        """The class, as the labels were given, or the value of each example, (m,); of several targets (m, n_y).

        X is an array (m, n_x) where the network was trained on arrays, else a table with its columns. An example that
        cannot be answered has NaN, or None in place of a class; `unanswered` says why.
        """
        return self._answers(X).decisions()

    @public
    def predict_proba(self, X: Any) -> Array:
        """The probability of each class, (m, classes), in the order of ``classes``; NaN where there is no answer.

        Raises:
            UsageError: the network answers with values.
        """
        answers = self._answers(X)
        if not answers.classes:
            raise UsageError(f"{self.path}: its network answers with values, not with probabilities")
        return answers.probabilities()

    @public
    def unanswered(self, X: Any) -> dict[int, str]:
        """Why examples cannot be answered, by their number from 0: a value is missing, a category is new …"""
        return dict(self._answers(X).unanswered)

    @property
    def classes(self) -> list[Any]:
        """The labels, in the order of `predict_proba`; empty of a regression."""
        return [*(answering.model_of(str(self.path)).facts["classes"] or [])]

    @public
    def to_pytorch(self) -> Any:
        """The network as a module of PyTorch, in evaluation mode: what ``load()`` of its export gives.

        It takes rows (m, n_x) as the export lists them: its normalization is inside. It gives what `predict_proba`
        gives, or the values of a regression. ``run.export("pytorch")`` keeps the readable module and its weights.

        Raises:
            UsageError: PyTorch has no counterpart of a component.
            EnvironmentProblem: PyTorch is not installed.
        """
        return self._loaded("pytorch", "torch")

    @public
    def to_keras(self) -> Any:
        """The same as a model of Keras."""
        return self._loaded("keras", "keras")

    def _loaded(self, to: str, package: str) -> Any:
        with TemporaryDirectory(prefix="dlx-") as folder:
            module, *_ = export(str(self.path), to, Path(folder) / "network")
            try:
                return run_path(str(module))["load"]()
            except ModuleNotFoundError as error:
                raise missing_extra(package, to, f"the network for {to}") from error

    def _answers(self, X: Any) -> RowAnswers:
        with TemporaryDirectory(prefix="dlx-") as folder:
            files = FilesOfData(Path(folder))
            path = files.examples(X)
            with naming(files.names):
                try:
                    return answering.row_answers(str(self.path), path, may_be_none=True)
                except DataError as error:
                    if not is_table(X) or self._targets:
                        raise
                    raise DataError(f"{error}; it was trained on arrays: give X.to_numpy()") from None

    @public
    def evaluate(self, X: Any, y: Any = None) -> dict[str, Any]:
        """Cost, error and metrics on further examples, with their 95 % intervals: the document of ``dlx evaluate``.

        X is as for `predict`; without y it is a table that has the column that was predicted. Examples that cannot be
        answered, or whose label is missing or new, are left out; ``left_out`` counts them.
        """
        with TemporaryDirectory(prefix="dlx-") as folder:
            files = FilesOfData(Path(folder))
            path = files.labelled(X, y, self._target)
            with naming(files.names):
                document = answering.evaluation(str(self.path), path)
        return {key: value for key, value in document.items() if key != "data"}

    @property
    def _target(self) -> Target:
        """The column that the network was trained to predict, where its examples are a table's."""
        return self._targets[0] if len(self._targets) == 1 else None

    @property
    def _targets(self) -> list[str]:
        """The columns that it was trained to predict; none of arrays."""
        model = answering.model_of(str(self.path))
        return [*map(str, model.facts["preprocessing"]["options"].get("target") or ())]
