"""A session: the training of one run directory, from its first file or last checkpoint to its end, however it ends."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from hashlib import sha256
from pathlib import Path
from time import monotonic
from typing import Any, Self

from dlx.calls import instruction
from dlx.documents.diagnosis import DiagnosisDocument
from dlx.errors import DataError, Diverged, Interrupted
from dlx.files import read
from dlx.runs.files.data_facts import refuse_other_data
from dlx.runs.files.directory import RunDirectory
from dlx.runs.preparation import InMemory, prepare, prepare_again
from dlx.runs.reading import listing
from dlx.runs.reading.references import open_run
from dlx.runs.training.kinds import kind_of
from dlx.runs.training.provenance import provenance, utc_now
from dlx.runs.training.signals import noted_signals
from dlx.show.drawing_process import DrawingProcess
from dlx.spec.loader import Resolved, dump_yaml
from dlx.training.fit import Pace, fit
from dlx.training.minimization import Minimization
from dlx.training.records import EpochRecord, LayerRecord, Progress
from dlx.training.supervised import Supervised
from dlx.types import Array
from dlx.words import Status

SECONDS_BETWEEN_CHECKPOINTS = 30.0
Enough = Callable[[EpochRecord | Progress], bool]


class Session:
    """An experiment in training and the run directory that keeps it.

    ``light`` leaves out what only people look at or go on from: the pictures, and a checkpoint of what has ended. And
    it does not wait for the disk with what is done again in no time.
    """

    def __init__(self, experiment: Supervised | Minimization, run: RunDirectory, light: bool = False) -> None:
        self.experiment, self.run, self.light = experiment, run, light
        self.kind = kind_of(experiment)
        run.durable, run.metric_columns = not light, experiment.spec.metric_columns
        self.status, self._saved_at = Status.RUNNING, 0.0
        self.facts: dict[str, Any] = {}
        self._is_new, self.pictures = False, DrawingProcess(is_wanted=not light)

    @classmethod
    def start(cls, resolved: Resolved, overrides: list[str], out: Path | None, folder: Path) -> Self:
        """A new run of a spec; ``folder`` is where its file lies."""
        experiment = prepare(resolved.spec, resolved.origins)
        session = cls(experiment, RunDirectory.create(experiment.spec.name, out=out))
        with listing.abandoned_on_error(session.run):
            session.begin(overrides, provenance(sys.argv, folder))
        session._is_new = True
        return session

    def begin(self, overrides: list[str], origin: Mapping[str, Any]) -> None:
        """Write the first files; ``origin`` is what `provenance` tells."""
        experiment, config = self.experiment, dump_yaml(self.experiment.spec)
        with self.run.writing_together():
            self.note(
                name=experiment.spec.name,
                status=Status.RUNNING,
                seed=experiment.spec.seed,
                overrides=overrides,
                started=utc_now(),
                **origin,
                config_sha256=sha256(config.encode()).hexdigest(),
                **self.kind.facts(),
                parameters=experiment.parameters.theta.size,
            )
            self.run.write_config(config)  # last: it is what makes a directory a run

    @classmethod
    def resume(cls, path: Path | str) -> Self:
        """Go on with a run from its last checkpoint, or from its beginning where there is none yet.

        Raises:
            DataError: the data are not those that the run began with, or a file of the run is damaged, edited or gone.
        """
        run = open_run(path, writing=True)
        try:
            return cls.go_on(run)
        except BaseException:
            run.close()
            raise

    @classmethod
    def go_on(cls, run: RunDirectory, light: bool = False, in_memory: InMemory | None = None) -> Self:
        """The same of a run directory that is open for writing; ``in_memory`` is what `prepare_again` may use."""
        facts = run.facts()
        if facts["config_sha256"] != sha256(read(run.config)).hexdigest():
            what = f"was changed since the run began; {instruction('train', run.config)} begins a new one"
            raise DataError(f"{run.config}: {what}")
        if run.has_lost_checkpoint() or (Status(facts["status"]).has_result and not run.has_checkpoint()):
            what = f"is {facts['status']}, and its checkpoint is gone, so nothing is there to go on from"
            raise DataError(f"{run.path}: {what}; {instruction('train', run.config)} begins a new run")
        session = cls(prepare_again(run.config, not run.has_checkpoint(), in_memory), run, light)
        session.facts = facts
        refuse_other_data(run, session.kind.facts()["data"])
        if run.has_checkpoint():
            session._stand_at_checkpoint()
        with run.writing_together():
            run.rewind_tables(session.experiment.epoch_of_last_rows() if run.has_checkpoint() else None)
            session.note(status=Status.RUNNING, resumed=utc_now())
        return session

    def _stand_at_checkpoint(self) -> None:
        """Put the experiment where the run's checkpoint was made."""
        try:
            state = self.run.load_checkpoint()
            self.experiment.from_data(*state)
            if self.kind.refit is not None:
                self.kind.refit.from_data(*state)
        except (KeyError, ValueError, TypeError, AttributeError, IndexError, OverflowError) as error:
            what = f"its checkpoint is damaged: it holds no state of this experiment ({type(error).__name__}: {error})"
            raise DataError(f"{self.run.path}: {what}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if any(error) and self._is_new and self.status is Status.RUNNING:  # nothing was trained
            listing.abandon(self.run)
        self.pictures.close()
        self.run.close()

    def note(self, **facts: Any) -> None:
        """Keep facts in ``run.json``."""
        self.facts |= facts
        self.run.write_facts(**facts)

    @property
    def diagnosis(self) -> DiagnosisDocument | None:
        """The document ``diagnosis.json``, once there is one."""
        return self.kind.diagnosis

    def records(
        self, enough: Enough = lambda record: False, *, heeds_signals: bool = True, pace: Pace | None = None
    ) -> Generator[EpochRecord | Progress, None, None]:
        """Train to the end, saving on the way; yields the rows of metrics.csv and the progress.

        Args:
            enough: asked after each record; when it says so, training stops there as if interrupted.
            heeds_signals: whether a request to stop is noted meanwhile; else that is left to the caller.
            pace: how often there is progress, as `fit` takes it.

        Raises:
            Interrupted: a signal asked to stop; the step is finished and everything saved.
            Diverged: as ``fit``; the last finite state is saved.
        """
        run, position, self._saved_at = self.run, self.experiment.position, monotonic()
        noted = noted_signals() if heeds_signals else nullcontext(list[int]())
        with noted as signals, self._ending():  # no signal may leave the end half written
            if position.last is not None and enough(position.last):  # it stopped here, and could not write its end
                return
            for record in fit(self.experiment, pace):
                if isinstance(record, LayerRecord):
                    run.append_layer(record)
                    continue
                if isinstance(record, EpochRecord):
                    run.append_metrics(record)
                yield record
                if signals and position.finished is None:
                    raise self._interrupted(signals[0])
                if enough(record):
                    return
                self._save_now_and_then()
            for progress in self.kind.refit.fit() if self.kind.refit is not None else ():
                yield progress
                if signals:
                    raise self._interrupted(signals[0])
                if enough(progress):
                    return
                self._save_now_and_then()

    def _interrupted(self, signal: int) -> Interrupted:
        return Interrupted(signal, f"interrupted: {instruction('train', '--resume', self.run.path)} goes on from here")

    def state(self) -> tuple[dict[str, Array], dict[str, Any]]:
        """What a checkpoint holds."""
        arrays, meta = self.experiment.to_data()
        further, further_meta = self.kind.refit.to_data() if self.kind.refit is not None else ({}, {})
        return arrays | further, meta | further_meta

    def _save_now_and_then(self) -> None:
        self.pictures.prepare()
        if monotonic() - self._saved_at > SECONDS_BETWEEN_CHECKPOINTS:
            self.run.save_checkpoint(*self.state())
            self._saved_at = monotonic()

    def _end_so_far(self) -> Status:
        """How training has ended, the refit too."""
        refit, finished = self.kind.refit, self.experiment.position.finished
        return Status.INTERRUPTED if finished is None or (refit and not refit.is_done) else finished

    @contextmanager
    def _ending(self) -> Iterator[None]:
        """Train inside it: however that ends is written down."""
        self.status = Status.FAILED
        try:
            yield
            self.status = self._end_so_far()
        except (Interrupted, GeneratorExit):  # a signal, or whoever takes the records has left
            self.status = Status.INTERRUPTED
            raise
        except Diverged as error:
            self.status = Status.DIVERGED
            self.facts["message"] = str(error)
            raise
        finally:
            if self.status is Status.FAILED:
                self.note(status=self.status, ended=utc_now())
            else:
                self._finish()

    def _finish(self) -> None:
        """Write everything that tells of the end."""
        experiment, run, position = self.experiment, self.run, self.experiment.position
        if not self.light or self.status is Status.INTERRUPTED or run.has_checkpoint():
            run.save_checkpoint(*self.state())
        run.durable = not self.light or position.seconds > SECONDS_BETWEEN_CHECKPOINTS
        record = position.best if experiment.best.theta is not None else position.last
        self.facts |= {"status": self.status, "kept_epoch": record.epoch if record else None, **self.kind.course()}
        with run.writing_together() if self.light else nullcontext():  # what takes longer is not to be lost meanwhile
            self._note_end(**self.kind.write(run, self.facts, self.light))
        if not self.light:
            self.kind.draw(run, self.pictures)

    def _note_end(self, **facts: Any) -> None:
        """Put the end of the run into run.json."""
        position = self.experiment.position
        self.run.seal_tables()
        self.note(
            status=self.status,
            ended=utc_now(),
            final=position.last.document() if position.last else None,
            best=position.best.document() if position.best else None,
            kept_epoch=self.facts["kept_epoch"],
            **facts,
            **({"message": self.facts["message"]} if "message" in self.facts else {}),
            **({"sizes": self.run.sizes()} if self.light else {}),
        )
