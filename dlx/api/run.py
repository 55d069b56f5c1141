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

from dlx.api.memory import examples_file, labelled_file
from dlx.documents.diagnosis import DiagnosisDocument
from dlx.errors import UsageError
from dlx.runs import predict as answering
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
        cannot be answered has NaN, or None in place of a class.
        """
        header, rows = self._answers(X)
        classes = sum(not name.startswith("p(") for name in header)
        values = np.array([row[:classes] for row in rows], object if header[0] == "class" else None)
        return values[:, 0] if classes == 1 else values

    def predict_proba(self, X: Any) -> Array:
        """The probability of each class, (m, classes), in the order of ``classes``; NaN where there is no answer.

        Raises:
            UsageError: the network answers with values.
        """
        header, rows = self._answers(X)
        columns = [number for number, name in enumerate(header) if name.startswith("p(")]
        if not columns:
            raise UsageError(f"{self.path}: its network answers with values, not with probabilities")
        return np.array([[np.nan if row[k] is None else row[k] for k in columns] for row in rows], np.float64)

    @property
    def classes(self) -> list[Any]:
        """The labels, in the order of `predict_proba`; empty of a regression."""
        return [*(answering.model_of(str(self.path)).facts["classes"] or [])]

    def _answers(self, X: Any) -> tuple[list[str], list[list[Any]]]:
        with TemporaryDirectory(prefix="dlx-") as folder:
            table = answering.predictions(str(self.path), examples_file(X, Path(folder)))
            rows = [*table.rows]
        end = len(table.header) - bool(table.unanswered)
        return table.header[:end], [row[:end] for row in rows]

    def evaluate(self, X: Any, y: Any) -> dict[str, Any]:
        """Cost, error and metrics on further examples, with their 95 % intervals: the document of ``dlx evaluate``."""
        target = self.spec.get("data", {}).get("source", {}).get("target") or "target"
        with TemporaryDirectory(prefix="dlx-") as folder:
            return answering.evaluation(str(self.path), labelled_file(X, y, str(target), Path(folder)))

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
