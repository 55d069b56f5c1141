"""A session: the training of one run directory, from its first file or last checkpoint to its end, however it ends."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from threading import current_thread, main_thread
from time import monotonic, perf_counter
from types import FrameType
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from dlx import threads
from dlx.data.loading import PARTS
from dlx.diagnose.bias_variance import diagnose
from dlx.diagnose.intervals import Estimate, error_rate, root_mean_square
from dlx.errors import DataError, Diverged, Interrupted
from dlx.experiment import Experiment, build
from dlx.model import Model, describe
from dlx.provenance import provenance, utc_now
from dlx.records import EpochRecord, Progress
from dlx.runs import SCHEMA_VERSION, RunDirectory
from dlx.spec_file import dump_yaml, load_spec
from dlx.train import fit

if TYPE_CHECKING:
    from dlx.spec import Spec

SECONDS_BETWEEN_CHECKPOINTS = 30.0
REHEARSALS = 3
MOST_POINTS = 100_000  # of a part that are looked at for a picture: a part may be larger than memory


class Session:
    """An experiment in training and the run directory that keeps it."""

    def __init__(self, experiment: Experiment, run: RunDirectory) -> None:
        self.experiment, self.run = experiment, run
        self.status = "running"
        self.facts: dict[str, Any] = {}
        self.diagnosis: dict[str, Any] = {}

    @classmethod
    def start(cls, spec: Spec, overrides: list[str], out: Path | None, folder: Path) -> Self:
        """A new run of a spec; ``folder`` is where its file lies."""
        experiment = prepare(spec)
        session = cls(experiment, RunDirectory.create(experiment.spec.name, out=out))
        session.run.write_config(dump_yaml(experiment.spec))
        session._note(
            name=experiment.spec.name,
            status="running",
            seed=experiment.spec.seed,
            overrides=overrides,
            started=utc_now(),
            **provenance(sys.argv, folder),
            data=data_facts(experiment),
            parameters=experiment.network.parameters.theta.size,
        )
        return session

    @classmethod
    def resume(cls, path: Path | str) -> Self:
        """Go on with a run from its last checkpoint, or from its beginning where there is none yet.

        Raises:
            DataError: the data are not those that the run began with, or a file of the run is damaged.
        """
        run = RunDirectory.open(path, writing=True)
        session = cls(prepare(load_spec(run.config).spec), run)
        session.facts = run.facts()
        if session.facts["data"] != data_facts(session.experiment):
            raise DataError(f"{run.path}: the data have changed since the run began, so it cannot go on")
        if run.has_checkpoint():
            session.experiment.from_data(*run.load_checkpoint())
        last = session.experiment.position.last
        run.truncate_metrics(last.epoch if last else 0)
        session._note(status="running", resumed=utc_now())
        return session

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.run.close()

    def _note(self, **facts: Any) -> None:
        self.facts |= facts
        self.run.write_facts(**facts)

    def records(self) -> Iterator[EpochRecord | Progress]:
        """Train to the end, saving on the way; yields what ``fit`` yields.

        Raises:
            Interrupted: a signal asked to stop; the step is finished and everything saved.
            Diverged: as ``fit``; the last finite state is saved.
        """
        self.status = "failed"
        try:
            with _signals() as asked:
                yield from self._saving(asked)
            self.status = self.experiment.position.finished or "failed"
        except Interrupted:
            self.status = "interrupted"
            raise
        except Diverged:
            self.status = "diverged"
            raise
        finally:
            if self.status == "failed":
                self._note(status=self.status, ended=utc_now())
            else:
                self._finish()

    def _saving(self, asked: list[int]) -> Iterator[EpochRecord | Progress]:
        saved_at = monotonic()
        for record in fit(self.experiment):
            if isinstance(record, EpochRecord):
                self.run.append_metrics(record)
            yield record
            if asked:
                raise Interrupted(asked[0], f"interrupted: dlx train --resume {self.run.path} goes on from here")
            if monotonic() - saved_at > SECONDS_BETWEEN_CHECKPOINTS:
                self.run.save_checkpoint(*self.experiment.to_data())
                saved_at = monotonic()

    def _finish(self) -> None:
        """Write everything that tells of the end; the network then holds the kept parameters."""
        experiment, run = self.experiment, self.run
        run.save_checkpoint(*experiment.to_data())
        experiment.restore_best()
        described = describe(experiment)
        run.write_model(*described)
        errors = {part: estimate(experiment, part) for part in PARTS if part in experiment.dataset.parts}
        options = experiment.spec.diagnosis
        self.diagnosis = diagnose(errors, options.optimal_error, options.tolerance)
        run.write_diagnosis(self.diagnosis)
        position, keeps_best = experiment.position, experiment.best_theta is not None
        kept = position.best if keeps_best else position.last
        test = dict(zip(("cost", "error"), experiment.evaluate("test"), strict=True)) if "test" in errors else None
        self._note(
            status=self.status,
            ended=utc_now(),
            final=asdict(position.last) if position.last else None,
            best=asdict(position.best) if position.best else None,
            kept_epoch=kept.epoch if kept else None,
            **({"test": test} if test else {}),
        )
        self._draw(Model(*described))

    def _draw(self, kept: Model) -> None:
        from dlx import plots

        experiment, run = self.experiment, self.run
        name, dataset, best = experiment.spec.name, experiment.dataset, experiment.position.best
        best_epoch = best.epoch if best else None
        run.write_curves(plots.curves(run.metrics(), title=name, task=dataset.task, best_epoch=best_epoch))
        if dataset.n_x == 2:
            parts = {part: (some.X[:MOST_POINTS], some.y[:MOST_POINTS]) for part, some in dataset.parts.items()}
            picture = plots.boundary(
                kept.outputs,
                parts,
                title=name,
                task=dataset.task,
                classes=dataset.classes,
                features=dataset.features,
            )
            run.write_boundary(picture)


def prepare(spec: Spec) -> Experiment:
    """Build the experiment and give the matrix products their threads; the spec then says how many."""
    experiment = build(spec)
    wanted = spec.training.threads
    if wanted == "auto":
        wanted = threads.decide(experiment.network.parameters.weights.size, experiment.batch_size)
    training = spec.training.model_copy(update={"threads": threads.limit(wanted)})
    experiment.spec = spec.model_copy(update={"training": training})
    return experiment


def data_facts(experiment: Experiment) -> dict[str, Any]:
    """What run.json says of the data: their fingerprint, the task and the sizes."""
    dataset = experiment.dataset
    return {
        "fingerprint": dataset.fingerprint,
        "task": dataset.task,
        "n_x": dataset.n_x,
        "n_y": dataset.n_y,
        "examples": {name: part.m for name, part in dataset.parts.items()},
    }


def rehearse(spec: Spec) -> dict[str, Any]:
    """What training would take: everything is built and one step done, nothing is written."""
    experiment = prepare(spec)
    order = experiment.order_of_epoch()
    step = experiment.step_for(min(experiment.batch_size, experiment.train.m))
    assert order is not None
    seconds = []
    for _ in range(REHEARSALS):  # the first is slow: nothing is in the caches yet
        started = perf_counter()
        experiment.train.fill(order[: len(step.X)], step.X, step.Y)
        with np.errstate(all="ignore"):
            cost = step.run()
        seconds.append(perf_counter() - started)
    started = perf_counter()
    experiment.update(experiment.learning_rate(), 1.0)
    seconds_per_step = min(seconds) + perf_counter() - started
    theta, slots = experiment.network.parameters.theta, len(experiment.update.vectors)
    steps = experiment.spec.training.epochs * experiment.steps_per_epoch
    return {
        "schema_version": SCHEMA_VERSION,
        "name": spec.name,
        **data_facts(experiment),
        "parameters": theta.size,
        "threads": experiment.spec.training.threads,
        "steps": steps,
        "first_cost": cost,
        "seconds_per_step": seconds_per_step,
        "predicted_seconds": seconds_per_step * steps,
        "predicted_bytes": theta.nbytes * (2 + slots) + step.tape.memory() + step.X.nbytes + step.Y.nbytes,
    }


def estimate(experiment: Experiment, part: str) -> Estimate:
    """The error of the frozen network on a part, with its interval."""
    if experiment.dataset.task == "regression":
        return root_mean_square(experiment.squared_errors(part), np.random.default_rng(experiment.spec.seed))
    return error_rate(experiment.evaluate(part)[1], experiment.dataset.parts[part].m)


@contextmanager
def _signals() -> Iterator[list[int]]:
    """While inside, SIGINT and SIGTERM are noted in the list; a second one ends the process as ever."""
    asked: list[int] = []
    numbers = (signal.SIGINT, signal.SIGTERM)
    if current_thread() is not main_thread():  # only the main thread may set handlers
        yield asked
        return
    before = {number: signal.getsignal(number) for number in numbers}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def note(number: int, frame: FrameType | None) -> None:
        asked.append(number)
        restore()

    for number in numbers:
        signal.signal(number, note)
    try:
        yield asked
    finally:
        restore()
