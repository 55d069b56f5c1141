"""A trial: the training of one complete spec in a run directory named by its key, done once and never repeated."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from math import inf, nan
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from dlx.errors import DataError, Diverged, DlxError, EnvironmentProblem, Interrupted, ReadFailure
from dlx.runs.directory import RunDirectory
from dlx.runs.file_names import CONFIG
from dlx.runs.manifest import refuse_links
from dlx.runs.preparation import prepare
from dlx.runs.provenance import provenance
from dlx.runs.signals import noted_signals
from dlx.runs.train import NOT_ENDED, Session
from dlx.spec.plugins import hashes
from dlx.spec.sections import Spec
from dlx.spec.trust import load_allowed
from dlx.stats.intervals import Estimate
from dlx.training.experiment import dataset_of
from dlx.training.records import EpochRecord, Progress

if TYPE_CHECKING:
    from dlx.data.dataset import Dataset
    from dlx.types import Array

SECONDS_BETWEEN_LOOKS = 0.05  # at a trial that another process is training
ENDED = ("completed", "early_stopped", "diverged")


@dataclass(frozen=True)
class Trial:
    """What is to be trained: a complete spec as plain data, and nothing else that could change the result.

    Its matrix products have one thread, so that the bits are the same however many trials go on beside it.
    """

    spec: Mapping[str, Any]
    until_epoch: int | None = None  # stop at the first row of metrics.csv from this epoch on; it can go on later
    allowed: frozenset[str] = field(default=frozenset(), compare=False)  # hashes of plugins: a worker asks nobody

    @classmethod
    def of(cls, spec: Spec, until_epoch: int | None = None) -> Self:
        """The trial of a complete spec."""
        training = spec.training.model_copy(update={"threads": 1})
        return cls(spec.model_copy(update={"training": training}).dump(), until_epoch, hashes())

    @property
    def key(self) -> str:
        """16 hexadecimal digits of the SHA-256 of the spec: the name of the trial's run directory.

        Where training stops for the time being is no part of it: the same run goes on from there.
        """
        canonical = json.dumps(self.spec, sort_keys=True, ensure_ascii=False)
        return sha256(canonical.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Outcome:
    """What came of a trial, as its run directory tells it; equal for the same spec wherever and however often it ran.

    Args:
        key: of the trial.
        status: ``completed``, ``early_stopped``; ``stopped`` at ``until_epoch``; ``interrupted`` when the time was
            up; ``diverged``; ``failed``, where there is nothing but the message.
        message: why it diverged or failed; empty otherwise.
        errors: of the kept parameters by part (train, train_dev, dev, test), with 95 % interval and m.
        final, best: the last row of metrics.csv, and the one with the best dev error.
        kept_epoch: whose parameters are kept.
        seconds: that training took, over all its interruptions.
        run: the run directory.
    """

    key: str
    status: str
    message: str = ""
    errors: Mapping[str, Estimate] = field(default_factory=dict)
    final: EpochRecord | None = None
    best: EpochRecord | None = None
    kept_epoch: int | None = None
    seconds: float = field(default=0.0, compare=False)
    run: str = field(default="", compare=False)

    @property
    def usable(self) -> bool:
        """Whether training went as asked, so that the errors may be compared with others."""
        return self.status in ("completed", "early_stopped", "stopped")

    def mistakes(self, part: str = "dev") -> Array:
        """For each example of a part 1 where it is classified wrongly, else 0, (m,); of a regression the mean squared
        residual. The examples are in the order of the part, so those of two trials on the same part can be paired.
        """
        return RunDirectory.open(self.run).mistakes()[part]


def known_outcome(trial: Trial, folder: Path) -> Outcome | None:
    """What came of a trial that has been trained before, as far as it is asked for; None where it is still to do."""
    try:
        return examined(trial, folder)
    except ReadFailure:
        raise
    except DataError:
        return None


def examined(trial: Trial, folder: Path) -> Outcome | None:
    """The same, where what is there is whole.

    Raises:
        DataError: something in the trial's run directory is damaged or was edited, or its state is lost.
    """
    run = RunDirectory(folder / trial.key)
    refuse_links(run.path)
    if not run.has_begun():
        return None
    facts = run.facts()
    run.read(CONFIG)
    if _is_done(facts, trial):
        run.verify()
        return _outcome(run, trial)
    if facts["status"] != "running":
        _refuse_unsound(run, facts)
    return None


def run_trial(trial: Trial, folder: Path, deadline: float | None = None) -> Outcome:
    """Train a trial in ``folder/key``, or go on with it, or only read what came of it when it has been trained before.

    While another process trains it, this one waits for its end.

    Args:
        trial: what to train.
        folder: holds the run directories of trials, a directory each.
        deadline: in seconds of ``time.time()``; training stops there and can go on later.

    Raises:
        Interrupted: a signal asked to stop; everything is saved.
        EnvironmentProblem: the run directory cannot be written.
    """
    run, outcome = _claimed(trial, folder)
    with run:
        try:
            if outcome is None and deadline is not None and time.time() >= deadline:
                return Outcome(trial.key, "interrupted", run=str(run.path))
            if outcome is None:
                _train(trial, run, deadline)
            return outcome or _outcome(run, trial)
        except (EnvironmentProblem, Interrupted):
            raise
        except Exception as error:  # of the spec, the data or a plugin: this trial's failure, not the search's
            message = str(error) if isinstance(error, DlxError) else f"{type(error).__name__}: {error}"
            return Outcome(trial.key, "failed", message, run=str(run.path))


def _claimed(trial: Trial, folder: Path) -> tuple[RunDirectory, Outcome | None]:
    """The trial's run directory, locked, and what came of it if it is done; one with a run that cannot be gone on with
    is set aside first.
    """
    while True:
        run = _locked(folder / trial.key)
        try:
            outcome = examined(trial, folder)
            if outcome is None and run.has_begun():
                _refuse_unsound(run, run.facts())
            return run, outcome
        except DlxError as error:
            if isinstance(error, ReadFailure) or not isinstance(error, DataError):
                run.close()
                raise
            run.set_aside()


def _locked(path: Path) -> RunDirectory:
    with noted_signals() as signals:
        while (run := RunDirectory.claim(path)) is None and not signals:
            time.sleep(SECONDS_BETWEEN_LOOKS)
    if run is None or signals:
        if run is not None:
            run.close()
        raise Interrupted(signals[0], "interrupted: the same command goes on from here")
    return run


def _refuse_unsound(run: RunDirectory, facts: Mapping[str, Any]) -> None:
    """Raise DataError where training cannot go on in the directory: its state is damaged, or lost."""
    if run.has_checkpoint():
        faults = sorted(run.checkpoint_faults(), key=lambda fault: not isinstance(fault, ReadFailure))
        if faults:
            raise faults[0]
    elif facts["status"] not in NOT_ENDED:
        raise DataError(f"{run.path}: is {facts['status']}, and its checkpoint is gone")


def _is_done(facts: Mapping[str, Any], trial: Trial) -> bool:
    """Whether training has come as far as it should."""
    return facts["status"] in ENDED or (facts["status"] == "interrupted" and _far_enough(facts, trial))


def _far_enough(facts: Mapping[str, Any], trial: Trial) -> bool:
    final = facts["final"]
    return trial.until_epoch is not None and final is not None and bool(final["epoch"] >= trial.until_epoch)


def _train(trial: Trial, run: RunDirectory, deadline: float | None) -> None:
    """Train from where the run stands."""
    with _session(trial, run) as session, suppress(Diverged):  # the run tells of it
        for _ in session.records(_enough(trial.until_epoch, deadline)):
            pass


def _session(trial: Trial, run: RunDirectory) -> Session:
    _load_plugins(tuple(trial.spec.get("plugins", ())), trial.allowed)
    if run.config.is_file():
        return Session.go_on(run, light=True)
    spec = Spec.model_validate(trial.spec).complete()
    session = Session(prepare(spec, dataset=_dataset(trial)), run, light=True)
    session.begin([], _provenance())
    return session


def data_of(spec: Spec) -> Dataset:
    """The data set of a complete spec, the one object for those that share it; raises as `dataset_of`."""
    return _dataset(Trial.of(spec))


def _dataset(trial: Trial) -> Dataset:
    """The trials of a search share their data: what decides it is the same for most of them."""
    spec = trial.spec
    streams = {key: spec["randomness"].get(key) for key in ("generator", "split", "subset")}
    sections = {key: spec[key] for key in ("data", "objective", "task") if key in spec}
    decided = sections | {"seed": spec["seed"], "randomness": streams}
    return _loaded(json.dumps(decided, sort_keys=True))


@lru_cache(maxsize=2)
def _loaded(decided: str) -> Dataset:
    return dataset_of(Spec.model_validate(json.loads(decided)))


@lru_cache
def _load_plugins(plugins: tuple[str, ...], allowed: frozenset[str]) -> None:
    """Once in a process: looking for what is installed reads the metadata of every package."""
    load_allowed(plugins, allowed)


@lru_cache
def _provenance() -> dict[str, Any]:
    """Of this process; asked once, because git takes longer to answer than a short trial to train."""
    return provenance(sys.argv, Path.cwd())


def _enough(until_epoch: int | None, deadline: float | None) -> Callable[[EpochRecord | Progress], bool]:
    def enough(record: EpochRecord | Progress) -> bool:
        reached = until_epoch is not None and isinstance(record, EpochRecord) and record.epoch >= until_epoch
        return reached or (deadline is not None and time.time() >= deadline)

    return enough


def _outcome(run: RunDirectory, trial: Trial) -> Outcome:
    facts = run.facts()
    errors = {} if "objective" in facts else run.diagnosis()["errors"]
    final, best = (_record(facts[name], has_dev="dev" in errors) for name in ("final", "best"))
    status = facts["status"]
    if status == "interrupted" and _far_enough(facts, trial):
        status = "stopped"
    return Outcome(
        key=trial.key,
        status=status,
        message=facts.get("message", ""),
        errors={part: _estimate(**error) for part, error in errors.items()},
        final=final,
        best=best,
        kept_epoch=facts["kept_epoch"],
        seconds=final.seconds if final else 0.0,
        run=str(run.path),
    )


def _estimate(value: float | None, low: float | None, high: float | None, m: int) -> Estimate:
    """JSON has no infinity: what is null was beyond all numbers."""
    value, low, high = (inf if number is None else number for number in (value, low, high))
    return Estimate(value, low, high, m)


def _record(row: Mapping[str, Any] | None, has_dev: bool) -> EpochRecord | None:
    if row is None:
        return None
    absent = () if has_dev else ("dev_cost", "dev_error")
    values: dict[str, Any] = {key: nan if row[key] is None and key not in absent else row[key] for key in row}
    return EpochRecord(**values)
