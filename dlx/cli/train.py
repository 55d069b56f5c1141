"""``dlx train``: trains what a spec describes; the run directory is the result."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from dlx.cli.options import OWN_PLUGINS, Overrides, Plugins
from dlx.errors import UsageError
from dlx.files import versioned
from dlx.runs.dry_run import rehearse
from dlx.runs.file_names import MODEL
from dlx.runs.references import open_run
from dlx.runs.repeat import compare, original_of
from dlx.runs.train import Session
from dlx.show import terminal
from dlx.spec.loader import load_spec
from dlx.spec.trust import NamedBy, load_named
from dlx.spec.yaml_text.writing import dump_scalar
from dlx.text import command, quoted
from dlx.words import Status

Spec = Annotated[Path | None, typer.Argument(help="The YAML file of the experiment.", show_default=False)]
Resume = Annotated[str | None, typer.Option(metavar="RUN", help="Go on with a run from its last checkpoint.")]
Out = Annotated[Path | None, typer.Option(metavar="DIR", help="The run directory, in place of runs/NAME/TIME-ID.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document: run.json, and where the run lies.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print only the run directory.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Build everything, take one step, write nothing.")]


def train(
    spec: Spec = None,
    overrides: Overrides = None,
    resume: Resume = None,
    out: Out = None,
    plugin: Plugins = None,
    json: Json = False,
    quiet: Quiet = False,
    dry_run: DryRun = False,
) -> None:
    """Train the network that a spec describes, or minimize its objective, or go on with a run."""
    if resume is not None and spec is not None and "=" in str(spec) and not spec.exists():
        raise _no_setting(resume, [str(spec), *(overrides or [])])
    if (spec is None) == (resume is None):
        raise UsageError("dlx train takes a spec, or --resume RUN and nothing beside it")
    if resume is not None and (overrides or out or dry_run):
        raise UsageError("--resume goes on with a run as it was begun: it takes no key=value, --out or --dry-run")
    if plugin and resume is None:
        raise UsageError(OWN_PLUGINS)
    load_named(plugin or ())
    if spec is not None and dry_run:
        _rehearse(spec, overrides or [], json)
        return
    with _session(spec, overrides or [], resume, out) as session:
        try:
            with terminal.progress(terminal.TrainingProgress(session.kind.task), quiet=quiet or json) as display:
                for record in session.records():
                    display.update(record)
            if spec is not None and not overrides:
                _compare_with_original(spec, session)
        finally:
            _tell(session, json, quiet)


def _no_setting(reference: str, overrides: list[str]) -> UsageError:
    """The refusal of settings for a run that is to be gone on with, and how to have them."""
    run = open_run(reference)
    what = f"--resume goes on with {run.path} as it was begun, and takes no {overrides[0]}"
    begin = command("train", run.config, *overrides)
    further = f"; {begin} begins a new run with it"
    if (run.path / MODEL).exists() and "objective" not in run.facts():
        weights = f"initializer={{name: file, path: {dump_scalar(str(run.path / MODEL))}}}"
        further += f", from the weights that this one has come to where {quoted(weights)} stands behind it"
    return UsageError(f"{what}{further}")


def _session(spec: Path | None, overrides: list[str], resume: str | None, out: Path | None) -> Session:
    if spec is None:
        return Session.resume(resume or "")
    return Session.start(load_spec(spec, overrides, named_by=NamedBy.USER), overrides, out, folder=spec.parent)


def _compare_with_original(spec: Path, session: Session) -> None:
    """Say whether the run repeats the one whose own spec it was trained from."""
    original = original_of(spec)
    if original is not None:
        repeat = compare(original, session.run)
        session.note_repeat(repeat)
        terminal.say((repeat.sentence, ""), stream=sys.stderr)


def _tell(session: Session, json: bool, quiet: bool) -> None:
    run = session.run
    if json:
        terminal.facts({**session.facts, "run": str(run.path)}, json=True)
    elif quiet:
        terminal.path(run.path)
    elif session.facts["status"] != Status.RUNNING:  # or its end could not be written, and there is nothing to tell
        commands = session.kind.commands(run)
        if session.status is Status.INTERRUPTED:
            commands = [command("train", "--resume", run.path), *commands]
        elif session.status is Status.FAILED:  # there is no network to look at
            commands = commands[-1:]
        terminal.summary(
            session.facts, session.diagnosis, run.path, costs=run.metrics()["train_cost"], commands=commands
        )


def _rehearse(path: Path, overrides: list[str], json: bool) -> None:
    terminal.facts(versioned(rehearse(load_spec(path, overrides, named_by=NamedBy.USER))), json)
