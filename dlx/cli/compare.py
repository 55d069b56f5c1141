"""``dlx compare``: runs beside each other, what differs between them, and whether it makes a difference."""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dlx.cli.layout import Command, Commands
from dlx.cli.options import Json, Plugins
from dlx.errors import EnvironmentProblem, UsageError
from dlx.files import writing
from dlx.runs import compare as comparisons
from dlx.runs.files import latest, manifest
from dlx.show import pictures, terminal
from dlx.spec import trust

if TYPE_CHECKING:
    from dlx.runs.compare import Comparison

AGAINST = "--against"

Runs = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="RUN…",
        help="Directories, ids, tags, latest, ~1 …; a tag, the name of a spec or a folder of runs means all of them.",
        show_default=False,
    ),
]
Against = Annotated[
    list[str] | None,
    typer.Option(metavar="RUN…", help="The other group: all that follow, up to the next option.", show_default=False),
]
Out = Annotated[
    Path | None, typer.Option(metavar="FILE.png", help="Where the curves are drawn, in place of runs/comparison.png.")
]
Metrics = Annotated[
    list[str] | None,
    typer.Option("--metric", metavar="NAME", help="Also compare this metric, such as f1; may be repeated."),
]
Csv = Annotated[bool, typer.Option("--csv", help="Print the table as CSV, numbers in full.")]
Md = Annotated[bool, typer.Option("--md", help="Print the table and the verdict as Markdown.")]


class Compare(Command):
    """The command, of which ``--against`` takes all the runs that follow it."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As if ``--against`` stood before each of them."""
        spread: list[str] = []
        others = False
        for arg, following in pairwise([*args, "-"]):
            if arg.startswith("-"):
                others = arg.partition("=")[0] == AGAINST
                spread += [] if arg == AGAINST and not following.startswith("-") else [arg]
            else:
                spread += [AGAINST, arg] if others else [arg]
        return super().parse_args(ctx, spread)


compare_app = Commands()


@compare_app.command(cls=Compare)
def compare(
    runs: Runs = None,
    against: Against = None,
    out: Out = None,
    metric: Metrics = None,
    plugin: Plugins = None,
    json: Json = False,
    csv: Csv = False,
    md: Md = False,
) -> None:
    """Show how runs and their results differ: a table, their curves, and how sure the difference is.

    Runs that differ only in their seeds are a group. Of two groups, or of RUNs --against others, the difference of the
    dev errors is given with its 95 % interval, paired by seed, and by dev example where these are the same. Of
    different data there is no verdict. Without a RUN it is the last two of the same data. With --json, --csv or --md
    that is all that is printed, and the picture is drawn only with --out.
    """
    if json + csv + md > 1:
        raise UsageError("--json, --csv and --md: one document at a time")
    trust.load_named(plugin or ())
    if runs is None and against:
        raise UsageError("--against RUN… is what other runs, named before it, are compared with")
    comparison = comparisons.compare(runs or comparisons.newest_pair(), against or [], metric or [])
    alone = json or csv or md
    try:
        picture = _draw(comparison, out, needed=out is not None or not alone)
    except EnvironmentProblem:
        if out is None:  # nobody has named the file: what has been found out can be said all the same
            _print(comparison, None, json, csv, md)
        raise
    _print(comparison, picture, json, csv, md)


def _draw(comparison: Comparison, out: Path | None, needed: bool) -> Path | None:
    """Where the picture is; None where none is drawn, also because the curves have no common axes."""
    if not needed or (out is None and not comparison.comparable):
        return None
    place = out or latest.ROOT / "comparison.png"
    if out is None:
        with writing(place):
            latest.ROOT.mkdir(exist_ok=True)
    manifest.write_output("out", place, comparison.picture(), pictures.is_ours)
    return place


def _print(comparison: Comparison, picture: Path | None, json: bool, csv: bool, md: bool) -> None:
    document = comparison.document(picture)
    if json:
        terminal.document(document)
    elif csv:
        terminal.csv_table(terminal.csv_rows(document))
    elif md:
        sys.stdout.write(terminal.markdown(document))
    else:
        terminal.comparison(document, comparison.curves() if comparison.comparable else [])
