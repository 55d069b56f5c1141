"""What training a network leaves behind: the model, its errors, the verdict on them, and the pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dlx.diagnose.after.checks import after
from dlx.diagnose.after.facts import course_facts
from dlx.diagnose.after.history import TrainingHistory
from dlx.diagnose.after.refuted import unrefuted
from dlx.diagnose.data.checks import data_findings
from dlx.diagnose.evidence import Evidence, ending_of
from dlx.diagnose.explanation import Explanation, explanation
from dlx.diagnose.models.baseline import reference
from dlx.diagnose.models.baselines import constant_errors
from dlx.diagnose.steps.advice_context import AdviceContext
from dlx.diagnose.steps.next_commands import next_steps
from dlx.diagnose.steps.next_step import NextStep
from dlx.diagnose.steps.using import is_of_no_use
from dlx.diagnose.supply import Supply
from dlx.diagnose.verdict import diagnose
from dlx.documents.diagnosis import DiagnosisDocument
from dlx.runs.files.data_facts import data_facts
from dlx.runs.files.directory import RunDirectory
from dlx.runs.files.file_names import BOUNDARY, CURVES, REFIT
from dlx.runs.predictions.performance import Performance, measure_of, needs_bound
from dlx.runs.reading.result import Result
from dlx.runs.training.earlier import past_of, unbeaten_since
from dlx.show import pictures
from dlx.show.charts.curves import training_curves
from dlx.show.drawing_process import DrawingProcess
from dlx.stats.intervals import Estimate
from dlx.text import command
from dlx.training.error_unit import unit_of_errors
from dlx.training.evaluation import Evaluation, measured
from dlx.training.model import Model, describe
from dlx.training.refit import Refit
from dlx.training.supervised import Supervised
from dlx.words import PARTS, Status, Task

Columns = Mapping[str, list[float]]
LOOK, USE = "see what the errors say", "use the network"
MOST_POINTS = 100_000  # of a part that are looked at for a picture: a part may be larger than memory


class NetworkRun:
    """The run of a network on data: the kept parameters, their errors and the diagnosis."""

    def __init__(self, experiment: Supervised) -> None:
        self.experiment, self.task = experiment, str(experiment.task)
        self.refit = Refit(experiment) if experiment.spec.training.refit else None
        self.draws_boundary = experiment.dataset.n_x == 2 and experiment.task is not Task.MULTILABEL
        self.diagnosis: DiagnosisDocument | None = None

    def facts(self) -> dict[str, Any]:
        """Of the data, what notices that they have changed; and of the refit, where there is to be one."""
        refit = {} if self.refit is None else {"refit": self.refit.facts()}
        return {"data": data_facts(self.experiment), **refit}

    def forecast(self) -> dict[str, Any]:
        """The same."""
        return data_facts(self.experiment)

    def look_at_data(self) -> None:
        """Look at the data as thoroughly as at the end."""
        data_findings(self.experiment.dataset, self.experiment.spec.data)

    def course(self) -> dict[str, Any]:
        """Counts over all steps, and what a constant answer would reach."""
        return {"course": course_facts(self.experiment)}

    def write(self, run: RunDirectory, facts: Mapping[str, Any], light: bool) -> dict[str, Any]:
        """Write the model and the diagnosis; the network then holds the kept parameters.

        Where that is to be ``light``, nothing is tried on copies and less of the data is looked at, and what each
        example of dev adds to the error is kept.
        """
        experiment = self.experiment
        experiment.restore_best()
        errors = self._errors()
        run.write_model(*describe(experiment))  # after measuring: exact statistics are then those of this θ
        if light:
            run.write_mistakes({"dev": experiment.evaluation("dev").mistakes()} if "dev" in errors else {})
        performance = None
        if not light:
            with_bound = needs_bound(errors, experiment.spec.diagnosis)
            performance = Performance.of(experiment.dataset, self._evaluations(errors), with_bound)
        self.diagnosis = self._judged(run.metrics(), run.layers(), facts, errors, performance, run)
        run.write_diagnosis(self.diagnosis)
        test = (
            {"test": dict(zip(("cost", "error"), experiment.evaluate("test"), strict=True))} if "test" in errors else {}
        )
        metrics = performance.document() if performance else {}
        return {"course": facts["course"], **test, **metrics, **self._write_refit(run)}

    def _evaluations(self, errors: Mapping[str, Estimate]) -> dict[str, Evaluation]:
        return {part: self.experiment.evaluation(part) for part in errors}

    def _write_refit(self, run: RunDirectory) -> dict[str, Any]:
        """Write the network that was trained again, once it is."""
        if self.refit is None or not self.refit.is_done:
            return {}
        run.write_model(*describe(self.refit.experiment), REFIT)
        return {"refit": self.refit.facts()}

    def _errors(self) -> dict[str, Estimate]:
        """On all parts of the data."""
        experiment = self.experiment
        return {part: measured(experiment.evaluation(part)) for part in PARTS if part in experiment.dataset.parts}

    def judged_now(
        self, metrics: Columns, layers: Columns, status: Status, kept_epoch: int | None = None
    ) -> DiagnosisDocument:
        """The diagnosis of the network as it is, wherever its training stands; what takes longer is left out.

        Args:
            metrics, layers: the columns of the tables so far.
            status, kept_epoch: how training stands, and which epoch's parameters these are.
        """
        facts = {**self.facts(), **self.course(), "status": status, "kept_epoch": kept_epoch}
        return self._judged(metrics, layers, facts, self._errors(), None)

    def _judged(
        self,
        metrics: Columns,
        layers: Columns,
        facts: Mapping[str, Any],
        errors: Mapping[str, Estimate],
        performance: Performance | None,
        run: RunDirectory | None = None,
    ) -> DiagnosisDocument:
        """The diagnosis, from the errors, the data and the course of the training; less where nothing else is known.

        run: that the network is of, where its performance is known.
        """
        spec, dataset, options = self.experiment.spec, self.experiment.dataset, self.experiment.spec.diagnosis
        sole_answer = performance.sole_answer if performance else None
        beside = reference(dataset), constant_errors(dataset, sole_answer, thorough=performance is not None)
        course = TrainingHistory.read(metrics, layers, facts, spec, errors, *beside)
        assert options.tolerance is not None
        unproven = performance.unproven if performance else None
        judged, evidence = measure_of(options.metric, self._evaluations(errors)), None
        if performance is None or course.status is Status.INTERRUPTED:  # which is to be gone on with first
            of_data = unrefuted(course, data_findings(dataset, spec.data, thorough=performance is not None))
            explained = Explanation([*of_data, *after(course, of_data)])
        else:
            judged_errors, measured_metrics = judged.errors if judged else errors, performance.metrics
            explained = explanation(self.experiment, course, judged_errors, measured_metrics, with_notes=False)
        if performance is not None and run is not None:
            simple = unbeaten_since(run, errors, performance.baselines, judged)
            evidence = Evidence(Supply.of(spec, dataset), ending_of(metrics, spec.training), simple)
        judgement = options.optimal_error, options.tolerance, dataset.task
        document = diagnose(errors, *judgement, explained.findings, unproven, judged, evidence)
        measured_beside = performance.document() if performance else {}
        return replace(
            document, learning_rate=explained.tested, target_errors=unit_of_errors(dataset), **measured_beside
        )

    def draw(self, run: RunDirectory, process: DrawingProcess) -> None:
        """The curves of costs and errors, and of two inputs the regions that the network tells apart."""
        experiment, dataset = self.experiment, self.experiment.dataset
        name, best = experiment.spec.name, experiment.position.best
        if best is not None:
            curves = training_curves(run.metrics(), self.task, best.epoch)
            run.write(CURVES, process.draw(pictures.curves, curves, title=name))
        if self.draws_boundary:
            parts = {key: (part.X[:MOST_POINTS], part.y[:MOST_POINTS]) for key, part in dataset.parts.items()}
            picture = process.draw(
                pictures.boundary,
                Model(*describe(experiment)).outputs,
                parts,
                title=name,
                task=self.task,
                classes=dataset.classes,
                features=dataset.features,
            )
            run.write(BOUNDARY, picture)

    def next_steps(self, run: RunDirectory) -> list[NextStep]:
        """What the diagnosis advises first; then find out more, and use the network."""
        first: list[NextStep] = []
        if self.diagnosis:
            supply = Supply.of(self.experiment.spec, self.experiment.dataset)
            context = AdviceContext(self.diagnosis, supply, run.path, run.config, **past_of(Result.of(run)))
            first = next_steps(context)[:1]
        others = [NextStep(command("diagnose", run.path), LOOK)]
        if self.diagnosis is None or not is_of_no_use(self.diagnosis):
            others.append(NextStep(command("predict", run.path, "FILE"), USE))
        typed = {step.command for step in first}
        return [*first, *(other for other in others if other.command not in typed)]
