"""A run in Python: its tables, errors and network, read from its directory, and what can be done with it."""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlx.api.network import AnsweringNetwork
from dlx.api.specs import overrides_of
from dlx.api.tables import table_of
from dlx.documents.diagnosis import DiagnosisDocument
from dlx.documents.learning_curve import LearningCurve
from dlx.documents.repair import RepairDocument
from dlx.errors import UsageError, allowed
from dlx.events import finish
from dlx.gradcheck.report import Report
from dlx.nn.gradcheck import EPSILON
from dlx.runs.check import CheckOptions, check_file
from dlx.runs.diagnose import examine_run, keep
from dlx.runs.directory import RunDirectory
from dlx.runs.export.formats import export
from dlx.runs.export.tracking import TRACKERS, track
from dlx.runs.extension import resumed
from dlx.runs.file_names import CURVES
from dlx.runs.references import open_run
from dlx.runs.report import write_report
from dlx.runs.result import Result
from dlx.search.budget import seconds_of
from dlx.search.learning_curve.curve import CurveOptions, measured_curve
from dlx.search.repair import recipe
from dlx.search.repair.race_setup import RepairOptions
from dlx.show import pictures
from dlx.show.charts.curves import training_curves
from dlx.show.terminal import CountProgress, RepairProgress, TrainingProgress
from dlx.show.terminal.notebook import displayed
from dlx.spec.yaml_text.reading import load
from dlx.stats.intervals import Estimate
from dlx.training.threads import restored
from dlx.types import Array
from dlx.words import Status

if TYPE_CHECKING:
    from dlx.show.pictures.canvas import Figure


class Run(AnsweringNetwork):
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
        return table_of(self._result.metrics)

    @property
    def layers(self) -> Any:
        """``layers.csv``, in the same form: what each layer did in the epochs that were sampled."""
        return table_of(self._result.layers)

    @property
    def parameters(self) -> Mapping[str, Array]:
        """What was trained, as kept: W1 (n_out, n_in), b1 (n_out, 1) … of a network, w (n,) of an objective."""
        arrays, _ = self._result.run.model()
        return arrays

    @property
    def errors(self) -> Mapping[str, Estimate]:
        """The error on each part of the data, with its 95 % interval."""
        return self._result.errors

    def diagnose(self, **settings: Any) -> DiagnosisDocument:
        """Bias, variance and their causes, found out anew and kept in the run: the document ``diagnosis.json``.

        ``verdict`` is in words, ``errors`` and the gaps ``bias``, ``variance`` … have their 95 % intervals,
        ``findings`` are the causes with evidence and remedy, ``next`` is what to do, and ``baselines`` are simple
        models beside it; ``metrics["dev"]["f1"]`` has value, low and high.

        Args:
            settings: what it is judged against, such as ``**{"diagnosis.optimal_error": 0.05}``; then it is not kept.
        """
        examination = examine_run(self._result.run, overrides_of(settings))
        if not settings:
            keep(examination)
        return examination.document

    def act(
        self,
        *,
        replicates: int = 5,
        budget: str | float = "10m",
        workers: int = 1,
        progress: bool | None = None,
    ) -> RepairDocument:
        """Run the basic recipe: train remedies, keep what surely lowers the dev error; as ``dlx diagnose --act``.

        Returns what it has come to: ``spec`` is the file of a better spec, None where nothing surely helps.

        Args:
            replicates: in which a remedy has to prove itself.
            budget: how long it may take, in seconds or as ``10m``.
            workers: processes that train at a time.
            progress: whether to show it; if not said, in notebooks.
        """
        options, document = RepairOptions(replicates, seconds_of(budget), workers), self.diagnose()
        with (
            RunDirectory.open(self.path, writing=True) as locked,
            displayed(RepairProgress(document.task), progress) as display,
        ):
            return finish(recipe.act(locked, document, options), display.update)

    def learning_curve(self, *, progress: bool | None = None, **options: Any) -> LearningCurve:
        """Train on growing parts of train, and say what more examples would bring: ``learning_curve.json``.

        Args:
            progress: whether to show it; if not said, in notebooks.
            options: ``replicates`` (3), ``sizes``, ``workers`` (1), ``budget`` in seconds or as ``10m``, ``target``,
                the dev error whose price in examples is asked for.

        Raises:
            UsageError: there is no such option.
        """
        if options.get("budget") is not None:
            options["budget"] = seconds_of(options["budget"])
        names = list(CurveOptions.__dataclass_fields__)
        if unknown := sorted(options.keys() - set(names)):
            raise UsageError(f"learning_curve: there is no option {unknown[0]!r} {allowed(unknown[0], names)}")
        with displayed(CountProgress("training on fewer examples"), progress) as display:
            return measured_curve(self._result.run, CurveOptions(**options), display.update)[0]

    def gradcheck(self, *, examples: int | None = None, epsilon: float = EPSILON, seed: int = 0) -> Report:
        """Compare dθ with differences of the cost, at the initialization and at the trained parameters, in float64.

        ``examples``, ``epsilon`` and ``seed`` are those of `dlx.gradcheck`.
        """
        return finish(check_file(self.path, (), CheckOptions(examples, None, epsilon, True, seed)))

    def plot(self) -> Figure:
        """Cost and errors over the epochs, as a Figure of matplotlib."""
        task = "objective" if self._result.is_of_objective else self._result.task
        best = self._result.best
        charts = training_curves(self._result.metrics, task, None if best is None else best.epoch)
        return pictures.curves_figure(charts, title=self.name)

    def report(self, out: str | os.PathLike[str] | None = None) -> Path:
        """Write the page of the run, in place of ``report.html`` in its directory to ``out``; returns the file."""
        return write_report(str(self.path), None if out is None else Path(out))

    def export(self, to: str, out: str | os.PathLike[str] | None = None) -> list[Path]:
        """Write the network, its normalization inside, as ``onnx``, ``pytorch`` or ``keras``; returns the files.

        ``tensorboard``, ``mlflow`` and ``csv`` take what the run has measured in place of its network.

        Args:
            to: the format.
            out: up to the ending; ``model_TO`` in the run directory if not given.
        """
        path = None if out is None else Path(out)
        if to in TRACKERS:
            return [Path(written) for written in track(str(self.path), to, path)]
        return export(str(self.path), to, path)

    def resume(self, *, progress: bool | None = None, **settings: Any) -> Run:
        """Go on with an interrupted training to its end; returns the run as it is then.

        Args:
            progress: whether to show it; if not said, in notebooks.
            settings: ``**{"training.epochs": 60}`` goes on for longer, also with a run that has ended, as if it had
                been begun with so many.

        Raises:
            UsageError: another key, or so many epochs that would have changed the training from its beginning.
        """
        with (
            restored(),
            resumed(str(self.path), overrides_of(settings)) as session,
            displayed(TrainingProgress(session.kind.task), progress) as display,
        ):
            for record in session.records():
                display.update(record)
        return Run(self.path)

    def __reduce__(self) -> tuple[type[Run], tuple[str]]:
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
