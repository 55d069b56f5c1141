"""``dlx gradcheck``: the analytic gradient against a numeric one, per parameter, with a verdict."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dlx.cli.options import Json, Overrides

if TYPE_CHECKING:
    from dlx.gradcheck.report import Parameter, Point, Report

Source = Annotated[Path, typer.Argument(metavar="SPEC|RUN", help="A spec, or a run directory; `latest` is the newest.")]
Examples = Annotated[int | None, typer.Option(metavar="N", help="Examples of train in the batch; 16 where there are.")]
After = Annotated[int | None, typer.Option(metavar="N", help="Check again after N training steps.")]
Epsilon = Annotated[float | None, typer.Option(metavar="E", help="ε of the differences; 1e-5 if not given.")]
NoDropout = Annotated[bool, typer.Option("--no-dropout", help="Switch dropout off, in place of freezing its masks.")]
Seed = Annotated[int, typer.Option(metavar="N", min=0, help="Of the choice of examples, and of entries of a large θ.")]

COLORS = {"great": "green", "look": "yellow", "worry": "red"}


def gradcheck(
    source: Source,
    overrides: Overrides = None,
    examples: Examples = None,
    after: After = None,
    epsilon: Epsilon = None,
    no_dropout: NoDropout = False,
    seed: Seed = 0,
    json: Json = False,
) -> None:
    """Compare the gradients of backprop with two-sided differences of the cost, on real data in float64.

    Exit code 3 says that they differ.
    """
    from dlx import render
    from dlx.errors import CheckFailed
    from dlx.gradcheck.sources import Options, check_file
    from dlx.nn.gradcheck import EPSILON

    options = Options(examples, after, EPSILON if epsilon is None else epsilon, not no_dropout, seed)
    with render.counting("checking gradients", quiet=json) as told:
        report = check_file(source, overrides or (), options, told)
    if json:
        render.facts(report.document(), json=True)
    else:
        _show(report)
    if not report.passed:
        raise CheckFailed


def _show(report: Report) -> None:
    from dlx import render

    for point in report.points:
        render.say((report.name, "bold"), (f"  {point.when}, {report.examples} examples, J = {point.cost:.6g}", ""))
        render.say()
        headers = ("", "difference", "verdict", "worst entry", "analytic", "numeric")
        render.table([_row(parameter) for parameter in point.parameters], headers)
        render.say()
    _conclude(report)


def _row(parameter: Parameter) -> tuple[str, ...]:
    name, found, worst = parameter.name, f"{parameter.difference:.1e}", parameter.worst
    if worst is None:
        return name, found, parameter.verdict, "", "", ""
    place = f"[{', '.join(map(str, worst.index))}]"
    return name, found, parameter.verdict, place, f"{worst.analytic:.8g}", f"{worst.numeric:.8g}"


def _conclude(report: Report) -> None:
    from dlx import render

    passed, point = report.passed, report.decisive
    render.say(("difference  ", "dim"), (f"{point.difference:.1e} of the whole dθ, ε = {report.epsilon:g}", ""))
    render.say(("covered     ", "dim"), (_covered(point), ""))
    if fault := point.fault:
        render.say(("fault       ", "dim"), (fault.operation, "bold"), (f"  {fault.sentence} ({fault.signature})", ""))
        if fault.place:
            render.say(("defined in  ", "dim"), (fault.place, ""))
    render.say(("result      ", "dim"), ("passed" if passed else "failed", COLORS["great" if passed else "worry"]))


def _covered(point: Point) -> str:
    """Such as `all 17,482 entries of θ; 3 left out: a kink lies within ε`."""
    covered = point.covered
    judged, kinks, size = covered["entries"], covered["kinks"], covered["parameters"]
    if covered["directions"]:
        told = f"{judged:,} of {size:,} entries of θ and {covered['directions']} random directions"
    else:
        told = f"all {size:,} entries of θ"
    return f"{told}; {kinks:,} left out: a kink lies within ε of them" if kinks else told
