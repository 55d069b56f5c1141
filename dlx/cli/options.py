"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dlx.errors import UsageError

Spec = Annotated[Path, typer.Argument(metavar="SPEC", help="The YAML file of the experiment.", show_default=False)]
Run = Annotated[
    str,
    typer.Argument(
        help="A run directory, or latest, ~1, best:dev_error, a tag, the beginning of an id.", show_default=False
    ),
]
Overrides = Annotated[
    list[str] | None,
    typer.Argument(metavar="KEY=VALUE", help="Another value of a key, such as optimizer.learning_rate=0.01."),
]
Cluster = Annotated[
    str | None,
    typer.Option(metavar="ADDRESS", help="Train on the workers of this Dask scheduler, tcp://HOST:8786."),
]
Directory = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="The directory, in place of runs/NAME/TIME-ID.")
]
Workers = Annotated[int, typer.Option(metavar="N", min=1, help="Processes that train at a time.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print only the directory.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Plugins = Annotated[
    list[str] | None,
    typer.Option(
        "--plugin", metavar="FILE|MODULE", help="Run this plugin first, and trust it from now on; repeatable."
    ),
]
OWN_PLUGINS = "--plugin goes with --resume: what is begun anew names its plugins in its file, or by plugins=[FILE]"


def check_beginning(command: str, work: str, spec: Path | None, resume: str | None, anew: bool, named: bool) -> None:
    """Refuse options that do not go together, of a command whose work is begun from a file or gone on with.

    Args:
        command, work: such as tune and search.
        spec, resume: the file, or the directory.
        anew: whether there is an option that says how it is begun.
        named: whether there is a ``--plugin``.
    """
    if (spec is None) == (resume is None):
        raise UsageError(f"dlx {command} takes the file of a {work}, or --resume DIR")
    if resume is not None and anew:
        raise UsageError(f"--resume goes on with a {work} as it was begun: it takes no key=value, --out or --dry-run")
    if resume is None and named:
        raise UsageError(OWN_PLUGINS)
