"""The outcome of a trial, as its run directory tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dlx.errors import DataError, ReadFailure
from dlx.files import unless_damaged
from dlx.runs.files.directory import RunDirectory
from dlx.runs.files.file_names import CONFIG
from dlx.runs.files.manifest import refuse_links
from dlx.runs.reading.result import Result
from dlx.search.trials.trial import Trial
from dlx.stats.intervals import Estimate
from dlx.training.records import EpochRecord
from dlx.types import Array
from dlx.words import Status


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
    status: Status
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
        return self.status.is_good

    def mistakes(self, part: str = "dev") -> Array:
        """For each example of a part 1 where it is classified wrongly, else 0, (m,); of a regression the mean squared
        residual. The examples are in the order of the part, so those of two trials on the same part can be paired.
        """
        return RunDirectory.open(self.run).mistakes()[part]


def known_outcome(trial: Trial, folder: Path) -> Outcome | None:
    """What came of a trial that has been trained before, as far as it is asked for; None where it is still to do."""
    return unless_damaged(lambda: examined(trial, folder), None)


def examined(trial: Trial, folder: Path) -> Outcome | None:
    """The same, where what is there is whole.

    Raises:
        DataError: something in the trial's run directory is damaged or was edited, or its state is lost.
    """
    run = RunDirectory(folder / trial.key)
    refuse_links(run.path)
    return outcome_in(run, trial)


def outcome_in(run: RunDirectory, trial: Trial, is_ours: bool = False) -> Outcome | None:
    """The same of the trial's run directory; where it ``is_ours``, locked, nobody else is training in it."""
    if not run.has_begun():
        return None
    result = Result.of(run)
    run.read(CONFIG)
    if not result.status.may_resume or _is_far_enough(result, trial):
        run.verify()
        return outcome_of(result, trial)
    if is_ours or result.has_recorded_end:
        _refuse_unsound(result)
    return None


def _refuse_unsound(result: Result) -> None:
    """Raise DataError where training cannot go on in the directory: its state is damaged, or lost."""
    run = result.run
    if run.has_checkpoint():
        faults = sorted(run.checkpoint_faults(), key=lambda fault: not isinstance(fault, ReadFailure))
        if faults:
            raise faults[0]
    elif result.has_result:
        raise DataError(f"{run.path}: is {result.status}, and its checkpoint is gone")


def _is_far_enough(result: Result, trial: Trial) -> bool:
    """Whether it was interrupted where this was to be its end."""
    final, has_stopped = result.final, result.status is Status.INTERRUPTED and result.has_recorded_end
    return has_stopped and trial.until_epoch is not None and final is not None and final.epoch >= trial.until_epoch


def outcome_of(result: Result, trial: Trial) -> Outcome:
    """What came of the trial that was trained in a run directory."""
    final, status = result.final, result.status
    if _is_far_enough(result, trial):
        status = Status.STOPPED
    return Outcome(
        key=trial.key,
        status=status,
        message=result.facts.get("message", ""),
        errors=result.errors,
        final=final,
        best=result.best,
        kept_epoch=result.facts["kept_epoch"],
        seconds=final.seconds if final else 0.0,
        run=str(result.path),
    )
