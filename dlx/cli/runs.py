"""``dlx runs``: past runs, listed, filtered, sorted, tagged and removed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from dlx.cli.options import Json, Run
from dlx.errors import UsageError
from dlx.runs import listing, references
from dlx.show import numbers, terminal

if TYPE_CHECKING:
    from dlx.runs.listing import PastRun

runs = typer.Typer(add_completion=False, rich_markup_mode=None, invoke_without_command=True)

Where = Annotated[
    list[str] | None, typer.Option(metavar="CONDITION", help="Such as dev_error<0.05 or tags=good; repeatable.")
]
Sort = Annotated[str | None, typer.Option(metavar="COLUMN", help="In this order, -COLUMN the other way round.")]
Most = Annotated[
    int | None, typer.Option("-n", metavar="N", min=1, help="So many: the newest, or the first by --sort.")
]
Runs = Annotated[list[str], typer.Argument(metavar="RUN…", help="Directories, beginnings of ids, tags, latest, ~1 …")]
Tags = Annotated[list[str], typer.Argument(metavar="TAG…", help="Words of your own.")]
Away = Annotated[bool, typer.Option("--remove", help="Take the tags away.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]

HEADERS = ("id", "name", "status", "epoch", "train", "dev", "test", "tags")


@runs.callback()
def list_runs(
    context: typer.Context, where: Where = None, sort: Sort = None, most: Most = None, json: Json = False
) -> None:
    """List past runs with the errors of the parameters that were kept, the newest last; tag or remove them."""
    if context.invoked_subcommand is not None:
        return

    conditions = [listing.Condition.parse(text) for text in where or []]
    chosen = listing.selected(listing.past_runs(), conditions, sort, most)
    for fault in filter(None, (run.fault for run in chosen)):
        terminal.say((f"remark: {fault}", ""), stream=sys.stderr)
    if json:
        terminal.document({"runs": [run.document() for run in chosen]})
    elif chosen:
        terminal.table([_row(run) for run in chosen], HEADERS)
    else:
        terminal.say(("no runs", "dim"), stream=sys.stderr)


def _row(run: PastRun) -> tuple[str, ...]:
    task = (run.facts.get("data") or {}).get("task")
    errors = [run[f"{part}_error"] for part in ("train", "dev", "test")]
    error_cells = [numbers.error(value, task) if isinstance(value, int | float) else "" for value in errors]
    cells = [str(run[column] if run[column] is not None else "") for column in ("id", "name", "status", "epoch")]
    return (*cells, *error_cells, ", ".join(run.tags))


@runs.command("tag")
def tag_run(run: Run, tags: Tags, remove: Away = False) -> None:
    """Give a run tags, by which it is found like by its id."""
    typer.echo(", ".join(listing.tag(references.locate(run), tags, remove)))


@runs.command("remove")
def remove_runs(names: Runs, yes: Yes = False) -> None:
    """Delete runs with all that dlx wrote into them; other files stay."""
    paths = list(dict.fromkeys(references.locate(name) for name in names))
    if not yes:
        if not sys.stdin.isatty():
            raise UsageError(f"this would delete {', '.join(map(str, paths))}: say --yes")
        typer.confirm(f"Delete {', '.join(map(str, paths))}?", abort=True, err=True)
    foreign = listing.remove(paths)
    for path in paths:
        typer.echo(f"removed {path}")
    for path in foreign:
        typer.echo(f"{path}: stays, because it is not, or no longer, as dlx wrote it", err=True)
