"""MLflow: each run of dlx as one of MLflow's, in the experiment of its name, written with MLflow's client."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlx.errors import EnvironmentProblem, UsageError
from dlx.extras import missing_extra
from dlx.runs.export.history import RunHistory
from dlx.runs.export.tracker import Tracker
from dlx.runs.files.file_names import EVENTS, FILES
from dlx.text import option
from dlx.words import Status

if TYPE_CHECKING:
    from mlflow.entities import Run
    from mlflow.tracking import MlflowClient

KEY = "dlx.key"  # the tag by which a run that was written before is found
MOST_METRICS, MOST_SETTINGS, LONGEST_SETTING = 1000, 100, 6000  # that one call takes
STORE = "MLFLOW_TRACKING_URI"
DATABASES, OF_DATABASES = ("sqlite", "mysql", "postgresql", "mssql"), ("sqlalchemy", "alembic")
STATUSES = {Status.RUNNING: "RUNNING", Status.INTERRUPTED: "KILLED"}
MEASURED_ALWAYS = "cost/batches"


class MLflow(Tracker):
    """Settings as parameters, tags of rows as metrics with the epoch as step, final figures, and all files of the run.

    They go to the store that MLflow itself takes: ``MLFLOW_TRACKING_URI``, or else ``mlflow.db`` here. A run that is
    there already is brought up to date.
    """

    name = "mlflow"

    def write(self, runs: Sequence[RunHistory], source: Path, out: Path | None) -> list[str]:
        if out is not None:
            raise UsageError(f"{option('out')}: MLflow keeps runs where the environment variable {STORE} says")
        with _plain_errors():
            client = _client()
            return [_Written(client, run).write() for run in runs]


def _client() -> MlflowClient:
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # nobody has asked to tell anybody
    try:
        from mlflow.tracking import MlflowClient
    except ImportError as error:
        raise missing_extra("mlflow-skinny", "mlflow", "writing runs for MLflow") from error
    for package in OF_DATABASES if os.environ.get(STORE, DATABASES[0]).startswith(DATABASES) else ():
        try:  # MLflow itself would say that it does not know such a store
            import_module(package)
        except ImportError as error:
            raise missing_extra(package, "mlflow", "MLflow's store in a database") from error
    return MlflowClient()


@contextmanager
def _plain_errors() -> Iterator[None]:
    """What MLflow refuses, in one line."""
    try:
        yield
    except Exception as error:
        if not type(error).__module__.startswith("mlflow."):
            raise
        raise EnvironmentProblem(f"MLflow: {str(error).splitlines()[0]}") from error


class _Written:
    """A run on its way to MLflow."""

    def __init__(self, client: MlflowClient, run: RunHistory) -> None:
        from mlflow import entities

        self.client, self.run, self.entities = client, run, entities

    def write(self) -> str:
        """Write what is not there yet; returns the address below that of the server's pages."""
        experiment = self.client.get_experiment_by_name(self.run.name)
        place = self.client.create_experiment(self.run.name) if experiment is None else experiment.experiment_id
        counterpart = self._counterpart(place)
        number = counterpart.info.run_id
        self._settings(number, counterpart.data.params)
        self._metrics(number, counterpart.data.metrics)
        for name in FILES:
            if name != EVENTS and self.run.run.holds(name):
                self.run.run.read(name)  # names damage
                self.client.log_artifact(number, str(self.run.path / name))
        status = STATUSES.get(self.run.status, "FAILED" if self.run.status.is_bad else "FINISHED")
        ended = self.run.ended
        self.client.set_terminated(number, status, None if ended is None else round(1000 * ended))
        return f"{self.client.tracking_uri}/#/experiments/{place}/runs/{number}"

    def _counterpart(self, place: str) -> Run:
        same = self.client.search_runs([place], f"tags.`{KEY}` = '{self.run.key}'", max_results=1)
        if same:
            return same[0]
        version, note = self.run.facts["versions"]["dlx"], self.run.summary()
        tags = {KEY: self.run.key, "dlx.run": str(self.run.path), "dlx.version": version, "mlflow.note.content": note}
        return self.client.create_run(place, round(1000 * self.run.started), tags, self.run.id)

    def _settings(self, number: str, there: Mapping[str, str]) -> None:
        settings = [
            self.entities.Param(name, str(value)[:LONGEST_SETTING])
            for name, value in self.run.settings.items()
            if name not in there
        ]
        for part in _parts(settings, MOST_SETTINGS):
            self.client.log_batch(number, params=part)

    def _metrics(self, number: str, there: Mapping[str, float]) -> None:
        history = self.client.get_metric_history(number, MEASURED_ALWAYS) if MEASURED_ALWAYS in there else ()
        last = max((metric.step for metric in history), default=0)
        for part in _parts(self._new_metrics(last, there), MOST_METRICS):
            self.client.log_batch(number, metrics=part)

    def _new_metrics(self, last: int, there: Mapping[str, float]) -> Iterator[Any]:
        for row in self.run.rows():
            if row.epoch > last:
                yield from (
                    self.entities.Metric(name, value, round(1000 * row.time), row.epoch)
                    for name, value in row.values.items()
                )
        time = self.run.started if self.run.ended is None else self.run.ended
        for name, value in self.run.final_figures.items():
            if there.get(key := f"final/{name}") != value:
                yield self.entities.Metric(key, value, round(1000 * time), self.run.kept_epoch)


def _parts(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    iterator = iter(items)
    while part := list(islice(iterator, size)):
        yield part
