"""What the directory of a run holds, in Python: tables, errors, parameters and spec, and how a notebook shows it."""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any, Self

from dlx.api.network import AnsweringNetwork
from dlx.api.signatures import PathLike, public
from dlx.api.tables import table_of
from dlx.runs.files.file_names import CURVES
from dlx.runs.reading.references import open_run
from dlx.runs.reading.result import Result
from dlx.spec.yaml_text.reading import load
from dlx.stats.intervals import Estimate
from dlx.types import Array
from dlx.words import Status


class RunResults(AnsweringNetwork):
    """A run directory, as it is read; ``reference`` is that of `dlx.Run`."""

    @public
    def __init__(self, reference: PathLike = "latest") -> None:
        self._result = Result.of(
            open_run(os.fspath(reference) if isinstance(reference, os.PathLike) else str(reference))
        )

    def __fspath__(self) -> str:
        """The directory, for what takes a path, such as `dlx.Run`."""
        return str(self.path)

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
        return table_of(self._result.metrics)

    @property
    def layers(self) -> Any:
        """``layers.csv``, in the same form: what each layer did in the epochs that were sampled."""
        return table_of(self._result.layers)

    @property
    def parameters(self) -> Mapping[str, Array]:
        """What was trained, as kept: W1 (n_out, n_in), b1 (n_out, 1) … of a network, w (n,) of an objective.

        Beside them stand ``shift`` and ``scale`` (n_x,) of the inputs: the network is given (x − shift)·scale.
        """
        arrays, _ = self._result.run.model()
        return arrays

    @property
    def errors(self) -> Mapping[str, Estimate]:
        """The error on each part of the data, with its 95 % interval."""
        return self._result.errors

    def __reduce__(self) -> tuple[type[Self], tuple[str]]:
        """How it is pickled on the way from a worker process: by its directory."""
        return type(self), (str(self.path.absolute()),)

    def __repr__(self) -> str:
        return f"<dlx run {self.name}: {self.status}, {self.path}>"

    def _repr_html_(self) -> str:
        """What a notebook shows: the errors with their intervals, and the curves."""
        rows = [("status", self.status), ("directory", str(self.path))]
        if self._result.has_result and not self._result.is_of_objective:
            rows += [(f"{part} error", _interval(estimate)) for part, estimate in self.errors.items()]
        cells = "".join(f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in rows)
        picture = self.path / CURVES
        image = f'<img src="data:image/png;base64,{_base64(picture)}" alt="curves">' if picture.exists() else ""
        return f"<h4>{escape(self.name)}</h4><table>{cells}</table>{image}"


def _base64(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()


def _interval(estimate: Estimate) -> str:
    return f"{estimate.value:.4g} ({estimate.low:.4g} to {estimate.high:.4g})"
