"""``dlx data``: what is in a data file, or in the section ``data`` of a spec."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dlx.cli.options import Json, Overrides
from dlx.runs.before import data_overview
from dlx.runs.files import manifest
from dlx.show import page, terminal

Of = Annotated[
    Path,
    typer.Argument(metavar="FILE|SPEC", help="A data file, or the YAML file of an experiment.", show_default=False),
]
Target = Annotated[
    list[str] | None,
    typer.Option(metavar="COLUMN", help="The column to predict, of which others tell something; repeatable."),
]
Out = Annotated[Path | None, typer.Option(metavar="FILE.html", help="Also write it there as a page.")]


def data(source: Of, overrides: Overrides = None, target: Target = None, out: Out = None, json: Json = False) -> None:
    """Show what is in a data file or in the section data of a spec.

    Each column with its type, what is missing, its range and what it tells of the target; copies, leaks and names of
    rows; of a spec also the parts and what is wrong with them.
    """
    document = data_overview.overview(source, target or (), overrides or ()).document()
    if out is not None:
        manifest.write_output("out", out, page.overview_page(document).encode(), page.is_ours)
    if json:
        terminal.document(document)
        return
    terminal.overview(document)
    if out is not None:
        terminal.path(out)
