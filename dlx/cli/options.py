"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

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
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Plugins = Annotated[
    list[str] | None,
    typer.Option(
        "--plugin", metavar="FILE|MODULE", help="Run this plugin first, and trust it from now on; repeatable."
    ),
]
OWN_PLUGINS = "--plugin goes with --resume: what is begun anew names its plugins in its file, or by plugins=[FILE]"
