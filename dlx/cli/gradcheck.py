"""``dlx gradcheck``: the analytic gradient against a numeric one, per parameter, with a verdict."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dlx.cli.options import Json, Overrides
from dlx.cli.quiet import is_quiet
from dlx.errors import CheckFailed, UsageError
from dlx.events import finish
from dlx.gradcheck import plugin as plugins
from dlx.nn import gradcheck as differences
from dlx.runs.before import check
from dlx.runs.files import manifest
from dlx.show import pictures, terminal
from dlx.show.terminal import gradcheck as screens
from dlx.spec import plugins as installed

if TYPE_CHECKING:
    from collections.abc import Generator

    from dlx.events import Count
    from dlx.gradcheck.plugin import ComponentsReport
    from dlx.runs.before.check import CheckOptions

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
Orders = Annotated[
    bool, typer.Option("--orders", help="Show how the error of differences and complex step falls with ε.")
]
Picture = Annotated[Path | None, typer.Option(metavar="FILE.png", help="With --orders: draw them into this file.")]
Plugin = Annotated[str | None, typer.Option(metavar="FILE|MODULE", help="Check the components of a plugin.")]


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

    Where a difference leaves a doubt, the complex step decides. Exit code 3 says that they differ. Without a spec or a
    run it checks every component of dlx and of installed plugins that has a gradient, in every possible setting, and
    optimizers, schedules and initializers by properties that every one of them has.
    """
    epsilon_or_default = differences.EPSILON if epsilon is None else epsilon
    options = check.CheckOptions(examples, after, epsilon_or_default, not no_dropout, seed)
    if plugin is not None:
        if overrides or examples or after or no_dropout or orders or picture:
            raise UsageError("--plugin checks small networks of its own: it takes NAME, --epsilon, --seed and --json")
        _check_plugin(plugin, source, options, json)
    elif source is None:
        if overrides or examples or after or no_dropout or orders or picture:
            raise UsageError("dlx gradcheck alone checks small networks of its own: it takes --epsilon, --seed, --json")
        _check_registered(options, json)
    elif orders:
        if after or epsilon:
            raise UsageError("--orders looks at many ε at the initialization: it takes no --after and no --epsilon")
        _show_orders(source, overrides or [], options, picture, json)
    elif picture:
        raise UsageError("--picture draws what --orders shows")
    else:
        _check(source, overrides or [], options, json)


def _check(source: Path, overrides: list[str], options: CheckOptions, json: bool) -> None:
    with terminal.progress(terminal.CountProgress("checking gradients"), quiet=json or is_quiet()) as display:
        report = finish(check.check_file(source, overrides, options), display.update)
    if json:
        terminal.document(report.document())
    else:
        screens.report(report)
    if not report.passed:
        raise CheckFailed


def _check_registered(options: CheckOptions, json: bool) -> None:
    """The self-test: every registered component, a line each."""
    installed.load_installed()
    _check_components(plugins.check_registered(options.epsilon, options.seed), json)


def _check_plugin(plugin: str, name: Path | None, options: CheckOptions, json: bool) -> None:
    """What a plugin defines, a table each."""
    events = plugins.check_plugin(plugin, str(name) if name else None, options.epsilon, options.seed)
    _check_components(events, json)


def _check_components(events: Generator[Count, None, ComponentsReport], json: bool) -> None:
    with terminal.progress(terminal.CountProgress("checking gradients"), quiet=json or is_quiet()) as display:
        report = finish(events, display.update)
    if json:
        terminal.document(report.document())
    elif report.plugin is None:
        screens.registered(report.cases, report.rules)
    else:
        screens.plugin(report.cases, report.unchecked, report.rules)
    if not report.passed:
        raise CheckFailed


def _show_orders(source: Path, overrides: list[str], options: CheckOptions, picture: Path | None, json: bool) -> None:
    convergence = check.orders_of_file(source, overrides, options)
    if picture:
        name = screens.order
        curves = {name(convergence, method): errors.tolist() for method, errors in convergence.errors.items()}
        png = pictures.orders(convergence.epsilons.tolist(), curves, str(source))
        manifest.write_output("picture", picture, png, pictures.is_ours)
    if json:
        terminal.document(convergence.document())
    else:
        screens.orders(convergence)
