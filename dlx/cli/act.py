"""``dlx diagnose RUN --act``: the basic recipe run on what a diagnosis found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from dlx.events import finish
from dlx.runs.files import directory
from dlx.search import budget as budgets
from dlx.search.repair import race_setup, recipe
from dlx.show import terminal

if TYPE_CHECKING:
    from dlx.documents.diagnosis import DiagnosisDocument
    from dlx.documents.repair import RepairDocument
    from dlx.runs.files.directory import RunDirectory
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

Cluster = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="With --act or --learning-curve: train on the workers of this Dask scheduler, tcp://HOST:8786.",
    ),
]


def options_of(seeds: int | None, budget: str | None, workers: int | None, cluster: str | None) -> RepairOptions:
    """What may be spent, with what was not given at its default."""
    default = race_setup.RepairOptions()
    return race_setup.RepairOptions(
        replicates=default.replicates if seeds is None else seeds,
        budget=default.budget if budget is None else budgets.seconds_of(budget),
        workers=default.workers if workers is None else workers,
        cluster=cluster,
    )


def acted(run: RunDirectory, document: DiagnosisDocument, options: RepairOptions, quiet: bool) -> RepairDocument:
    """What the recipe came to."""
    display = terminal.progress(terminal.RepairProgress(document.task), quiet=quiet)
    with directory.RunDirectory.open(run.path, writing=True) as locked, display:
        return finish(recipe.act(locked, document, options), display.update)
