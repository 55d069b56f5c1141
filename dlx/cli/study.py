"""``dlx study``: trains named variants of a spec with several seeds, and checks what is claimed about them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dlx.cli.options import Cluster, Directory, Plugins, Quiet, Workers, check_beginning
from dlx.errors import CheckFailed, DataError
from dlx.runs.reading import mistaken
from dlx.search.study import check, file, training
from dlx.show import terminal
from dlx.spec import trust
from dlx.words import Status

if TYPE_CHECKING:
    from dlx.documents.study import StudyDocument
    from dlx.search.study.file import Study
    from dlx.search.study.study import StudyRun

File = Annotated[Path | None, typer.Argument(metavar="SPEC", help="The YAML file of the study.", show_default=False)]
Resume = Annotated[str | None, typer.Option(metavar="DIR", help="Go on with a study; latest is the newest one.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document: study.json, and where it lies.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be trained; train and write nothing.")]
Changes = Annotated[
    list[str] | None,
    typer.Argument(metavar="KEY=VALUE", help="Another value of a key, such as seeds=5 or base.training.epochs=5."),
]


def study(
    spec: File = None,
    overrides: Changes = None,
    resume: Resume = None,
    out: Directory = None,
    workers: Workers = 1,
    cluster: Cluster = None,
    plugin: Plugins = None,
    json: Json = False,
    quiet: Quiet = False,
    dry_run: DryRun = False,
) -> None:
    """Train variants of a spec, lay them over each other and check the claims of the file."""
    check_beginning("study", "study", spec, resume, bool(overrides or out or dry_run), bool(plugin))
    trust.load_named(plugin or ())
    if spec is None:
        with training.resumed_study(resume or "", workers=workers, cluster=cluster) as run:
            _train(run, json, quiet)
        return
    mistaken.refuse_as_spec(spec, "study")
    read = file.load_study(spec, overrides or [], named_by=trust.NamedBy.USER)
    check.check(read)
    if dry_run:
        terminal.foretold(check.foretold(read), json)
        return
    begin(read, out, workers, cluster, json=json, quiet=quiet)


def begin(
    read: Study, out: Path | None, workers: int, cluster: str | None = None, *, json: bool = False, quiet: bool = False
) -> None:
    """Train a study that was read and checked, in a directory of its own, and print what it comes to."""
    with training.new_study(read, out=out, workers=workers, cluster=cluster) as run:
        _train(run, json, quiet)


def _train(run: StudyRun, json: bool, quiet: bool) -> None:
    with terminal.progress(terminal.CountProgress("trainings"), quiet=quiet or json) as display:
        document, paths = training.studied(run, display.update)
    if json:
        terminal.document({**document.to_document(), "directory": str(run.directory.path)})
    elif quiet:
        terminal.path(run.directory.path)
    else:
        terminal.study(document, run.directory.path, paths)
    judge(document)


def judge(document: StudyDocument) -> None:
    """Raise where a study did not come to a good end: `DataError` what cannot be trained, `CheckFailed` a claim."""
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
