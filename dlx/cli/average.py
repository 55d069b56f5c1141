"""``dlx average``: exponentially weighted averages of a series, with and without bias correction."""

from __future__ import annotations

import sys
from math import ceil, log10
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dlx.cli.options import Json
from dlx.data.text_tables import series as tables
from dlx.errors import UsageError
from dlx.nn import averages
from dlx.runs.files import manifest
from dlx.show import pictures, terminal
from dlx.show.charts import averages as charts

if TYPE_CHECKING:
    from dlx.data.text_tables.series import Series
    from dlx.types import Array

File = Annotated[Path, typer.Argument(help="A CSV file with a column of numbers.", show_default=False)]
Beta = Annotated[str, typer.Option(metavar="β,β…", help="Each averages over about 1/(1 − β) values.")]
Column = Annotated[str | None, typer.Option(metavar="NAME", help="The column, if several have numbers.")]
Numbers = Annotated[bool, typer.Option("--csv", help="Print all numbers as CSV, on a terminal, too.")]
Picture = Annotated[Path | None, typer.Option(metavar="FILE.png", help="Also draw them into this file.")]


def average(
    file: File,
    beta: Beta = "0.9",
    column: Column = None,
    picture: Picture = None,
    numbers: Numbers = False,
    json: Json = False,
) -> None:
    """Print v = β·v + (1 − β)·x of a series as CSV, for each β as it is and divided by 1 − βᵗ.

    On a terminal the averages are drawn in place of that; --csv has the numbers there, too.
    """
    betas = _betas(beta)
    series = tables.read_series(file, column)
    plain = {each: averages.averages(series.values, each, corrected=False) for each in betas}
    corrected = {each: averages.averages(series.values, each) for each in betas}
    if picture is not None:
        _draw(picture, file, series, plain, corrected)
    if sys.stdout.isatty() and not (json or numbers):
        terminal.averages(charts.average_courses(series.name, series.values, corrected))
    else:
        _print(file, series, plain, corrected, json)


def _betas(text: str) -> list[float]:
    try:
        betas = [float(part) for part in text.split(",")]
    except ValueError:
        raise UsageError(f"--beta: expected numbers such as 0.9,0.98, got {text!r}") from None
    for beta in betas:
        if not 0 <= beta < 1:
            raise UsageError(f"--beta: expected 0 ≤ β < 1, got {beta:g}")
    return list(dict.fromkeys(betas))


def _print(file: Path, series: Series, plain: dict[float, Array], corrected: dict[float, Array], json: bool) -> None:
    if json:
        entries = [
            {"beta": beta, "window": 1 / (1 - beta), "average": v.tolist(), "corrected": corrected[beta].tolist()}
            for beta, v in plain.items()
        ]
        head = {"file": str(file), "column": series.name}
        terminal.document({**head, "values": series.values.tolist(), "averages": entries})
        return
    names = [f"{what}_{beta:g}" for beta in plain for what in ("average", "corrected")]
    columns = [_digits(column, beta) for beta in plain for column in (plain[beta], corrected[beta])]
    rows = zip(range(1, len(series.values) + 1), series.values.tolist(), *columns, strict=True)
    taken = [series.name, *names]
    number = next(name for name in ("t", "number", "number of the value") if name not in taken)
    terminal.csv_table([[number, *taken], *rows])


def _digits(average: Array, beta: float) -> list[float]:
    """The digits that hold: each step rounds the 16th, and about 1/(1 − β) steps add up."""
    holding = max(15 - ceil(log10(1 / (1 - beta))), 9)
    return [float(f"{value:.{holding}g}") for value in average.tolist()]


def _draw(picture: Path, file: Path, series: Series, plain: dict[float, Array], corrected: dict[float, Array]) -> None:
    png = pictures.averages(series.values, plain, corrected, title=file.name, name=series.name)
    manifest.write_output("picture", picture, png, pictures.is_ours)
