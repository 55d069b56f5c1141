"""``dlx tune``: searches hyperparameters; the best of them are trained again, and that number counts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dlx.cli.options import Cluster, Directory, Plugins, Quiet, Workers, check_beginning
from dlx.cli.range_test import LearningRate, Picture, show_range_test
from dlx.runs.reading import mistaken
from dlx.search.tune import file, forecast, search
from dlx.show import terminal
from dlx.spec import trust

if TYPE_CHECKING:
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
    trust.load_named(plugin or ())
    if spec is None:
        with search.resumed_search(resume or "", workers=workers, cluster=cluster, budget=budget) as tuning:
            _search(tuning, json, quiet)
        return
    mistaken.refuse_as_spec(spec, "tune")
    plan, space = file.load_tune(spec, overrides or [], named_by=trust.NamedBy.USER)
    if dry_run:
        forecast.check(plan, space)
        terminal.tuning_foretold(forecast.foretold(plan, space), json)
        return
    with search.new_search(plan, space, out=out, workers=workers, cluster=cluster, budget=budget) as tuning:
        _search(tuning, json, quiet)


def _search(tuning: Tuning, json: bool, quiet: bool) -> None:
    directory, section = tuning.directory, tuning.search
    view = terminal.TuningProgress(tuning.task, section.trials, section.objective)
    with terminal.progress(view, quiet=quiet or json) as display:
        document, paths = search.searched(tuning, display.update)
    if json:
        terminal.document({**document.to_document(), "directory": str(directory.path)})
    elif quiet:
        terminal.path(directory.path)
    else:
        terminal.tuning(document, directory.path, paths)
