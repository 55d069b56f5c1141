"""``dlx runs``: past runs, listed, filtered, sorted, tagged and removed."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dlx.cli.layout import CommandGroup, Commands
from dlx.cli.options import Json, Run
from dlx.data.files import parquet_file
from dlx.errors import UsageError
from dlx.language import translated
from dlx.runs.files import manifest
from dlx.runs.files.latest import ROOT
from dlx.runs.reading import listing, references
from dlx.show import numbers, terminal
from dlx.text import command

if TYPE_CHECKING:
    from dlx.runs.reading.listing import PastRun


class _Runs(CommandGroup):
    """The command, which says what to type of a run that stands behind it."""

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        if args[0] not in self.commands and references.is_run(args[0]):
            run = args[0]
            raise UsageError(
                f"{run} is a run: {command('diagnose', run)} says what came of it, {command('doctor', run)} whether "
                f"its files are intact; {command('runs')} lists the runs under {ROOT}"
            )
        return super().resolve_command(ctx, args)


runs = Commands(cls=_Runs, invoke_without_command=True)

Where = Annotated[
    list[str] | None, typer.Option(metavar="CONDITION", help="Such as dev_error<0.05 or tags=good; repeatable.")
]
Sort = Annotated[str | None, typer.Option(metavar="COLUMN", help="Sort by this column; by -COLUMN in reverse.")]
Most = Annotated[
    int | None, typer.Option("-n", metavar="N", min=1, help="Show at most N runs: the newest, or the first by --sort.")
]
Runs = Annotated[list[str], typer.Argument(metavar="RUN…", help="Directories, beginnings of ids, tags, latest, ~1 …")]
Tags = Annotated[list[str], typer.Argument(metavar="TAG…", help="Words of your own.")]
Away = Annotated[bool, typer.Option("--remove", help="Take the tags away.")]
Csv = Annotated[bool, typer.Option("--csv", help="Print a row for each run as CSV, numbers in full, as they are read.")]
Parquet = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Write the same table as a Parquet file.", show_default=False)
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]

HEADERS = ("id", "name", "status", "epoch", "train", "dev", "test", "tags")
GIVING_WAY = (3, 6, 2)  # columns that a narrow screen does without, one after the other: epoch, test, status


@runs.callback()
def list_runs(
    context: typer.Context,
    where: Where = None,
    sort: Sort = None,
    most: Most = None,
    json: Json = False,
    csv: Csv = False,
    parquet: Parquet = None,
) -> None:
    """List past runs with the errors of the parameters that were kept, the newest last; tag or remove them.

    The columns of `--csv` and `--parquet`, which are the keys of `--json`: run (the directory), name, id, status,
    started, seed, parameters; of the row that was kept epoch, learning_rate, cost, train_cost, train_error, dev_cost,
    dev_error, gradient_norm, seconds; test_cost, test_error; tags, parted by commas.
    """
    if context.invoked_subcommand is not None:
        return

    conditions = [listing.Condition.parse(text) for text in where or []]
    if csv or parquet is not None:
        if json or (csv and parquet is not None):
            raise UsageError("--json, --csv and --parquet are three forms of the same list: take one of them")
        _write_table(listing.table(conditions, sort, most), parquet)
        return
    chosen = list(_remarked(listing.selected(listing.past_runs(), conditions, sort, most)))
    if json:
        terminal.document({"runs": [run.document() for run in chosen]})
    elif chosen:
        terminal.table_of_most([_row(run) for run in chosen], [*map(translated, HEADERS)], GIVING_WAY)
    else:
        terminal.say((translated("no runs"), "dim"), stream=sys.stderr)


def _remarked(runs: Iterable[PastRun]) -> Iterator[PastRun]:
    """The runs, of which is said why one could not be read."""
    for run in runs:
        if run.fault:
            terminal.say((f"{translated('remark')}: {translated(run.fault)}", ""), stream=sys.stderr)
        yield run


def _write_table(runs: Iterable[PastRun], file: Path | None) -> None:
    """As CSV on stdout, or into a Parquet file."""
    rows = (run.row() for run in _remarked(runs))
    if file is None:
        terminal.csv_table(itertools.chain([listing.TABLE], rows))
        return
    types = {name: str if name in listing.WORDS else int if name in listing.COUNTS else float for name in listing.TABLE}
    manifest.write_output("parquet", file, parquet_file.of_rows(types | {"run": str}, rows), parquet_file.is_ours)
    terminal.path(file)


def _row(run: PastRun) -> tuple[str, ...]:
    task = (run.facts.get("data") or {}).get("task")
    errors = [run[f"{part}_error"] for part in ("train", "dev", "test")]
    error_cells = [numbers.error(value, task) if isinstance(value, int | float) else "" for value in errors]
    values = [str(run[column] if run[column] is not None else "") for column in ("id", "name", "status", "epoch")]
    run_id, name, status, epoch = values
    return (run_id, name, translated(status), epoch, *error_cells, ", ".join(run.tags))


@runs.command("tag")
def tag_run(run: Run, tags: Tags, remove: Away = False, json: Json = False) -> None:
    """Give a run tags, by which it can be named."""
    path = references.locate(run)
    all_tags = listing.tag(path, tags, remove)
    if json:
        terminal.document({"run": str(path), "tags": all_tags})
    else:
        typer.echo(", ".join(all_tags))


@runs.command("remove")
def remove_runs(names: Runs, yes: Yes = False, json: Json = False) -> None:
    """Delete runs with all that dlx wrote into them; other files stay."""
    paths = list(dict.fromkeys(references.locate(name) for name in names))
    if not yes:
        if not sys.stdin.isatty():
            raise UsageError(f"this would delete {', '.join(map(str, paths))}: say --yes")
        typer.confirm(f"Delete {', '.join(map(str, paths))}?", abort=True, err=True)
    foreign = listing.remove(paths)
    if json:
        terminal.document({"removed": [str(path) for path in paths], "left": [str(path) for path in foreign]})
        return
    for path in paths:
        typer.echo(f"{translated('removed')} {path}")
    for path in foreign:
        typer.echo(f"{path}: {translated('stays, because it is not, or no longer, as dlx wrote it')}", err=True)
