"""``dlx report``: a run as one page to show or print."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dlx.cli.options import Json, Run

Out = Annotated[Path | None, typer.Option(metavar="FILE.html", help="Where to; RUN/report.html if not given.")]


def report(run: Run, out: Out = None, json: Json = False) -> None:
    """Write a page in HTML that shows all that is known of a run; it needs no other file and prints well."""
    from dlx import render
    from dlx.reporting import write_report

    path = write_report(run, out)
    if json:
        render.facts({"schema_version": 1, "run": run, "path": str(path)}, json=True)
    else:
        typer.echo(path)
