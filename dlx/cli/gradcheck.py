"""``dlx gradcheck``: the analytic gradient against a numeric one, per parameter, with a verdict."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dlx.cli.options import Json, Overrides

if TYPE_CHECKING:
    from dlx.gradcheck.report import Parameter, Point, Report
    from dlx.gradcheck.sources import Options

Source = Annotated[
    Path | None,
    typer.Argument(
        metavar="SPEC|RUN",
        help="A spec, or a run directory; with --plugin the name of a component.",
        show_default=False,
    ),
]
Examples = Annotated[int | None, typer.Option(metavar="N", help="Examples of train in the batch; 16 where there are.")]
After = Annotated[int | None, typer.Option(metavar="N", help="Check again after N training steps.")]
Epsilon = Annotated[float | None, typer.Option(metavar="E", help="ε of the differences; 1e-5 if not given.")]
NoDropout = Annotated[bool, typer.Option("--no-dropout", help="Switch dropout off, in place of freezing its masks.")]
Seed = Annotated[int, typer.Option(metavar="N", min=0, help="Of the choice of examples, and of entries of a large θ.")]
Orders = Annotated[bool, typer.Option("--orders", help="Show how the error of the differences falls with ε.")]
Picture = Annotated[Path | None, typer.Option(metavar="FILE.png", help="With --orders: draw them into this file.")]
Plugin = Annotated[
    str | None, typer.Option(metavar="FILE|MODULE", help="Check the activations and losses that a plugin defines.")
]

COLORS = {"great": "green", "look": "yellow", "worry": "red"}


def gradcheck(
    source: Source = None,
    overrides: Overrides = None,
    examples: Examples = None,
    after: After = None,
    epsilon: Epsilon = None,
    no_dropout: NoDropout = False,
    orders: Orders = False,
    picture: Picture = None,
    plugin: Plugin = None,
    seed: Seed = 0,
    json: Json = False,
) -> None:
    """Compare the gradients of backprop with two-sided differences of the cost, on real data in float64.

    Exit code 3 says that they differ.
    """
    from dlx.errors import UsageError
    from dlx.gradcheck import sources
    from dlx.nn.gradcheck import EPSILON

    options = sources.Options(examples, after, EPSILON if epsilon is None else epsilon, not no_dropout, seed)
    if plugin is not None:
        if overrides or examples or after or no_dropout or orders or picture:
            raise UsageError("--plugin checks small networks of its own: it takes NAME, --epsilon, --seed and --json")
        _check_plugin(plugin, source, options, json)
    elif source is None:
        raise UsageError("dlx gradcheck takes a spec or a run directory, or --plugin FILE")
    elif orders:
        if after or epsilon:
            raise UsageError("--orders looks at many ε at the initialization: it takes no --after and no --epsilon")
        _show_orders(source, overrides or [], options, picture, json)
    elif picture:
        raise UsageError("--picture draws what --orders shows")
    else:
        _check(source, overrides or [], options, json)


def _check(source: Path, overrides: list[str], options: Options, json: bool) -> None:
    from dlx import render
    from dlx.errors import CheckFailed
    from dlx.gradcheck.sources import check_file

    with render.counting("checking gradients", quiet=json) as told:
        report = check_file(source, overrides, options, told)
    if json:
        render.facts(report.document(), json=True)
    else:
        _show(report)
    if not report.passed:
        raise CheckFailed


def _check_plugin(plugin: str, name: Path | None, options: Options, json: bool) -> None:
    from dlx import render
    from dlx.errors import CheckFailed
    from dlx.gradcheck.plugin import check_plugin, document

    settings = check_plugin(plugin, str(name) if name else None, options.epsilon, options.seed)
    told = document(plugin, settings)
    if json:
        render.facts(told, json=True)
    else:
        rows = [
            (one.kind, one.name, one.setting, f"{one.point.difference:.1e}", "passed" if one.point.passed else "failed")
            for one in settings
        ]
        render.table(rows, ("", "", "with", "difference", ""))
        render.say()
        _tell_fault(next((one.point for one in settings if one.point.fault), settings[0].point))
        render.say(
            ("result      ", "dim"),
            ("passed" if told["passed"] else "failed", COLORS["great" if told["passed"] else "worry"]),
        )
    if not told["passed"]:
        raise CheckFailed


def _show_orders(source: Path, overrides: list[str], options: Options, picture: Path | None, json: bool) -> None:
    from dlx import plots, render
    from dlx.files import write_atomically
    from dlx.gradcheck.sources import orders_of_file

    found = orders_of_file(source, overrides, options)
    one, two = ("hidden by rounding" if slope is None else f"ε^{slope:.2f}" for slope in found.slopes)
    if picture:
        labels = f"one-sided, {one}", f"two-sided, {two}"
        drawn = plots.orders(
            found.epsilons.tolist(), found.one_sided.tolist(), found.two_sided.tolist(), labels, str(source)
        )
        write_atomically(picture, drawn)
    if json:
        render.facts(found.document(), json=True)
        return
    errors = zip(found.epsilons, found.one_sided, found.two_sided, strict=True)
    render.table([[f"{number:.1e}" for number in row] for row in errors], ("ε", "one-sided", "two-sided"))
    render.say()
    render.say(("error   ", "dim"), (f"one-sided {one}, two-sided {two}", ""))


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
        return name, "", "not judged", "", "", ""
    place = f"[{', '.join(map(str, worst.index))}]"
    return name, found, parameter.verdict, place, f"{worst.analytic:.8g}", f"{worst.numeric:.8g}"


def _conclude(report: Report) -> None:
    from dlx import render

    passed, point = report.passed, report.decisive
    render.say(("difference  ", "dim"), (f"{point.difference:.1e} of the whole dθ, ε = {report.epsilon:g}", ""))
    render.say(("covered     ", "dim"), (_covered(point), ""))
    _tell_fault(point)
    render.say(("result      ", "dim"), ("passed" if passed else "failed", COLORS["great" if passed else "worry"]))


def _tell_fault(point: Point) -> None:
    from dlx import render

    if fault := point.fault:
        render.say(("fault       ", "dim"), (fault.operation, "bold"), (f"  {fault.sentence} ({fault.signature})", ""))
        if fault.place:
            render.say(("defined in  ", "dim"), (fault.place, ""))


def _covered(point: Point) -> str:
    """Such as `all 17,482 entries of θ; 3 left out: a kink lies within ε`."""
    covered = point.covered
    judged, kinks, size = covered["entries"], covered["kinks"], covered["parameters"]
    if covered["directions"]:
        told = f"{judged:,} of {size:,} entries of θ and {covered['directions']} random directions"
    else:
        told = f"all {size:,} entries of θ"
    return f"{told}; {kinks:,} left out: a kink lies within ε of them" if kinks else told
