"""``dlx calibrate``: whether the probabilities of a network are what they say, and what mends them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dlx.cli.options import Json, Plugins, Run
from dlx.runs.files import manifest
from dlx.runs.predictions import calibrate as calibrations
from dlx.show import pictures, terminal
from dlx.spec import trust
from dlx.text import command

Threshold = Annotated[
    str | None,
    typer.Option(
        metavar="MEASURE|cost=FP,FN",
        help="Also choose from which probability on the second class is answered: for error, balanced_error, f1 …, or "
        "for what a false positive and a false negative cost.",
    ),
]
Apply = Annotated[bool, typer.Option("--apply", help="predict, evaluate and export use it from now on.")]
Out = Annotated[
    Path | None, typer.Option(metavar="FILE.png", help="Where the curve is drawn, in place of RUN/calibration.png.")
]


def calibrate_run(
    run: Run,
    threshold: Threshold = None,
    apply_it: Apply = False,
    out: Out = None,
    plugin: Plugins = None,
    json: Json = False,
) -> None:
    """Show whether a network's probabilities are what they say, and fit the temperature on dev that mends them.

    The test set is not looked at. With --apply the temperature, and the threshold where one is chosen, are kept in the
    run; without --threshold it is one half.
    """
    trust.load_named(plugin or ())
    result = calibrations.calibrate(run, None if threshold is None else calibrations.parse_aim(threshold))
    applied = apply_it and calibrations.apply(result)
    picture: str | None = str(out) if out is not None else calibrations.keep_picture(result)
    if out is not None:
        manifest.write_output("out", out, result.picture, pictures.is_ours)
    if json:
        terminal.document({**result.document, "applied": applied, "picture": picture})
        return
    again = ["--threshold", threshold] if threshold is not None else []
    to_apply = command("calibrate", run, *again, "--apply")
    commands = [to_apply if result.is_advised and not applied else command("predict", run, "FILE")]
    terminal.calibration(result.document, [] if picture is None else [picture], commands)
