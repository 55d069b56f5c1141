"""``dlx predict`` and ``dlx evaluate``: a trained network on examples from a file."""

from __future__ import annotations

import os
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer

from dlx.cli.options import Json, Plugins
from dlx.errors import UsageError, remark
from dlx.files import versioned
from dlx.runs.files.directory import RunDirectory
from dlx.runs.files.latest import LATEST
from dlx.runs.predictions import predict as answering
from dlx.runs.reading import references
from dlx.show import terminal
from dlx.spec import trust

First = Annotated[
    str,
    typer.Argument(
        metavar="[RUN]",
        help="A run directory, or latest, ~1, best:dev_error, a tag, the beginning of an id; the newest run if only "
        "a file is given.",
        show_default=False,
    ),
]
Examples = Annotated[
    Path | None,
    typer.Argument(metavar="DATA", help="A file of the kind that training takes.", show_default=False),
]
Strict = Annotated[bool, typer.Option("--strict", help="Refuse a file that has a row without an answer.")]
Target = Annotated[
    str | None, typer.Option(metavar="NAME", help="The column or file of the labels, if not as in train.")
]

MOST = 3  # unanswered rows that stderr says the reasons of


def predict(
    run: First, data: Examples = None, strict: Strict = False, plugin: Plugins = None, json: Json = False
) -> None:
    """Print what a trained network says of each example: a CSV with the class and its probabilities, or the value.

    Rows that cannot be answered (a value is missing, or train lacks a category) have empty cells and a reason in the
    column `unanswered`, which is there if there are such rows.
    """
    trust.load_named(plugin or ())
    run, data = _run_and_data(run, data)
    answers = answering.predictions(run, data, strict)
    if answers.unanswered and not _one_stream():
        remark(_summary(list(answers.unanswered.values()), answers.m, "unanswered"))
    if json:
        records = [dict(zip(answers.header, row, strict=True)) for row in answers.rows]
        terminal.document({"run": run, "data": str(data), "predictions": records})
    else:
        terminal.csv_table(chain([answers.header], answers.rows))


def _run_and_data(run: str, data: Path | None) -> tuple[str, Path]:
    """The run and the file; the newest run where there is but a file, which is then said."""
    if data is not None:
        return run, data
    is_run = RunDirectory(Path(run)).config.is_file()
    if is_run or (not Path(run).exists() and Path(run).suffix == ""):  # it names a run, and the file is missing
        raise UsageError(f"{run}: which examples? a file of the kind that training takes stands behind the run")
    newest = str(references.locate(LATEST))
    if not _one_stream():
        remark(f"by the newest run, {newest}")
    return newest, Path(run)


def _summary(reasons: list[str], m: int, state: str) -> str:
    """Such as `1 of 6 rows is unanswered: line 4: column 'height': the value is missing`."""
    count = len(reasons)
    more = f"; and {count - MOST:,} more" if count > MOST else ""
    are = "is" if count == 1 else "are"
    return f"{count:,} of {m:,} rows {are} {state}: {'; '.join(reasons[:MOST])}{more}"


def _among_train(count: int, m: int, run: str) -> str:
    """Such as `all 150 examples are among those that runs/x was trained on: …`."""
    what = "how it does on new ones is told by examples that it has not seen"
    if count == m:
        return f"all {m:,} examples are among those that {run} was trained on: {what}"
    return f"{count:,} of the {m:,} examples are among those that {run} was trained on: {what}"


def _one_stream() -> bool:
    """Whether stderr goes to the file or pipe that stdout goes to, where a remark would stand within the table."""
    with suppress(OSError):  # one of them is closed
        return not os.isatty(1) and os.path.samestat(os.fstat(1), os.fstat(2))
    return False


def evaluate(
    run: First,
    data: Examples = None,
    target: Target = None,
    strict: Strict = False,
    plugin: Plugins = None,
    json: Json = False,
) -> None:
    """Print cost, error and metrics, with their 95 % intervals, of a trained network on examples with labels.

    Rows that cannot be answered, and rows whose label is missing or unknown to train, are left out and counted. It also
    says how many of the examples the network was trained on.
    """
    trust.load_named(plugin or ())
    run, data = _run_and_data(run, data)
    document = answering.evaluation(run, data, target, strict)
    if document.get("left_out"):
        m = document["m"] + document["left_out"]
        remark(_summary(document["reasons"], m, "left out"))
    if document["in_train"]:
        remark(_among_train(document["in_train"], document["m"], document["run"]))
    facts = document if json else {key: value for key, value in document.items() if key != "reasons"}
    terminal.evaluation(versioned(facts), json)
