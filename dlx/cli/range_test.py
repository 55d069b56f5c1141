"""``dlx tune --learning-rate SPEC``: which learning rates bring the cost down, and which one to train with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from dlx.cli.quiet import is_quiet
from dlx.errors import UsageError
from dlx.events import finish
from dlx.runs.before import range_test as range_tests
from dlx.runs.files import manifest
from dlx.show import pictures, terminal
from dlx.show.charts import range_test as charts
from dlx.spec import trust

LearningRate = Annotated[
    bool,
    typer.Option(
        "--learning-rate",
        help="Of the spec of an experiment: let the rate grow from step to step, for about a second, and suggest one.",
    ),
]
Picture = Annotated[
    Path | None, typer.Option(metavar="FILE.png", help="With --learning-rate: also draw the costs into this file.")
]
ALONE = (
    "--learning-rate takes a spec, key=value, --picture, --plugin and --json, and --picture goes with it: a search "
    "draws its own"
)


def show_range_test(
    spec: Path | None,
    overrides: Sequence[str],
    picture: Path | None,
    plugins: Sequence[str],
    json: bool,
    is_alone: bool,
) -> None:
    """Test the rates, draw the picture that is asked for, and print the document or the chart with its command.

    is_alone: whether --learning-rate is given, and none of the options of a search.
    """
    if not is_alone:
        raise UsageError(ALONE)
    if spec is None:
        raise UsageError("dlx tune --learning-rate takes the spec of an experiment, as dlx train does")
    trust.load_named(plugins)
    with terminal.progress(terminal.CountProgress("testing learning rates"), quiet=json or is_quiet()) as display:
        document = finish(range_tests.test_rates(spec, overrides), display.update)
    commands = range_tests.next_commands(spec, overrides, document)
    if picture is not None:
        png = pictures.range_test(document, title=document.name)
        manifest.write_output("picture", picture, png, pictures.is_ours)
    if json:
        terminal.document({**asdict(document), "next": commands})
    else:
        terminal.range_test(document, charts.range_chart(document), commands, picture)
