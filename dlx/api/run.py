"""A run in Python: its tables, errors and network, read from its directory."""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from functools import cached_property
from html import escape
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from dlx.api.memory import FilesOfData, Target
from dlx.documents.diagnosis import DiagnosisDocument
from dlx.errors import UsageError, naming
from dlx.runs import predict as answering
from dlx.runs.answers import RowAnswers
from dlx.runs.file_names import CURVES
from dlx.runs.references import open_run
from dlx.runs.report import write_report
from dlx.runs.result import Result
from dlx.runs.train import Session
from dlx.spec.yaml_text.reading import load
from dlx.stats.intervals import Estimate
from dlx.types import Array
from dlx.words import Status

TABLES = ("pandas", "polars")  # what tables are made of where it is installed, the first before the second


class Run:
    """A run directory and what is in it.

    Args:
        reference: the directory, or what names a run in the commands: ``latest``, ``~1``, ``best:dev_error``, a tag or
            the beginning of an id.

    Raises:
        DataError: it is no run, or a file of it is damaged.
    """

    def __init__(self, reference: str | os.PathLike[str] = "latest") -> None:
        self._result = Result.of(open_run(str(reference)))

    @property
    def path(self) -> Path:
        """The directory."""
        return self._result.path

    @property
    def name(self) -> str:
        """What the spec is called."""
        return self._result.name

    @property
    def status(self) -> Status:
        """How far training has come, or how it ended."""
        return self._result.status

    @property
    def facts(self) -> Mapping[str, Any]:
        """The document ``run.json``."""
        return self._result.facts

    @cached_property
    def spec(self) -> dict[str, Any]:
        """The complete spec, ``config.yaml``, as plain data."""
        data: dict[str, Any] = load(self._result.run.config).plain()
        return data

    @property
    def metrics(self) -> Any:
        """``metrics.csv``: a DataFrame of pandas or else polars, where one is installed, else arrays by column."""
        return _table(self._result.metrics)

    @property
    def layers(self) -> Any:
        """``layers.csv``, in the same form: what each layer did in the epochs that were sampled."""
        return _table(self._result.layers)

    @property
    def errors(self) -> Mapping[str, Estimate]:
        """The error on each part of the data, with its 95 % interval."""
        return self._result.errors

    def predict(self, X: Any) -> Array:
        """The class, as the labels were given, or the value of each example, (m,); of several targets (m, n_y).

        X is an array (m, n_x) where the network was trained on arrays, else a table with its columns. An example that
        cannot be answered has NaN, or None in place of a class; `unanswered` says why.
        """
        return self._answers(X).decisions()

    def predict_proba(self, X: Any) -> Array:
        """The probability of each class, (m, classes), in the order of ``classes``; NaN where there is no answer.

        Raises:
            UsageError: the network answers with values.
        """
        answers = self._answers(X)
        if not answers.classes:
            raise UsageError(f"{self.path}: its network answers with values, not with probabilities")
        return answers.probabilities()

    def unanswered(self, X: Any) -> dict[int, str]:
        """Why examples cannot be answered, by their number from 0: a value is missing, a category is new …"""
        return dict(self._answers(X).unanswered)

    @property
    def classes(self) -> list[Any]:
        """The labels, in the order of `predict_proba`; empty of a regression."""
        return [*(answering.model_of(str(self.path)).facts["classes"] or [])]

    def _answers(self, X: Any) -> RowAnswers:
        with TemporaryDirectory(prefix="dlx-") as folder:
            files = FilesOfData(Path(folder))
            path = files.examples(X)
            with naming(files.names):
                return answering.row_answers(str(self.path), path, may_be_none=True)

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
        model = answering.model_of(str(self.path))
        names = [*map(str, model.facts["preprocessing"]["options"].get("target") or ())]
        return names[0] if len(names) == 1 else None

    def diagnose(self) -> DiagnosisDocument:
        """Bias, variance and their causes: the document ``diagnosis.json``."""
        return self._result.diagnosis

    def report(self, out: str | os.PathLike[str] | None = None) -> Path:
        """Write the page of the run; returns its file."""
        return write_report(str(self.path), None if out is None else Path(out))

    def resume(self) -> Run:
        """Go on with an interrupted training to its end; returns the run as it is then."""
        with Session.resume(self.path) as session:
            for _ in session.records():
                pass
        return Run(self.path)

    def __repr__(self) -> str:
        return f"<dlx run {self.name}: {self.status}, {self.path}>"

    def _repr_html_(self) -> str:
        """What a notebook shows: the errors with their intervals, and the curves."""
        rows = [("status", self.status), ("directory", str(self.path))]
        if self.status.has_result and not self._result.is_of_objective:
            rows += [(f"{part} error", _interval(estimate)) for part, estimate in self.errors.items()]
        cells = "".join(f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in rows)
        picture = self.path / CURVES
        image = f'<img src="data:image/png;base64,{_base64(picture)}" alt="curves">' if picture.exists() else ""
        return f"<h4>{escape(self.name)}</h4><table>{cells}</table>{image}"


def _base64(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()


def _interval(estimate: Estimate) -> str:
    return f"{estimate.value:.4g} ({estimate.low:.4g} to {estimate.high:.4g})"


def _table(columns: Mapping[str, list[float]]) -> Any:
    arrays = {name: np.array(values) for name, values in columns.items()}
    package = next((name for name in TABLES if find_spec(name)), None)
    return arrays if package is None else import_module(package).DataFrame(arrays)
