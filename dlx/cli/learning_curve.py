"""``dlx diagnose RUN --learning-curve``: what more examples would bring, from training on fewer."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from dlx.cli.quiet import is_quiet
from dlx.errors import UsageError
from dlx.runs.reading import references
from dlx.search import budget as budgets
from dlx.search.learning_curve import curve
from dlx.show import terminal

LearningCurve = Annotated[
    bool,
    typer.Option("--learning-curve", help="Train a run's spec on growing parts of its train set, and extrapolate."),
]
Sizes = Annotated[
    str | None,
    typer.Option(metavar="M,…", help="With --learning-curve: examples to train on; six sizes up to all if not given."),
]
Target = Annotated[
    str | None,
    typer.Option(
        metavar="ERROR",
        help="With --learning-curve: say how many examples this dev error would take, as 0.03 or 3%; "
        "diagnosis.optimal_error + diagnosis.tolerance if not given.",
    ),
]


def options_of_curve(
    seeds: int | None,
    budget: str | None,
    workers: int | None,
    cluster: str | None,
    sizes: str | None,
    target: str | None,
) -> curve.CurveOptions:
    """What is trained, with what was not given at its default."""
    default = curve.CurveOptions()
    return curve.CurveOptions(
        replicates=default.replicates if seeds is None else seeds,
        sizes=_sizes(sizes) if sizes is not None else (),
        workers=default.workers if workers is None else workers,
        cluster=cluster,
        budget=budgets.seconds_of(budget) if budget is not None else None,
        target=_error(target) if target is not None else None,
    )


def show_learning_curve(source: str, options: curve.CurveOptions, json: bool) -> None:
    """Train what is missing, keep the document and the picture in the run, and print the document or its table."""
    run = references.open_run(source)
    with terminal.progress(terminal.CountProgress("training on fewer examples"), quiet=json or is_quiet()) as display:
        document, written = curve.measured_curve(run, options, display.update)
    if json:
        terminal.document(asdict(document))
    else:
        terminal.learning_curve(document, written)


def _sizes(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise UsageError(f"--sizes {text}: expected numbers of examples such as 100,200,400,800") from None


def _error(text: str) -> float:
    try:
        error = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        error = -1.0
    if not 0 < error < float("inf"):
        raise UsageError(f"--target {text}: expected an error above 0 such as 0.03 or 3%")
    return error
