"""The learning curve of a run: its spec trained on growing numbers of examples, and what still more would bring."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from dlx.calls import instruction
from dlx.documents import learning_curve as documents
from dlx.errors import DataError, UsageError
from dlx.events import Count, finish
from dlx.runs.files.data_facts import data_facts, refuse_other_data
from dlx.runs.files.directory import RunDirectory
from dlx.runs.objective import refuse_objective
from dlx.runs.reading.result import Result
from dlx.search.going_on import saving_what_is_reached
from dlx.search.learning_curve.extrapolation import extrapolation
from dlx.search.learning_curve.mean_errors import mean_dev_errors, mean_train_errors
from dlx.search.learning_curve.subsets import fitting, training_sizes, with_examples
from dlx.search.trials.executors import executor_for
from dlx.search.trials.outcome import Outcome
from dlx.search.trials.pool import run_trials
from dlx.search.trials.replicates import replicate
from dlx.search.trials.trial import Trial
from dlx.show import pictures
from dlx.show.drawing_process import DrawingProcess
from dlx.spec.loader import load_spec
from dlx.spec.sections import Spec
from dlx.stats.power_law import Points, points
from dlx.text import option
from dlx.training.build import build_supervised
from dlx.words import Task

FEWEST_REPLICATES = 2  # one alone tells nothing of chance

Outcomes = Mapping[tuple[int, int], Outcome]  # by size and number of the replicate


@dataclass(frozen=True)
class CurveOptions:
    """What is trained, and what is asked of it.

    Args:
        replicates: trainings of each size, with other random numbers and other examples.
        sizes: examples to train on; without any, six up to all of train.
        workers, cluster: trainings at a time, or the Dask scheduler whose workers train.
        budget: seconds after which training stops; what has been trained is judged.
        target: the error whose price in examples is asked for; without it `optimal_error` + `tolerance`.
    """

    replicates: int = 3
    sizes: Sequence[int] = ()
    workers: int = 1
    cluster: str | None = None
    budget: float | None = None
    target: float | None = None


@dataclass(frozen=True)
class CurveSubject:
    """The run that is asked about: its spec, and what its data are."""

    spec: Spec
    task: Task
    m: int
    m_dev: int
    classes: int


def measured_curve(
    run: RunDirectory, options: CurveOptions, on_event: Callable[[Count], object]
) -> tuple[documents.LearningCurve, list[Path]]:
    """What `learning_curve` comes to, kept in the run, and the file of its picture."""
    with DrawingProcess() as process:
        process.begin()
        document = finish(learning_curve(run, options), on_event)
        picture = process.draw(pictures.learning_curve, document, title=document.name)
    with RunDirectory.open(run.path, writing=True) as locked:
        return document, locked.write_learning_curve(asdict(document), picture)


def learning_curve(run: RunDirectory, options: CurveOptions) -> Generator[Count, None, documents.LearningCurve]:
    """Train on growing parts of a run's train set and say what more examples would bring; ``learning_curve.json``.

    All trainings are measured on the run's dev examples. They are kept under the run, so that the next call trains
    only what is missing. The events count the trainings.

    Raises:
        UsageError: the run has no dev set, or the sizes or replicates are too few, or sizes that train has not.
        DataError: the data are not those of the run any more, or nothing could be trained.
        Interrupted: a signal asked to stop; everything is saved.
        EnvironmentProblem: trainings were lost with their workers, or cannot be written.
    """
    subject = subject_of(run)
    sizes = _sizes(subject, options)
    outcomes = yield from _trained(run, subject, sizes, options)
    usable = {place: outcome for place, outcome in outcomes.items() if outcome.usable}
    by_size = {size: [usable[place] for place in sorted(usable) if place[0] == size] for size in sizes}
    by_size = {size: replicates for size, replicates in by_size.items() if replicates}
    if not by_size:
        raise DataError(f"nothing could be trained: {_why_not(outcomes)}")
    mistakes = [np.stack([outcome.mistakes() for outcome in replicates]) for replicates in by_size.values()]
    measured = points(list(by_size), mistakes, subject.task.is_regression)
    fitted, target, curve = extrapolation(measured, options.target or _target(subject.spec))
    return documents.LearningCurve(
        run=str(run.path),
        name=subject.spec.name,
        task=subject.task,
        m=subject.m,
        m_dev=subject.m_dev,
        replicates=options.replicates,
        points=_rows(subject, by_size, measured),
        trainings=documents.TrainingCount(len(usable), len(sizes) * options.replicates, _failed(outcomes)),
        fit=fitted,
        target=target,
        curve=curve,
    )


def subject_of(run: RunDirectory) -> CurveSubject:
    """What there is to know of a run before training."""
    spec, result = load_spec(run.config).spec, Result.of(run)
    refuse_objective(run.path, spec, "there are no examples to add to")
    assert result.task is not None
    examples = result.data["examples"]
    if "dev" not in examples:
        raise UsageError(f"{run.path}: has no dev set, which a learning curve is measured on (set data.split.dev)")
    experiment = build_supervised(spec, initialize=False)
    refuse_other_data(run, data_facts(experiment))
    return CurveSubject(spec, result.task, examples["train"], examples["dev"], len(experiment.dataset.classes))


def _sizes(subject: CurveSubject, options: CurveOptions) -> list[int]:
    if options.replicates < FEWEST_REPLICATES:
        seeds = option("seeds", options.replicates, "replicates")
        raise UsageError(f"{seeds}: one training a size tells nothing of chance (allowed 2 or more)")
    sizes = sorted(set(options.sizes)) or training_sizes(subject.m, subject.classes)
    if sizes[0] < 2 or sizes[-1] > subject.m:
        raise UsageError(f"{option('sizes')}: train has {subject.m} examples (allowed 2 to {subject.m})")
    return sorted({fitting(subject.spec, size) for size in sizes})


def _trained(
    run: RunDirectory, subject: CurveSubject, sizes: Sequence[int], options: CurveOptions
) -> Generator[Count, None, Outcomes]:
    """All sizes once, the largest first, then all once more; as far as the time lasts."""
    specs = {size: with_examples(subject.spec, size, subject.m) for size in sizes}
    places = [(size, number) for number in range(options.replicates) for size in reversed(sizes)]
    trials = [Trial.of(replicate(specs[size], number)) for size, number in places]
    by_key = {trial.key: place for trial, place in zip(trials, places, strict=True)}
    outcomes: dict[tuple[int, int], Outcome] = {}
    yield Count(0, len(trials))
    again = instruction("diagnose", run.path, "--learning-curve")
    with saving_what_is_reached(again), executor_for(options.workers, options.cluster) as executor:
        for outcome in run_trials(trials, run.trials, executor, options.budget):
            outcomes[by_key[outcome.key]] = outcome
            yield Count(len(outcomes), len(trials))
    return outcomes


def _why_not(outcomes: Outcomes) -> str:
    return next((outcome.message for outcome in outcomes.values() if outcome.message), "there was no time for it")


def _target(spec: Spec) -> float:
    assert spec.diagnosis.tolerance is not None  # a run's spec is complete
    return spec.diagnosis.optimal_error + spec.diagnosis.tolerance


def _rows(
    subject: CurveSubject, by_size: Mapping[int, Sequence[Outcome]], measured: Points
) -> list[documents.CurvePoint]:
    train = mean_train_errors([[outcome.errors["train"] for outcome in replicates] for replicates in by_size.values()])
    dev = mean_dev_errors(measured, subject.task)
    return [
        documents.CurvePoint(
            m=size,
            epochs=with_examples(subject.spec, size, subject.m).training.epochs,
            train=documents.Interval.of(train[row]),
            dev=documents.Interval.of(dev[row]),
            trainings=[
                documents.CurveTraining(outcome.key, outcome.errors["train"].value, outcome.errors["dev"].value)
                for outcome in replicates
            ],
        )
        for row, (size, replicates) in enumerate(by_size.items())
    ]


def _failed(outcomes: Outcomes) -> list[documents.FailedTraining]:
    """The trainings that cannot be used, but for those that there was no time for."""
    return [
        documents.FailedTraining(size, number, outcome.status, outcome.message)
        for (size, number), outcome in sorted(outcomes.items())
        if outcome.status.is_bad
    ]
