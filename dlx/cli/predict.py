"""``dlx predict`` and ``dlx evaluate``: a trained network on examples from a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dlx.cli.options import Json, Plugins, Run
from dlx.files import versioned
from dlx.runs.predict import evaluation, predictions
from dlx.show import terminal
from dlx.spec.trust import load_named

Examples = Annotated[Path, typer.Argument(help="A file of the kind that training takes.", show_default=False)]
Target = Annotated[
    str | None, typer.Option(metavar="NAME", help="The column or file of the labels, if not as in train.")
]


def predict(run: Run, data: Examples, plugin: Plugins = None, json: Json = False) -> None:
    """Print what a trained network says of each example: a CSV with the class and its probabilities, or the value."""
    load_named(plugin or ())
    header, rows = predictions(run, data)
    if json:
        records = [dict(zip(header, row, strict=True)) for row in rows]
        terminal.document({"run": run, "data": str(data), "predictions": records})
    else:
        terminal.csv_table([header, *rows])


def evaluate(run: Run, data: Examples, target: Target = None, plugin: Plugins = None, json: Json = False) -> None:
    """Print cost and error, with its 95 % interval, of a trained network on examples with labels."""
    load_named(plugin or ())
    terminal.facts(versioned(evaluation(run, data, target)), json)
