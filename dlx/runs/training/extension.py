"""Longer training: a run that has ended goes on for more epochs, as if it had been begun with them."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from dlx.calls import instruction
from dlx.errors import UsageError
from dlx.runs.files.directory import RunDirectory
from dlx.runs.reading.references import open_run
from dlx.runs.training.train import Session
from dlx.spec.loader import derive, dump_yaml, load_spec
from dlx.spec.sections import Spec
from dlx.words import Status

KEY = "training.epochs"


def resumed(reference: str, overrides: Sequence[str]) -> Session:
    """The session of a run that goes on, for more epochs where the one override says so; raises as `extended`."""
    if not overrides:
        return Session.resume(reference)
    if [override.partition("=")[0] for override in overrides] != [KEY]:
        longer = instruction("train", "--resume", "RUN", f"{KEY}=60")
        what = f"a run goes on as it was begun, for more epochs at most: {longer}"
        raise UsageError(f"{', '.join(overrides)}: {what}")
    return extended(reference, overrides[0])


def extended(reference: str, setting: str) -> Session:
    """The session of a run that goes on for more epochs; its spec then says so, and repeats it bit for bit.

    Args:
        reference: of the run.
        setting: ``training.epochs=N``.

    Raises:
        UsageError: so much longer the training would have been another one from the beginning; the message says why.
        DataError: as `Session.resume`.
    """
    with open_run(reference, writing=True) as run:
        spec = load_spec(run.config).spec
        longer = derive(spec, {KEY: _count(setting)})
        if why := _hindrance(run, spec, longer):
            anew = instruction("train", run.config, setting)
            raise UsageError(f"{run.path}: {why}; {anew} begins a new run of that length")
        text = dump_yaml(longer)
        with run.writing_together():
            run.write_facts(config_sha256=sha256(text.encode()).hexdigest(), status=Status.INTERRUPTED)
            run.write_longer_config(text)
    session = Session.resume(run.path)
    session.experiment.position.finished = None
    return session


def _count(setting: str) -> int:
    try:
        return int(setting.partition("=")[2])
    except ValueError:
        raise UsageError(f"{setting}: expected a number of epochs, as {KEY}=60") from None


def _hindrance(run: RunDirectory, spec: Spec, longer: Spec) -> str | None:
    """Why a longer training would not have begun as this one did; None where it would."""
    training, status = spec.training, Status(run.facts()["status"])
    if longer.training.epochs <= training.epochs:
        return f"was begun with {training.epochs} epochs, and goes on for more, not for {longer.training.epochs}"
    if spec.objective is not None:
        return "minimizes an objective, of which the last epoch is the end"
    if training.refit:
        return "ends by training once more on all examples (training.refit), and no longer training goes on from there"
    if status not in (Status.COMPLETED, Status.INTERRUPTED):
        return f"is {status}: more epochs would not have been trained"
    if not run.has_checkpoint():
        return "has no checkpoint to go on from"
    if (training.epochs - 1) % training.evaluate_every and status is Status.COMPLETED:
        return f"measured its last epoch because it was the last (training.evaluate_every is {training.evaluate_every})"
    if _depends_on_length(spec, longer, run):
        first = f"the first {training.epochs} of {longer.training.epochs} would be trained with others than these were"
        return f"its schedule, {spec.schedule.name}, spreads its learning rates over all epochs: {first}"
    return None


def _depends_on_length(spec: Spec, longer: Spec, run: RunDirectory) -> bool:
    """Whether a rate that was trained with would have been another one."""
    last = run.facts().get("final") or {}
    by_step = spec.schedule.unit == "step"
    per_epoch = max(int(last.get("step", 1)) // max(int(last.get("epoch", 1)), 1), 1) if by_step else 1
    totals = [each.training.epochs * per_epoch for each in (spec, longer)]
    alpha = getattr(spec.optimizer, "learning_rate", 1.0)
    rates = ([spec.schedule.learning_rate(alpha, done, total) for done in range(totals[0])] for total in totals)
    return next(rates) != next(rates)
