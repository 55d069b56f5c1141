"""``dlx tune``: searches hyperparameters; the best of them are trained again, and that number counts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dlx.cli import act
from dlx.cli.options import Cluster, Directory, Plugins, Quiet, Workers, check_beginning
from dlx.cli.range_test import LearningRate, Picture, show_range_test
from dlx.events import finish
from dlx.runs import collection, mistaken
from dlx.search.trials import executors
from dlx.search.tune import file, forecast, tuner
from dlx.show import pictures, terminal
from dlx.spec import trust
from dlx.words import Status

if TYPE_CHECKING:
    from dlx.documents.tuning import TuningDocument
    from dlx.runs.collection import TuneDirectory
    from dlx.search.tune.tuner import Tuning

File = Annotated[Path | None, typer.Argument(metavar="SPEC", help="The YAML file of the search.", show_default=False)]
Resume = Annotated[str | None, typer.Option(metavar="DIR", help="Go on with a search; latest is the newest one.")]
Budget = Annotated[str | None, typer.Option(metavar="TIME", help="How long it may take, as 90s or 1h30m.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document: tune.json, and where it lies.")]
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
    out: Directory = None,
    workers: Workers = 1,
    cluster: Cluster = None,
    budget: Budget = None,
    plugin: Plugins = None,
    json: Json = False,
    quiet: Quiet = False,
    dry_run: DryRun = False,
    learning_rate: LearningRate = False,
    picture: Picture = None,
) -> None:
    """Search the hyperparameters that a file names, on their scales; or test the learning rates of a spec."""
    if learning_rate or picture is not None:
        others = (resume, out, cluster, budget, quiet, dry_run, workers != 1, not learning_rate)
        show_range_test(spec, overrides or [], picture, plugin or (), json, is_alone=not any(others))
        return
    check_beginning("tune", "search", spec, resume, bool(overrides or out or dry_run), bool(plugin))
    seconds = None if budget is None else act.seconds_of(budget)
    trust.load_named(plugin or ())
    if spec is None:
        _go_on(resume or "", workers, cluster, seconds, json, quiet)
        return
    mistaken.refuse_as_spec(spec, "tune")
    plan, space = file.load_tune(spec, overrides or [], named_by=trust.NamedBy.USER)
    task = forecast.check(plan, space)
    if dry_run:
        terminal.tuning_foretold(forecast.foretold(plan, space), json)
        return
    with (
        executors.executor_for(workers, cluster) as executor,
        collection.TuneDirectory.create(plan.name, out=out) as directory,
    ):
        directory.write_plan(plan.text())
        _search(tuner.Tuning(plan, space, directory, executor, task, seconds), json, quiet)


def _go_on(resume: str, workers: int, cluster: str | None, seconds: float | None, json: bool, quiet: bool) -> None:
    with (
        collection.TuneDirectory.open(resume, writing=True) as directory,
        executors.executor_for(workers, cluster) as executor,
    ):
        plan, space = file.load_tune(directory.plan)
        task = forecast.check(plan, space, resumed=True)
        _search(tuner.Tuning(plan, space, directory, executor, task, seconds), json, quiet)


def _search(tuning: Tuning, json: bool, quiet: bool) -> None:
    directory, search = tuning.directory, tuning.search
    view = terminal.TuningProgress(tuning.task, search.trials, search.objective)
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
