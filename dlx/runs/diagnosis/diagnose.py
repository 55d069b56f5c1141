"""Diagnosing: what can be found out about a run, about a spec before training, or from bare errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from dlx.calls import instruction
from dlx.diagnose.after.history import TrainingHistory
from dlx.diagnose.before.checks import before
from dlx.diagnose.evidence import Evidence, ending_of
from dlx.diagnose.explanation import explanation
from dlx.diagnose.findings import by_severity
from dlx.diagnose.models.baseline import reference
from dlx.diagnose.models.baselines import constant_errors
from dlx.diagnose.remedies.changes import DataFacts, SpecContext
from dlx.diagnose.steps.advice_context import AdviceContext
from dlx.diagnose.steps.next_commands import next_steps
from dlx.diagnose.steps.next_step import NOTHING_TYPED, TypedOptions
from dlx.diagnose.steps.rate_advice import rates_for
from dlx.diagnose.steps.spec_remedies import NOTHING, next_steps_of_spec
from dlx.diagnose.supply import Supply
from dlx.diagnose.verdict import diagnose, mending
from dlx.documents.diagnosis import DiagnosisDocument, Ending, SpecDiagnosis, UnbeatenModel
from dlx.documents.findings import Finding
from dlx.documents.range_test import TestedRates
from dlx.errors import DataError, ReadFailure, UsageError, hint, listing, nearest
from dlx.runs.diagnosis.examination import Examination, RunExamination
from dlx.runs.files.directory import RunDirectory
from dlx.runs.files.file_names import ERRORS, SPECS, WORST
from dlx.runs.objective import refuse_objective
from dlx.runs.predictions.measured_errors import MeasuredErrors, measure, recall
from dlx.runs.preparation import prepare_supervised
from dlx.runs.reading.mistaken import refuse_as_spec
from dlx.runs.reading.references import means_run, open_run
from dlx.runs.reading.result import Result
from dlx.runs.training.earlier import past_of, unbeaten_since
from dlx.spec.loader import load_spec
from dlx.spec.messages import place_of
from dlx.spec.sections import Spec
from dlx.spec.trust import NamedBy
from dlx.synonyms import plainly
from dlx.words import RELATIVE

JUDGED = ("diagnosis.optimal_error", "diagnosis.tolerance")  # what the errors of a run are judged against
NO_EXAMPLES = (
    "without examples there is neither bias nor variance (what the steps came to is in its metrics.csv, path.csv and "
    "pictures)"
)


def examine(
    source: str,
    overrides: Sequence[str] = (),
    typed: TypedOptions = NOTHING_TYPED,
) -> Examination:
    """A run, given by its directory or as `latest`, or a spec; ``typed`` is what is asked for with it.

    Raises:
        UsageError: it is neither.
    """
    path = Path(source)
    if means_run(source):
        return examine_run(open_run(source), overrides, typed)
    if path.suffix not in SPECS:
        refuse_as_spec(path, "diagnose")
        hint = "allowed: a run, by its directory, latest, a tag …, or the YAML file of a spec"
        raise UsageError(f"{source}: is neither a run nor a spec ({hint})")
    return examine_spec(path, overrides)


def examine_spec(path: Path, overrides: Sequence[str]) -> Examination:
    """What is likely to go wrong with a spec, found before training."""
    resolved = load_spec(path, overrides, named_by=NamedBy.USER)
    refuse_objective(path, resolved.spec, NO_EXAMPLES)
    experiment = prepare_supervised(resolved.spec, resolved.origins)
    tested, findings = rates_for(experiment, by_severity(before(experiment)))
    document = SpecDiagnosis(findings=findings, next=mending(findings) or [NOTHING], learning_rate=tested)
    now = SpecContext(resolved.spec, Supply.of(resolved.spec, experiment.dataset).facts, tested)
    return Examination(resolved.spec.name, document, tuple(next_steps_of_spec(path, overrides, findings, now)))


def examine_run(
    run: RunDirectory,
    overrides: Sequence[str] = (),
    typed: TypedOptions = NOTHING_TYPED,
) -> RunExamination:
    """The verdict on a run, its network measured anew on the run's own data.

    Measured anew, because mistakes can only be looked at example by example, because a run that an older dlx has
    trained gets today's verdict, and because it shows whether the data are still the same. The errors come out as in
    the run's ``diagnosis.json``, to the last bit on the same kind of machine. Where network or data are gone or have
    changed, those of that file stand in for them, and a remark says so.

    Args:
        run: where it is kept.
        overrides: of diagnosis.optimal_error and diagnosis.tolerance.
        typed: what is asked for with it.

    Raises:
        DataError: neither can the errors be measured nor were they ever.
        UsageError: an override changes more than what the errors are judged against.
    """
    _refuse_other_overrides(run, overrides)
    spec, result, diagnosis = load_spec(run.config, overrides).spec, Result.of(run), run.diagnosis_unless_damaged()
    refuse_objective(run.path, spec, NO_EXAMPLES)
    measurement, findings, remarks, evidence, tested = _evidence(result, spec, diagnosis)
    document = _document(measurement, spec, findings, evidence)
    document = replace(document, learning_rate=tested).in_place_of(diagnosis)
    context = AdviceContext(document, evidence.supply, run.path, run.config, typed, **past_of(result))
    steps, remarks = tuple(next_steps(context)), (*remarks, *filter(None, [result.refit_note]))
    return RunExamination(result.name, document, steps, remarks, *measurement.worst, run, result.facts)


def _document(
    measurement: MeasuredErrors, spec: Spec, findings: Sequence[Finding], evidence: Evidence
) -> DiagnosisDocument:
    document = diagnose(
        measurement.errors,
        spec.diagnosis.optimal_error,
        measurement.tolerance,
        measurement.task,
        findings,
        measurement.performance.unproven,
        measurement.measure,
        evidence,
    )
    return replace(
        document,
        target_errors=RELATIVE if spec.diagnosis.target_errors == RELATIVE else None,
        classes=measurement.classes,
        **measurement.performance.document(),
    )


def _evidence(
    result: Result, spec: Spec, diagnosis: DiagnosisDocument | None
) -> tuple[MeasuredErrors, list[Finding], tuple[str, ...], Evidence, TestedRates | None]:
    """The errors, the findings, the remarks on them, what advice must agree with, and the rates that were tested.

    They are measured anew, or where that cannot be, as the diagnosis has them.
    """
    findings = diagnosis.findings if diagnosis else []
    try:
        experiment = prepare_supervised(spec)
        measurement = measure(result.run, experiment)
        data, tables = experiment.dataset, (result.metrics, result.layers)
        beside = reference(data), constant_errors(data, measurement.performance.sole_answer, thorough=True)
        course = TrainingHistory.read(*tables, result.facts, experiment.spec, measurement.errors, *beside)
        evidence = Evidence(
            Supply.of(spec, data), ending_of(result.metrics, spec.training), _unbeaten(result.run, measurement)
        )
        judged_errors = measurement.measure.errors if measurement.measure else measurement.errors
        explained = explanation(experiment, course, judged_errors, measurement.performance.metrics, findings)
        return measurement, explained.findings, (), evidence, explained.tested
    except DataError as error:
        if diagnosis is None or isinstance(error, ReadFailure):
            raise
        remark = f"the errors are those of diagnosis.json, because {error}"
        sizes = result.data["examples"]
        facts = DataFacts(sizes["train"], has_dev="dev" in sizes, parts=sizes)
        recalled = recall(result, spec)
        evidence = Evidence(Supply(spec, facts), diagnosis.ending or Ending(), _unbeaten(result.run, recalled))
        return recalled, findings, (remark,), evidence, diagnosis.learning_rate


def _unbeaten(run: RunDirectory, measurement: MeasuredErrors) -> UnbeatenModel | None:
    return unbeaten_since(run, measurement.errors, measurement.performance.baselines, measurement.measure)


def keep(examination: Examination) -> list[Path]:
    """Write the document and the pictures into the run directory; returns the pictures.

    Drawing takes as long as finding out: pictures that show the same already stay.

    Raises:
        EnvironmentProblem: they cannot be written there, or training goes on in it.
    """
    if examination.run is None or isinstance(examination.document, SpecDiagnosis):
        return []
    with RunDirectory.open(examination.run.path, writing=True) as run:
        stored = run.diagnosis_unless_damaged()
        run.write_diagnosis(examination.document)
        names = [ERRORS, *([WORST] if examination.images is not None else [])]
        if stored and stored == run.diagnosis_unless_damaged() and all(_is_whole(run, name) for name in names):
            return [run.path / name for name in names]
        written, worst = [run.write(ERRORS, examination.picture())], examination.worst()
        return [*written, run.write(WORST, worst)] if worst else written


def _is_whole(run: RunDirectory, name: str) -> bool:
    """Whether a file is there as dlx wrote it."""
    try:
        return bool(run.read(name))
    except DataError:
        return False


def _refuse_other_overrides(run: RunDirectory, overrides: Sequence[str]) -> None:
    others = [override for override in overrides if not override.startswith("diagnosis.")]
    if not others:
        return
    key, _, value = others[0].partition("=")
    place, names = place_of(key), {judged.rpartition(".")[2]: judged for judged in JUDGED}
    if place is None or place in JUDGED:
        near = nearest(key, names)
        raise UsageError(f"{key}: unknown key {listing(JUDGED, hint(key, near and names[near]))}")
    is_synonym = plainly(place.rpartition(".")[2]) != plainly(key.rpartition(".")[2])  # whose value may mean another
    changed = others[0] if is_synonym else f"{place}={value}"
    load_spec(run.config, [changed])  # what is refused there, must not be advised
    raise UsageError(
        f"{others[0]}: a run is judged as it was trained; only diagnosis.optimal_error and diagnosis.tolerance can "
        f"be stated ({instruction('train', run.config, changed)} trains another)"
    )
