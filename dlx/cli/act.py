"""``dlx diagnose RUN --act``: the basic recipe run on what a diagnosis found."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer

from dlx.errors import UsageError
from dlx.events import finish
from dlx.runs import directory
from dlx.search.repair import race_setup, recipe
from dlx.show import terminal

if TYPE_CHECKING:
    from dlx.documents.diagnosis import DiagnosisDocument
    from dlx.documents.repair import RepairStory
    from dlx.runs.directory import RunDirectory
    from dlx.search.repair.race_setup import RepairOptions

Act = Annotated[
    bool, typer.Option("--act", help="Run the basic recipe on a run: train remedies, keep what surely helps.")
]
Seeds = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        min=2,
        help="With --act: replicates in which a remedy has to prove itself; 5 if not given. With --learning-curve: "
        "trainings of each size; 3 if not given.",
    ),
]
Budget = Annotated[
    str | None,
    typer.Option(
        metavar="TIME",
        help="With --act: how long it may take, as 90s or 1h30m; 10m if not given. With --learning-curve: likewise; as "
        "long as it takes if not given.",
    ),
]
Workers = Annotated[
    int | None,
    typer.Option(
        metavar="N", min=1, help="With --act or --learning-curve: processes that train at a time; 1 if not given."
    ),
]

UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0}


def seconds_of(text: str) -> float:
    """A time such as ``90s``, ``10m`` or ``1h30m`` in seconds.

    Raises:
        UsageError: it is something else, or nothing.
    """
    match = re.fullmatch(r"(?:([\d.]+)h)?(?:([\d.]+)m)?(?:([\d.]+)s?)?", text)
    try:
        parts = [float(number or 0) for number in match.groups()] if match else []
    except ValueError:  # such as 1.2.3
        parts = []
    seconds = sum(number * unit for number, unit in zip(parts, UNITS.values(), strict=False))
    if seconds <= 0:
        raise UsageError(f"--budget {text}: expected a time such as 90s, 10m or 1h30m")
    return seconds


def options_of(seeds: int | None, budget: str | None, workers: int | None) -> RepairOptions:
    """What may be spent, with what was not given at its default."""
    default = race_setup.RepairOptions()
    return race_setup.RepairOptions(
        replicates=default.replicates if seeds is None else seeds,
        budget=default.budget if budget is None else seconds_of(budget),
        workers=default.workers if workers is None else workers,
    )


def acted(run: RunDirectory, document: DiagnosisDocument, options: RepairOptions, quiet: bool) -> RepairStory:
    """What the recipe came to."""
    display = terminal.progress(terminal.RepairProgress(document.task), quiet=quiet)
    with directory.RunDirectory.open(run.path, writing=True) as locked, display:
        return finish(recipe.act(locked, document, options), display.update)
