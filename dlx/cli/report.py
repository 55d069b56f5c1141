"""``dlx report``: a run, a search or a study as one page to show or print."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dlx.cli.options import Json, Plugins
from dlx.runs import report as reports
from dlx.runs.files.latest import LATEST
from dlx.show import terminal
from dlx.spec import trust

Of = Annotated[
    str,
    typer.Argument(
        metavar="RUN|STUDY",
        help="A run directory, or latest, ~1, best:dev_error, a tag, the beginning of an id; the directory of a search "
        "or a study.",
        show_default=False,
    ),
]
Out = Annotated[
    Path | None, typer.Option(metavar="FILE.html", help="The file to write; report.html in the directory if not given.")
]


def report(source: Of = LATEST, out: Out = None, plugin: Plugins = None, json: Json = False) -> None:
    """Write a page in HTML that shows a run, or the results of a search or a study.

    Without one it is the newest run. The page needs no other file, follows the reader's light or dark, and prints well.
    """
    trust.load_named(plugin or ())
    page = reports.write_report(source, out)
    if json:
        terminal.document({"run": source, "path": str(page)})
    else:
        terminal.path(page)
