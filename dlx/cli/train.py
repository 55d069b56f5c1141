"""``dlx train``: trains what a spec describes; the run directory is the result."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dlx import files
from dlx.cli import several
from dlx.cli.folds import is_in_folds, train_folds
from dlx.cli.options import OWN_PLUGINS, Overrides, Plugins
from dlx.diagnose.steps import next_step
from dlx.errors import UsageError
from dlx.language.messages import message
from dlx.runs.before import dry_run as dry_runs
from dlx.runs.export import event_log
from dlx.runs.files import file_names
from dlx.runs.reading import mistaken, references
from dlx.runs.training import earlier as earlier_runs
from dlx.runs.training import extension
from dlx.runs.training import repeat as repeats
from dlx.runs.training import train as sessions
from dlx.search.folds import training as folds
from dlx.show import drawing_process, terminal
from dlx.spec import loader, trust
from dlx.spec.yaml_text import writing
from dlx.text import command, quoted
from dlx.words import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dlx.runs.training.train import Session
    from dlx.show.drawing_process import DrawingProcess
    from dlx.spec.loader import Resolved
    from dlx.training.records import EpochRecord, Progress

    Record = EpochRecord | Progress
    Training = tuple[Iterable[Record], Callable[[Record], None]]  # its records, and what is to be called with each

NO_RECORDS: Training = ((), lambda record: None)
GO_ON = "the training was interrupted: go on with it before it is judged (--resume)"
Spec = Annotated[Path | None, typer.Argument(help="The YAML file of the experiment.", show_default=False)]
Resume = Annotated[
    str | None,
    typer.Option(metavar="RUN", help="Go on with a run from its last checkpoint; training.epochs=N: longer."),
]
Out = Annotated[Path | None, typer.Option(metavar="DIR", help="The run directory, in place of runs/NAME/TIME-ID.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document: run.json, and where the run lies.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print only the run directory.")]
Workers = Annotated[int, typer.Option(metavar="N", min=1, help="With data.folds: processes that train at a time.")]
Log = Annotated[
    str | None,
    typer.Option(metavar="PROGRAM", help="tensorboard: write events into the run directory while it trains."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Build everything, take some steps, write nothing.")]


def train(
    spec: Spec = None,
    overrides: Overrides = None,
    resume: Resume = None,
    out: Out = None,
    plugin: Plugins = None,
    json: Json = False,
    quiet: Quiet = False,
    dry_run: DryRun = False,
    workers: Workers = 1,
    log: Log = None,
) -> None:
    """Train the network that a spec describes, or minimize its objective, or go on with a run.

    Several specs are trained one after the other. A key with several values, as in optimizer.learning_rate=0.1,0.01, is
    a sweep: each is trained once, and they are laid over each other as by dlx study. With `data.folds` in the spec one
    network is trained for each fold, in one directory. Each example is then judged by the network that did not learn
    from it, which gives one error and one verdict over all examples.
    """
    _check(spec, overrides or [], resume, plugin or [], begins=out is not None or dry_run)
    event_log.check(log)
    training = partial(_training, out=out, workers=workers, log=log, json=json, quiet=quiet, dry_run=dry_run)
    if spec is not None and several.are_several(overrides or []):
        ways = {"json": json, "quiet": quiet, "dry_run": dry_run}
        several.train_several(spec, overrides or [], training, out, workers, log, **ways)
    else:
        trust.load_named(plugin or ())
        with drawing_process.DrawingProcess(is_wanted=not dry_run) as pictures:
            pictures.begin()
            with training(spec, overrides or [], resume, pictures) as (records, tell):
                for record in records:
                    tell(record)


@contextmanager
def _training(
    spec: Path | None,
    overrides: list[str],
    resume: str | None = None,
    pictures: DrawingProcess | None = None,
    *,
    out: Path | None,
    workers: int,
    log: str | None,
    json: bool,
    quiet: bool,
    dry_run: bool,
) -> Iterator[Training]:
    """What is to be done for one spec, or to go on with a run, but for a loop over the records of a single network."""
    longer = str(spec) if _is_longer(resume, spec, overrides) else None
    spec = spec if longer is None else None
    if spec is not None:
        mistaken.refuse_as_spec(spec, "train")
    resolved = None if spec is None else loader.load_spec(spec, overrides, named_by=trust.NamedBy.USER)
    in_folds = resolved.spec.is_in_folds if resolved is not None else is_in_folds(resume or "")
    _check_folds(in_folds, workers, log)
    if resolved is not None and dry_run:
        forecast = folds.foretold(resolved) if in_folds else dry_runs.forecast_of(resolved)
        terminal.forecast(files.versioned(forecast), json)
        yield NO_RECORDS
        return
    if in_folds:
        earlier = earlier_runs.folds_before(spec, overrides) if spec is not None else None
        train_folds(resolved, resume, out, workers, json=json, quiet=quiet, earlier=earlier)
        yield NO_RECORDS
        return
    with _session(spec, resolved, overrides, resume, out, longer) as session:
        session.pictures = pictures or session.pictures
        try:
            with _followed(session, log, quiet=quiet or json) as tell:
                yield session.records(), tell
            if spec is not None and not overrides:
                _compare_with_original(spec, session)
        finally:
            _tell(session, json, quiet)


def _check(spec: Path | None, overrides: list[str], resume: str | None, plugin: list[str], begins: bool) -> None:
    """Raises `UsageError` where the arguments do not go together; ``begins``: some are for what is begun anew."""
    if _is_longer(resume, spec, overrides) and not begins:
        return
    if resume is not None and spec is not None and "=" in str(spec) and not spec.exists():
        raise _no_setting(resume, [str(spec), *overrides])
    if (spec is None) == (resume is None):
        raise UsageError("dlx train takes a spec, or --resume RUN and nothing beside it")
    if resume is not None and (overrides or begins):
        raise UsageError("--resume goes on with a run as it was begun: it takes no key=value, --out or --dry-run")
    if plugin and resume is None:
        raise UsageError(OWN_PLUGINS)


def _is_longer(resume: str | None, spec: Path | None, overrides: list[str]) -> bool:
    """Whether a run is to go on for more epochs: ``--resume RUN training.epochs=60``, whose last word stands first."""
    return resume is not None and str(spec).startswith(f"{extension.KEY}=") and not overrides


def _check_folds(in_folds: bool, workers: int, log: str | None) -> None:
    """Raises `UsageError` where an option is for a training with folds, or for one without, and this is not."""
    if workers > 1 and not in_folds:
        raise UsageError("--workers is for a spec with data.folds: without them there is one training")
    if log is not None and in_folds:
        raise UsageError(f"--log is for one training: dlx export DIR --to {log} writes those of all folds afterwards")


@contextmanager
def _followed(session: Session, log: str | None, quiet: bool) -> Iterator[Callable[[Record], None]]:
    """What is to be called with each record, so that it is shown and logged."""
    with (
        event_log.logging(session.run, log) as write,
        terminal.progress(terminal.TrainingProgress(session.kind.task), quiet=quiet) as display,
    ):

        def tell(record: Record) -> None:
            display.update(record)
            write(record)

        yield tell


def _no_setting(reference: str, overrides: list[str]) -> UsageError:
    """The refusal of settings for a run that is to be gone on with, and how to have them."""
    run = references.open_run(reference)
    what = f"--resume goes on with {run.path} as it was begun, and takes no {overrides[0]}"
    begin = command("train", run.config, *overrides)
    further = f"; {begin} begins a new run with it"
    if (run.path / file_names.MODEL).exists() and "objective" not in run.facts():
        weights = f"initializer={{name: file, path: {writing.dump_scalar(str(run.path / file_names.MODEL))}}}"
        further += f", from the weights that this one has come to where {quoted(weights)} stands behind it"
    return UsageError(f"{what}{further}")


def _session(
    spec: Path | None,
    resolved: Resolved | None,
    overrides: list[str],
    resume: str | None,
    out: Path | None,
    longer: str | None,
) -> Session:
    if longer is not None:
        return extension.extended(resume or "", longer)
    if spec is None or resolved is None:
        return sessions.Session.resume(resume or "")
    session = sessions.Session.start(resolved, overrides, out, folder=spec.parent)
    if (earlier := earlier_runs.run_before(spec, overrides)) is not None:
        session.note(**{earlier_runs.EARLIER: earlier})
    if (folds_directory := earlier_runs.judged_in(spec, overrides)) is not None:
        session.note(**{earlier_runs.JUDGED_IN: folds_directory})
    return session


def _compare_with_original(spec: Path, session: Session) -> None:
    """Say whether the run repeats the one whose own spec it was trained from."""
    original = repeats.original_of(spec)
    if original is not None:
        repeat = repeats.compare(original, session.run)
        session.note(repeat=asdict(repeat))
        terminal.say((message(repeat.sentence), ""), stream=sys.stderr)


def _tell(session: Session, json: bool, quiet: bool) -> None:
    run = session.run
    if json:
        terminal.facts({**session.facts, "run": str(run.path)}, json=True)
    elif quiet:
        terminal.path(run.path)
    elif session.facts["status"] != Status.RUNNING:  # or its end could not be written, and there is nothing to tell
        steps = session.kind.next_steps(run)
        if session.status is Status.INTERRUPTED:
            resume, another = command("train", "--resume", run.path), command("train", run.config)
            others = (step for step in steps if not step.command.startswith(another))
            steps = [next_step.NextStep(resume, GO_ON), *others]
        elif session.status is Status.FAILED:  # there is no network to look at
            steps = steps[-1:]
        terminal.summary(session.facts, session.diagnosis, run.path, costs=run.metrics()["train_cost"], steps=steps)
