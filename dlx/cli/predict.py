"""``dlx predict`` and ``dlx evaluate``: a trained network on examples from a file."""

from __future__ import annotations

import os
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from dlx.cli.options import Json, Plugins, Run
from dlx.errors import Remark
from dlx.files import versioned
from dlx.runs.predict import PredictionTable, evaluation, predictions
from dlx.show import terminal
from dlx.spec.trust import load_named

Examples = Annotated[Path, typer.Argument(help="A file of the kind that training takes.", show_default=False)]
Strict = Annotated[bool, typer.Option("--strict", help="Refuse a file that has a row without an answer.")]
Target = Annotated[
    str | None, typer.Option(metavar="NAME", help="The column or file of the labels, if not as in train.")
]

MOST = 3  # unanswered rows that stderr says the reasons of


def predict(run: Run, data: Examples, strict: Strict = False, plugin: Plugins = None, json: Json = False) -> None:
    """Print what a trained network says of each example: a CSV with the class and its probabilities, or the value.

    Rows that cannot be answered (a value is missing, or train lacks a category) have empty cells and a reason in the
    column `unanswered`, which is there if there are such rows.
    """
    load_named(plugin or ())
    answers = predictions(run, data, strict)
    if answers.unanswered and not _one_stream():
        warnings.warn(Remark(_summary(answers)), stacklevel=2)
    if json:
        records = [dict(zip(answers.header, row, strict=True)) for row in answers.rows]
        terminal.document({"run": run, "data": str(data), "predictions": records})
    else:
        terminal.csv_table([answers.header, *answers.rows])


def _summary(answers: PredictionTable) -> str:
    """Such as `1 of 6 rows is unanswered: line 4: column 'height': the value is missing`."""
    reasons, count = list(answers.unanswered.values()), len(answers.unanswered)
    more = f"; and {count - MOST:,} more" if count > MOST else ""
    are = "is" if count == 1 else "are"
    return f"{count:,} of {answers.m:,} rows {are} unanswered: {'; '.join(reasons[:MOST])}{more}"


def _one_stream() -> bool:
    """Whether stderr goes to the file or pipe that stdout goes to, where a remark would stand within the table."""
    with suppress(OSError):  # one of them is closed
        return not os.isatty(1) and os.path.samestat(os.fstat(1), os.fstat(2))
    return False


def evaluate(run: Run, data: Examples, target: Target = None, plugin: Plugins = None, json: Json = False) -> None:
    """Print cost, error and metrics, with their 95 % intervals, of a trained network on examples with labels."""
    load_named(plugin or ())
    terminal.evaluation(versioned(evaluation(run, data, target)), json)
