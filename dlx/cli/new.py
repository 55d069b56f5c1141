"""``dlx new``: a commented spec to start from, also for a data file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dlx.errors import UsageError
from dlx.show import terminal
from dlx.spec.starter import starter, starter_for
from dlx.words import Task

Data = Annotated[
    Path | None, typer.Argument(metavar="DATA", help="A data file that it should train on.", show_default=False)
]
Target = Annotated[list[str] | None, typer.Option(help="The column to predict, or the file of labels; repeatable.")]
StatedTask = Annotated[Task | None, typer.Option(help="What to learn, where the labels leave it open.")]
Out = Annotated[Path | None, typer.Option("--out", "-o", metavar="FILE", help="Write it there and not on stdout.")]


def new(data: Data = None, target: Target = None, task: StatedTask = None, out: Out = None) -> None:
    """Print or write a spec to start from.

    With a data file it is one that trains on that file.
    """
    if data is None and (target or task):
        raise UsageError("--target and --task belong to a data file: dlx new FILE --target COLUMN")
    file = out or Path("spec.yaml")
    text = starter(file) if data is None else starter_for(data, target or [], task, file)
    if not _is_utf8(text):
        raise UsageError(f"{data}: a spec cannot hold this name, which is no UTF-8: rename the file")
    if out is None:
        typer.echo(text, nl=False)
    else:
        _write(out, text)

        terminal.path(out)


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _write(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(f"{path} exists already: choose another name with --out, or remove it") from None
