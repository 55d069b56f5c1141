"""``dlx new``: a commented spec to start from, also for a data file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from dlx.cli.options import Json
from dlx.errors import UsageError
from dlx.runs.before import starter_rate
from dlx.show import terminal
from dlx.spec.starter import decisions, sources, writing
from dlx.words import Task

Data = Annotated[
    Path | None, typer.Argument(metavar="DATA", help="A data file that it should train on.", show_default=False)
]
Target = Annotated[
    list[str] | None, typer.Option(metavar="COLUMN", help="The column to predict, or the file of labels; repeatable.")
]
StatedTask = Annotated[
    Task | None,
    typer.Option(metavar="TASK", help="binary, multiclass, multilabel or regression, where the labels leave it open."),
]
Ignore = Annotated[list[str] | None, typer.Option(metavar="COLUMN", help="Leave this column out; repeatable.")]
Keep = Annotated[
    list[str] | None,
    typer.Option(metavar="COLUMN", help="Learn from this column, though it looks like a name or a leak; repeatable."),
]
Categorical = Annotated[
    list[str] | None,
    typer.Option(metavar="COLUMN", help="Its numbers are names (of classes in a target); repeatable."),
]
Imputed = Annotated[str | None, typer.Option(metavar="HOW", help="mean, median or most_frequent for missing values.")]
Missing = Annotated[list[str] | None, typer.Option(metavar="MARK", help="What stands for a missing value; repeatable.")]
Delimiter = Annotated[str | None, typer.Option(metavar="MARK", help="Between the fields of a text table.")]
Quote = Annotated[str | None, typer.Option(metavar="MARK", help="What encloses fields; '' for nothing.")]
Decimal = Annotated[str | None, typer.Option(metavar="MARK", help="The decimal mark, a point or a comma.")]
Encoding = Annotated[str | None, typer.Option(metavar="NAME", help="Such as utf-8, latin-1 or cp1252.")]
SkipLines = Annotated[int | None, typer.Option(metavar="N", min=0, help="Lines above the table, such as a title.")]
Sheet = Annotated[str | None, typer.Option(metavar="NAME", help="The sheet of an Excel file.")]
Header = Annotated[bool | None, typer.Option("--header/--no-header", help="Whether the first line names the columns.")]
Out = Annotated[Path | None, typer.Option("--out", "-o", metavar="FILE", help="Write it there and not on stdout.")]


def new(
    data: Data = None,
    target: Target = None,
    task: StatedTask = None,
    ignore: Ignore = None,
    keep: Keep = None,
    categorical: Categorical = None,
    impute: Imputed = None,
    missing: Missing = None,
    delimiter: Delimiter = None,
    quote: Quote = None,
    decimal: Decimal = None,
    encoding: Encoding = None,
    header: Header = None,
    skip_lines: SkipLines = None,
    sheet: Sheet = None,
    out: Out = None,
    json: Json = False,
) -> None:
    """Print or write a spec to start from.

    With a data file the spec trains on that file. What had to be decided, such as which columns are left out and what
    stands in for missing values, is written into it with the reason; the options decide otherwise.
    """
    reading: dict[str, Any] = {"delimiter": delimiter, "decimal": decimal, "encoding": encoding, "header": header}
    reading |= {"skip_lines": skip_lines, "quote": quote, "sheet": sheet, "missing": tuple(missing or ()) or None}
    wishes = decisions.Wishes(task, tuple(ignore or ()), tuple(keep or ()), tuple(categorical or ()), impute)
    if data is None and (target or wishes != decisions.Wishes() or set(reading.values()) != {None}):
        raise UsageError("options such as --target and --task belong to a data file: dlx new FILE --target COLUMN")
    file = out or Path("spec.yaml")
    if data is None:
        text = writing.starter(file)
    else:
        text = writing.starter_for(sources.source_of(data, target or [], **reading), wishes, file)
        text = starter_rate.with_tested_rate(text, file, data)
    if not _is_utf8(text):
        raise UsageError(f"{data}: a spec cannot hold this name, which is no UTF-8: rename the file")
    _deliver(text, out, json)


def _deliver(text: str, out: Path | None, json: bool) -> None:
    if out is not None:
        _write(out, text)
    if json:
        terminal.document({"spec": text, "path": None if out is None else str(out)})
    elif out is None:
        typer.echo(text, nl=False)
    else:
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
