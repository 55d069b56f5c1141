"""``dlx lab``: a page on this machine that trains while its spec is changed."""

from __future__ import annotations

import sys
import webbrowser
from typing import Annotated

import typer

from dlx.lab import server
from dlx.lab import source as sources
from dlx.language import translated
from dlx.show import terminal

Source = Annotated[
    str | None,
    typer.Argument(
        metavar="SPEC|RUN|DIR",
        help="The spec to begin with, a run whose spec it is, or a folder of runs; a spec of circles if left out.",
        show_default=False,
    ),
]
Lesson = Annotated[str | None, typer.Option(metavar="NAME", help="Begin with this lesson, such as momentum.")]
NoBrowser = Annotated[bool, typer.Option("--no-browser", help="Print the address, and open nothing.")]


def lab(source: Source = None, lesson: Lesson = None, no_browser: NoBrowser = False) -> None:
    """Open a page on this machine where an experiment trains while its spec is changed, and where runs are compared.

    The page is for this machine alone. It ends with Ctrl-C, or some seconds after its last tab was closed.
    """
    begin = sources.source_of(source, lesson)

    def start(address: str) -> None:
        page = f"{address}#{begin.view}" if begin.view else address
        typer.echo(page)
        sys.stdout.flush()
        terminal.say((translated("Ctrl-C ends it, or closing its page"), "dim"), stream=sys.stderr)
        if not no_browser:
            webbrowser.open(page)

    server.serve(begin.path, start, begin.root)
