"""A run in Python: what can be done with what its directory holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlx.api.run_results import RunResults
from dlx.api.signatures import PathLike, public
from dlx.api.specs import as_path, overrides_of
from dlx.documents.calibration import CalibrationDocument
from dlx.documents.diagnosis import DiagnosisDocument
from dlx.documents.learning_curve import LearningCurve
from dlx.documents.reading import record_of
from dlx.documents.repair import RepairDocument
from dlx.events import finish
from dlx.gradcheck.report import Report
from dlx.nn.gradcheck import EPSILON
from dlx.runs.before.check import CheckOptions, check_file
from dlx.runs.diagnosis.diagnose import examine_run, keep
from dlx.runs.export.formats import export
from dlx.runs.export.tracking import TRACKERS, track
from dlx.runs.files.directory import RunDirectory
from dlx.runs.predictions import calibrate as calibrations
from dlx.runs.predictions.calibrate import parse_aim
from dlx.runs.report import write_report
from dlx.runs.training.extension import resumed
from dlx.search.budget import seconds_of
from dlx.search.learning_curve.curve import CurveOptions, measured_curve
from dlx.search.repair import recipe
from dlx.search.repair.race_setup import RepairOptions
from dlx.show import pictures
from dlx.show.charts.curves import training_curves
from dlx.show.terminal import CountProgress, RepairProgress, TrainingProgress
from dlx.show.terminal.notebook import displayed
from dlx.training.threads import restored

if TYPE_CHECKING:
    from dlx.show.pictures.canvas import Figure


class Run(RunResults):
    """A run directory and what is in it.

    Args:
        reference: the directory, or what names a run in the commands: ``latest``, ``~1``, ``best:dev_error``, a tag or
            the beginning of an id.

    Raises:
        DataError: it is no run, or a file of it is damaged.
    """

    @public
    def diagnose(self, **settings: Any) -> DiagnosisDocument:
        """Bias, variance and their causes, found out anew and kept in the run: the document ``diagnosis.json``.

        ``verdict`` is in words, ``errors`` and the gaps ``bias``, ``variance`` … have their 95 % intervals,
        ``findings`` are the causes with evidence and remedy, ``next`` is what to do, and ``baselines`` are simple
        models beside it; ``metrics["dev"]["f1"]`` has value, low and high, and ``classes.confusion`` is the table of
        true (rows) and predicted classes, which ``print(….classes)`` shows.

        Args:
            settings: what it is judged against, such as ``**{"diagnosis.optimal_error": 0.05}``; then it is not kept.
        """
        examination = examine_run(self._result.run, overrides_of(settings))
        if not settings:
            keep(examination)
        return examination.document

    @public
    def act(
        self,
        *,
        replicates: int = 5,
        budget: str | float = "10m",
        workers: int = 1,
        cluster: str | None = None,
        progress: bool | None = None,
    ) -> RepairDocument:
        """Run the basic recipe: train remedies, keep what surely lowers the dev error; as ``dlx diagnose --act``.

        Returns what it has come to: ``spec`` is the file of a better spec, None where nothing surely helps.

        Args:
            replicates: in which a remedy has to prove itself.
            budget: how long it may take, in seconds or as ``10m``.
            workers, cluster: processes that train at a time, or the Dask scheduler whose workers do.
            progress: whether to show it; if not said, in notebooks.
        """
        options, document = RepairOptions(replicates, seconds_of(budget), workers, cluster), self.diagnose()
        with (
            RunDirectory.open(self.path, writing=True) as locked,
            displayed(RepairProgress(document.task), progress) as display,
        ):
            return finish(recipe.act(locked, document, options), display.update)

    @public
    def learning_curve(
        self,
        *,
        replicates: int = 3,
        sizes: int | Sequence[int] = (),
        target: float | None = None,
        workers: int = 1,
        cluster: str | None = None,
        budget: str | float | None = None,
        progress: bool | None = None,
    ) -> LearningCurve:
        """Train on growing parts of train, and say what more examples would bring: ``learning_curve.json``.

        Args:
            replicates: trainings of each size.
            sizes: examples to train on, one number or several; if not given, six up to all of train.
            target: the dev error whose price in examples is asked for; if not given, what could be reached at best.
            workers, cluster: processes that train at a time, or the Dask scheduler whose workers do.
            budget: how long it may take, in seconds or as ``10m``; if not given, as long as it takes.
            progress: whether to show it; if not said, in notebooks.

        Raises:
            UsageError: the run has no dev set, or train has no such sizes.
        """
        seconds = None if budget is None else seconds_of(budget)
        sizes = [sizes] if isinstance(sizes, int) else sizes
        options = CurveOptions(replicates, sizes, workers, cluster, seconds, target)
        with displayed(CountProgress("training on fewer examples"), progress) as display:
            return measured_curve(self._result.run, options, display.update)[0]

    @public
    def calibrate(self, *, threshold: str | None = None, apply: bool = False) -> CalibrationDocument:
        """Find out whether the probabilities are what they say, and fit the temperature on dev that mends them.

        The test set is not looked at. The curve is drawn into ``calibration.png`` of the run.

        Args:
            threshold: also choose from which probability on the second class is answered: for ``error``,
                ``balanced_error``, ``f1`` …, or as ``cost=1,20`` for what a false positive and a false negative cost.
            apply: have `predict`, `evaluate` and `export` use temperature and threshold from now on.

        Raises:
            UsageError: the network has no probabilities, there is no dev set, or a threshold is for two classes only.
        """
        result = calibrations.calibrate(str(self.path), None if threshold is None else parse_aim(threshold))
        applied = apply and calibrations.apply(result)
        picture = calibrations.keep_picture(result)
        document = record_of(CalibrationDocument, {**result.document, "applied": applied}, self.path)
        return replace(document, picture=None if picture is None else Path(picture))

    @public
    def gradcheck(self, *, examples: int | None = None, epsilon: float = EPSILON, seed: int = 0) -> Report:
        """Compare dθ with differences of the cost, at the initialization and at the trained parameters, in float64.

        ``examples``, ``epsilon`` and ``seed`` are those of `dlx.gradcheck`.
        """
        return finish(check_file(self.path, (), CheckOptions(examples, None, epsilon, True, seed)))

    @public
    def plot(self) -> Figure:
        """Cost and errors over the epochs, as a Figure of matplotlib."""
        task = "objective" if self._result.is_of_objective else self._result.task
        best = self._result.best
        charts = training_curves(self._result.metrics, task, None if best is None else best.epoch)
        return pictures.curves_figure(charts, title=self.name)

    @public
    def report(self, out: PathLike | None = None) -> Path:
        """Write the page of the run, in place of ``report.html`` in its directory to ``out``; returns the file."""
        return write_report(str(self.path), as_path(out))

    @public
    def export(self, to: str, out: PathLike | None = None) -> list[Path]:
        """Write the network, its normalization inside, as ``onnx``, ``pytorch`` or ``keras``; returns the files.

        ``tensorboard``, ``mlflow`` and ``csv`` take what the run has measured in place of its network.

        Args:
            to: the format.
            out: up to the ending; ``model_TO`` in the run directory if not given.
        """
        path = as_path(out)
        if to in TRACKERS:
            return [Path(written) for written in track(str(self.path), to, path)]
        return export(str(self.path), to, path)

    # progress may be an int for type checkers: they check the value of ``**{"training.epochs": 60}`` against it
    @public
    def resume(self, *, progress: bool | int | None = None, **settings: Any) -> Run:
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
            displayed(TrainingProgress(session.kind.task), None if progress is None else bool(progress)) as display,
        ):
            for record in session.records():
                display.update(record)
        return Run(self.path)
