"""``dlx study``: trains named variants of a spec with several seeds, and checks what is claimed about them."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from dlx.cli.options import OWN_PLUGINS, Cluster, Plugins
from dlx.errors import CheckFailed, DataError, UsageError
from dlx.events import finish
from dlx.runs.collection import StudyDirectory
from dlx.search.study.check import check, foretold
from dlx.search.study.file import Study, load_study
from dlx.search.study.pictures import draw
from dlx.search.study.study import StudyRun
from dlx.search.trials.executors import executor_for
from dlx.show import terminal
from dlx.spec.trust import NamedBy, load_named
from dlx.words import Status

File = Annotated[Path | None, typer.Argument(metavar="SPEC", help="The YAML file of the study.", show_default=False)]
Resume = Annotated[str | None, typer.Option(metavar="DIR", help="Go on with a study; latest is the newest one.")]
Out = Annotated[Path | None, typer.Option(metavar="DIR", help="The directory, in place of runs/NAME/TIME-ID.")]
Workers = Annotated[int, typer.Option(metavar="N", min=1, help="Processes that train at a time.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document: study.json, and where it lies.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print only the directory.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be trained; train and write nothing.")]
Changes = Annotated[
    list[str] | None,
    typer.Argument(metavar="KEY=VALUE", help="Another value of a key, such as seeds=5 or base.training.epochs=5."),
]


def study(
    spec: File = None,
    overrides: Changes = None,
    resume: Resume = None,
    out: Out = None,
    workers: Workers = 1,
    cluster: Cluster = None,
    plugin: Plugins = None,
    json: Json = False,
    quiet: Quiet = False,
    dry_run: DryRun = False,
) -> None:
    """Train variants of a spec, lay them over each other and check the claims of the file."""
    if (spec is None) == (resume is None):
        raise UsageError("dlx study takes the file of a study, or --resume DIR")
    if resume is not None and (overrides or out or dry_run):
        raise UsageError("--resume goes on with a study as it was begun: it takes no key=value, --out or --dry-run")
    if plugin and resume is None:
        raise UsageError(OWN_PLUGINS)
    load_named(plugin or ())
    if resume is not None:
        with StudyDirectory.open(resume, writing=True) as directory, executor_for(workers, cluster) as executor:
            _train(load_study(directory.plan), directory, executor, json, quiet)
        return
    assert spec is not None
    read = load_study(spec, overrides or [], named_by=NamedBy.USER)
    check(read)
    if dry_run:
        _foretell(read, json)
        return
    with executor_for(workers, cluster) as executor, StudyDirectory.create(read.plan.name, out=out) as directory:
        directory.write_plan(read.plan.text())
        _train(read, directory, executor, json, quiet)


def _foretell(study: Study, json: bool) -> None:
    terminal.foretold(foretold(study), json)


def _train(study: Study, directory: StudyDirectory, executor: Executor, json: bool, quiet: bool) -> None:
    run = StudyRun(study, directory, executor)
    with terminal.progress(terminal.CountProgress("trainings"), quiet=quiet or json) as display:
        document = finish(run.run(), display.update)
    pictures = draw(run, document)
    document = replace(document, pictures=[path.name for path in pictures])
    directory.write_results(document.to_document())
    if json:
        terminal.document({**document.to_document(), "directory": str(directory.path)})
    elif quiet:
        terminal.path(directory.path)
    else:
        terminal.study(document, directory.path, pictures)
    if document.status == Status.FAILED:
        failed = [
            f"{variant.name}: {message}"
            for variant in document.variants
            for message in variant.messages
            if Status.FAILED in variant.status
        ]
        raise DataError(f"cannot be trained: {'; '.join(failed)}")
    if failing := terminal.failing(document):
        raise CheckFailed(failing)
