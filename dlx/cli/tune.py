"""``dlx tune``: searches hyperparameters; the best of them are trained again, and that number counts."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from dlx.cli.act import seconds_of
from dlx.cli.options import OWN_PLUGINS, Cluster, Plugins
from dlx.documents.tuning import TuningDocument
from dlx.errors import UsageError
from dlx.events import finish
from dlx.runs.collection import TuneDirectory
from dlx.search.plan import Plan
from dlx.search.trials.executors import executor_for
from dlx.search.tune.file import load_tune
from dlx.search.tune.forecast import check, foretold
from dlx.search.tune.section import TuneFile
from dlx.search.tune.space import Space
from dlx.search.tune.tuner import Tuning
from dlx.show import pictures, terminal
from dlx.spec.trust import NamedBy, load_named
from dlx.words import Status

File = Annotated[Path | None, typer.Argument(metavar="SPEC", help="The YAML file of the search.", show_default=False)]
Resume = Annotated[str | None, typer.Option(metavar="DIR", help="Go on with a search; latest is the newest one.")]
Out = Annotated[Path | None, typer.Option(metavar="DIR", help="The directory, in place of runs/NAME/TIME-ID.")]
Workers = Annotated[int, typer.Option(metavar="N", min=1, help="Processes that train at a time.")]
Budget = Annotated[str | None, typer.Option(metavar="TIME", help="How long it may take, as 90s or 1h30m.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document: tune.json, and where it lies.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print only the directory.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be searched; train and write nothing.")]
Changes = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="KEY=VALUE",
        help="Another value of a key, such as search.trials=20 or base.training.epochs=5.",
    ),
]


def tune(
    spec: File = None,
    overrides: Changes = None,
    resume: Resume = None,
    out: Out = None,
    workers: Workers = 1,
    cluster: Cluster = None,
    budget: Budget = None,
    plugin: Plugins = None,
    json: Json = False,
    quiet: Quiet = False,
    dry_run: DryRun = False,
) -> None:
    """Search the hyperparameters that a file names, on the scales that it gives them."""
    if (spec is None) == (resume is None):
        raise UsageError("dlx tune takes the file of a search, or --resume DIR")
    if resume is not None and (overrides or out or dry_run):
        raise UsageError("--resume goes on with a search as it was begun: it takes no key=value, --out or --dry-run")
    seconds = None if budget is None else seconds_of(budget)
    if plugin and resume is None:
        raise UsageError(OWN_PLUGINS)
    load_named(plugin or ())
    if resume is not None:
        with TuneDirectory.open(resume, writing=True) as directory, executor_for(workers, cluster) as executor:
            _search(*load_tune(directory.plan), directory, executor, seconds, json, quiet)
        return
    assert spec is not None
    plan, space = load_tune(spec, overrides or [], named_by=NamedBy.USER)
    if dry_run:
        _foretell(plan, space, json)
        return
    task = check(plan, space)
    with executor_for(workers, cluster) as executor, TuneDirectory.create(plan.name, out=out) as directory:
        directory.write_plan(plan.text())
        _search(plan, space, directory, executor, seconds, json, quiet, task)


def _foretell(plan: Plan[TuneFile], space: Space, json: bool) -> None:
    check(plan, space)
    forecast = foretold(plan, space)
    terminal.facts(forecast, json=True) if json else terminal.tuning_foretold(forecast)


def _search(
    plan: Plan[TuneFile],
    space: Space,
    directory: TuneDirectory,
    executor: Executor,
    seconds: float | None,
    json: bool,
    quiet: bool,
    task: str | None = None,
) -> None:
    task = task or check(plan, space, resumed=True)
    search = plan.options.search
    tuning = Tuning(plan, space, directory, executor, task, seconds)
    view = terminal.TuningProgress(task, search.trials, search.objective)
    with terminal.progress(view, quiet=quiet or json) as display:
        document = finish(tuning.run(), display.update)
    paths = _pictures(document, directory)
    if json:
        terminal.document({**document.to_document(), "directory": str(directory.path)})
    elif quiet:
        terminal.path(directory.path)
    else:
        terminal.tuning(document, directory.path, paths)


def _pictures(document: TuningDocument, directory: TuneDirectory) -> list[Path]:
    """One for each hyperparameter, how much each mattered, and why not a grid."""
    trials = [trial for trial in document.trials if trial.value is not None or trial.status != Status.UNFINISHED]
    if not any(trial.value is not None for trial in trials):
        return []
    ended = replace(document, trials=trials).to_document()
    images = {dimension.key: pictures.hyperparameter(ended, dimension.key) for dimension in document.space}
    images["settings"] = pictures.settings(ended)
    if document.importance:
        images["importance"] = pictures.importance(ended)
    return [directory.write_picture(name, png) for name, png in images.items()]
